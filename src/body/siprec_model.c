#include "body/siprec_model.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "body/multipart_text.h"

enum { UUID_DIGITS = 32 };

const struct siprec_model *siprec_model_of(const struct siprec_metadata *metadata)
{
    return (const struct siprec_model *)metadata;
}

struct siprec_model *siprec_model_create(void)
{
    struct siprec_model *model = calloc(1, sizeof *model);

    if (model) {
        model->calling_number = "";
        model->called_number = "";
    }
    return model;
}

enum status siprec_model_make_room(struct siprec_model *model, size_t items)
{
    struct siprec_arena *arena = &model->arena;
    size_t room = items < BOUND_METADATA_ITEMS ? items : BOUND_METADATA_ITEMS;

    model->participant = siprec_arena_alloc(arena, room * sizeof *model->participant);
    model->stream = siprec_arena_alloc(arena, room * sizeof *model->stream);
    model->session = siprec_arena_alloc(arena, room * sizeof *model->session);
    model->group = siprec_arena_alloc(arena, room * sizeof *model->group);
    model->sip_session = siprec_arena_alloc(arena, room * sizeof *model->sip_session);
    if (!model->participant || !model->stream || !model->session || !model->group ||
        !model->sip_session)
        return STATUS_NOMEM;
    model->room = room;
    return STATUS_OK;
}

void siprec_model_destroy(struct siprec_model *owned_model)
{
    if (!owned_model)
        return;
    siprec_arena_deinit(&owned_model->arena);
    free(owned_model);
}

static bool is_uuid(struct text_span id)
{
    size_t digits = 0;

    for (size_t i = 0; i < id.bytes; i++) {
        if (isxdigit((unsigned char)id.text[i]))
            digits++;
        else if (id.text[i] != '-')
            return false;
    }
    return digits == UUID_DIGITS;
}

/* An id without what some leave out. */
static struct text_span bare_id(const char *text)
{
    static const char urn[] = "urn:uuid:";
    struct text_span id = {.text = text, .bytes = strlen(text)};

    if (strncasecmp(text, urn, strlen(urn)) == 0)
        id = text_span_skip(id, strlen(urn));
    if (id.bytes >= 2 && id.text[0] == '{' && id.text[id.bytes - 1] == '}') {
        id = text_span_skip(id, 1);
        id.bytes--;
    }
    while (id.bytes && id.text[id.bytes - 1] == '=')
        id.bytes--;
    return id;
}

bool siprec_model_same_id(const char *one, const char *other)
{
    if (strcmp(one, other) == 0)
        return true;
    if (!one[0] || !other[0])
        return false;
    struct text_span left = bare_id(one);
    struct text_span right = bare_id(other);
    if (!left.bytes || left.bytes != right.bytes)
        return false;
    return memcmp(left.text, right.text, left.bytes) == 0 ||
           (is_uuid(left) && strncasecmp(left.text, right.text, left.bytes) == 0);
}

/* FNV-1a of the bare id, its letters as small ones. */
uint32_t siprec_model_digest(const char *id)
{
    struct text_span bare = bare_id(id);
    uint32_t digest = 2166136261U;

    for (size_t i = 0; i < bare.bytes; i++) {
        unsigned char byte = (unsigned char)bare.text[i];

        if (byte >= 'A' && byte <= 'Z')
            byte |= 0x20;
        digest = (digest ^ byte) * 16777619U;
    }
    return digest;
}

/* The place of an id, as far as its table was looked through. */
struct search {
    const char *id;
    uint32_t digest;
    size_t found;
    bool again; /* there is another one */
};

static struct search search_for(const char *id)
{
    return (struct search){.id = id, .digest = siprec_model_digest(id), .found = SIPREC_NOWHERE};
}

static void look_at(struct search *search, size_t place, const char *id, uint32_t digest)
{
    if (digest != search->digest || !siprec_model_same_id(id, search->id))
        return;
    search->again = search->again || search->found != SIPREC_NOWHERE;
    if (search->found == SIPREC_NOWHERE)
        search->found = place;
}

/* Of several without an id none is meant. */
static size_t outcome_of(const struct search *search)
{
    return search->again && !search->id[0] ? SIPREC_NOWHERE : search->found;
}

size_t siprec_model_find_participant(const struct siprec_model *model, const char *id)
{
    struct search search = search_for(id);

    for (size_t i = 0; i < model->participants; i++)
        look_at(&search, i, model->participant[i].told.id, model->participant[i].digest);
    return outcome_of(&search);
}

size_t siprec_model_find_stream(const struct siprec_model *model, const char *id)
{
    struct search search = search_for(id);

    for (size_t i = 0; i < model->streams; i++)
        look_at(&search, i, model->stream[i].told.id, model->stream[i].digest);
    return outcome_of(&search);
}

size_t siprec_model_find_session(const struct siprec_model *model, const char *id)
{
    struct search search = search_for(id);

    for (size_t i = 0; i < model->sessions; i++)
        look_at(&search, i, model->session[i].id, model->session[i].digest);
    return outcome_of(&search);
}

size_t siprec_model_place_participant(struct siprec_model *model, char *id)
{
    size_t found = siprec_model_find_participant(model, id);

    if (found == SIPREC_NOWHERE && id[0] && model->participants < model->room) {
        found = model->participants++;
        model->participant[found] = (struct siprec_model_participant){
            .told = {.id = id, .aor = "", .number = "", .name = ""},
            .digest = siprec_model_digest(id)};
    }
    return found;
}

size_t siprec_model_place_stream(struct siprec_model *model, char *id)
{
    size_t found = siprec_model_find_stream(model, id);

    if (found == SIPREC_NOWHERE && id[0] && model->streams < model->room) {
        found = model->streams++;
        model->stream[found] = (struct siprec_model_stream){.told = {.id = id, .label = ""},
                                                            .digest = siprec_model_digest(id)};
    }
    return found;
}

size_t siprec_model_place_session(struct siprec_model *model, char *id)
{
    size_t found = siprec_model_find_session(model, id);

    if (found == SIPREC_NOWHERE && id[0] && model->sessions < model->room) {
        found = model->sessions++;
        model->session[found] = (struct siprec_model_session){
            .id = id, .sip_session_id = "", .group_id = "", .digest = siprec_model_digest(id)};
    }
    return found;
}

bool siprec_model_left(const struct siprec_model *model, size_t participant)
{
    const struct siprec_model_participant *one = &model->participant[participant];
    struct siprec_set running = one->attends;

    siprec_set_subtract(&running, &model->stopped);
    return siprec_set_is_empty(&running) &&
           (!siprec_set_is_empty(&one->attends) || !siprec_set_is_empty(&one->gone) ||
            one->gone_from_all);
}
