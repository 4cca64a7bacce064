#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/disk/volumes.h"
#include "storage/index/customers.h"
#include "tools/recorderctl/command.h"
#include "tools/recorderctl/month_keys.h"
#include "tools/recorderctl/output.h"
#include "tools/recorderctl/owners.h"

/* Owner and group work there; new files get the directory's group. */
enum { STORE_MODE = 02770, PARENT_MODE = 0755 };

/* What was made and what was there already, for the answer. */
struct outcome {
    json_t *created;
    json_t *kept;
};

static enum status note(struct outcome *outcome, bool created, const char *path,
                        struct fault *fault)
{
    if (json_array_append_new(created ? outcome->created : outcome->kept, output_text(path)))
        return fault_set(fault, STATUS_NOMEM, 0, "out of memory");
    return STATUS_OK;
}

static enum status make_parents(const char *path, struct fault *fault)
{
    char parent[BOUND_PATH_BYTES];

    (void)snprintf(parent, sizeof parent, "%s", path);
    for (char *slash = strchr(parent + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(parent, PARENT_MODE) && errno != EEXIST)
            return fault_set(fault, STATUS_IO, errno, "make directory %s", parent);
        *slash = '/';
    }
    return STATUS_OK;
}

static enum status make_directory(const char *path, struct outcome *outcome, struct fault *fault)
{
    struct stat about;

    if (mkdir(path, STORE_MODE)) {
        if (errno != EEXIST)
            return fault_set(fault, STATUS_IO, errno, "make directory %s", path);
        if (stat(path, &about))
            return fault_set(fault, STATUS_IO, errno, "look at %s", path);
        if (!S_ISDIR(about.st_mode))
            return fault_set(fault, STATUS_IO, 0, "%s is there, but is no directory", path);
        return note(outcome, false, path, fault);
    }
    if (chmod(path, STORE_MODE)) /* whatever the umask */
        return fault_set(fault, STATUS_IO, errno, "set mode of %s", path);
    return note(outcome, true, path, fault);
}

/* Their directories of recordings: what says that a volume is mounted. */
static enum status make_volumes(struct context *context, struct outcome *outcome,
                                struct fault *fault)
{
    const struct volumes volumes = volumes_of(context->config);
    enum status status = STATUS_OK;

    for (size_t i = 1; i < volumes.count && status == STATUS_OK; i++) {
        char path[BOUND_PATH_BYTES];
        if (volumes_path(&volumes, i, "recordings", path) != STATUS_OK)
            return fault_set(fault, STATUS_LIMIT, 0, "%s: path too long", volumes.directory[i]);
        status = make_directory(path, outcome, fault);
    }
    return status;
}

static enum status make_store(struct context *context, struct outcome *outcome, struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    enum status status = context_store_path(context, "recordings", path, fault);

    if (status == STATUS_OK)
        status = make_parents(context->config->store, fault);
    if (status == STATUS_OK)
        status = make_directory(context->config->store, outcome, fault);
    if (status == STATUS_OK)
        status = make_directory(path, outcome, fault);
    return status == STATUS_OK ? make_volumes(context, outcome, fault) : status;
}

static enum status make_keys(struct context *context, struct outcome *outcome, struct fault *fault)
{
    const struct config *config = context->config;
    bool there = access(config->master_key, F_OK) == 0;
    enum status status = keys_init(&disk_system, config->keys, config->master_key, fault);

    return status == STATUS_OK ? note(outcome, !there, config->keys, fault) : status;
}

static enum status make_index(struct context *context, struct outcome *outcome, struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    enum status status = context_store_path(context, "index.sqlite", path, fault);
    bool there = status == STATUS_OK && access(path, F_OK) == 0;

    if (status == STATUS_OK)
        status = index_create(&disk_system, path, fault);
    return status == STATUS_OK ? note(outcome, !there, path, fault) : status;
}

static enum status make_all(struct context *context, struct outcome *outcome, struct fault *fault)
{
    enum status status = make_store(context, outcome, fault);

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
                              size_t *changed, struct fault *fault)
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
        return owners_apply(&owners, context->config, changed, fault);
    if (status != STATUS_NOT_FOUND || named)
        return status;
    fault_clear(fault);
    return STATUS_OK;
}

static enum exit_code print_outcome(struct context *context, struct outcome *outcome,
                                    size_t owners_set)
{
    if (context->json)
        return output_object(context, json_pack("{s:o, s:O, s:O, s:I}", "store",
                                                output_text(context->config->store), "created",
                                                outcome->created, "kept", outcome->kept,
                                                "owners_set", (json_int_t)owners_set));
    for (size_t i = 0; i < json_array_size(outcome->created); i++)
        (void)fprintf(context->out, "created  %s\n",
                      json_string_value(json_array_get(outcome->created, i)));
    for (size_t i = 0; i < json_array_size(outcome->kept); i++)
        (void)fprintf(context->out, "kept     %s\n",
                      json_string_value(json_array_get(outcome->kept, i)));
    if (owners_set)
        (void)fprintf(context->out, "owners   of %zu files and directories set\n", owners_set);
    return EXIT_DONE;
}

static enum exit_code run_init(struct context *context, const struct invocation *invocation)
{
    struct outcome outcome = {json_array(), json_array()};
    struct fault fault = {0};
    size_t owners_set = 0;
    enum exit_code code = context_need_config(context);

    if (code != EXIT_DONE)
        goto out;
    enum status status = make_all(context, &outcome, &fault);
    if (status == STATUS_OK) {
        code = context_need_keys(context);
        if (code != EXIT_DONE)
            goto out;
        status = make_first_keys(context, &fault);
    }
    if (status == STATUS_OK && json_array_size(outcome.created))
        status = context_audit(context, "init", NULL, NULL, &fault);
    if (status == STATUS_OK)
        status = set_owners(context, invocation, &owners_set, &fault);
    if (status != STATUS_OK) {
        (void)context_fail_status(context, status, &fault, NULL);
        code = EXIT_SYSTEM;
        goto out;
    }
    code = print_outcome(context, &outcome, owners_set);
out:
    json_decref(outcome.created);
    json_decref(outcome.kept);
    return code;
}

const struct command commands_init[] = {
    {
        .group = "init",
        .arguments = "",
        .options = {{"ingest-user", 0, "USER", "whose recordings are; default recorder-ingest"},
                    {"web-user", 0, "USER", "who reads keys and recordings; default recorder-web"},
                    {"keeper-user", 0, "USER", "whose all else is; default recorder-keeper"},
                    {"group", 0, "GROUP", "that all three are in; default recorder"}},
        .summary = "make the store, its keys and its index; what is there is kept",
        .details = "Makes the directories, the master key, the signing keys, the index (or brings\n"
                   "an older one up to date), the keys of \"unassigned\" and the hold key, as the\n"
                   "configuration says. It may be run again at any time. Where root runs it, and "
                   "there are the\n"
                   "three users or some are named (a name or a number), each file is given to the\n"
                   "user that it is for, and its mode is set (storage/KEYS.md); else all is one\n"
                   "user's. Nothing may be recorded meanwhile.",
        .run = run_init,
    },
    {0},
};
