#include <string.h>

#include "storage/index/rebuild.h"
#include "tools/recorderctl/command.h"
#include "tools/recorderctl/output.h"
#include "tools/recorderctl/rebuild_files.h"

/* Without the index: it is what is to be made. */
static enum exit_code need_keys(struct context *context)
{
    struct fault fault = {0};
    const struct config *config = context->config;
    enum status status = STATUS_OK;

    if (!context->private_keys)
        status = private_keys_open(&disk_system, config->keys, config->master_key,
                                   &context->private_keys, &fault);
    if (status == STATUS_OK && !context->public_keys)
        status = public_keys_open(&disk_system, config->keys, &context->public_keys, &fault);
    if (status == STATUS_OK)
        return EXIT_DONE;
    (void)context_fail_status(context, status, &fault,
                              "see `keys` and `master_key` in the configuration: without them the "
                              "files tell nothing");
    return EXIT_SYSTEM;
}

static json_t *outcome_json(const struct rebuild_files *files,
                            const struct index_rebuild_counts *counts)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:I, s:I, s:o}", "recordings",
                     (json_int_t)files->finished, "unfinished", (json_int_t)files->unfinished,
                     "without_details", (json_int_t)files->without_details, "unreadable",
                     (json_int_t)files->unreadable, "duplicates", (json_int_t)files->duplicates,
                     "kept", (json_int_t)counts->kept, "placeholders",
                     (json_int_t)counts->placeholders, "other_index", counts->known,
                     "rows_taken_over", (json_int_t)counts->copied, "rows_lost",
                     (json_int_t)counts->lost, "before", output_text_or_null(counts->before));
}

static enum status rebuild(struct context *context, const char *from, struct rebuild_files *files,
                           struct index_rebuild_counts *counts, struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    enum status status = context_store_path(context, "index.sqlite", path, fault);
    const struct index_rebuild_spec spec = {&disk_system, path, from, clock_wall_now()};

    if (status == STATUS_OK)
        status = index_rebuild_begin(&spec, &files->rebuild, fault);
    if (status == STATUS_OK) {
        status = rebuild_files_read(files, fault);
        progress_clear(files->progress);
        if (status == STATUS_OK)
            return index_rebuild_end(files->rebuild, counts, fault);
        index_rebuild_abort(files->rebuild);
    }
    return status;
}

static enum exit_code refuse(const struct context *context, enum status status,
                             const struct fault *fault)
{
    const char *why = fault->text[0] ? fault->text : status_text(status);

    if (status == STATUS_BUSY)
        return context_fail(context, EXIT_REFUSED, why,
                            "stop recorder-ingest, recorder-web and the keeper, and run it again");
    if (status == STATUS_VERSION)
        return context_fail(context, EXIT_SYSTEM, why, "nothing was changed");
    (void)context_fail_status(context, status, fault, NULL);
    return status == STATUS_NOT_FOUND ? EXIT_MISSING : EXIT_SYSTEM;
}

static enum exit_code run_rebuild(struct context *context, const struct invocation *invocation)
{
    const char *from = command_option(invocation, "from");
    struct progress progress;
    struct rebuild_files files = {.context = context, .progress = &progress};
    struct index_rebuild_counts counts = {0};
    struct fault fault = {0};
    enum exit_code code = context_need_config(context);

    if (code == EXIT_DONE)
        code = need_keys(context);
    if (code != EXIT_DONE)
        return code;
    progress_init(&progress, context);
    files.volumes = volumes_of(context->config);
    enum status status = rebuild(context, from, &files, &counts, &fault);
    if (status != STATUS_OK)
        return refuse(context, status, &fault);
    code = context_need_index(context);
    if (code != EXIT_DONE)
        return code;
    json_t *outcome = outcome_json(&files, &counts);
    status = context_audit(context, "index.rebuild", NULL, json_incref(outcome), &fault);
    if (status != STATUS_OK) {
        json_decref(outcome);
        return context_fail_status(context, status, &fault,
                                   "the index is in its place, but the audit log does not say so");
    }
    code = output_object(context, outcome);
    bool unknown = counts.before[0] && !counts.known; /* the present one told nothing at all */
    bool bad =
        files.unreadable || files.without_details || files.duplicates || counts.lost || unknown;
    return code == EXIT_DONE && bad ? EXIT_BAD : code;
}

const struct command commands_index[] = {
    {
        .group = "index",
        .verb = "rebuild",
        .arguments = "",
        .options = {{"from", 0, "INDEX",
                     "what files cannot tell is taken from this one, such as a backup's; default: "
                     "the present one, as far as it can be read"}},
        .summary = "make the index anew from the recordings' files; no program may be running",
        .details =
            "Recordings, calls, parties, legs, facts, hashes: all that the files say is taken "
            "from\n"
            "them. Customers, numbers, sources, PINs, policies, sessions and the audit log, which\n"
            "no file tells, come from the present index or from the one that --from names; a\n"
            "customer whom none knows gets a placeholder with the id as number. Of a damaged "
            "index\n"
            "all is taken that can be read; what cannot is rows_lost, and an entry audit.lost in\n"
            "the audit log for each one of that. Unfinished recordings get rows, and the keeper\n"
            "recovers them when it runs again; those that cannot be read, as without their key,\n"
            "are `failed` until the keeper, which looks at its start and once a day, can read "
            "them.\n"
            "The new index is checked before it takes the place of the old one, which is kept\n"
            "beside it as index.sqlite.before-DATE. Exit 1: it was made, but something could not\n"
            "be read.",
        .run = run_rebuild,
    },
    {0},
};
