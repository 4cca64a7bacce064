#include "web/api/recording_routes.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "storage/index/controls.h"
#include "storage/recording/find.h"
#include "web/api/answer.h"
#include "web/api/api.h"
#include "web/api/audio_view.h"
#include "web/api/cursor.h"
#include "web/api/list_query.h"
#include "web/api/recording_json.h"

/* What names a row's place in its conversation. */
struct row_key {
    struct uuid id;
    struct uuid conversation;
    wall_time started;
};

/* What a list collects while the index visits its rows. */
struct page {
    json_t *rows;
    bool failed;
    size_t count;
    struct row_key key[LIST_LIMIT_MAX];
};

static void add_row(void *context, const struct index_recording *row)
{
    struct page *page = context;

    if (page->count == LIST_LIMIT_MAX ||
        json_array_append_new(page->rows, recording_json_row(row)) != 0) {
        page->failed = true;
        return;
    }
    page->key[page->count++] = (struct row_key){row->id, row->conversation, row->started};
}

/* After the visit, which must not use the index: a range of an index for each row. */
static enum status add_places(struct page *page, struct index *index, const struct uuid *customer,
                              struct fault *fault)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; i < page->count && status == STATUS_OK && !page->failed; i++) {
        const struct index_recording row = {.id = page->key[i].id,
                                            .customer = *customer,
                                            .conversation = page->key[i].conversation,
                                            .started = page->key[i].started};
        struct conversation_place place;
        status = recordings_place(index, &row, &place, fault);
        if (status == STATUS_OK && !recording_json_set_place(json_array_get(page->rows, i), &place))
            page->failed = true;
    }
    return status;
}

static enum status read_parameters(const struct exchange *exchange,
                                   struct list_parameters *parameters, const char **parameter)
{
    const struct {
        const char *name;
        const char **value;
    } wanted[] = {
        {"from", &parameters->from},     {"to", &parameters->to},
        {"number", &parameters->number}, {"limit", &parameters->limit},
        {"cursor", &parameters->cursor},
    };

    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        if (exchange_query(exchange, wanted[i].name, wanted[i].value) == STATUS_OK)
            continue;
        *parameter = wanted[i].name;
        return STATUS_INVALID;
    }
    return STATUS_OK;
}

static json_t *page_json(struct page *page, bool more)
{
    char next[CURSOR_TEXT_BYTES];

    if (page->failed)
        return NULL;
    if (!more || page->count == 0)
        return json_pack("{s:O, s:n}", "recordings", page->rows, "next");
    const struct row_key *last = &page->key[page->count - 1];
    cursor_format(last->started, last->id, next);
    return json_pack("{s:O, s:s}", "recordings", page->rows, "next", next);
}

void recording_routes_list(struct api *api, struct index *index, struct exchange *exchange)
{
    struct list_parameters parameters = {0};
    struct list_query list;
    struct page page = {.rows = json_array()};
    struct fault fault = {0};
    const char *parameter = NULL;
    const char *reason = "a zero byte is not expected";
    bool more = false;

    (void)api;
    if (read_parameters(exchange, &parameters, &parameter) != STATUS_OK ||
        list_query_parse(&parameters, &list, &parameter, &reason) != STATUS_OK) {
        answer_problem(exchange, PROBLEM_BAD_PARAMETER, reason, parameter);
        goto out;
    }
    list.query.customer = &exchange->customer.id;
    enum status status = recordings_list(index, &list.query, add_row, &page, &more, &fault);
    if (status == STATUS_OK)
        status = add_places(&page, index, &exchange->customer.id, &fault);
    if (status != STATUS_OK)
        answer_failure(exchange, status, &fault, "list recordings");
    else
        answer_json(exchange, MHD_HTTP_OK, page_json(&page, more));
out:
    json_decref(page.rows);
}

bool recording_routes_find(struct index *index, struct exchange *exchange,
                           struct index_recording *recording)
{
    struct fault fault = {0};
    struct uuid id;
    enum status status = STATUS_NOT_FOUND;

    if (uuid_parse(exchange->match.id, &id) == STATUS_OK)
        status = recordings_get(index, id, &exchange->customer.id, recording, &fault);
    if (status == STATUS_NOT_FOUND)
        answer_problem(exchange, PROBLEM_NO_RECORDING, NULL, NULL);
    else if (status != STATUS_OK)
        answer_failure(exchange, status, &fault, "find a recording");
    return status == STATUS_OK;
}

/* The rows of a conversation while the index visits them; NULL once memory is out. */
static void add_part(void *context, const struct index_recording *row)
{
    json_t **parts = context;

    if (*parts && json_array_append_new(*parts, recording_json_part(row)) != 0) {
        json_decref(*parts);
        *parts = NULL;
    }
}

void recording_routes_show(struct api *api, struct index *index, struct exchange *exchange)
{
    struct index_recording recording;
    struct index_fact_counts facts = {0};
    enum policy_parties paused = POLICY_NOBODY;
    struct fault fault = {0};
    json_t *parts = NULL;

    (void)api;
    if (!recording_routes_find(index, exchange, &recording))
        return;
    parts = json_array();
    enum status status = recordings_list_conversation(
        index, recording.conversation, &exchange->customer.id, add_part, &parts, &fault);
    if (status == STATUS_OK)
        status = recordings_count_facts(index, recording.id, &facts, &fault);
    if (status == STATUS_OK && recording.state == RECORDING_STATE_RECORDING)
        status = controls_paused(index, &recording.id, &paused, &fault);
    if (status != STATUS_OK)
        answer_failure(exchange, status, &fault, "show a recording");
    else
        answer_json(exchange, MHD_HTTP_OK,
                    parts ? recording_json_whole(&recording, &facts, paused, parts) : NULL);
    json_decref(parts);
}

void recording_routes_facts(struct api *api, struct index *index, struct exchange *exchange)
{
    struct index_recording recording;
    struct index_fact *facts = NULL;
    size_t fact_count = 0;
    struct fault fault = {0};

    (void)api;
    if (!recording_routes_find(index, exchange, &recording))
        return;
    enum status status = recordings_facts(index, recording.id, &facts, &fact_count, &fault);
    if (status != STATUS_OK)
        answer_failure(exchange, status, &fault, "read facts");
    else
        answer_json(exchange, MHD_HTTP_OK, recording_json_facts(facts, fact_count));
    free(facts);
}

static enum problem_kind unreadable_kind(enum status status)
{
    if (status == STATUS_CORRUPT)
        return PROBLEM_DAMAGED;
    if (status == STATUS_NO_KEY)
        return PROBLEM_KEY_GONE;
    if (status == STATUS_CONFLICT)
        return PROBLEM_IN_PROGRESS;
    if (status == STATUS_BUSY)
        return PROBLEM_OVERLOADED;
    return PROBLEM_INTERNAL;
}

void recording_routes_unreadable(struct exchange *exchange, const struct index_recording *recording,
                                 enum status status, const struct fault *fault)
{
    enum problem_kind kind = unreadable_kind(status);
    char id[UUID_TEXT_BYTES];

    uuid_format(recording->id, id);
    log_event(LOG_ERROR, status == STATUS_CORRUPT ? "recording.damaged" : "recording.unreadable",
              "recording=%s status=%s cause=\"%s\"", id, status_name(status), fault->text);
    if (kind == PROBLEM_OVERLOADED)
        answer_retry(exchange, kind, 1);
    else
        answer_problem(exchange, kind, NULL, NULL);
}

/*
 * The index says whose a recording is, and recorder-ingest, which faces the telephone network, can
 * write the index; the customer inside the sealed file it cannot change, nor who is signed in.
 */
static bool is_sealed_to(const struct recording_reader *reader, struct uuid customer,
                         const struct index_recording *recording)
{
    const struct recording_summary *summary = recording_reader_summary(reader);

    if (uuid_equal(summary->customer, customer))
        return true;
    log_event(LOG_ERROR, "recording.foreign", "path=%s reason=\"sealed to another customer\"",
              recording->path);
    return false;
}

bool recording_routes_master_is_old(const struct api *api)
{
    bool in_force = true;

    if (keys_master_in_force(&disk_system, api->keys, api->master_key, &in_force, NULL) !=
            STATUS_OK ||
        in_force)
        return false;
    log_event(LOG_ERROR, "keys.master_key_is_old",
              "file=%s remedy=\"give it the one that is in force, and restart recorder-web\"",
              api->master_key);
    return true;
}

bool recording_routes_open(struct api *api, struct exchange *exchange,
                           const struct index_recording *recording, struct reader_lease **lease)
{
    char path[BOUND_PATH_BYTES];
    struct fault fault = {0};

    if (recording->state == RECORDING_STATE_RECORDING) {
        answer_problem(exchange, PROBLEM_IN_PROGRESS, NULL, NULL);
        return false;
    }
    if (recording->state == RECORDING_STATE_FAILED) {
        answer_problem(exchange, PROBLEM_NO_AUDIO, "Nothing of this call could be kept", NULL);
        return false;
    }
    enum status status = recording_find(&disk_system, &api->volumes, recording->path, path, &fault);
    if (status == STATUS_OK)
        status =
            readers_acquire(api->readers, recording->id, path, clock_mono_now(), lease, &fault);
    if (status == STATUS_IO && recording_routes_master_is_old(api)) {
        answer_problem(exchange, PROBLEM_MASTER_KEY_OLD, NULL, NULL);
        return false;
    }
    if (status != STATUS_OK) {
        recording_routes_unreadable(exchange, recording, status, &fault);
        return false;
    }
    if (!is_sealed_to(reader_lease_reader(*lease), exchange->customer.id, recording)) {
        readers_release(api->readers, *lease, clock_mono_now());
        answer_problem(exchange, PROBLEM_NO_RECORDING, NULL, NULL);
        return false;
    }
    return true;
}

/* How a waveform is asked for, and what is found. */
struct peaks_request {
    const struct index_recording *recording;
    int leg; /* PEAKS_BOTH, or one of the recording's */
    enum section_kind kind;
    struct bytes section;
};

static void answer_peaks(struct exchange *exchange, const struct peaks_request *request)
{
    const struct index_recording *recording = request->recording;
    char *text = NULL;
    size_t text_bytes = 0;
    struct fault fault = {0};
    enum status status = recording_json_peaks(recording, request->kind, request->leg,
                                              &request->section, &text, &text_bytes);

    if (status == STATUS_OK) {
        answer_json_text(exchange, text, text_bytes);
        return;
    }
    (void)fault_set(&fault, status, 0, "%zu bytes of peaks for %zu legs", request->section.len,
                    recording->legs);
    recording_routes_unreadable(exchange, recording, status, &fault);
}

/* Whether nobody else is on the side of a leg, whose picture then is its side's. */
static bool is_alone(const struct index_recording *recording, int leg)
{
    for (size_t i = 0; i < recording->legs; i++)
        if ((int)i != leg && recording->leg[i].right == recording->leg[leg].right)
            return false;
    return true;
}

/* Of both sides, or of a leg: its own where there is one, or its side's. Files from before there
 * were pictures of sides have those of legs alone. */
static enum status read_peaks(struct peaks_request *request, const struct recording_reader *reader,
                              struct fault *fault)
{
    bool one = request->leg != PEAKS_BOTH;

    request->kind = one ? SECTION_PEAKS : SECTION_CHANNEL_PEAKS;
    enum status status = recording_reader_section(reader, request->kind, &request->section, fault);
    if (status != STATUS_NOT_FOUND || (one && !is_alone(request->recording, request->leg)))
        return status;
    request->kind = one ? SECTION_CHANNEL_PEAKS : SECTION_PEAKS;
    return recording_reader_section(reader, request->kind, &request->section, fault);
}

/* False where the leg that is asked for is none, which is answered then. */
static bool read_leg(struct exchange *exchange, const struct index_recording *recording, int *leg)
{
    const char *text = NULL;

    *leg = PEAKS_BOTH;
    if (exchange_query(exchange, "leg", &text) != STATUS_OK ||
        (text && !audio_view_read_leg(text, leg))) {
        answer_problem(exchange, PROBLEM_BAD_PARAMETER, "a number from 0 is expected", "leg");
        return false;
    }
    if (*leg == PEAKS_BOTH || (size_t)*leg < recording->legs)
        return true;
    answer_problem(exchange, PROBLEM_NO_LEG, NULL, NULL);
    return false;
}

void recording_routes_peaks(struct api *api, struct index *index, struct exchange *exchange)
{
    struct index_recording recording;
    struct peaks_request request = {.recording = &recording};
    struct reader_lease *lease = NULL;
    struct fault fault = {0};

    if (!recording_routes_find(index, exchange, &recording) ||
        !read_leg(exchange, &recording, &request.leg) ||
        !recording_routes_open(api, exchange, &recording, &lease))
        return;
    bytes_init(&request.section, BOUND_SECTION_BYTES);
    enum status status = read_peaks(&request, reader_lease_reader(lease), &fault);
    readers_release(api->readers, lease, clock_mono_now());
    if (status == STATUS_OK)
        answer_peaks(exchange, &request);
    else if (status == STATUS_NOT_FOUND)
        answer_problem(exchange, PROBLEM_NO_PEAKS, NULL, NULL);
    else
        recording_routes_unreadable(exchange, &recording, status, &fault);
    bytes_deinit(&request.section);
}
