#include <stdint.h>
#include <string.h>

#include "body/siprec_metadata.h"

/*
 * Whether the document says of anything who sends it. Where a partial one names what it does not
 * hold, an earlier document holds it; a complete one just got its ids wrong.
 */
static bool associates_anything(const struct siprec_metadata *metadata)
{
    return metadata->senders || (metadata->partial && metadata->unresolved_senders);
}

/* Where one side says no labels at all and there is a stream for each line, they go by order. */
static bool are_streams_in_order(const struct siprec_metadata *metadata, const char *const *labels,
                                 size_t label_count)
{
    bool lines_have_labels = false;
    bool streams_have_labels = false;

    for (size_t i = 0; i < label_count; i++)
        lines_have_labels = lines_have_labels || labels[i][0];
    for (size_t i = 0; i < metadata->streams; i++)
        streams_have_labels = streams_have_labels || metadata->stream[i].label[0];
    return metadata->streams == label_count && !(lines_have_labels && streams_have_labels);
}

/* A stream of that label or, where that is NULL, the one at that place. */
static bool is_meant(const struct siprec_metadata *metadata, size_t stream, const char *label,
                     size_t place)
{
    if (!label)
        return stream == place;
    return label[0] && strcmp(metadata->stream[stream].label, label) == 0;
}

/* The only one who sends what is meant, see above; NULL where nobody, or several do. */
static const struct siprec_participant *sender_of(const struct siprec_metadata *metadata,
                                                  const char *label, size_t place)
{
    const struct siprec_participant *found = NULL;
    size_t last = SIZE_MAX;
    bool meant = false;

    for (size_t i = 0; i < metadata->senders; i++) {
        const struct siprec_sender *sender = &metadata->sender[i];
        const struct siprec_stream *stream = &metadata->stream[sender->stream];
        const struct siprec_participant *participant = &metadata->participant[sender->participant];

        if (sender->stream != last) /* those of a stream stand together, and may be thousands */
            meant = is_meant(metadata, sender->stream, label, place);
        last = sender->stream;
        if (!meant)
            continue;
        if (stream->mixed || (found && found != participant))
            return NULL;
        found = participant;
    }
    return found;
}

/* With a stream of everybody among them, the streams are not one for each participant. */
static bool has_mixed_stream(const struct siprec_metadata *metadata)
{
    for (size_t i = 0; i < metadata->streams; i++) {
        if (metadata->stream[i].mixed)
            return true;
    }
    return false;
}

/* Whether everybody has left: then all count as there. */
static bool is_over(const struct siprec_metadata *metadata)
{
    for (size_t i = 0; i < metadata->participants; i++) {
        if (!metadata->participant[i].left)
            return false;
    }
    return true;
}

/* The n-th of those who are there; NULL where there are fewer. *count: how many there are. */
static const struct siprec_participant *present(const struct siprec_metadata *metadata, size_t nth,
                                                size_t *count)
{
    const struct siprec_participant *found = NULL;
    bool over = is_over(metadata);

    *count = 0;
    for (size_t i = 0; i < metadata->participants; i++) {
        if (metadata->participant[i].left && !over)
            continue;
        if ((*count)++ == nth)
            found = &metadata->participant[i];
    }
    return found;
}

const struct siprec_participant *siprec_speaker(const struct siprec_metadata *metadata,
                                                const char *const *labels, size_t label_count,
                                                size_t label_index, bool *assumed)
{
    size_t count;
    const struct siprec_participant *speaker = present(metadata, label_index, &count);
    bool by_order =
        count == label_count && !associates_anything(metadata) && !has_mixed_stream(metadata);
    bool by_streams = !by_order && are_streams_in_order(metadata, labels, label_count);

    if (label_index >= label_count)
        speaker = NULL;
    else if (!by_order)
        speaker = sender_of(metadata, by_streams ? NULL : labels[label_index], label_index);
    if (assumed)
        *assumed = (by_order || by_streams) && speaker;
    return speaker;
}

/* The first participant whom the message calls that, other than one; NULL where none. */
static const struct siprec_participant *said(const struct siprec_metadata *metadata, bool calling,
                                             const struct siprec_participant *other)
{
    for (size_t i = 0; i < metadata->participants; i++) {
        const struct siprec_participant *one = &metadata->participant[i];

        if ((calling ? one->said_calling : one->said_called) && one != other)
            return one;
    }
    return NULL;
}

/* The first label that somebody is known to speak on; label_count where there is none. */
static size_t first_label(const struct siprec_metadata *metadata, const char *const *labels,
                          size_t label_count, const struct siprec_participant *speaker)
{
    size_t i = 0;

    while (i < label_count && siprec_speaker(metadata, labels, label_count, i, NULL) != speaker)
        i++;
    return i;
}

bool siprec_sends(const struct siprec_metadata *metadata,
                  const struct siprec_participant *participant)
{
    for (size_t i = 0; i < metadata->senders; i++) {
        if (&metadata->participant[metadata->sender[i].participant] == participant)
            return true;
    }
    return false;
}

/* Where two of those who are there send anything, the others only listen, or are done. */
static bool has_two_senders(const struct siprec_metadata *metadata)
{
    size_t count = 0;

    for (size_t i = 0; i < metadata->participants; i++)
        count +=
            !metadata->participant[i].left && siprec_sends(metadata, &metadata->participant[i]);
    return count > 1;
}

/*
 * The first in the document other than one: of those who speak before those who listen, of those
 * who are there before those who left; else NULL.
 */
static const struct siprec_participant *first_listed(const struct siprec_metadata *metadata,
                                                     const struct siprec_participant *other)
{
    const struct siprec_participant *best = NULL;
    bool by_sends = has_two_senders(metadata);
    int best_rank = 0;

    for (size_t i = 0; i < metadata->participants; i++) {
        const struct siprec_participant *one = &metadata->participant[i];
        int rank = one->left ? 1 : by_sends && siprec_sends(metadata, one) ? 3 : 2;

        if (one != other && rank > best_rank) {
            best = one;
            best_rank = rank;
        }
    }
    return best;
}

/* Of one who is there alone, the line tells which end he is: the caller's is the first. */
static bool is_lone_called(const struct siprec_metadata *metadata, const char *const *labels,
                           size_t label_count)
{
    size_t count;
    const struct siprec_participant *one = present(metadata, 0, &count);

    if (count != 1)
        return false;
    size_t label = first_label(metadata, labels, label_count, one);
    return label > 0 && label < label_count;
}

struct siprec_parties siprec_parties(const struct siprec_metadata *metadata,
                                     const char *const *labels, size_t label_count)
{
    struct siprec_parties parties = {.caller = said(metadata, true, NULL)};

    parties.called = said(metadata, false, parties.caller);
    if (!parties.caller && !parties.called && is_lone_called(metadata, labels, label_count))
        parties.called = first_listed(metadata, NULL);
    if (!parties.caller)
        parties.caller = first_listed(metadata, parties.called);
    if (!parties.called)
        parties.called = first_listed(metadata, parties.caller);
    return parties;
}
