#include <string.h>

#include "sip/siprec_metadata.h"

/*
 * Whether the document says of anything who sends it. Where a partial one names what it does not
 * hold, an earlier document holds it; a complete one just got its ids wrong.
 */
static bool associates_anything(const struct siprec_metadata *metadata)
{
    return metadata->senders || (metadata->partial && metadata->unresolved_senders);
}

/* The only one who sends streams of that label; NULL where nobody, or several do. */
static const struct siprec_participant *sender_of(const struct siprec_metadata *metadata,
                                                  const char *label)
{
    const struct siprec_participant *found = NULL;

    if (!label[0])
        return NULL;
    for (size_t i = 0; i < metadata->senders; i++) {
        const struct siprec_sender *sender = &metadata->sender[i];
        const struct siprec_stream *stream = &metadata->stream[sender->stream];
        const struct siprec_participant *participant = &metadata->participant[sender->participant];

        if (strcmp(stream->label, label) != 0)
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

    if (label_index >= label_count)
        speaker = NULL;
    else if (!by_order)
        speaker = sender_of(metadata, labels[label_index]);
    if (assumed)
        *assumed = by_order && speaker;
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

/* The first who speaks, in the order of the labels, other than one; NULL where none. */
static const struct siprec_participant *first_speaker(const struct siprec_metadata *metadata,
                                                      const char *const *labels, size_t label_count,
                                                      const struct siprec_participant *other)
{
    for (size_t i = 0; i < label_count; i++) {
        const struct siprec_participant *one =
            siprec_speaker(metadata, labels, label_count, i, NULL);

        if (one && one != other)
            return one;
    }
    return NULL;
}

/* The first in the document other than one, those who are there before those who left; else NULL.
 */
static const struct siprec_participant *first_listed(const struct siprec_metadata *metadata,
                                                     const struct siprec_participant *other)
{
    const struct siprec_participant *gone = NULL;

    for (size_t i = 0; i < metadata->participants; i++) {
        const struct siprec_participant *one = &metadata->participant[i];

        if (one == other)
            continue;
        if (!one->left)
            return one;
        if (!gone)
            gone = one;
    }
    return gone;
}

struct siprec_parties siprec_parties(const struct siprec_metadata *metadata,
                                     const char *const *labels, size_t label_count)
{
    struct siprec_parties parties = {.caller = said(metadata, true, NULL)};

    parties.called = said(metadata, false, parties.caller);
    if (!parties.caller && !parties.called) {
        parties.caller = siprec_speaker(metadata, labels, label_count, 0, NULL);
        /* who is known to speak on the second label only was called by somebody else */
        if (!parties.caller)
            parties.called = siprec_speaker(metadata, labels, label_count, 1, NULL);
    }
    if (!parties.caller)
        parties.caller = first_speaker(metadata, labels, label_count, parties.called);
    if (!parties.caller)
        parties.caller = first_listed(metadata, parties.called);
    if (!parties.called)
        parties.called = first_speaker(metadata, labels, label_count, parties.caller);
    if (!parties.called)
        parties.called = first_listed(metadata, parties.caller);
    return parties;
}
