#include "tools/recorderctl/keys.h"

#include <errno.h>
#include <pwd.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/seal/rotation.h"
#include "tools/recorderctl/output.h"
#include "tools/recorderctl/owners.h"

json_t *keys_id_json(struct key_id id)
{
    char text[KEYS_ID_TEXT_BYTES];

    if (sodium_is_zero(id.b, sizeof id.b))
        return json_null();
    (void)sodium_bin2hex(text, sizeof text, id.b, sizeof id.b);
    return json_string(text);
}

static enum exit_code refuse_owner(const struct context *context, uid_t owner)
{
    char remedy[160];
    const struct passwd *user = getpwuid(owner);

    if (user)
        (void)snprintf(remedy, sizeof remedy, "run it as that user: sudo -u %s recorderctl ...",
                       user->pw_name);
    else
        (void)snprintf(remedy, sizeof remedy, "run it as the user of number %u", (unsigned)owner);
    return context_fail(context, EXIT_REFUSED,
                        "the master key is another user's, who could not read a new one", remedy);
}

/* A new file in its place must be readable by whoever reads it now: its owner, who runs this. */
static enum exit_code check_place(const struct context *context)
{
    const char *path = context->config->master_key;
    char directory[BOUND_PATH_BYTES];
    struct stat about;
    struct stat place;

    (void)snprintf(directory, sizeof directory, "%s", path);
    char *slash = strrchr(directory, '/');
    if (slash && slash != directory)
        *slash = '\0';
    if (stat(path, &about) || stat(directory, &place))
        return context_fail(context, EXIT_SYSTEM, "the master key cannot be looked at",
                            "see `master_key` in the configuration");
    if (access(directory, W_OK))
        return context_fail(context, EXIT_REFUSED,
                            "the master key cannot be written where it is: it is a credential, or "
                            "its directory is read-only",
                            "give --new-master FILE, and install that in its place afterwards");
    bool given = geteuid() == 0 && place.st_uid == about.st_uid; /* what root makes there */
    return given || about.st_uid == geteuid() ? EXIT_DONE : refuse_owner(context, about.st_uid);
}

static enum status audit_step(struct context *context, const char *step,
                              const struct rotation_report *report, const char *new_master,
                              struct fault *fault)
{
    return context_audit(context, "keys_rotate", NULL,
                         json_pack("{s:s, s:I, s:I, s:b}", "step", step, "wrapped",
                                   (json_int_t)report->wrapped, "failed",
                                   (json_int_t)report->failed, "elsewhere", new_master != NULL),
                         fault);
}

/* recorder-web has a master key of its own where it is a user of its own. */
static const char *next_step_of(const struct context *context, const char *new_master)
{
    struct owners owners;

    if (new_master)
        return "put this file in the master key's place for recorder-web and the keeper (as "
               "credential recorder-master) and restart both; when `recorderctl keys status` says "
               "that it is in force there, destroy the old one";
    if (owners_read(context->config, &owners, NULL) != STATUS_OK ||
        owners.web_group == owners.keeper_group)
        return "";
    return "give recorder-web the new one, where it has a copy or a credential of its own, and "
           "restart it: until then it plays nothing";
}

static enum exit_code print_rotation(struct context *context, const struct rotation_report *report,
                                     const char *new_master)
{
    return output_object(context,
                         json_pack("{s:I, s:b, s:o, s:o}", "wrapped", (json_int_t)report->wrapped,
                                   "resumed", report->resumed, "new_master",
                                   output_text_or_null(new_master ? new_master : ""), "next_step",
                                   output_text_or_null(next_step_of(context, new_master))));
}

static enum exit_code refuse_rotation(const struct context *context, enum status status,
                                      const struct fault *fault, const char *new_master)
{
    const char *remedy = "run it again: it goes on where it was";

    if (status == STATUS_CONFLICT)
        remedy = "end first what was begun: run it as it was run then, with the same master key";
    if (status == STATUS_CORRUPT && new_master)
        remedy = "keep the old master key and the new one; restore what does not open from a copy, "
                 "or by `recorderctl keys recover`, and run it again with the same file";
    if (status == STATUS_CORRUPT && !new_master)
        remedy = "both master keys stay until it has ended; restore what does not open from a "
                 "copy, or by `recorderctl keys recover`, and run it again";
    return context_fail_status(context, status, fault, remedy);
}

static enum exit_code run_rotate(struct context *context, const struct invocation *invocation)
{
    const char *new_master = command_option(invocation, "new-master");
    struct rotation_report report = {0};
    struct fault fault = {0};

    if (new_master && !*new_master)
        return context_fail(context, EXIT_USAGE, "the file's path is empty",
                            "give another with --new-master FILE");
    enum exit_code code = context_need_keys(context);
    if (code == EXIT_DONE && !new_master)
        code = check_place(context);
    if (code != EXIT_DONE)
        return code;
    enum status status = audit_step(context, "begin", &report, new_master, &fault);
    if (status == STATUS_OK)
        status = keys_rotate(context->private_keys, new_master, &report, &fault);
    if (status == STATUS_OK)
        status = audit_step(context, "done", &report, new_master, &fault);
    if (status == STATUS_OK)
        return print_rotation(context, &report, new_master);
    return refuse_rotation(context, status, &fault, new_master);
}

const struct command commands_keys[] = {
    {
        .group = "keys",
        .verb = "status",
        .arguments = "[CUSTOMER]",
        .arguments_min = 0,
        .arguments_max = 1,
        .summary = "which keys there are: months, copies for recovery, destroyed ones",
        .details =
            "No private half is opened. `in_force` says whether the master key here is the\n"
            "one that they are under; null where it cannot be read. Exits 1 where it is not,\n"
            "or a private half is lost.",
        .run = keys_status,
    },
    {
        .group = "keys",
        .verb = "recovery-new",
        .arguments = "",
        .options = {{"shares", 0, "N", "print N shares, 2 to 16, in the place of the key"},
                    {"threshold", 0, "K", "so many of them suffice, 2 to N"},
                    {"replace", 0, NULL, "there is one already: what was printed of it is void"}},
        .summary = "make a recovery key; prints its private half, once",
        .details =
            "Every private half, those that are there and those to come, is also sealed to it.\n"
            "What is printed opens all recordings of this installation together with its key\n"
            "directory, and is stored nowhere: write it down, keep it apart from the machine and\n"
            "its backups, and try it out with `recorderctl keys recover` on a copy. The text is\n"
            "Bech32m (BIP 350); a mistake in copying it is found. It is printed first; at a\n"
            "terminal the end of each text is asked for, and only then is the key in force.\n"
            "--replace is refused while a private half is lost or does not open that the key\n"
            "before brings back.",
        .run = keys_recovery_new,
    },
    {
        .group = "keys",
        .verb = "recover",
        .arguments = "",
        .options = {{"new-master", 0, "FILE", "under a new master key: made there, or that one"}},
        .summary = "make the private halves anew, by the recovery key that is typed in",
        .details =
            "For a machine whose master key is lost, or that lacks private halves. Asks for the\n"
            "recovery key, or for enough shares of it (or reads them from standard input, a line\n"
            "each), and writes from the .recovery files that are sealed to it every private half\n"
            "that is missing or does not open, under the master key that is in force. Where that\n"
            "is lost, another is made only if it is asked for: --new-master FILE, the place that\n"
            "`master_key` in the configuration names, or one from which it is made a credential;\n"
            "programs that have another open nothing then. Restore the key directory and the\n"
            "configuration before. Exits 1 where some could not be restored.",
        .run = keys_recover,
    },
    {
        .group = "keys",
        .verb = "rotate",
        .arguments = "",
        .options = {{"new-master", 0, "FILE", "make the new master key there, or use that one"}},
        .summary = "put a new master key in the place of the old one; recordings stay as they are",
        .details =
            "Every private half is wrapped anew; the old master key, and what it wrapped, are\n"
            "written over. Cut off, it goes on where it was when run again. Running programs\n"
            "that read this file take the new key up by themselves; those that have a copy or a\n"
            "credential need the new one, and a restart: until then they open nothing, and make\n"
            "no keys. Copies of the old master key open nothing that is here any more, but they\n"
            "open older copies of the keys. Where the master key is a credential it cannot be\n"
            "written: stop the keeper, give --new-master FILE, install FILE as the credential\n"
            "and restart the programs.",
        .run = run_rotate,
    },
    {
        .group = "keys",
        .verb = "shred",
        .arguments = "CUSTOMER MONTH",
        .arguments_min = 2,
        .arguments_max = 2,
        .options = {{"reason", 0, "TEXT", "why; in the audit log and the receipt; required"},
                    {"yes", 0, NULL, "do it; without it, what would be lost is said"}},
        .summary = "destroy a customer's key of a month: its recordings open never again",
        .details =
            "MONTH is such as 2026-10, and over for a day: until then calls may be sealed to it\n"
            "by a recorder that looked it up before, or go on still. Recordings that are also\n"
            "sealed to the hold key stay readable (see `recordings reseal`). A signed receipt is\n"
            "written to the store's receipts and printed (see `receipt verify`). A key that is\n"
            "damaged holds nothing up. Not reached: copies of the key\n"
            "directory (backups, snapshots), and blocks that a file system or drive keeps of\n"
            "what was written over. Run again it ends what was cut off.",
        .run = keys_shred_month,
    },
    {0},
};
