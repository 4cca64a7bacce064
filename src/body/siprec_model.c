#include "body/siprec_model.h"

#include <stdlib.h>
#include <string.h>

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

void siprec_model_destroy(struct siprec_model *owned_model)
{
    if (!owned_model)
        return;
    siprec_arena_deinit(&owned_model->arena);
    free(owned_model);
}

/* Look at one more item for an id; two without an id are none. *again: there was one before. */
static size_t choose(size_t found, bool *again, size_t index, const char *item_id, const char *id)
{
    if (strcmp(item_id, id) != 0)
        return found;
    *again = found != SIPREC_NOWHERE;
    return *again ? found : index;
}

size_t siprec_model_find_participant(const struct siprec_model *model, const char *id)
{
    size_t found = SIPREC_NOWHERE;
    bool again = false;

    for (size_t i = 0; i < model->participants; i++)
        found = choose(found, &again, i, model->participant[i].told.id, id);
    return again && !id[0] ? SIPREC_NOWHERE : found;
}

size_t siprec_model_find_stream(const struct siprec_model *model, const char *id)
{
    size_t found = SIPREC_NOWHERE;
    bool again = false;

    for (size_t i = 0; i < model->streams; i++)
        found = choose(found, &again, i, model->stream[i].told.id, id);
    return again && !id[0] ? SIPREC_NOWHERE : found;
}

size_t siprec_model_find_session(const struct siprec_model *model, const char *id)
{
    size_t found = SIPREC_NOWHERE;
    bool again = false;

    for (size_t i = 0; i < model->sessions; i++)
        found = choose(found, &again, i, model->session[i].id, id);
    return again && !id[0] ? SIPREC_NOWHERE : found;
}

size_t siprec_model_place_participant(struct siprec_model *model, char *id)
{
    size_t found = siprec_model_find_participant(model, id);

    if (found == SIPREC_NOWHERE && id[0] && model->participants < BOUND_METADATA_ITEMS) {
        found = model->participants++;
        model->participant[found] = (struct siprec_model_participant){
            .told = {.id = id, .aor = "", .number = "", .name = ""}};
    }
    return found;
}

size_t siprec_model_place_stream(struct siprec_model *model, char *id)
{
    size_t found = siprec_model_find_stream(model, id);

    if (found == SIPREC_NOWHERE && id[0] && model->streams < BOUND_METADATA_ITEMS) {
        found = model->streams++;
        model->stream[found] = (struct siprec_model_stream){.told = {.id = id, .label = ""}};
    }
    return found;
}

size_t siprec_model_place_session(struct siprec_model *model, char *id)
{
    size_t found = siprec_model_find_session(model, id);

    if (found == SIPREC_NOWHERE && id[0] && model->sessions < BOUND_METADATA_ITEMS) {
        found = model->sessions++;
        model->session[found] =
            (struct siprec_model_session){.id = id, .sip_session_id = "", .group_id = ""};
    }
    return found;
}

bool siprec_model_left(const struct siprec_model *model, size_t participant)
{
    const struct siprec_model_participant *one = &model->participant[participant];
    uint64_t running = one->attends;

    for (size_t i = 0; i < model->sessions; i++) {
        if (model->session[i].stopped)
            running &= ~(UINT64_C(1) << i);
    }
    return !running && (one->attends || one->gone || one->gone_from_all);
}
