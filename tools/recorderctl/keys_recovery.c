#include <sodium.h>
#include <stdio.h>

#include "storage/seal/recovery.h"
#include "storage/seal/seal.h"
#include "tools/recorderctl/keys.h"
#include "tools/recorderctl/output.h"
#include "tools/recorderctl/secret_input.h"

static enum exit_code read_input(struct context *context, struct recovery_input *input,
                                 struct secret_input *typed)
{
    struct fault fault = {0};
    char prompt[48];

    while (!recovery_suffices(input)) {
        (void)snprintf(prompt, sizeof prompt, "recovery key, or share %zu: ", input->shares + 1);
        if (!secret_input_line(typed, prompt))
            break;
        if (recovery_take(input, typed->line, &fault) == STATUS_OK)
            continue;
        if (!typed->terminal)
            return context_fail(context, EXIT_USAGE, fault.text,
                                "correct it; what was read of it is nowhere kept");
        (void)fprintf(context->err, "%s; type it again\n", fault.text);
    }
    if (recovery_join(input, &fault) == STATUS_OK)
        return EXIT_DONE;
    return context_fail(context, fault.status == STATUS_CORRUPT ? EXIT_BAD : EXIT_USAGE, fault.text,
                        "give the recovery key, or as many shares as suffice, a line each");
}

static enum exit_code read_quietly(struct context *context, struct recovery_input *input)
{
    struct secret_input typed;
    struct fault fault = {0};

    if (secret_input_init(&typed, context->err, &fault) != STATUS_OK)
        return context_fail_status(context, fault.status, &fault, NULL);
    enum exit_code code = read_input(context, input, &typed);
    secret_input_deinit(&typed);
    return code;
}

/* The index may be lost too, and is made anew with the keys that this brings back. */
static enum exit_code audit_restored(struct context *context, const struct recovery_report *report)
{
    struct index *index = NULL;
    struct fault fault = {0};
    char path[BOUND_PATH_BYTES];
    enum status status = context_store_path(context, "index.sqlite", path, &fault);

    if (status == STATUS_OK && !context->index)
        status = index_open(path, &index, &fault);
    if (status == STATUS_NOT_FOUND) {
        (void)fprintf(context->err, "recorderctl: there is no index, so no audit entry\n");
        return EXIT_DONE;
    }
    if (index)
        context->index = index;
    if (status == STATUS_OK)
        status =
            context_audit(context, "keys_recover", NULL,
                          json_pack("{s:I, s:I, s:I, s:b}", "restored", (json_int_t)report->sealed,
                                    "kept", (json_int_t)report->kept, "failed",
                                    (json_int_t)report->failed, "master_made", report->master_made),
                          &fault);
    return status == STATUS_OK ? EXIT_DONE : context_fail_status(context, status, &fault, NULL);
}

static enum exit_code refuse(const struct context *context, enum status status,
                             const struct fault *fault)
{
    char remedy[BOUND_PATH_BYTES + 160];

    if (status == STATUS_NO_KEY)
        return context_fail_status(context, status, fault,
                                   "give the one whose id `recorderctl keys recovery-new` printed "
                                   "with it, before the copies here were made");
    if (status != STATUS_CONFLICT)
        return context_fail_status(context, status, fault, "run it again: it goes on where it was");
    bool is_credential = context->config->master_key_is_credential;
    (void)snprintf(remedy, sizeof remedy,
                   "give it the master key that is in force, or, where that is lost, have another "
                   "made: --new-master %s%s",
                   is_credential ? "FILE" : context->config->master_key,
                   is_credential ? ", and make FILE the credential" : "");
    return context_fail_status(context, status, fault, remedy);
}

static enum exit_code restore(struct context *context, const struct recovery_input *input,
                              const char *new_master)
{
    struct recovery_report report;
    struct fault fault = {0};
    const struct config *config = context->config;
    const struct recovery_place place = {&disk_system, config->keys,
                                         new_master ? new_master : config->master_key,
                                         new_master != NULL};
    enum status status = recovery_restore(&place, input->private_half, &report, &fault);

    if (status != STATUS_OK)
        return refuse(context, status, &fault);
    enum exit_code code = audit_restored(context, &report);
    if (code != EXIT_DONE)
        return code;
    code = output_object(
        context, json_pack("{s:I, s:I, s:I, s:b, s:o}", "restored", (json_int_t)report.sealed,
                           "kept", (json_int_t)report.kept, "failed", (json_int_t)report.failed,
                           "master_made", report.master_made, "first_failure",
                           output_text_or_null(report.failed ? report.first.text : "")));
    return code == EXIT_DONE && report.failed ? EXIT_BAD : code;
}

enum exit_code keys_recover(struct context *context, const struct invocation *invocation)
{
    const char *new_master = command_option(invocation, "new-master");
    struct fault fault = {0};
    enum exit_code code =
        new_master ? context_need_config(context) : context_need_credential(context);

    if (code != EXIT_DONE)
        return code;
    if (new_master && *new_master != '/')
        return context_fail(context, EXIT_USAGE, "the file's path does not begin with /",
                            "give the whole path with --new-master FILE");
    if (seal_ready(&fault) != STATUS_OK)
        return context_fail_status(context, fault.status, &fault, NULL);
    struct recovery_input *input = sodium_malloc(sizeof *input);
    if (!input)
        return context_fail(context, EXIT_SYSTEM, status_text(STATUS_NOMEM), "free some memory");
    sodium_memzero(input, sizeof *input);
    code = read_quietly(context, input);
    if (code == EXIT_DONE)
        code = restore(context, input, new_master);
    sodium_free(input);
    return code;
}
