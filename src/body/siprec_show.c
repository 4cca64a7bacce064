/* What is shown of a model: its tables without what is not known, and the relations resolved. */
#include <string.h>

#include "body/siprec_model.h"
#include "body/siprec_number.h"

/* Where the shown items of a model stand in what is shown; SIPREC_NOWHERE: they do not. */
struct view {
    struct siprec_model *model;
    bool left[BOUND_METADATA_ITEMS];
    size_t participant[BOUND_METADATA_ITEMS];
    size_t stream[BOUND_METADATA_ITEMS];
};

/* Who is gone is left out, unless that would leave nobody: then those who went last are shown. */
static void choose_participants(struct view *view, bool departed)
{
    const struct siprec_model *model = view->model;
    size_t present = 0;
    size_t shown = 0;

    for (size_t i = 0; i < model->participants; i++) {
        view->left[i] = siprec_model_left(model, i);
        present += model->participant[i].known && !view->left[i];
    }
    for (size_t i = 0; i < model->participants; i++) {
        const struct siprec_model_participant *one = &model->participant[i];
        bool last = !present && !one->absent;
        bool show = one->known && (departed || last || !view->left[i]);

        view->participant[i] = show ? shown++ : SIPREC_NOWHERE;
    }
}

static void choose_streams(struct view *view)
{
    const struct siprec_model *model = view->model;
    size_t running = 0;
    size_t shown = 0;

    for (size_t i = 0; i < model->streams; i++)
        running += model->stream[i].known && !model->stream[i].ended;
    for (size_t i = 0; i < model->streams; i++) {
        bool show = model->stream[i].known && (!running || !model->stream[i].ended);

        view->stream[i] = show ? shown++ : SIPREC_NOWHERE;
    }
}

static void show_items(const struct view *view)
{
    struct siprec_metadata *metadata = &view->model->metadata;

    metadata->participants = 0;
    metadata->streams = 0;
    for (size_t i = 0; i < view->model->participants; i++) {
        if (view->participant[i] == SIPREC_NOWHERE)
            continue;
        struct siprec_participant *one = &metadata->participant[metadata->participants++];
        *one = view->model->participant[i].told;
        one->left = view->left[i];
    }
    for (size_t i = 0; i < view->model->streams; i++) {
        if (view->stream[i] == SIPREC_NOWHERE)
            continue;
        struct siprec_stream *one = &metadata->stream[metadata->streams++];
        *one = view->model->stream[i].told;
        one->mixed = one->mixed || view->model->stream[i].shared;
    }
}

/* Those who send a stream now and are there; where nobody is, those who sent it last. */
static void show_senders(const struct view *view, size_t stream)
{
    const struct siprec_model *model = view->model;
    struct siprec_metadata *metadata = &view->model->metadata;
    bool current = false;

    for (size_t i = 0; i < model->participants; i++)
        current = current || (view->participant[i] != SIPREC_NOWHERE && !view->left[i] &&
                              siprec_set_has(&model->participant[i].sends, stream));
    for (size_t i = 0; i < model->participants; i++) {
        const struct siprec_model_participant *one = &model->participant[i];
        bool sends = siprec_set_has(&one->sends, stream);
        bool shown =
            current ? sends && !view->left[i] : sends || siprec_set_has(&one->sent, stream);

        if (shown && view->participant[i] != SIPREC_NOWHERE)
            metadata->sender[metadata->senders++] = (struct siprec_sender){
                .participant = view->participant[i], .stream = view->stream[stream]};
    }
}

/* The streams that one sends or sent. */
static struct siprec_set streams_of(const struct siprec_model_participant *one)
{
    struct siprec_set streams = one->sends;

    siprec_set_unite(&streams, &one->sent);
    return streams;
}

static void count_unresolved(const struct view *view)
{
    const struct siprec_model *model = view->model;
    struct siprec_set known = {0};
    size_t count = model->lost_senders;

    for (size_t i = 0; i < model->streams; i++) {
        if (model->stream[i].known)
            siprec_set_add(&known, i);
    }
    for (size_t i = 0; i < model->participants; i++) {
        struct siprec_set streams = streams_of(&model->participant[i]);

        if (model->participant[i].known)
            siprec_set_subtract(&streams, &known);
        count += siprec_set_count(&streams);
    }
    view->model->metadata.unresolved_senders = count;
}

/* The first session that runs, else the first. Returns NULL where none is described. */
static const struct siprec_model_session *current_session(const struct siprec_model *model)
{
    const struct siprec_model_session *first = NULL;

    for (size_t i = 0; i < model->sessions; i++) {
        if (model->session[i].known && !siprec_set_has(&model->stopped, i))
            return &model->session[i];
        if (model->session[i].known && !first)
            first = &model->session[i];
    }
    return first;
}

static void show_session(struct siprec_model *model)
{
    const struct siprec_model_session *session = current_session(model);
    struct siprec_metadata *metadata = &model->metadata;

    metadata->session_id = session ? session->id : "";
    metadata->sip_session_id = session ? session->sip_session_id : "";
    metadata->group_id = session ? session->group_id : "";
    for (size_t i = 0; i < model->groups && !metadata->group_id[0]; i++) {
        if (!model->group[i].ended)
            metadata->group_id = model->group[i].id;
    }
    for (size_t i = 0; i < model->sessions; i++) {
        if (!metadata->sip_session_id[0])
            metadata->sip_session_id = model->session[i].sip_session_id;
        if (!metadata->group_id[0])
            metadata->group_id = model->session[i].group_id;
    }
    for (size_t i = 0; i < model->groups && !metadata->group_id[0]; i++)
        metadata->group_id = model->group[i].id;
}

/* The participant whose number, else whose name, is that number; a full match before a suffix. */
static struct siprec_participant *find_by_number(const struct siprec_metadata *metadata,
                                                 const char *number)
{
    for (enum siprec_number_match match = SIPREC_NUMBER_SAME; match > SIPREC_NUMBER_DIFFERENT;
         match--) {
        for (size_t i = 0; i < metadata->participants; i++) {
            if (siprec_number_compare(metadata->participant[i].number, number) == match)
                return &metadata->participant[i];
        }
        for (size_t i = 0; i < metadata->participants; i++) {
            if (siprec_number_compare(metadata->participant[i].name, number) == match)
                return &metadata->participant[i];
        }
    }
    return NULL;
}

static void show_call_direction(struct siprec_model *model)
{
    struct siprec_participant *calling = find_by_number(&model->metadata, model->calling_number);
    struct siprec_participant *called = find_by_number(&model->metadata, model->called_number);

    if (calling)
        calling->said_calling = true;
    if (called)
        called->said_called = true;
}

enum status siprec_model_show(struct siprec_model *model, bool departed)
{
    struct siprec_metadata *metadata = &model->metadata;
    struct view view = {.model = model};
    size_t relations = 0;

    for (size_t i = 0; i < model->participants; i++) {
        struct siprec_set streams = streams_of(&model->participant[i]);

        relations += siprec_set_count(&streams);
    }
    metadata->participant = siprec_arena_alloc(&model->arena, (model->participants + 1) *
                                                                  sizeof *metadata->participant);
    metadata->stream =
        siprec_arena_alloc(&model->arena, (model->streams + 1) * sizeof *metadata->stream);
    metadata->sender =
        siprec_arena_alloc(&model->arena, (relations + 1) * sizeof *metadata->sender);
    if (!metadata->participant || !metadata->stream || !metadata->sender)
        return STATUS_NOMEM;
    choose_participants(&view, departed);
    choose_streams(&view);
    show_items(&view);
    metadata->senders = 0;
    for (size_t i = 0; i < model->streams; i++) {
        if (view.stream[i] != SIPREC_NOWHERE)
            show_senders(&view, i);
    }
    count_unresolved(&view);
    show_session(model);
    show_call_direction(model);
    return STATUS_OK;
}
