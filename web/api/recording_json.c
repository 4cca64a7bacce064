#include "web/api/recording_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/index/details.h"

/* "-128," */
enum { PEAK_TEXT_BYTES = 5, PEAKS_HEAD_BYTES = 160 };

static json_t *text_json(const char *text)
{
    json_t *value = json_string(text);

    if (value)
        return value;
    char *ascii = strdup(text);
    for (char *sign = ascii; sign && *sign; sign++) {
        if ((unsigned char)*sign >= 0x80)
            *sign = '?';
    }
    value = ascii ? json_string(ascii) : NULL;
    free(ascii);
    return value;
}

static json_t *text_or_null(const char *text)
{
    return *text ? text_json(text) : json_null();
}

static json_t *time_or_null(wall_time time)
{
    char text[CLOCK_RFC3339_BYTES];

    if (time.ns == 0)
        return json_null();
    clock_format_rfc3339(time, text);
    return json_string(text);
}

static json_t *party_json(const struct index_party *party)
{
    return json_pack("{s:o, s:o}", "number", text_or_null(party->number), "name",
                     text_or_null(party->name));
}

json_t *recording_json_row(const struct index_recording *recording)
{
    char id[UUID_TEXT_BYTES];
    char conversation[UUID_TEXT_BYTES];

    uuid_format(recording->id, id);
    uuid_format(recording->conversation, conversation);
    return json_pack("{s:s, s:o, s:o, s:I, s:s, s:b, s:s, s:o, s:o, s:s}", "id", id, "started_at",
                     time_or_null(recording->started), "ended_at", time_or_null(recording->ended),
                     "duration_ms", (json_int_t)recording->duration_ms, "state",
                     recording_state_name(recording->state), "damaged", (int)recording->damaged,
                     "direction", call_direction_name(recording->direction), "caller",
                     party_json(&recording->caller), "called", party_json(&recording->called),
                     "conversation_id", conversation);
}

bool recording_json_set_place(json_t *row, const struct conversation_place *place)
{
    return json_object_set_new(row, "conversation_part", json_integer(place->part)) == 0 &&
           json_object_set_new(row, "conversation_size", json_integer(place->size)) == 0;
}

json_t *recording_json_part(const struct index_recording *recording)
{
    json_t *part = recording_json_row(recording);
    json_t *linked_by = json_null();

    if (!uuid_equal(recording->id, recording->conversation))
        linked_by = json_string(recording->by_number ? "number" : "id");
    if (json_object_set_new(part, "linked_by", linked_by) == 0)
        return part;
    json_decref(part);
    return NULL;
}

static json_t *leg_json(const struct index_leg *leg)
{
    return json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I}", "channel",
        leg->right ? "right" : "left", "own_channel", details_own_channel(leg), "label",
        text_json(leg->label), "party", party_json(&leg->party), "codec", text_json(leg->codec),
        "packets_received", (json_int_t)leg->packets_received, "packets_lost",
        (json_int_t)leg->packets_lost, "packets_late", (json_int_t)leg->packets_late,
        "packets_duplicate", (json_int_t)leg->packets_duplicate, "packets_ignored",
        (json_int_t)leg->packets_ignored, "packets_refused", (json_int_t)leg->packets_refused);
}

/* How many facts of each cause there are: {"lost": 3, "silent": 12}. */
static json_t *counts_json(const struct index_fact_counts *counts)
{
    json_t *object = json_object();

    for (size_t i = 0; i < counts->causes; i++) {
        json_t *facts = json_integer((json_int_t)counts->of[i].facts);
        if (json_object_set_new(object, counts->of[i].cause, facts) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

static json_t *talk_over_json(const struct index_recording *recording)
{
    return recording->measured ? json_integer(recording->talk_over_ms) : json_null();
}

/* "nobody", "caller", "called" or "both"; null of one that is over. */
static json_t *paused_json(const struct index_recording *recording, enum policy_parties paused)
{
    return recording->state == RECORDING_STATE_RECORDING ? json_string(policy_parties_name(paused))
                                                         : json_null();
}

json_t *recording_json_whole(const struct index_recording *recording,
                             const struct index_fact_counts *facts, enum policy_parties paused,
                             json_t *parts)
{
    json_t *document = recording_json_row(recording);
    json_t *legs = json_array();
    char id[UUID_TEXT_BYTES];
    int failed = !legs;

    uuid_format(recording->conversation, id);
    for (size_t i = 0; i < recording->legs && !failed; i++)
        failed = json_array_append_new(
            legs, details_add_sound(leg_json(&recording->leg[i]), recording, &recording->leg[i]));
    json_t *conversation = json_pack("{s:s, s:O}", "id", id, "recordings", parts);
    if (!document || json_object_set(document, "legs", legs) != 0 ||
        json_object_set_new(document, "talk_over_ms", talk_over_json(recording)) != 0 ||
        json_object_set_new(document, "facts", counts_json(facts)) != 0 ||
        json_object_set_new(document, "paused", paused_json(recording, paused)) != 0 ||
        json_object_set(document, "conversation", conversation) != 0)
        failed = 1;
    json_decref(legs);
    json_decref(conversation);
    if (!failed)
        return document;
    json_decref(document);
    return NULL;
}

json_t *recording_json_facts(const struct index_fact *facts, size_t fact_count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < fact_count; i++) {
        const struct index_fact *fact = &facts[i];
        json_t *each = json_pack("{s:I, s:I, s:o, s:o, s:I, s:o}", "start_ms",
                                 (json_int_t)fact->start_ms, "end_ms", (json_int_t)fact->end_ms,
                                 "leg", fact->leg < 0 ? json_null() : json_integer(fact->leg),
                                 "cause", text_json(fact->cause), "count", (json_int_t)fact->count,
                                 "detail", text_json(fact->detail));
        if (json_array_append_new(list, each) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return json_pack("{s:o}", "facts", list);
}

/* The leg that is heard in a channel, or -1. */
static int leg_of(const struct index_recording *recording, bool right)
{
    for (size_t i = 0; i < recording->legs; i++) {
        if (recording->leg[i].right == right)
            return (int)i;
    }
    return -1;
}

/* Write "min,max," of one pair of a pixel, zeros where it is -1; its text always fits. */
static size_t write_pair(char *out, const uint8_t *pixel, int number)
{
    const uint8_t *pair = number < 0 ? NULL : pixel + 2 * (size_t)number;
    int least = pair ? (int8_t)pair[0] : 0;
    int most = pair ? (int8_t)pair[1] : 0;

    return (size_t)sprintf(out, "%d,%d,", least, most);
}

/* Which lines of a section are shown; returns how many: one leg, or left and right. */
static int choose_lines(const struct index_recording *recording, bool by_leg, int leg,
                        int line[static PEAKS_CHANNELS])
{
    if (leg == PEAKS_BOTH) {
        line[0] = by_leg ? leg_of(recording, false) : 0;
        line[1] = by_leg ? leg_of(recording, true) : 1;
        return PEAKS_CHANNELS;
    }
    line[0] = by_leg ? leg : recording->leg[leg].right;
    return 1;
}

enum status recording_json_peaks(const struct index_recording *recording, enum section_kind kind,
                                 int leg, const struct bytes *peaks, char **text,
                                 size_t *text_bytes)
{
    bool by_leg = kind == SECTION_PEAKS;
    size_t pixel_bytes = 2 * (by_leg ? recording->legs : PEAKS_CHANNELS);
    int line[PEAKS_CHANNELS];
    int lines = choose_lines(recording, by_leg, leg, line);

    if (pixel_bytes == 0 || peaks->len % pixel_bytes != 0)
        return STATUS_CORRUPT;
    size_t pixels = peaks->len / pixel_bytes;
    char *out = malloc(PEAKS_HEAD_BYTES + pixels * 2 * (size_t)lines * PEAK_TEXT_BYTES);
    if (!out)
        return STATUS_NOMEM;
    size_t used = (size_t)sprintf(out,
                                  "{\"version\":2,\"channels\":%d,\"sample_rate\":%d,"
                                  "\"samples_per_pixel\":%d,\"bits\":8,\"length\":%zu,\"data\":[",
                                  lines, PEAKS_SAMPLE_RATE, PEAKS_SAMPLES_PER_PIXEL, pixels);
    for (size_t i = 0; i < pixels; i++)
        for (int k = 0; k < lines; k++)
            used += write_pair(out + used, peaks->data + i * pixel_bytes, line[k]);
    if (pixels > 0)
        used--;
    out[used++] = ']';
    out[used++] = '}';
    *text = out;
    *text_bytes = used;
    return STATUS_OK;
}
