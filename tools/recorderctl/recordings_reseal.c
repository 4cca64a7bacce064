#include <string.h>

#include "storage/recording/slots.h"
#include "tools/recorderctl/keys.h"
#include "tools/recorderctl/output.h"
#include "tools/recorderctl/recording_json.h"
#include "tools/recorderctl/recordings.h"

static json_t *slot_json(const struct slot_info *slot, unsigned number)
{
    char month[KEY_MONTH_BYTES];
    const char *key = ""; /* where it is broken, or of a key that is no month's */

    if (slot->state != SLOT_BROKEN && slot->version == KEY_VERSION_HOLD)
        key = "hold";
    else if (key_month_text(slot->version, month) == STATUS_OK)
        key = month;
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

/* One change of a recording's slots, as the audit log tells it. */
struct change {
    struct context *context;
    const struct index_recording *row;
    const char *path;
    const char *what; /* "to", "drop" */
    const char *value;
};

/* step  "begin", before anything is changed; "done", when it is durable. Only what is done is so:
 *       one that was cut off between the two may be. */
static enum status audit(const struct change *change, const char *step, unsigned slot,
                         struct fault *fault)
{
    json_t *detail = json_pack("{s:s, s:s}", "step", step, change->what, change->value);

    if (slot && detail && json_object_set_new(detail, "slot", json_integer(slot))) {
        json_decref(detail);
        detail = NULL;
    }
    if (!detail)
        return fault_set(fault, STATUS_NOMEM, 0, "write an audit entry: out of memory");
    return context_audit(change->context, "reseal", &change->row->id, detail, fault);
}

static enum status seal_to(const struct change *change, struct fault *fault)
{
    struct context *context = change->context;
    const struct index_recording *row = change->row;
    const struct recording_access access = recording_access(context);
    struct customer_key key;
    unsigned number = 0;
    /* the key of the month in which it began, or where that was destroyed the newest one */
    enum status status =
        strcmp(change->value, "hold") == 0
            ? find_hold(context, &key, fault)
            : public_keys_customer(context->public_keys, row->customer, row->started, &key, fault);

    if (status == STATUS_OK)
        status = audit(change, "begin", 0, fault);
    if (status == STATUS_OK)
        status = slots_add(&access, change->path, row->id, &key, &number, fault);
    return status == STATUS_OK ? audit(change, "done", number, fault) : status;
}

static enum status drop(const struct change *change, struct fault *fault)
{
    const struct recording_access access = recording_access(change->context);
    unsigned number = (unsigned)(change->value[0] - '0');
    enum status status = audit(change, "begin", 0, fault);

    if (status == STATUS_OK)
        status = slots_drop(&access, change->path, change->row->id, number, fault);
    return status == STATUS_OK ? audit(change, "done", number, fault) : status;
}

static enum exit_code fail(const struct context *context, enum status status,
                           const struct fault *fault, bool dropping)
{
    switch ((int)status) {
    case STATUS_BUSY:
        return context_fail(context, EXIT_REFUSED, fault->text, "try again in a moment");
    case STATUS_LIMIT:
        return context_fail_status(context, status, fault, "drop one with --drop SLOT");
    case STATUS_NOT_FOUND:
        return context_fail_status(context, status, fault,
                                   "restore the file, or run the keeper for the customer's keys");
    case STATUS_CONFLICT: /* one that is not finished is refused before */
        return context_fail_status(context, status, fault,
                                   dropping ? "seal it to another key first, with --to" : NULL);
    default:
        return context_fail_status(context, status, fault, NULL);
    }
}

/* What is about to become another file, or whose row does not say yet whether it is. */
static enum exit_code check_row(const struct context *context, const struct index_recording *row)
{
    static const struct uuid none;

    if (!uuid_equal(row->owner_due, none))
        return context_fail(context, EXIT_REFUSED,
                            "it turned out to be another customer's, and is sealed to that one now",
                            "try again when the keeper has done so");
    if (row->state == RECORDING_STATE_RECORDING)
        return context_fail(context, EXIT_REFUSED, "the call goes on, or waits for recovery",
                            "try again when it has ended");
    return EXIT_DONE;
}

static enum exit_code change_slots(struct context *context, const struct index_recording *row,
                                   const char *to, const char *slot)
{
    struct fault fault = {0};
    char path[BOUND_PATH_BYTES];
    bool dropping = false;
    enum exit_code code = to || slot ? check_row(context, row) : EXIT_DONE;

    if (code != EXIT_DONE)
        return code;
    enum status status = recording_file_path(context, row, path, &fault);
    if (status == STATUS_OK && to) /* first, so that --drop may be of the one that there was */
        status = seal_to(&(struct change){context, row, path, "to", to}, &fault);
    if (status == STATUS_OK && slot) {
        dropping = true;
        status = drop(&(struct change){context, row, path, "drop", slot}, &fault);
    }
    return status == STATUS_OK ? print_slots(context, row, path)
                               : fail(context, status, &fault, dropping);
}

enum exit_code recordings_reseal(struct context *context, const struct invocation *invocation)
{
    const char *to = command_option(invocation, "to");
    const char *slot = command_option(invocation, "drop");
    struct index_recording row;

    if (to && strcmp(to, "hold") != 0 && strcmp(to, "customer") != 0)
        return context_fail(context, EXIT_USAGE, "the value of --to is not understood",
                            "it is hold or customer");
    if (slot && (slot[0] < '1' || slot[0] > '0' + FORMAT_SLOTS || slot[1]))
        return context_fail(context, EXIT_USAGE, "the value of --drop is not understood",
                            "it is the number of a slot, 1 to 7");
    enum exit_code code = context_need_keys(context);
    if (code == EXIT_DONE)
        code = recording_find_row(context, invocation->argument[0], &row);
    return code == EXIT_DONE ? change_slots(context, &row, to, slot) : code;
}
