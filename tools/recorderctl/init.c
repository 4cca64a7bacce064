#include <string.h>
#include <unistd.h>

#include "storage/index/customers.h"
#include "tools/recorderctl/command.h"
#include "tools/recorderctl/init_volumes.h"
#include "tools/recorderctl/month_keys.h"
#include "tools/recorderctl/output.h"
#include "tools/recorderctl/owners_files.h"

static enum status make_keys(struct context *context, struct init_outcome *outcome,
                             struct fault *fault)
{
    const struct config *config = context->config;
    bool there = access(config->master_key, F_OK) == 0;
    enum status status = keys_init(&disk_system, config->keys, config->master_key, fault);

    return status == STATUS_OK ? init_note(outcome, !there, config->keys, fault) : status;
}

static enum status make_index(struct context *context, struct init_outcome *outcome,
                              struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    enum status status = context_store_path(context, "index.sqlite", path, fault);
    bool there = status == STATUS_OK && access(path, F_OK) == 0;

    if (status == STATUS_OK)
        status = index_create(&disk_system, path, fault);
    return status == STATUS_OK ? init_note(outcome, !there, path, fault) : status;
}

static enum status make_all(struct context *context, const char *new_volume,
                            struct init_outcome *outcome, struct fault *fault)
{
    enum status status = init_volumes_make(context->config, new_volume, outcome, fault);

    if (status == STATUS_OK)
        status = make_keys(context, outcome, fault);
    return status == STATUS_OK ? make_index(context, outcome, fault) : status;
}

static enum status make_first_keys(struct context *context, struct fault *fault)
{
    struct customer unassigned;
    enum status status = customers_find(context->index, CUSTOMER_UNASSIGNED, &unassigned, fault);

    if (status == STATUS_OK)
        status = month_keys_make(context->private_keys, unassigned.id, clock_wall_now(), fault);
    return status == STATUS_OK ? private_keys_make_hold(context->private_keys, fault) : status;
}

/*
 * Give all of it to the users that it is for (storage/KEYS.md). Where there are none, and none are
 * named, the store is for one user, who made it.
 */
static enum status set_owners(struct context *context, const struct invocation *invocation,
                              struct owners_given *given, struct fault *fault)
{
    const char *const names[] = {
        command_option(invocation, "ingest-user"), command_option(invocation, "web-user"),
        command_option(invocation, "keeper-user"), command_option(invocation, "group")};
    bool named = names[0] || names[1] || names[2] || names[3];
    struct owners owners;

    if (geteuid() != 0)
        return named ? fault_set(fault, STATUS_DENIED, 0, "only root can give files to users")
                     : STATUS_OK;
    enum status status = owners_find(names, &owners, fault);
    if (status == STATUS_OK)
        return owners_files_apply(&owners, context->config, given, fault);
    if (status != STATUS_NOT_FOUND || named)
        return status;
    fault_clear(fault);
    return STATUS_OK;
}

static void print_texts(const struct context *context, const char *what, const json_t *texts)
{
    for (size_t i = 0; i < json_array_size(texts); i++)
        (void)fprintf(context->out, "%-8s %s\n", what, json_string_value(json_array_get(texts, i)));
}

static enum exit_code print_outcome(struct context *context, struct init_outcome *outcome,
                                    const struct owners_given *given)
{
    if (context->json)
        return output_object(context,
                             json_pack("{s:o, s:O, s:O, s:O, s:I, s:I}", "store",
                                       output_text(context->config->store), "created",
                                       outcome->created, "kept", outcome->kept, "missing",
                                       outcome->missing, "owners_set", (json_int_t)given->changed,
                                       "owners_refused", (json_int_t)given->refused));
    print_texts(context, "created", outcome->created);
    print_texts(context, "kept", outcome->kept);
    if (given->changed)
        (void)fprintf(context->out, "owners   of %zu files and directories set\n", given->changed);
    return EXIT_DONE;
}

/* Somebody works at it, or has put links there: whoever may write there is to be asked why. */
static enum exit_code complain_of_refused(const struct context *context,
                                          const struct owners_given *given)
{
    char why[BOUND_PATH_BYTES + 160];

    (void)snprintf(why, sizeof why,
                   "%zu files were not given to anybody: they changed meanwhile, or have further "
                   "names, such as %s",
                   given->refused, given->first);
    return context_fail(context, EXIT_BAD, why,
                        "run it while nothing is recorded; if they stay, find out who made them");
}

/* The rest was done: a disk that does not come back must not keep owners from being set. */
static enum exit_code complain_of_missing(const struct context *context, const json_t *missing)
{
    const char *first = json_string_value(json_array_get(missing, 0));
    char why[BOUND_PATH_BYTES + 80];
    char remedy[BOUND_PATH_BYTES + 80];

    (void)snprintf(why, sizeof why, "%zu volumes are not there, such as %s",
                   json_array_size(missing), first);
    (void)snprintf(remedy, sizeof remedy,
                   "mount it; if it is new: `recorderctl init --new-volume %s`", first);
    return context_fail(context, EXIT_BAD, why, remedy);
}

static enum exit_code check_store(struct context *context, const struct invocation *invocation)
{
    struct fault fault = {0};
    enum exit_code code = context_need_credential(context);

    if (code != EXIT_DONE || command_option(invocation, "new-store"))
        return code;
    enum status status = init_volumes_check(context->config, &fault);
    if (status == STATUS_OK)
        return EXIT_DONE;
    return context_fail_status(context, status, &fault,
                               status == STATUS_CONFLICT
                                   ? "mount the store's volume; if the store is to be made there: "
                                     "`recorderctl init --new-store`"
                                   : NULL);
}

static enum exit_code make_and_give(struct context *context, const struct invocation *invocation,
                                    struct init_outcome *outcome, struct owners_given *given)
{
    struct fault fault = {0};
    enum status status =
        make_all(context, command_option(invocation, "new-volume"), outcome, &fault);

    if (status == STATUS_OK) {
        enum exit_code code = context_need_keys(context);
        if (code != EXIT_DONE)
            return code;
        status = make_first_keys(context, &fault);
    }
    if (status == STATUS_OK && json_array_size(outcome->created))
        status = context_audit(context, "init", NULL, NULL, &fault);
    if (status == STATUS_OK)
        status = set_owners(context, invocation, given, &fault);
    if (status == STATUS_OK)
        return EXIT_DONE;
    enum exit_code code = context_fail_status(
        context, status, &fault,
        status == STATUS_EXISTS ? "if that store is gone, remove the file `store.id` there" : NULL);
    return status == STATUS_INVALID || status == STATUS_EXISTS ? code : EXIT_SYSTEM;
}

static enum exit_code run_init(struct context *context, const struct invocation *invocation)
{
    struct init_outcome outcome = {json_array(), json_array(), json_array()};
    struct owners_given given = {0};
    enum exit_code code = check_store(context, invocation);

    if (code == EXIT_DONE)
        code = make_and_give(context, invocation, &outcome, &given);
    if (code == EXIT_DONE)
        code = print_outcome(context, &outcome, &given);
    if (code == EXIT_DONE && given.refused)
        code = complain_of_refused(context, &given);
    if (code == EXIT_DONE && json_array_size(outcome.missing))
        code = complain_of_missing(context, outcome.missing);
    json_decref(outcome.created);
    json_decref(outcome.kept);
    json_decref(outcome.missing);
    return code;
}

const struct command commands_init[] = {
    {
        .group = "init",
        .arguments = "",
        .options = {{"ingest-user", 0, "USER", "whose recordings are; default recorder-ingest"},
                    {"web-user", 0, "USER", "who reads keys and recordings; default recorder-web"},
                    {"keeper-user", 0, "USER", "whose all else is; default recorder-keeper"},
                    {"group", 0, "GROUP", "that all three are in; default recorder"},
                    {"new-volume", 0, "DIR", "one of `volumes`: take it for this store"},
                    {"new-store", 0, NULL, "make the store where nothing seems to be mounted"}},
        .summary = "make the store, its keys and its index; what is there is kept",
        .details =
            "Makes the directories, the master key, the signing keys, the index (or brings\n"
            "an older one up to date), the keys of \"unassigned\" and the hold key, as the\n"
            "configuration says. It may be run again at any time. Where root runs it, and there\n"
            "are the three users or some are named (a name or a number), each file is given to\n"
            "the user that it is for, and its mode is set (storage/KEYS.md); else all is one\n"
            "user's. Nothing may be recorded meanwhile.\n"
            "\n"
            "A further volume is taken by --new-volume, while it is mounted: it gets a mark,\n"
            "without which nothing is written to it. A store is not made in an empty directory\n"
            "that is no mount point, for its volume may not be mounted, unless by --new-store.\n"
            "Exits 1 where a volume is not there.",
        .run = run_init,
    },
    {0},
};
