#include "tools/recorderctl/output.h"
#include "tools/recorderctl/recording_check.h"
#include "tools/recorderctl/recording_json.h"
#include "tools/recorderctl/recordings.h"

enum { WHY_BYTES = FAULT_TEXT_BYTES };

enum verdict { VERDICT_OK, VERDICT_BAD, VERDICT_SKIPPED };

struct tally {
    struct context *context;
    size_t count[3]; /* by verdict */
};

static const char *verdict_name(enum verdict verdict)
{
    static const char *const names[] = {"ok", "bad", "skipped"};

    return names[verdict];
}

static enum verdict verify_file(struct context *context, const struct index_recording *row,
                                char why[static WHY_BYTES])
{
    struct fault fault = {0};

    if (recording_check(context, row, &fault) == STATUS_OK)
        return VERDICT_OK;
    (void)snprintf(why, WHY_BYTES, "%s", fault.text);
    return VERDICT_BAD;
}

static enum verdict verify_row(struct context *context, const struct index_recording *row,
                               char why[static WHY_BYTES])
{
    why[0] = '\0';
    if (row->state == RECORDING_STATE_SEALED || row->state == RECORDING_STATE_RECOVERED)
        return verify_file(context, row, why);
    (void)snprintf(why, WHY_BYTES, "%s",
                   row->state == RECORDING_STATE_FAILED ? "nothing of it could be kept"
                                                        : "still growing, or not recovered yet");
    return VERDICT_SKIPPED;
}

/* With --json the array is written as it goes: it may be millions long. */
static void print_verdict(struct context *context, const struct index_recording *row,
                          enum verdict verdict, const char *why, bool first)
{
    char id[UUID_TEXT_BYTES];

    uuid_format(row->id, id);
    if (!context->json) {
        (void)fprintf(context->out, "%s  %s%s%s\n", id, verdict_name(verdict), *why ? ": " : "",
                      why);
        return;
    }
    json_t *object = json_pack("{s:s, s:s, s:o}", "id", id, "result", verdict_name(verdict), "why",
                               output_text_or_null(why));
    (void)fputs(first ? "\n    " : ",\n    ", context->out);
    if (object)
        (void)json_dumpf(object, context->out, JSON_COMPACT);
    else
        (void)fputs("null", context->out);
    json_decref(object);
}

static enum status verify_one(void *tally_of_all, const struct index_recording *row,
                              struct fault *fault)
{
    struct tally *tally = tally_of_all;
    struct context *context = tally->context;
    char why[WHY_BYTES];
    bool first =
        !tally->count[VERDICT_OK] && !tally->count[VERDICT_BAD] && !tally->count[VERDICT_SKIPPED];
    enum verdict verdict = verify_row(context, row, why);

    tally->count[verdict]++;
    print_verdict(context, row, verdict, why, first);
    (void)fault;
    return STATUS_OK;
}

static enum status close_answer(struct context *context, const struct tally *tally,
                                const struct uuid *recording, struct fault *fault)
{
    json_t *counts = json_pack("{s:I, s:I, s:I}", "ok", (json_int_t)tally->count[VERDICT_OK], "bad",
                               (json_int_t)tally->count[VERDICT_BAD], "skipped",
                               (json_int_t)tally->count[VERDICT_SKIPPED]);

    if (context->json)
        (void)fprintf(
            context->out, "\n  ],\n  \"ok\": %zu,\n  \"bad\": %zu,\n  \"skipped\": %zu\n}\n",
            tally->count[VERDICT_OK], tally->count[VERDICT_BAD], tally->count[VERDICT_SKIPPED]);
    enum status status = context_audit(context, "verify", recording, counts, fault);
    if (status == STATUS_OK && (fflush(context->out) || ferror(context->out)))
        status = fault_set(fault, STATUS_IO, 0, "cannot write the result");
    return status;
}

enum exit_code recordings_verify(struct context *context, const struct invocation *invocation)
{
    bool all = invocation->arguments == 0;
    struct index_recording row;
    struct tally tally = {.context = context};
    struct fault fault = {0};
    enum status status = STATUS_OK;

    if (!all && command_option(invocation, "all"))
        return context_fail(context, EXIT_USAGE, "it wants an ID or --all, not both",
                            "see `recorderctl recordings verify --help`");
    enum exit_code code = context_need_keys(context);
    if (code == EXIT_DONE && !all)
        code = recording_find_row(context, invocation->argument[0], &row);
    if (code != EXIT_DONE)
        return code;
    if (context->json)
        (void)fputs("{\n  \"recordings\": [", context->out);
    if (all)
        status = recordings_each(context->index, &(struct recordings_query){.limit = 0}, verify_one,
                                 &tally, &fault);
    else
        status = verify_one(&tally, &row, &fault);
    struct fault close_fault = {0};
    enum status closed = close_answer(context, &tally, all ? NULL : &row.id, &close_fault);
    if (status != STATUS_OK || closed != STATUS_OK)
        return context_fail_status(context, status != STATUS_OK ? status : closed,
                                   status != STATUS_OK ? &fault : &close_fault, NULL);
    return tally.count[VERDICT_BAD] ? EXIT_BAD : EXIT_DONE;
}
