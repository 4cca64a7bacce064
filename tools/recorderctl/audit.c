#include "storage/index/audit.h"

#include "tools/recorderctl/command.h"
#include "tools/recorderctl/output.h"

enum { AUDIT_DEFAULT = 100, AUDIT_MAX = 10000 };

static const struct output_column audit_columns[] = {
    {"SEQUENCE", "sequence"},   {"AT", "at"},           {"ACTOR", "actor"},   {"ACTION", "action"},
    {"RECORDING", "recording"}, {"ADDRESS", "address"}, {"DETAIL", "detail"}, {NULL, NULL},
};

static json_t *entry_json(const struct audit_entry *entry)
{
    char recording[UUID_TEXT_BYTES] = "";
    json_t *detail = json_loads(entry->detail, 0, NULL);

    if (entry->recording)
        uuid_format(*entry->recording, recording);
    return json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "sequence", (json_int_t)entry->sequence,
                     "at", output_time(entry->at), "actor", output_text(entry->actor), "action",
                     output_text(entry->action), "recording", output_text_or_null(recording),
                     "address", output_text_or_null(entry->address), "detail",
                     detail ? detail : output_text(entry->detail));
}

static void gather_entry(void *list, const struct audit_entry *entry)
{
    output_append(list, entry_json(entry));
}

static enum exit_code run_list(struct context *context, const struct invocation *invocation)
{
    const char *after_text = command_option(invocation, "after");
    const char *limit_text = command_option(invocation, "limit");
    uint64_t after = 0;
    uint64_t limit = AUDIT_DEFAULT;
    struct fault fault = {0};

    if (after_text && !command_number(after_text, INT64_MAX, &after))
        return context_fail(context, EXIT_USAGE, "the value of --after is not understood",
                            "it is the sequence number of an entry");
    if (limit_text && (!command_number(limit_text, AUDIT_MAX, &limit) || limit == 0))
        return context_fail(context, EXIT_USAGE, "the value of --limit is not understood",
                            "it is a number from 1 to 10000");
    enum exit_code code = context_need_index(context);
    if (code != EXIT_DONE)
        return code;
    json_t *list = json_array();
    enum status status =
        audit_list(context->index, (int64_t)after, (size_t)limit + 1, gather_entry, list, &fault);
    if (status == STATUS_OK && json_array_size(list) > limit) {
        (void)json_array_remove(list, (size_t)limit);
        if (!context->json)
            (void)fputs("recorderctl: there are more; give --after the last SEQUENCE\n",
                        context->err);
    }
    return output_list(context, list, audit_columns, status, &fault);
}

const struct command commands_audit[] = {
    {
        .group = "audit",
        .verb = "list",
        .arguments = "",
        .options = {{"after", 0, "SEQUENCE", "entries behind this one; default from the first on"},
                    {"limit", 0, "COUNT", "1 to 10000; default 100"}},
        .summary = "list the audit log, oldest first: who listened, exported, changed what",
        .details = "Entries are numbered from 1 and are never changed. Where there are more than\n"
                   "--limit, a line on standard error says so; those of the day are found by\n"
                   "giving --after the last number that was read before.",
        .run = run_list,
    },
    {0},
};
