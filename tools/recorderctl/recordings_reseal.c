#include <string.h>

#include "storage/recording/slots.h"
#include "tools/recorderctl/keys.h"
#include "tools/recorderctl/output.h"
#include "tools/recorderctl/recording_json.h"
#include "tools/recorderctl/recordings.h"

static json_t *slot_json(const struct slot_info *slot, unsigned number)
{
    char key[16] = "";

    if (slot->state == SLOT_OPENS || slot->state == SLOT_LOCKED)
        (void)snprintf(key, sizeof key, slot->version == KEY_VERSION_HOLD ? "hold" : "%04u-%02u",
                       (unsigned)(slot->version / 100) % 10000, (unsigned)(slot->version % 100));
    return json_pack("{s:i, s:s, s:o, s:o}", "slot", (int)number, "state",
                     slot_state_name(slot->state), "key", output_text_or_null(key), "id",
                     keys_id_json(slot->id));
}

static enum exit_code print_slots(struct context *context, const struct index_recording *row,
                                  const char *path)
{
    const struct recording_access access = recording_access(context);
    struct slot_info slot[FORMAT_SLOTS];
    struct fault fault = {0};
    char id[UUID_TEXT_BYTES];
    enum status status = slots_read(&access, path, row->id, slot, &fault);

    if (status != STATUS_OK)
        return context_fail_status(context, status, &fault, NULL);
    uuid_format(row->id, id);
    json_t *list = json_array();
    for (unsigned i = 0; i < FORMAT_SLOTS && list; i++)
        if (slot[i].state != SLOT_EMPTY)
            output_append(list, slot_json(&slot[i], i + 1));
    return output_object(context, json_pack("{s:s, s:o}", "id", id, "slots", list));
}

static enum status find_hold(struct context *context, struct customer_key *key, struct fault *fault)
{
    enum status status = private_keys_make_hold(context->private_keys, fault);

    return status == STATUS_OK ? public_keys_hold(context->public_keys, key, fault) : status;
}

static enum status audit(struct context *context, const struct index_recording *row,
                         const char *what, const char *value, struct fault *fault)
{
    return context_audit(context, "reseal", &row->id, json_pack("{s:s}", what, value), fault);
}

static enum status seal_to(struct context *context, const struct index_recording *row,
                           const char *path, const char *to, struct fault *fault)
{
    const struct recording_access access = recording_access(context);
    struct customer_key key;
    unsigned number;
    /* the key of the month in which it began, or where that was destroyed the newest one */
    enum status status =
        strcmp(to, "hold") == 0
            ? find_hold(context, &key, fault)
            : public_keys_customer(context->public_keys, row->customer, row->started, &key, fault);

    if (status == STATUS_OK)
        status = audit(context, row, "to", to, fault);
    return status == STATUS_OK ? slots_add(&access, path, row->id, &key, &number, fault) : status;
}

static enum status drop(struct context *context, const struct index_recording *row,
                        const char *path, const char *slot, struct fault *fault)
{
    const struct recording_access access = recording_access(context);
    enum status status = audit(context, row, "drop", slot, fault);

    return status == STATUS_OK
               ? slots_drop(&access, path, row->id, (unsigned)(slot[0] - '0'), fault)
               : status;
}

static const char *remedy_of(enum status status)
{
    switch ((int)status) {
    case STATUS_LIMIT:
        return "drop one with --drop SLOT";
    case STATUS_NOT_FOUND:
        return "restore the file, or run the keeper for the customer's keys";
    default:
        return NULL;
    }
}

enum exit_code recordings_reseal(struct context *context, const struct invocation *invocation)
{
    static const struct uuid none;
    const char *to = command_option(invocation, "to");
    const char *slot = command_option(invocation, "drop");
    struct index_recording row;
    struct fault fault = {0};
    char path[BOUND_PATH_BYTES];

    if (to && strcmp(to, "hold") != 0 && strcmp(to, "customer") != 0)
        return context_fail(context, EXIT_USAGE, "the value of --to is not understood",
                            "it is hold or customer");
    if (slot && (slot[0] < '1' || slot[0] > '0' + FORMAT_SLOTS || slot[1]))
        return context_fail(context, EXIT_USAGE, "the value of --drop is not understood",
                            "it is the number of a slot, 1 to 7");
    enum exit_code code = context_need_keys(context);
    if (code == EXIT_DONE)
        code = recording_find_row(context, invocation->argument[0], &row);
    if (code != EXIT_DONE)
        return code;
    if (!uuid_equal(row.owner_due, none) && (to || slot)) /* its file is about to be another one */
        return context_fail(context, EXIT_REFUSED,
                            "it turned out to be another customer's, and is sealed to that one now",
                            "try again when the keeper has done so");
    enum status status = recording_file_path(context, &row, path, &fault);
    if (status == STATUS_OK && to) /* first, so that --drop may be of the one that there was */
        status = seal_to(context, &row, path, to, &fault);
    if (status == STATUS_OK && slot)
        status = drop(context, &row, path, slot, &fault);
    if (status == STATUS_BUSY)
        return context_fail(context, EXIT_REFUSED, fault.text, "try again in a moment");
    if (status != STATUS_OK)
        return context_fail_status(context, status, &fault, remedy_of(status));
    return print_slots(context, &row, path);
}
