#include <string.h>

#include "body/deviation.h"
#include "body/siprec_lay.h"

static size_t larger(size_t one, size_t other)
{
    return one > other ? one : other;
}

/* How many items of one kind what was known and the document may come to; NULL: nothing was. */
static size_t items_needed(const struct siprec_model *before, const struct siprec_model *document)
{
    static const struct siprec_model nothing = {.participants = 0};
    const struct siprec_model *known = before ? before : &nothing;
    size_t items = known->participants + document->participants;

    items = larger(items, known->streams + document->streams);
    items = larger(items, known->sessions + document->sessions);
    items = larger(items, known->groups + document->groups);
    return larger(items, known->sip_sessions + document->sip_sessions);
}

/* A label is one stream's: where the document gives it to another one, the former loses it. */
static void move_labels(const struct siprec_laying *laying)
{
    const struct siprec_model *from = laying->from;
    struct siprec_model *into = laying->into;
    struct siprec_set described = {0};

    for (size_t i = 0; i < from->streams; i++) {
        if (from->stream[i].known && laying->stream[i] != SIPREC_NOWHERE)
            siprec_set_add(&described, laying->stream[i]);
    }
    for (size_t i = 0; i < from->streams; i++) {
        const char *label = from->stream[i].told.label;

        for (size_t other = 0; other < into->streams && label[0]; other++) {
            if (!siprec_set_has(&described, other) &&
                strcmp(into->stream[other].told.label, label) == 0)
                into->stream[other].told.label = "";
        }
    }
}

/* Participants who send a stream and are there. */
static struct siprec_set current_senders(const struct siprec_model *model, size_t stream)
{
    struct siprec_set senders = {0};

    for (size_t i = 0; i < model->participants; i++) {
        if (siprec_set_has(&model->participant[i].sends, stream) && !siprec_model_left(model, i))
            siprec_set_add(&senders, i);
    }
    return senders;
}

static size_t running_streams(const struct siprec_model *model)
{
    size_t running = 0;

    for (size_t i = 0; i < model->streams; i++)
        running += model->stream[i].known && !model->stream[i].ended;
    return running;
}

/*
 * Where each party has a stream of its own, one that somebody new sends was taken over from the one
 * who sent it alone, though nobody said that he stopped. With one stream for all he goes on.
 *
 * newer  participants of whom the document says what they send.
 */
static void take_over(struct siprec_model *into, size_t stream, const struct siprec_set *newer,
                      bool separate)
{
    struct siprec_set senders = current_senders(into, stream);
    struct siprec_set older = senders;

    siprec_set_subtract(&older, newer);
    bool alone = siprec_set_count(&older) < 2;
    if (siprec_set_count(&older) == siprec_set_count(&senders)) /* nobody is new */
        return;
    for (size_t i = 0; i < into->participants; i++) {
        struct siprec_model_participant *one = &into->participant[i];

        if (separate && alone && siprec_set_has(&older, i))
            siprec_set_remove(&one->sends, stream);
        if (!siprec_set_has(&one->sends, stream))
            siprec_set_remove(&one->sent, stream);
    }
}

/* Who sends each stream, after a document was laid in. */
static void settle_senders(struct siprec_model *into)
{
    size_t running = running_streams(into);
    struct siprec_set newer = {0};
    struct siprec_set known = {0};

    for (size_t i = 0; i < into->participants; i++) {
        if (into->participant[i].associated)
            siprec_set_add(&newer, i);
    }
    for (size_t i = 0; i < into->streams; i++) {
        struct siprec_model_stream *stream = &into->stream[i];

        take_over(into, i, &newer, running > 1 && !stream->told.mixed && !stream->shared);
        struct siprec_set senders = current_senders(into, i);
        stream->shared = stream->shared || siprec_set_count(&senders) > 1;
        if (stream->known)
            siprec_set_add(&known, i);
    }
    for (size_t i = 0; i < into->participants; i++)
        siprec_set_intersect(&into->participant[i].sent, &known);
}

/* Whether all who sent a stream have left. */
static bool is_orphan(const struct siprec_model *model, size_t stream)
{
    bool sent = false;

    if (!model->stream[stream].known || !model->stream[stream].told.label[0])
        return false;
    for (size_t i = 0; i < model->participants; i++) {
        const struct siprec_model_participant *one = &model->participant[i];

        if (!siprec_set_has(&one->sends, stream) && !siprec_set_has(&one->sent, stream))
            continue;
        if (!siprec_model_left(model, i))
            return false;
        sent = true;
    }
    return sent;
}

/*
 * A transfer within a session (RFC 8068 section 3.2.3) may name the new party's streams and not
 * describe them. Where they are as many as those that the party who left has left behind, they are
 * the same media lines, in order.
 */
static void adopt_orphans(struct siprec_model *into)
{
    size_t orphan[BOUND_METADATA_ITEMS];
    size_t unknown[BOUND_METADATA_ITEMS];
    size_t orphans = 0;
    size_t unknowns = 0;

    for (size_t i = 0; i < into->streams; i++) {
        struct siprec_set senders = current_senders(into, i);

        if (is_orphan(into, i))
            orphan[orphans++] = i;
        else if (!into->stream[i].known && !siprec_set_is_empty(&senders))
            unknown[unknowns++] = i;
    }
    for (size_t i = 0; i < orphans && orphans == unknowns; i++) {
        struct siprec_model_stream *from = &into->stream[orphan[i]];
        struct siprec_model_stream *to = &into->stream[unknown[i]];

        to->known = true;
        to->told.label = from->told.label;
        to->told.mixed = from->told.mixed;
        from->told.label = "";
        deviation_add(&into->metadata.deviations, DEVIATION_METADATA_REFERENCE);
    }
}

static bool describes_anybody(const struct siprec_model *model)
{
    for (size_t i = 0; i < model->participants; i++) {
        if (model->participant[i].known)
            return true;
    }
    return false;
}

static void let_everybody_leave(struct siprec_model *model)
{
    for (size_t i = 0; i < model->participants; i++) {
        struct siprec_model_participant *one = &model->participant[i];

        one->gone_from_all = true;
        siprec_set_unite(&one->gone, &one->attends);
        one->attends = (struct siprec_set){0};
    }
}

/* Remember who had left while others were there, after `before` was laid in. */
static void mark_absent(const struct siprec_laying *laying, const struct siprec_model *before)
{
    bool present = false;

    for (size_t i = 0; i < before->participants; i++)
        present = present || (before->participant[i].known && !siprec_model_left(before, i));
    for (size_t i = 0; i < before->participants; i++) {
        size_t place = laying->participant[i];

        if (place != SIPREC_NOWHERE)
            laying->into->participant[place].absent =
                present ? siprec_model_left(before, i) : before->participant[i].absent;
    }
}

static size_t count_present(const struct siprec_model *model)
{
    size_t present = 0;

    for (size_t i = 0; i < model->participants; i++)
        present += model->participant[i].known && !siprec_model_left(model, i);
    return present;
}

/* Whether something of a document may have been lost before it was read. */
static bool is_damaged(const struct siprec_model *document)
{
    static const enum deviation damages[] = {DEVIATION_XML_NOT_WELL_FORMED, DEVIATION_XML_DOCTYPE,
                                             DEVIATION_XML_CUT};

    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        if (deviation_has(document->metadata.deviations, damages[i]))
            return true;
    }
    return false;
}

/*
 * Whether a document adds to what was known. One that is damaged may have lost those whom it does
 * not name, so that it ends nobody's part, unless it says that it is complete and names somebody.
 */
static bool is_partial(const struct siprec_model *before, const struct siprec_model *document)
{
    if (document->metadata.partial || !before || !is_damaged(document))
        return document->metadata.partial;
    return !describes_anybody(document) ||
           (!document->datamode_said && count_present(document) < count_present(before));
}

static void merge(struct siprec_laying *laying, const struct siprec_model *before,
                  const struct siprec_model *document)
{
    struct siprec_model *into = laying->into;
    bool partial = is_partial(before, document);
    /* a complete one that names nobody ends everybody's part, but who they were is still known */
    bool over = before && !partial && !describes_anybody(document);

    into->metadata.partial = partial && (!before || before->metadata.partial);
    into->metadata.deviations = document->metadata.deviations;
    into->lost_senders = document->lost_senders;
    if (before && (partial || over)) {
        laying->crowded = items_needed(before, document) > BOUND_METADATA_ITEMS;
        siprec_lay(laying, before);
        mark_absent(laying, before);
        laying->crowded = false;
    }
    siprec_lay(laying, document);
    if (over)
        let_everybody_leave(into);
    move_labels(laying);
    settle_senders(into);
    if (!into->metadata.partial)
        adopt_orphans(into);
    if (partial && !before)
        deviation_add(&into->metadata.deviations, DEVIATION_PARTIAL_FIRST);
    if (laying->full)
        deviation_add(&into->metadata.deviations, DEVIATION_XML_CUT);
}

enum status siprec_metadata_merge(const struct siprec_metadata *before,
                                  const struct siprec_metadata *document,
                                  struct siprec_metadata **merged, struct fault *fault)
{
    struct siprec_laying laying = {.into = siprec_model_create()};
    size_t items = items_needed(siprec_model_of(before), siprec_model_of(document));
    enum status status = laying.into ? siprec_model_make_room(laying.into, items) : STATUS_NOMEM;

    if (status == STATUS_OK) {
        merge(&laying, siprec_model_of(before), siprec_model_of(document));
        status = laying.no_memory ? STATUS_NOMEM : siprec_model_show(laying.into, false);
    }
    if (status != STATUS_OK) {
        (void)fault_set(fault, status, 0, "merge metadata: out of memory");
        goto out;
    }
    struct siprec_metadata *state = &laying.into->metadata;
    if (!state->partial && state->unresolved_senders)
        deviation_add(&state->deviations, DEVIATION_METADATA_REFERENCE);
    *merged = state;
    laying.into = NULL;
out:
    siprec_model_destroy(laying.into);
    return status;
}
