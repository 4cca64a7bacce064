#include "tools/recorderctl/context.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storage/index/audit.h"

enum { LINE_BYTES = 768 };

void context_deinit(struct context *context)
{
    public_keys_close(context->public_keys);
    private_keys_close(context->private_keys);
    index_close(context->index);
    config_destroy(context->config);
    context->public_keys = NULL;
    context->private_keys = NULL;
    context->index = NULL;
    context->config = NULL;
}

enum exit_code context_fail(const struct context *context, enum exit_code code, const char *why,
                            const char *what_to_do)
{
    char line[LINE_BYTES];

    (void)snprintf(line, sizeof line, "recorderctl: %s%s%s; %s", context->command,
                   context->command[0] ? ": " : "", why, what_to_do);
    for (char *sign = line; *sign; sign++) {
        if ((unsigned char)*sign < 0x20 || *sign == 0x7f)
            *sign = ' ';
    }
    (void)fprintf(context->err, "%s\n", line);
    return code;
}

static const char *remedy_of(enum status status, int sys_errno)
{
    if (sys_errno == EACCES || sys_errno == EPERM || status == STATUS_DENIED)
        return "run it as a user who may, or mend the permissions";
    switch ((int)status) {
    case STATUS_NOT_FOUND:
        return "check the name for spelling";
    case STATUS_EXISTS:
        return "choose another, or keep the one that is there";
    case STATUS_BUSY:
        return "try again in a moment";
    case STATUS_FULL:
        return "make room on the file system";
    case STATUS_INVALID:
    case STATUS_LIMIT:
        return "correct the value";
    case STATUS_CORRUPT:
        return "restore it from a copy, and find out who changed it";
    case STATUS_NO_KEY:
        return "restore the customer's key of that month, if it was not destroyed on purpose";
    case STATUS_VERSION:
        return "use programs of one version";
    case STATUS_CONFLICT:
        return "try again when it has ended";
    default:
        return "mend what the system reports and run it again";
    }
}

static enum exit_code code_of(enum status status)
{
    switch ((int)status) {
    case STATUS_OK:
        return EXIT_DONE;
    case STATUS_NOT_FOUND:
        return EXIT_MISSING;
    case STATUS_EXISTS:
    case STATUS_CONFLICT:
        return EXIT_REFUSED;
    case STATUS_INVALID:
    case STATUS_LIMIT:
        return EXIT_USAGE;
    case STATUS_CORRUPT:
        return EXIT_BAD;
    default:
        return EXIT_SYSTEM;
    }
}

enum exit_code context_fail_status(const struct context *context, enum status status,
                                   const struct fault *fault, const char *what_to_do)
{
    const char *why = fault->text[0] ? fault->text : status_text(status);

    return context_fail(context, code_of(status), why,
                        what_to_do ? what_to_do : remedy_of(status, fault->sys_errno));
}

enum exit_code context_need_config(struct context *context)
{
    struct fault fault = {0};

    if (context->config)
        return EXIT_DONE;
    enum status status = config_load(context->config_path, &context->config, &fault);
    if (status == STATUS_OK)
        return EXIT_DONE;
    const char *remedy = status == STATUS_INVALID
                             ? "correct it there; README.md lists the options and their ranges"
                             : "name the configuration file with --config FILE";
    return context_fail(context, EXIT_SYSTEM, fault.text, remedy);
}

enum status context_store_path(const struct context *context, const char *leaf,
                               char path[static BOUND_PATH_BYTES], struct fault *fault)
{
    int length = snprintf(path, BOUND_PATH_BYTES, "%s/%s", context->config->store, leaf);

    if (length < 0 || length >= BOUND_PATH_BYTES)
        return fault_set(fault, STATUS_LIMIT, 0, "the path of the store is longer than %d bytes",
                         BOUND_PATH_BYTES - 1);
    return STATUS_OK;
}

enum exit_code context_need_index(struct context *context)
{
    struct fault fault = {0};
    char path[BOUND_PATH_BYTES];
    enum exit_code code = context_need_config(context);

    if (code != EXIT_DONE || context->index)
        return code;
    enum status status = context_store_path(context, "index.sqlite", path, &fault);
    if (status == STATUS_OK)
        status = index_open(path, &context->index, &fault);
    if (status == STATUS_OK)
        return EXIT_DONE;
    /* A store without an index is no missing object of the command's but an unfinished set-up. */
    (void)context_fail_status(context, status, &fault,
                              status == STATUS_NOT_FOUND ? "see also `store` in the configuration"
                                                         : NULL);
    return EXIT_SYSTEM;
}

enum exit_code context_need_credential(struct context *context)
{
    enum exit_code code = context_need_config(context);

    if (code != EXIT_DONE || !context->config->master_key_is_credential ||
        access(context->config->master_key, F_OK) == 0)
        return code;
    return context_fail(
        context, EXIT_SYSTEM,
        "the master key is a credential, which systemd gives to services alone",
        "run it as `systemd-run --pty -p LoadCredentialEncrypted=" CONFIG_CREDENTIAL_MASTER
        ":FILE recorderctl ...` (storage/KEYS.md)");
}

enum exit_code context_need_keys(struct context *context)
{
    struct fault fault = {0};
    enum status status = STATUS_OK;
    enum exit_code code = context_need_credential(context);

    if (code == EXIT_DONE)
        code = context_need_index(context);
    if (code != EXIT_DONE)
        return code;
    if (!context->private_keys)
        status = private_keys_open(&disk_system, context->config->keys, context->config->master_key,
                                   &context->private_keys, &fault);
    if (status == STATUS_OK && !context->public_keys)
        status =
            public_keys_open(&disk_system, context->config->keys, &context->public_keys, &fault);
    if (status == STATUS_OK)
        return EXIT_DONE;
    (void)context_fail_status(context, status, &fault,
                              "see `keys` and `master_key` in the configuration (\"credential\" "
                              "where it is one), or run `recorderctl init`");
    return EXIT_SYSTEM;
}

/* Who sits there: behind sudo, the one who called it. */
void context_actor(char actor[static CONTEXT_ACTOR_BYTES])
{
    const char *behind = getuid() == 0 ? getenv("SUDO_USER") : NULL;
    const struct passwd *user = getpwuid(getuid());

    if (behind && *behind)
        (void)snprintf(actor, CONTEXT_ACTOR_BYTES, "operator:%s", behind);
    else if (user)
        (void)snprintf(actor, CONTEXT_ACTOR_BYTES, "operator:%s", user->pw_name);
    else
        (void)snprintf(actor, CONTEXT_ACTOR_BYTES, "operator:uid-%u", (unsigned)getuid());
}

enum status context_audit(struct context *context, const char *action, const struct uuid *recording,
                          json_t *owned_detail, struct fault *fault)
{
    char actor[CONTEXT_ACTOR_BYTES];
    char *detail = owned_detail ? json_dumps(owned_detail, JSON_COMPACT) : NULL;

    context_actor(actor);
    const struct audit_entry entry = {
        .at = clock_wall_now(),
        .actor = actor,
        .action = action,
        .recording = recording,
        .address = "",
        .detail = detail ? detail : "{}",
    };
    enum status status = audit_append(context->index, &entry, fault);
    free(detail);
    json_decref(owned_detail);
    return status;
}
