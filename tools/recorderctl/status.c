#include <stdlib.h>

#include "storage/index/recordings.h"
#include "tools/recorderctl/command.h"
#include "tools/recorderctl/health_json.h"
#include "tools/recorderctl/keeper.h"
#include "tools/recorderctl/output.h"
#include "tools/recorderctl/recording_json.h"
#include "tools/recorderctl/room.h"

static json_t *counts_json(const struct recordings_counts *counts)
{
    json_t *object = json_object();

    for (int i = RECORDING_STATE_RECORDING; object && i <= RECORDING_STATE_FAILED; i++) {
        if (json_object_set_new(object, recording_state_name((enum recording_state)i),
                                json_integer((json_int_t)counts->by_state[i]))) {
            json_decref(object);
            object = NULL;
        }
    }
    return object;
}

static enum status space_json(const struct context *context, json_t **object, struct fault *fault)
{
    struct room room;
    enum status status = room_look(context, &room, fault);

    if (status == STATUS_OK)
        *object = room_json(&room);
    return status;
}

/* How many customers could be recorded for with a key of this month; the public half says it. */
static enum status keys_json(struct context *context, json_t **object, struct fault *fault)
{
    struct customer_names names;
    struct customer_key key;
    struct public_keys *keys = NULL;
    char month[KEY_MONTH_BYTES];
    size_t present = 0;
    size_t older = 0;
    wall_time now = clock_wall_now();

    enum status status = customer_names_init(&names, context->index, fault);
    if (status != STATUS_OK)
        return status;
    keys_month(now, month);
    uint32_t version = key_month_number(month);
    status = public_keys_open(&disk_system, context->config->keys, &keys, fault);
    for (size_t i = 0; status == STATUS_OK && i < names.count; i++) {
        enum status found = public_keys_customer(keys, names.customer[i].id, now, &key, NULL);
        present += found == STATUS_OK && key.version == version;
        older += found == STATUS_OK && key.version != version;
    }
    if (status == STATUS_OK)
        *object = json_pack("{s:o, s:s, s:I, s:I, s:I, s:I}", "directory",
                            output_text(context->config->keys), "month", month, "customers",
                            (json_int_t)names.count, "of_this_month", (json_int_t)present,
                            "of_another_month", (json_int_t)older, "missing",
                            (json_int_t)(names.count - present - older));
    public_keys_close(keys);
    customer_names_deinit(&names);
    return status;
}

static enum exit_code run_status(struct context *context, const struct invocation *invocation)
{
    struct recordings_counts counts;
    struct fault fault = {0};
    json_t *space = NULL;
    json_t *keys = NULL;
    enum exit_code code = context_need_index(context);

    (void)invocation;
    if (code != EXIT_DONE)
        return code;
    enum status status = recordings_count(context->index, &counts, &fault);
    if (status == STATUS_OK)
        status = space_json(context, &space, &fault);
    if (status == STATUS_OK)
        status = keys_json(context, &keys, &fault);
    if (status != STATUS_OK) {
        json_decref(space);
        (void)context_fail_status(context, status, &fault, NULL);
        return EXIT_SYSTEM;
    }
    json_t *alarms = NULL;
    json_t *scrub = NULL;
    status = health_alarms_json(context, &alarms, &fault);
    if (status == STATUS_OK)
        status = health_scrub_json(context, &scrub, &fault);
    if (status != STATUS_OK) {
        json_decref(space);
        json_decref(keys);
        json_decref(alarms);
        (void)context_fail_status(context, status, &fault, NULL);
        return EXIT_SYSTEM;
    }
    json_t *report = keeper_report_read(context);
    return output_object(
        context,
        json_pack("{s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "version", RECORDER_VERSION,
                  "store", output_text(context->config->store), "config", context->config_path,
                  "recordings", counts_json(&counts), "space", space, "keys", keys, "alarms",
                  alarms, "scrub", scrub, "keeper", report ? report : json_null()));
}

const struct command commands_status[] = {
    {
        .group = "status",
        .arguments = "",
        .summary = "counts by state, free space, keys, alarms, and the keeper's work",
        .run = run_status,
    },
    {0},
};
