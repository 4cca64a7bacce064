#include "storage/index/details.h"

#include <jansson.h>

#include "base/text.h"

/* A text, or null where it is empty or not UTF-8 (a peer's bytes are not ours to trust). NULL: no
 * memory, which must not pass for either. */
static json_t *text_or_null(const char *text)
{
    return *text && text_is_utf8(text) ? json_string(text) : json_null();
}

static json_t *time_or_null(wall_time time)
{
    char text[CLOCK_RFC3339_BYTES];

    if (!time.ns)
        return json_null();
    clock_format_rfc3339(time, text);
    return json_string(text);
}

static json_t *party_json(const struct index_party *party)
{
    return json_pack("{s:o, s:o}", "number", text_or_null(party->number), "name",
                     text_or_null(party->name));
}

static json_t *quality_json(const struct index_sound *sound)
{
    if (!sound->mos_hundredths)
        return json_null();
    return json_pack("{s:f, s:f, s:I}", "r_factor", sound->r_tenths / 10.0, "mos",
                     sound->mos_hundredths / 100.0, "jitter_us", (json_int_t)sound->jitter_us);
}

json_t *details_add_sound(json_t *owned_object, const struct index_recording *recording,
                          const struct index_leg *leg)
{
    const struct index_sound *sound = &leg->sound;
    bool known = recording->measured;

    if (!owned_object)
        return NULL;
    if (json_object_set_new(owned_object, "quality", known ? quality_json(sound) : json_null()) ==
            0 &&
        json_object_set_new(owned_object, "speech_ms",
                            known ? json_integer(sound->speech_ms) : json_null()) == 0 &&
        json_object_set_new(owned_object, "longest_silence_ms",
                            known ? json_integer(sound->longest_silence_ms) : json_null()) == 0)
        return owned_object;
    json_decref(owned_object);
    return NULL;
}

json_t *details_own_channel(const struct index_leg *leg)
{
    return leg->own_channel ? json_integer(leg->own_channel - 1) : json_null();
}

static json_t *leg_json(const struct index_leg *leg, const struct details_leg_media *media)
{
    bool anchored = media && media->anchor_samples >= 0;

    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I}", "channel",
                     leg->right ? "right" : "left", "own_channel", details_own_channel(leg),
                     "label", text_or_null(leg->label), "party", party_json(&leg->party), "codec",
                     text_or_null(leg->codec), "rate_hz",
                     media && media->rate_hz ? json_integer(media->rate_hz) : json_null(),
                     "anchor_samples", anchored ? json_integer(media->anchor_samples) : json_null(),
                     "packets_received", (json_int_t)leg->packets_received, "packets_lost",
                     (json_int_t)leg->packets_lost, "packets_late", (json_int_t)leg->packets_late,
                     "packets_duplicate", (json_int_t)leg->packets_duplicate, "packets_ignored",
                     (json_int_t)leg->packets_ignored, "packets_refused",
                     (json_int_t)leg->packets_refused);
}

static json_t *fact_json(const struct index_fact *fact)
{
    return json_pack("{s:I, s:I, s:o, s:s, s:I, s:o}", "start_ms", (json_int_t)fact->start_ms,
                     "end_ms", (json_int_t)fact->end_ms, "leg",
                     fact->leg < 0 ? json_null() : json_integer(fact->leg), "cause", fact->cause,
                     "count", (json_int_t)fact->count, "detail", text_or_null(fact->detail));
}

static json_t *identity_json(const struct index_recording *recording)
{
    char id[UUID_TEXT_BYTES];

    uuid_format(recording->id, id);
    return json_pack("{s:s, s:o, s:o, s:I, s:s, s:o, s:o}", "id", id, "started_at",
                     time_or_null(recording->started), "ended_at", time_or_null(recording->ended),
                     "duration_ms", (json_int_t)recording->duration_ms, "direction",
                     call_direction_name(recording->direction), "caller",
                     party_json(&recording->caller), "called", party_json(&recording->called));
}

/* "" where there is none. */
static void uuid_text(struct uuid uuid, char text[static UUID_TEXT_BYTES])
{
    static const struct uuid none;

    text[0] = '\0';
    if (!uuid_equal(uuid, none))
        uuid_format(uuid, text);
}

static int add_origin(json_t *details, const struct index_recording *recording)
{
    char conversation[UUID_TEXT_BYTES];
    char owner_due[UUID_TEXT_BYTES];

    uuid_text(recording->conversation, conversation);
    uuid_text(recording->owner_due, owner_due);
    const struct {
        const char *name;
        const char *value;
    } fields[] = {
        {"source", recording->source},
        {"source_address", recording->source_address},
        {"sip_call_id", recording->sip_call_id},
        {"session_id", recording->session_id},
        {"sip_session_id", recording->sip_session_id},
        {"group_id", recording->group_id},
        {"call_reference", recording->call_reference},
        {"conversation", conversation},
        {"owner_due", owner_due},
        {"node", recording->node},
        {"end_cause", recording->end_cause},
    };

    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (json_object_set_new(details, fields[i].name, text_or_null(fields[i].value)))
            return -1;
    }
    return 0;
}

static int add_ties(json_t *details, const struct index_recording *recording)
{
    json_t *list = json_array();

    for (size_t i = 0; i < recording->ties; i++) {
        const struct index_tie *tie = &recording->tie[i];
        if (json_array_append_new(list, json_pack("{s:s, s:o}", "kind", index_tie_name(tie->kind),
                                                  "value", text_or_null(tie->value))))
            goto out;
    }
    if (json_object_set(details, "ties", list) == 0 &&
        json_object_set_new(details, "by_number", json_boolean(recording->by_number)) == 0) {
        json_decref(list);
        return 0;
    }
out:
    json_decref(list);
    return -1;
}

static int add_talk_over(json_t *details, const struct index_recording *recording)
{
    return json_object_set_new(details, "talk_over_ms",
                               recording->measured ? json_integer(recording->talk_over_ms)
                                                   : json_null());
}

enum status details_write(const struct index_recording *recording,
                          const struct details_leg_media *media, const struct index_fact *facts,
                          size_t fact_count, char **json)
{
    json_t *details = identity_json(recording);
    json_t *legs = json_array();
    json_t *fact_list = json_array();
    enum status status = STATUS_NOMEM;

    if (!details || add_origin(details, recording) || add_ties(details, recording) ||
        add_talk_over(details, recording))
        goto out;
    for (size_t i = 0; i < recording->legs; i++) {
        const struct index_leg *leg = &recording->leg[i];
        json_t *object = leg_json(leg, media ? &media[i] : NULL);
        if (json_array_append_new(legs, details_add_sound(object, recording, leg)))
            goto out;
    }
    for (size_t i = 0; i < fact_count; i++) {
        if (json_array_append_new(fact_list, fact_json(&facts[i])))
            goto out;
    }
    if (json_object_set(details, "legs", legs) || json_object_set(details, "facts", fact_list))
        goto out;
    char *text = json_dumps(details, JSON_COMPACT | JSON_REAL_PRECISION(9));
    if (text) {
        *json = text;
        status = STATUS_OK;
    }
out:
    json_decref(fact_list);
    json_decref(legs);
    json_decref(details);
    return status;
}
