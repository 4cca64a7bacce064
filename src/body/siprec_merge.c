#include <string.h>

#include "body/deviation.h"
#include "body/siprec_lay.h"

static uint64_t bit(size_t place)
{
    return UINT64_C(1) << place;
}

/* Whether what was known and the document together may pass a table. */
static bool is_crowded(const struct siprec_model *before, const struct siprec_model *document)
{
    return before->participants + document->participants > BOUND_METADATA_ITEMS ||
           before->streams + document->streams > BOUND_METADATA_ITEMS ||
           before->sessions + document->sessions > BOUND_METADATA_ITEMS ||
           before->groups + document->groups > BOUND_METADATA_ITEMS;
}

/* A label is one stream's: where the document gives it to another one, the former loses it. */
static void move_labels(const struct siprec_laying *laying)
{
    const struct siprec_model *from = laying->from;
    struct siprec_model *into = laying->into;
    uint64_t described = 0;

    for (size_t i = 0; i < from->streams; i++) {
        if (from->stream[i].known && laying->stream[i] != SIPREC_NOWHERE)
            described |= bit(laying->stream[i]);
    }
    for (size_t i = 0; i < from->streams; i++) {
        const char *label = from->stream[i].told.label;

        for (size_t other = 0; other < into->streams && label[0]; other++) {
            if (!(described & bit(other)) && strcmp(into->stream[other].told.label, label) == 0)
                into->stream[other].told.label = "";
        }
    }
}

/* Participants who send a stream and are there. */
static uint64_t current_senders(const struct siprec_model *model, size_t stream)
{
    uint64_t senders = 0;

    for (size_t i = 0; i < model->participants; i++) {
        if ((model->participant[i].sends & bit(stream)) && !siprec_model_left(model, i))
            senders |= bit(i);
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
static void take_over(struct siprec_model *into, size_t stream, uint64_t newer, bool separate)
{
    uint64_t senders = current_senders(into, stream);
    uint64_t older = senders & ~newer;
    bool alone = (older & (older - 1)) == 0;

    if (!(newer & senders))
        return;
    for (size_t i = 0; i < into->participants; i++) {
        struct siprec_model_participant *one = &into->participant[i];

        if (separate && alone && (older & bit(i)))
            one->sends &= ~bit(stream);
        if (!(one->sends & bit(stream)))
            one->sent &= ~bit(stream);
    }
}

/* Who sends each stream, after a document was laid in. */
static void settle_senders(struct siprec_model *into)
{
    size_t running = running_streams(into);
    uint64_t newer = 0;
    uint64_t known = 0;

    for (size_t i = 0; i < into->participants; i++)
        newer |= into->participant[i].associated ? bit(i) : 0;
    for (size_t i = 0; i < into->streams; i++) {
        struct siprec_model_stream *stream = &into->stream[i];

        take_over(into, i, newer, running > 1 && !stream->told.mixed && !stream->shared);
        uint64_t senders = current_senders(into, i);
        stream->shared = stream->shared || (senders & (senders - 1)) != 0;
        known |= stream->known ? bit(i) : 0;
    }
    for (size_t i = 0; i < into->participants; i++)
        into->participant[i].sent &= known;
}

/* Whether all who sent a stream have left. */
static bool is_orphan(const struct siprec_model *model, size_t stream)
{
    bool sent = false;

    if (!model->stream[stream].known || !model->stream[stream].told.label[0])
        return false;
    for (size_t i = 0; i < model->participants; i++) {
        const struct siprec_model_participant *one = &model->participant[i];

        if (!((one->sends | one->sent) & bit(stream)))
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
        if (is_orphan(into, i))
            orphan[orphans++] = i;
        else if (!into->stream[i].known && current_senders(into, i))
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
        one->gone |= one->attends;
        one->attends = 0;
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

/*
 * Whether a document adds to what was known. One that is damaged may have lost those whom it does
 * not name, so that it ends nobody's part, unless it says that it is complete and names somebody.
 */
static bool is_partial(const struct siprec_model *before, const struct siprec_model *document)
{
    bool damaged = deviation_has(document->metadata.deviations, DEVIATION_XML_NOT_WELL_FORMED);

    if (document->metadata.partial || !before || !damaged)
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
        laying->crowded = is_crowded(before, document);
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
}

enum status siprec_metadata_merge(const struct siprec_metadata *before,
                                  const struct siprec_metadata *document,
                                  struct siprec_metadata **merged, struct fault *fault)
{
    struct siprec_laying laying = {.into = siprec_model_create()};
    enum status status = STATUS_NOMEM;

    if (laying.into) {
        merge(&laying, siprec_model_of(before), siprec_model_of(document));
        status = laying.no_memory ? STATUS_NOMEM : siprec_model_show(laying.into, false);
    }
    if (status != STATUS_OK) {
        (void)fault_set(fault, status, 0, "merge metadata: out of memory");
        goto out;
    }
    if (laying.full) {
        status = fault_set(fault, STATUS_LIMIT, 0, "merge metadata: more than %d items",
                           BOUND_METADATA_ITEMS);
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
