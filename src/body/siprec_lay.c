#include "body/siprec_lay.h"

#include <string.h>

/* A set of places of `from`, of which there are `places`, as one of `into`. */
static struct siprec_set translate(const struct siprec_set *set, const size_t *map, size_t places)
{
    struct siprec_set translated = {0};

    for (size_t i = 0; i < places; i++) {
        if (siprec_set_has(set, i) && map[i] != SIPREC_NOWHERE)
            siprec_set_add(&translated, map[i]);
    }
    return translated;
}

static char *copy(struct siprec_laying *laying, const char *text)
{
    struct text_span span = {.text = text, .bytes = strlen(text)};
    char *copied = text[0] ? siprec_arena_copy(&laying->into->arena, span) : "";

    if (copied)
        return copied;
    laying->no_memory = true;
    return "";
}

/* What has no id is known by what it says: a stream by its label, a participant by its address. */
static size_t find_participant(const struct siprec_model *model,
                               const struct siprec_participant *told)
{
    if (told->id[0])
        return siprec_model_find_participant(model, told->id);
    for (size_t i = 0; i < model->participants; i++) {
        const struct siprec_participant *one = &model->participant[i].told;

        if (!one->id[0] && strcmp(one->aor, told->aor) == 0 &&
            (one->aor[0] || strcmp(one->name, told->name) == 0))
            return i;
    }
    return SIPREC_NOWHERE;
}

static size_t find_stream(const struct siprec_model *model, const struct siprec_stream *told)
{
    if (told->id[0])
        return siprec_model_find_stream(model, told->id);
    for (size_t i = 0; i < model->streams; i++) {
        if (!model->stream[i].told.id[0] && strcmp(model->stream[i].told.label, told->label) == 0)
            return i;
    }
    return SIPREC_NOWHERE;
}

/* Whether there is room for one more; where it is described, that there is none is told. */
static bool has_room(struct siprec_laying *laying, size_t items, bool known)
{
    if (items < laying->into->room)
        return true;
    laying->full = laying->full || known;
    return false;
}

static void describe_session(struct siprec_laying *laying, size_t place,
                             const struct siprec_model_session *told, bool stopped)
{
    struct siprec_model_session *one = &laying->into->session[place];

    if (stopped)
        siprec_set_add(&laying->into->stopped, place);
    if (!told->known)
        return;
    one->known = true;
    if (!stopped)
        siprec_set_remove(&laying->into->stopped, place);
    if (told->sip_session_id[0])
        one->sip_session_id = copy(laying, told->sip_session_id);
    if (told->group_id[0])
        one->group_id = copy(laying, told->group_id);
}

static void lay_sessions(struct siprec_laying *laying)
{
    struct siprec_model *into = laying->into;

    for (size_t i = 0; i < laying->from->sessions; i++) {
        const struct siprec_model_session *told = &laying->from->session[i];
        bool stopped = siprec_set_has(&laying->from->stopped, i);
        size_t place = laying->first ? SIPREC_NOWHERE : siprec_model_find_session(into, told->id);

        laying->session[i] = SIPREC_NOWHERE;
        if (laying->crowded && (stopped || !told->known))
            continue;
        if (place == SIPREC_NOWHERE && has_room(laying, into->sessions, told->known)) {
            place = into->sessions++;
            into->session[place] = (struct siprec_model_session){.id = copy(laying, told->id),
                                                                 .sip_session_id = "",
                                                                 .group_id = "",
                                                                 .digest = told->digest};
        }
        laying->session[i] = place;
        if (place != SIPREC_NOWHERE)
            describe_session(laying, place, told, stopped);
    }
}

static bool has_sip_session(const struct siprec_model *model, const char *value)
{
    for (size_t i = 0; i < model->sip_sessions; i++) {
        if (strcmp(model->sip_session[i], value) == 0)
            return true;
    }
    return false;
}

static void lay_sip_sessions(struct siprec_laying *laying)
{
    struct siprec_model *into = laying->into;

    for (size_t i = 0; i < laying->from->sip_sessions; i++) {
        const char *told = laying->from->sip_session[i];

        if (into->sip_sessions < into->room && !has_sip_session(into, told))
            into->sip_session[into->sip_sessions++] = copy(laying, told);
    }
}

static void lay_groups(struct siprec_laying *laying)
{
    struct siprec_model *into = laying->into;

    for (size_t i = 0; i < laying->from->groups; i++) {
        const struct siprec_model_group *told = &laying->from->group[i];
        size_t place = 0;

        if (laying->crowded && told->ended)
            continue;
        while (place < into->groups && strcmp(into->group[place].id, told->id) != 0)
            place++;
        if (place == into->groups && !has_room(laying, into->groups, true))
            continue;
        if (place == into->groups)
            into->group[into->groups++].id = copy(laying, told->id);
        into->group[place].ended = told->ended;
    }
}

static void describe_stream(struct siprec_laying *laying, struct siprec_model_stream *one,
                            const struct siprec_model_stream *told)
{
    one->shared = one->shared || told->shared;
    if (!told->known)
        return;
    one->known = true;
    one->ended = told->ended;
    if (told->told.label[0])
        one->told.label = copy(laying, told->told.label);
    if (told->mode_said) {
        one->told.mixed = told->told.mixed;
        one->mode_said = true;
    }
}

static void lay_streams(struct siprec_laying *laying)
{
    struct siprec_model *into = laying->into;

    for (size_t i = 0; i < laying->from->streams; i++) {
        const struct siprec_model_stream *told = &laying->from->stream[i];
        size_t place = laying->first ? SIPREC_NOWHERE : find_stream(into, &told->told);

        laying->stream[i] = SIPREC_NOWHERE;
        if (laying->crowded && (told->ended || !told->known || !told->told.label[0]))
            continue;
        if (place == SIPREC_NOWHERE && has_room(laying, into->streams, told->known)) {
            place = into->streams++;
            into->stream[place] = (struct siprec_model_stream){
                .told = {.id = copy(laying, told->told.id), .label = ""}, .digest = told->digest};
        }
        laying->stream[i] = place;
        if (place != SIPREC_NOWHERE)
            describe_stream(laying, &into->stream[place], told);
    }
}

/*
 * An element that names an address replaces address and name; a name alone is a new name of the
 * same address. One with neither just refers to the participant.
 */
static void describe_participant(struct siprec_laying *laying, struct siprec_participant *one,
                                 const struct siprec_participant *told)
{
    bool same = strcmp(one->aor, told->aor) == 0;

    if (told->aor[0]) {
        one->aor = copy(laying, told->aor);
        one->number = copy(laying, told->number);
    }
    if (told->name[0] || (told->aor[0] && !same))
        one->name = copy(laying, told->name);
    if (!told->aor[0] && told->number[0])
        one->number = copy(laying, told->number);
    if (told->said_calling || told->said_called) {
        one->said_calling = told->said_calling;
        one->said_called = told->said_called;
    }
}

/* What a document says of a participant's part in sessions and streams, on top of what was known.
 */
static void relate(struct siprec_laying *laying, struct siprec_model_participant *one,
                   const struct siprec_model_participant *told)
{
    size_t sessions = laying->from->sessions;
    size_t streams = laying->from->streams;
    struct siprec_set attends = translate(&told->attends, laying->session, sessions);
    struct siprec_set gone = translate(&told->gone, laying->session, sessions);
    struct siprec_set sends = translate(&told->sends, laying->stream, streams);
    struct siprec_set sent = translate(&told->sent, laying->stream, streams);

    if (told->gone_from_all) {
        siprec_set_unite(&gone, &one->attends);
        one->gone_from_all = true;
    } else if (!siprec_set_is_empty(&attends)) {
        one->gone_from_all = false;
    }
    siprec_set_unite(&one->gone, &gone);
    siprec_set_subtract(&one->gone, &attends);
    siprec_set_subtract(&one->attends, &gone);
    siprec_set_unite(&one->attends, &attends);
    if (told->associated) { /* what it is not said to send any more */
        siprec_set_unite(&one->sent, &one->sends);
        one->sends = (struct siprec_set){0};
    }
    siprec_set_unite(&one->sends, &sends);
    siprec_set_unite(&one->sent, &sent);
    siprec_set_subtract(&one->sent, &one->sends);
    one->associated = told->associated;
}

static void lay_participants(struct siprec_laying *laying)
{
    struct siprec_model *into = laying->into;

    for (size_t i = 0; i < laying->from->participants; i++) {
        const struct siprec_model_participant *told = &laying->from->participant[i];
        size_t place = laying->first ? SIPREC_NOWHERE : find_participant(into, &told->told);

        laying->participant[i] = SIPREC_NOWHERE;
        if (laying->crowded && (!told->known || siprec_model_left(laying->from, i)))
            continue;
        if (place == SIPREC_NOWHERE && has_room(laying, into->participants, told->known)) {
            place = into->participants++;
            into->participant[place] = (struct siprec_model_participant){
                .told = {.id = copy(laying, told->told.id), .aor = "", .number = "", .name = ""},
                .digest = told->digest};
        }
        laying->participant[i] = place;
        if (place == SIPREC_NOWHERE)
            continue;
        struct siprec_model_participant *one = &into->participant[place];
        one->known = one->known || told->known;
        describe_participant(laying, &one->told, &told->told);
        relate(laying, one, told);
    }
}

void siprec_lay(struct siprec_laying *laying, const struct siprec_model *from)
{
    const struct siprec_model *into = laying->into;

    laying->from = from;
    laying->first = !into->participants && !into->streams && !into->sessions;
    for (size_t i = 0; i < into->participants; i++)
        laying->into->participant[i].associated = false;
    lay_sessions(laying);
    lay_sip_sessions(laying);
    lay_groups(laying);
    lay_streams(laying);
    lay_participants(laying);
    if (from->calling_number[0])
        laying->into->calling_number = copy(laying, from->calling_number);
    if (from->called_number[0])
        laying->into->called_number = copy(laying, from->called_number);
}
