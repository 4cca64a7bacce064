#include "storage/index/alarms.h"

#include <string.h>

#include "base/fault.h"
#include "storage/index/scrub.h"
#include "tools/recorderctl/command.h"
#include "tools/recorderctl/health_json.h"
#include "tools/recorderctl/output.h"

static const struct output_column alarm_columns[] = {
    {"ALARM", "id"},
    {"AT", "at"},
    {"KIND", "kind"},
    {"RECORDING", "recording"},
    {"LOST MS", "lost_ms"},
    {"WHY", "why"},
    {"ACKNOWLEDGED", "acknowledged_at"},
    {"BY", "acknowledged_by"},
    {"NOTE", "note"},
    {NULL, NULL},
};

static json_t *alarm_json(const struct alarm *alarm)
{
    char recording[UUID_TEXT_BYTES];

    uuid_format(alarm->recording, recording);
    return json_pack(
        "{s:I, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "id", (json_int_t)alarm->id, "at",
        output_time(alarm->at), "kind", alarm->kind, "recording", recording, "lost_ms",
        alarm->lost_ms < 0 ? json_null() : json_integer((json_int_t)alarm->lost_ms), "why",
        output_text(alarm->why), "acknowledged_at", output_time(alarm->acknowledged),
        "acknowledged_by", output_text_or_null(alarm->acknowledged_by), "note",
        output_text_or_null(alarm->note));
}

static void gather_alarm(void *list, const struct alarm *alarm)
{
    output_append(list, alarm_json(alarm));
}

static enum exit_code run_list(struct context *context, const struct invocation *invocation)
{
    const char *after_text = command_option(invocation, "after");
    bool all = command_option(invocation, "all") != NULL;
    uint64_t after = 0;
    struct fault fault = {0};

    if (after_text && !command_number(after_text, INT64_MAX, &after))
        return context_fail(context, EXIT_USAGE, "the value of --after is not understood",
                            "it is the number of an alarm");
    enum exit_code code = context_need_index(context);
    if (code != EXIT_DONE)
        return code;
    json_t *list = json_array();
    enum status status = alarms_list(context->index, all, (int64_t)after, ALARM_LIST_MAX,
                                     gather_alarm, list, &fault);
    if (status == STATUS_OK && json_array_size(list) == ALARM_LIST_MAX && !context->json)
        (void)fputs("recorderctl: there may be more; give --after the last ALARM\n", context->err);
    return output_list(context, list, alarm_columns, status, &fault);
}

/* The alarm and its entry in the audit log, both or none. */
static enum status acknowledge(struct context *context, int64_t id, const char *note,
                               struct fault *fault)
{
    char by[CONTEXT_ACTOR_BYTES];
    enum status status = index_begin(context->index, fault);

    if (status != STATUS_OK)
        return status;
    context_actor(by);
    status = alarms_acknowledge(context->index, id, clock_wall_now(), by, note, fault);
    if (status == STATUS_OK)
        status = context_audit(
            context, "alarm_acknowledge", NULL,
            json_pack("{s:I, s:o}", "alarm", (json_int_t)id, "note", output_text(note)), fault);
    if (status == STATUS_OK)
        return index_commit(context->index, fault);
    index_rollback(context->index);
    return status;
}

static enum exit_code run_acknowledge(struct context *context, const struct invocation *invocation)
{
    const char *note = command_option(invocation, "note");
    struct fault fault = {0};
    uint64_t id = 0;

    if (!command_number(invocation->argument[0], INT64_MAX, &id))
        return context_fail(context, EXIT_USAGE, "that is not the number of an alarm",
                            "take it from `recorderctl alarm list`");
    if (note && (!output_is_plain(note) || strlen(note) >= ALARM_WHY_BYTES))
        return context_fail(context, EXIT_USAGE, "the note is too long, or not plain text",
                            "it is one line of at most 255 bytes");
    enum exit_code code = context_need_index(context);
    if (code != EXIT_DONE)
        return code;
    enum status status = acknowledge(context, (int64_t)id, note ? note : "", &fault);
    if (status != STATUS_OK)
        return context_fail_status(
            context, status, &fault,
            status == STATUS_NOT_FOUND ? "list them with `recorderctl alarm list`" : NULL);
    return output_object(context, json_pack("{s:I}", "acknowledged", (json_int_t)id));
}

enum status health_alarms_json(struct context *context, json_t **object, struct fault *fault)
{
    uint64_t open = 0;
    enum status status = alarms_count(context->index, &open, fault);

    if (status != STATUS_OK)
        return status;
    *object = json_pack("{s:I}", "open", (json_int_t)open);
    return *object ? STATUS_OK : fault_set(fault, STATUS_NOMEM, 0, "count alarms: out of memory");
}

enum status health_scrub_json(struct context *context, json_t **object, struct fault *fault)
{
    struct scrub_counts counts;
    enum status status = scrub_count(context->index, &counts, fault);

    if (status != STATUS_OK)
        return status;
    uint64_t checked = counts.of[SCRUB_WHOLE] + counts.of[SCRUB_BAD] + counts.of[SCRUB_NO_KEY];
    *object = json_pack("{s:I, s:I, s:I, s:I, s:o}", "checked", (json_int_t)checked, "bad",
                        (json_int_t)counts.of[SCRUB_BAD], "without_key",
                        (json_int_t)counts.of[SCRUB_NO_KEY], "never_checked",
                        (json_int_t)counts.of[SCRUB_NEVER], "oldest_unchecked",
                        counts.any ? output_time(counts.oldest) : json_null());
    return *object ? STATUS_OK : fault_set(fault, STATUS_NOMEM, 0, "count scrubs: out of memory");
}

const struct command commands_alarms[] = {
    {
        .group = "alarm",
        .verb = "list",
        .arguments = "",
        .options = {{"all", 0, NULL, "those that were acknowledged too"},
                    {"after", 0, "ALARM", "those behind this one; default from the first on"}},
        .summary = "list alarms: audio that was durable and cannot be read any more",
        .details =
            "The keeper raises one when it recovers a recording of which something that was\n"
            "durable is gone (recovered_damaged), or of which nothing could be kept\n"
            "(failed), when its disk does not give one to be recovered (unreadable: after an\n"
            "hour what it does not give is taken as gone), when a recording that it reads\n"
            "again is not as it was sealed (scrub), and when a part of one turns up that it\n"
            "lacks (segment_left). It stays until it is acknowledged. One that was recovered\n"
            "plays, with silence where something is missing; one that is damaged after it was\n"
            "sealed does not play until its file is restored from a backup, or mended\n"
            "(`recordings mend`).",
        .run = run_list,
    },
    {
        .group = "alarm",
        .verb = "acknowledge",
        .arguments = "ALARM",
        .arguments_min = 1,
        .arguments_max = 1,
        .options = {{"note", 0, "TEXT", "what was done about it"}},
        .summary = "say that an alarm was seen; it is not open any more",
        .details =
            "The same recording raises an alarm again where it is found bad once more, a day\n"
            "later at the earliest: restore its file, or mend it, and it is read again.",
        .run = run_acknowledge,
    },
    {0},
};
