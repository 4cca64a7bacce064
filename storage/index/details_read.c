#include "storage/index/details.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void take_text(const json_t *object, const char *name, char *text, size_t text_bytes)
{
    const char *value = json_string_value(json_object_get(object, name));

    if (value)
        (void)snprintf(text, text_bytes, "%s", value);
}

static uint64_t count_of(const json_t *object, const char *name)
{
    json_int_t value = json_integer_value(json_object_get(object, name));

    return value > 0 ? (uint64_t)value : 0;
}

static void take_party(const json_t *object, const char *name, struct index_party *party)
{
    const json_t *value = json_object_get(object, name);

    take_text(value, "number", party->number, sizeof party->number);
    take_text(value, "name", party->name, sizeof party->name);
}

static void take_direction(const json_t *details, struct index_recording *recording)
{
    const char *name = json_string_value(json_object_get(details, "direction"));

    for (int i = CALL_UNKNOWN; name && i <= CALL_INTERNAL; i++) {
        if (strcmp(name, call_direction_name((enum call_direction)i)) == 0)
            recording->direction = (enum call_direction)i;
    }
}

static void take_end(const json_t *details, struct index_recording *recording)
{
    const char *ended = json_string_value(json_object_get(details, "ended_at"));
    const json_t *duration = json_object_get(details, "duration_ms");
    wall_time time;

    if (ended && clock_parse_rfc3339(ended, &time) == STATUS_OK)
        recording->ended = time;
    if (json_integer_value(duration) > 0)
        recording->duration_ms = json_integer_value(duration);
    take_text(details, "end_cause", recording->end_cause, sizeof recording->end_cause);
}

static void take_uuid(const json_t *details, const char *name, struct uuid *uuid)
{
    const char *text = json_string_value(json_object_get(details, name));
    struct uuid parsed;

    if (text && uuid_parse(text, &parsed) == STATUS_OK)
        *uuid = parsed;
}

static void take_origin(const json_t *details, struct index_recording *recording)
{
    take_text(details, "source", recording->source, sizeof recording->source);
    take_text(details, "source_address", recording->source_address,
              sizeof recording->source_address);
    take_text(details, "sip_call_id", recording->sip_call_id, sizeof recording->sip_call_id);
    take_text(details, "session_id", recording->session_id, sizeof recording->session_id);
    take_text(details, "sip_session_id", recording->sip_session_id,
              sizeof recording->sip_session_id);
    take_text(details, "group_id", recording->group_id, sizeof recording->group_id);
    take_text(details, "call_reference", recording->call_reference,
              sizeof recording->call_reference);
    take_uuid(details, "conversation", &recording->conversation);
    take_uuid(details, "owner_due", &recording->owner_due);
    take_text(details, "node", recording->node, sizeof recording->node);
}

/* Those of a kind that this program knows, as many as there is room for. */
static void take_ties(const json_t *details, struct index_recording *recording)
{
    const json_t *list = json_object_get(details, "ties");
    const json_t *by_number = json_object_get(details, "by_number");

    if (json_is_array(list))
        recording->ties = 0;
    for (size_t i = 0; i < json_array_size(list) && recording->ties < BOUND_TIES; i++) {
        const json_t *value = json_array_get(list, i);
        const char *name = json_string_value(json_object_get(value, "kind"));
        struct index_tie *tie = &recording->tie[recording->ties];
        for (int kind = INDEX_TIE_GROUP; name && kind <= INDEX_TIE_SIP_SESSION; kind++) {
            if (strcmp(name, index_tie_name((enum index_tie_kind)kind)) != 0)
                continue;
            *tie = (struct index_tie){.kind = (enum index_tie_kind)kind};
            take_text(value, "value", tie->value, sizeof tie->value);
            recording->ties++;
        }
    }
    if (json_is_boolean(by_number))
        recording->by_number = json_is_true(by_number);
}

/* A number that is stored as an integer of a smaller unit. */
static uint32_t scaled(const json_t *object, const char *name, double units)
{
    double value = json_number_value(json_object_get(object, name)) * units;

    return value > 0 && value < (double)UINT32_MAX ? (uint32_t)(value + 0.5) : 0;
}

static void take_sound(const json_t *leg, struct index_sound *sound)
{
    const json_t *quality = json_object_get(leg, "quality");

    *sound = (struct index_sound){
        .r_tenths = scaled(quality, "r_factor", 10),
        .mos_hundredths = scaled(quality, "mos", 100),
        .jitter_us = scaled(quality, "jitter_us", 1),
        .speech_ms = (int64_t)count_of(leg, "speech_ms"),
        .longest_silence_ms = (int64_t)count_of(leg, "longest_silence_ms"),
    };
}

/* Of a file from before it was measured, or one that was recovered, it says nothing. */
static void take_talk_over(const json_t *details, struct index_recording *recording)
{
    recording->measured = json_is_integer(json_object_get(details, "talk_over_ms"));
    recording->talk_over_ms = (int64_t)count_of(details, "talk_over_ms");
}

/* Counted from 0 there; null, or no member in a file from before, is none. */
static unsigned own_channel_of(const json_t *leg)
{
    const json_t *value = json_object_get(leg, "own_channel");
    json_int_t number = json_integer_value(value);

    return json_is_integer(value) && number >= 0 && number < BOUND_CALL_STREAMS
               ? (unsigned)number + 1
               : 0;
}

static void take_legs(const json_t *legs, struct index_recording *recording)
{
    recording->legs = json_array_size(legs);
    for (size_t i = 0; i < recording->legs; i++) {
        const json_t *value = json_array_get(legs, i);
        const char *channel = json_string_value(json_object_get(value, "channel"));
        struct index_leg *leg = &recording->leg[i];
        *leg = (struct index_leg){.right = channel && strcmp(channel, "right") == 0,
                                  .own_channel = own_channel_of(value)};
        take_text(value, "label", leg->label, sizeof leg->label);
        take_party(value, "party", &leg->party);
        take_text(value, "codec", leg->codec, sizeof leg->codec);
        leg->packets_received = count_of(value, "packets_received");
        leg->packets_lost = count_of(value, "packets_lost");
        leg->packets_late = count_of(value, "packets_late");
        leg->packets_duplicate = count_of(value, "packets_duplicate");
        leg->packets_ignored = count_of(value, "packets_ignored");
        leg->packets_refused = count_of(value, "packets_refused");
        take_sound(value, &leg->sound);
    }
}

static void take_fact(const json_t *value, struct index_fact *fact)
{
    const json_t *leg = json_object_get(value, "leg");

    fact->start_ms = json_integer_value(json_object_get(value, "start_ms"));
    fact->end_ms = json_integer_value(json_object_get(value, "end_ms"));
    fact->leg = json_is_integer(leg) ? (int)json_integer_value(leg) : -1;
    take_text(value, "cause", fact->cause, sizeof fact->cause);
    fact->count = (uint32_t)count_of(value, "count");
    take_text(value, "detail", fact->detail, sizeof fact->detail);
}

static enum status read_facts(const json_t *list, struct index_fact **facts, size_t *fact_count)
{
    size_t count = json_array_size(list);
    struct index_fact *found = count ? calloc(count, sizeof *found) : NULL;

    if (count && !found)
        return STATUS_NOMEM;
    for (size_t i = 0; i < count; i++)
        take_fact(json_array_get(list, i), &found[i]);
    *facts = found;
    *fact_count = count;
    return STATUS_OK;
}

enum status details_read(const char *json, size_t json_bytes, struct index_recording *recording,
                         struct index_fact **facts, size_t *fact_count)
{
    json_t *details = json_loadb(json, json_bytes, 0, NULL);
    const json_t *legs = json_object_get(details, "legs");
    enum status status = STATUS_OK;

    if (!json_is_object(details) || (legs && !json_is_array(legs)))
        status = STATUS_INVALID;
    else if (json_array_size(legs) > BOUND_CALL_STREAMS)
        status = STATUS_LIMIT;
    if (status == STATUS_OK)
        status = read_facts(json_object_get(details, "facts"), facts, fact_count);
    if (status == STATUS_OK) {
        take_party(details, "caller", &recording->caller);
        take_party(details, "called", &recording->called);
        take_direction(details, recording);
        take_origin(details, recording);
        take_ties(details, recording);
        take_end(details, recording);
        take_talk_over(details, recording);
        take_legs(legs, recording);
    }
    json_decref(details);
    return status;
}

enum status details_read_media(const char *json, size_t json_bytes,
                               struct details_leg_media media[static BOUND_CALL_STREAMS])
{
    json_t *details = json_loadb(json, json_bytes, 0, NULL);
    const json_t *legs = json_object_get(details, "legs");

    if (!json_is_array(legs)) {
        json_decref(details);
        return STATUS_INVALID;
    }
    for (size_t i = 0; i < BOUND_CALL_STREAMS; i++) {
        const json_t *leg = json_array_get(legs, i);
        const json_t *anchor = json_object_get(leg, "anchor_samples");
        media[i] = (struct details_leg_media){
            .rate_hz = scaled(leg, "rate_hz", 1),
            .anchor_samples = json_is_integer(anchor) ? json_integer_value(anchor) : -1};
    }
    json_decref(details);
    return STATUS_OK;
}
