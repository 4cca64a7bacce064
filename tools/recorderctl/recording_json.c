#include "tools/recorderctl/recording_json.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "storage/index/details.h"
#include "storage/recording/find.h"
#include "tools/recorderctl/output.h"

static void add_name(void *context, const struct customer *customer)
{
    struct customer_names *names = context;
    struct customer *grown =
        reallocarray(names->customer, names->count + 1, sizeof *names->customer);

    if (!grown) {
        names->out_of_memory = true;
        return;
    }
    names->customer = grown;
    names->customer[names->count++] = *customer;
}

static int compare_customers(const void *left, const void *right)
{
    const struct customer *one = left;
    const struct customer *two = right;

    return memcmp(one->id.b, two->id.b, sizeof one->id.b);
}

enum status customer_names_init(struct customer_names *names, struct index *index,
                                struct fault *fault)
{
    *names = (struct customer_names){0};
    enum status status = customers_list(index, add_name, names, fault);
    if (status == STATUS_OK && names->out_of_memory)
        status = fault_set(fault, STATUS_NOMEM, 0, "list customers: out of memory");
    if (status != STATUS_OK)
        customer_names_deinit(names);
    else if (names->count)
        qsort(names->customer, names->count, sizeof *names->customer, compare_customers);
    return status;
}

void customer_names_deinit(struct customer_names *names)
{
    free(names->customer);
    *names = (struct customer_names){0};
}

const char *customer_names_number(const struct customer_names *names, struct uuid id)
{
    const struct customer wanted = {.id = id};
    const struct customer *found = names->count ? bsearch(&wanted, names->customer, names->count,
                                                          sizeof wanted, compare_customers)
                                                : NULL;

    return found ? found->number : "";
}

static json_t *party_json(const struct index_party *party)
{
    return json_pack("{s:o, s:o}", "number", output_text_or_null(party->number), "name",
                     output_text_or_null(party->name));
}

json_t *recording_json_brief(const struct index_recording *row, const struct customer_names *names)
{
    char id[UUID_TEXT_BYTES];

    uuid_format(row->id, id);
    return json_pack(
        "{s:s, s:o, s:o, s:o, s:I, s:s, s:s, s:o, s:o, s:o, s:I}", "id", id, "customer",
        output_text(customer_names_number(names, row->customer)), "started_at",
        output_time(row->started), "ended_at", output_time(row->ended), "duration_ms",
        (json_int_t)row->duration_ms, "state", recording_state_name(row->state), "direction",
        call_direction_name(row->direction), "caller", party_json(&row->caller), "called",
        party_json(&row->called), "sip_call_id", output_text_or_null(row->sip_call_id),
        "audio_bytes", (json_int_t)row->audio_bytes);
}

static json_t *leg_json(const struct index_leg *leg)
{
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I}", "channel",
                     leg->right ? "right" : "left", "own_channel", details_own_channel(leg),
                     "label", output_text_or_null(leg->label), "party", party_json(&leg->party),
                     "codec", output_text_or_null(leg->codec), "packets_received",
                     (json_int_t)leg->packets_received, "packets_lost",
                     (json_int_t)leg->packets_lost, "packets_late", (json_int_t)leg->packets_late,
                     "packets_duplicate", (json_int_t)leg->packets_duplicate, "packets_ignored",
                     (json_int_t)leg->packets_ignored, "packets_refused",
                     (json_int_t)leg->packets_refused);
}

static json_t *fact_json(const struct index_fact *fact)
{
    return json_pack("{s:I, s:I, s:o, s:o, s:I, s:o}", "start_ms", (json_int_t)fact->start_ms,
                     "end_ms", (json_int_t)fact->end_ms, "leg",
                     fact->leg < 0 ? json_null() : json_integer(fact->leg), "cause",
                     output_text(fact->cause), "count", (json_int_t)fact->count, "detail",
                     output_text_or_null(fact->detail));
}

static json_t *hash_json(const uint8_t hash[static 32])
{
    char text[65];

    return json_string(sodium_bin2hex(text, sizeof text, hash, 32));
}

/* Why it is in its conversation: as the API's linked_by. */
static json_t *linked_by_json(const struct index_recording *row)
{
    if (uuid_equal(row->id, row->conversation))
        return json_null();
    return json_string(row->by_number ? "number" : "id");
}

static int add_origin(json_t *object, const struct index_recording *row)
{
    char conversation[UUID_TEXT_BYTES];

    uuid_format(row->conversation, conversation);
    json_t *origin = json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:b, s:o, s:o, s:o}", "source",
        output_text_or_null(row->source), "source_address",
        output_text_or_null(row->source_address), "session_id",
        output_text_or_null(row->session_id), "sip_session_id",
        output_text_or_null(row->sip_session_id), "group_id", output_text_or_null(row->group_id),
        "call_reference", output_text_or_null(row->call_reference), "conversation", conversation,
        "linked_by", linked_by_json(row), "node", output_text_or_null(row->node), "end_cause",
        output_text_or_null(row->end_cause), "damaged", (int)row->damaged, "path",
        output_text(row->path), "sha256_cipher", hash_json(row->sha256_cipher), "sha256_plain",
        hash_json(row->sha256_plain));
    int failed = !origin || json_object_update(object, origin);

    json_decref(origin);
    return failed;
}

json_t *recording_json_whole(const struct index_recording *row, const struct customer_names *names,
                             const struct index_fact *facts, size_t fact_count)
{
    json_t *object = recording_json_brief(row, names);
    json_t *legs = json_array();
    json_t *list = json_array();

    for (size_t i = 0; i < row->legs; i++)
        output_append(legs, details_add_sound(leg_json(&row->leg[i]), row, &row->leg[i]));
    for (size_t i = 0; i < fact_count; i++)
        output_append(list, fact_json(&facts[i]));
    const char *due = customer_names_number(names, row->owner_due);
    bool whole =
        object && !add_origin(object, row) &&
        !json_object_set_new(object, "owner_due", output_text_or_null(due)) &&
        !json_object_set_new(object, "talk_over_ms",
                             row->measured ? json_integer(row->talk_over_ms) : json_null()) &&
        !json_object_set(object, "legs", legs) && !json_object_set(object, "facts", list);
    json_decref(legs);
    json_decref(list);
    if (whole)
        return object;
    json_decref(object);
    return NULL;
}

json_t *recording_json_documents(const struct bytes *section)
{
    json_t *list = json_array();
    struct document document;
    size_t offset = 0;

    while (documents_next(section->data, section->len, &offset, &document) == STATUS_OK)
        output_append(list, json_pack("{s:I, s:o, s:o, s:I}", "at_ms", (json_int_t)document.at_ms,
                                      "message", output_text_or_null(document.message), "type",
                                      output_text_or_null(document.type), "bytes",
                                      (json_int_t)document.data_bytes));
    return list;
}

enum exit_code recording_find_row(struct context *context, const char *text,
                                  struct index_recording *row)
{
    struct uuid id;
    struct fault fault = {0};

    if (uuid_parse(text, &id) != STATUS_OK)
        return context_fail(context, EXIT_USAGE, "that is not the id of a recording",
                            "take it from `recorderctl recordings list`");
    enum status status = recordings_get(context->index, id, NULL, row, &fault);
    if (status == STATUS_OK)
        return EXIT_DONE;
    return context_fail_status(
        context, status, &fault,
        status == STATUS_NOT_FOUND ? "list them with `recorderctl recordings list`" : NULL);
}

enum status recording_file_path(const struct context *context, const struct index_recording *row,
                                char path[static BOUND_PATH_BYTES], struct fault *fault)
{
    const struct volumes volumes = volumes_of(context->config);

    return recording_find(&disk_system, &volumes, row->path, path, fault);
}

struct recording_access recording_access(const struct context *context)
{
    return (struct recording_access){
        .disk = &disk_system, .keys = context->private_keys, .signers = context->public_keys};
}

enum status recording_open_file(struct context *context, const struct index_recording *row,
                                struct recording_reader **reader, struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    const struct recording_access access = recording_access(context);
    enum status status = recording_file_path(context, row, path, fault);

    if (status == STATUS_OK)
        status = recording_reader_open(&access, path, row->id, reader, fault);
    if (status != STATUS_OK && !fault->text[0])
        (void)fault_set(fault, status, 0, "open %s: %s", path, status_text(status));
    return status;
}
