#include "ingest/call_metadata.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

void call_metadata_deinit(struct call_metadata *metadata)
{
    siprec_metadata_destroy(metadata->known);
    metadata->known = NULL;
}

enum status call_metadata_take(struct call_metadata *metadata,
                               const struct siprec_metadata *document,
                               struct siprec_metadata **before)
{
    struct siprec_metadata *merged = NULL;

    enum status status = siprec_metadata_merge(metadata->known, document, &merged, NULL);
    if (status != STATUS_OK)
        return status;
    *before = metadata->known;
    metadata->known = merged;
    return STATUS_OK;
}

/* --- who called whom ---------------------------------------------------------------------------
 */

static const struct siprec_participant *find_party(const struct siprec_metadata *metadata,
                                                   const struct recording_party *party)
{
    for (size_t i = 0; i < metadata->participants; i++) {
        const struct siprec_participant *participant = &metadata->participant[i];
        struct recording_party same = {"", ""};
        text_copy(same.number, sizeof same.number, participant->number);
        text_copy(same.name, sizeof same.name, participant->name);
        if (strcmp(same.number, party->number) == 0 && strcmp(same.name, party->name) == 0)
            return participant;
    }
    return NULL;
}

static const struct siprec_participant *find_same(const struct siprec_metadata *metadata,
                                                  const struct siprec_participant *was)
{
    for (size_t i = 0; i < metadata->participants; i++) {
        if (strcmp(metadata->participant[i].id, was->id) == 0 && !metadata->participant[i].left)
            return &metadata->participant[i];
    }
    /* some clients give everybody a new id in every document */
    for (size_t i = 0; i < metadata->participants; i++) {
        const struct siprec_participant *one = &metadata->participant[i];
        if (*was->number && strcmp(one->number, was->number) == 0 && !one->left)
            return one;
    }
    return NULL;
}

static bool is_known(const struct recording_party *party)
{
    return *party->number || *party->name;
}

static bool is_same(const struct recording_party *one, const struct recording_party *other)
{
    return strcmp(one->number, other->number) == 0 && strcmp(one->name, other->name) == 0;
}

static bool has_digit(const char *number)
{
    return strpbrk(number, "0123456789") != NULL;
}

/* Whether who has left is no end of the call, where somebody else can be: one who only listened to
 * those who speak, before one who speaks; a stand-in, such as a conference, before a phone. */
static bool gives_way(const struct siprec_metadata *before, const struct siprec_metadata *after,
                      const struct siprec_participant *was, const struct recording_party *earlier,
                      const struct recording_party *now)
{
    const struct siprec_participant *is = find_party(after, now);

    if (!has_digit(earlier->number) && has_digit(now->number))
        return true;
    return was && before->senders && !siprec_sends(before, was) && is && siprec_sends(after, is);
}

static bool has_left(const struct siprec_metadata *before, const struct siprec_metadata *after,
                     const struct recording_party *party)
{
    const struct siprec_participant *was = is_known(party) ? find_party(before, party) : NULL;

    return was && !find_same(after, was);
}

/* Whether others are there, and nobody who was. */
static bool is_new_picture(const struct siprec_metadata *before,
                           const struct siprec_metadata *after)
{
    bool anybody = false;

    for (size_t i = 0; i < after->participants; i++)
        anybody = anybody || !after->participant[i].left;
    for (size_t i = 0; i < before->participants; i++) {
        if (!before->participant[i].left && find_same(after, &before->participant[i]))
            return false;
    }
    return anybody;
}

/*
 * Whoever it was, under the name that is known of them now. Returns false where the role is to be
 * who is there now: nobody had it, or who had it gives way.
 */
static bool keep_role(const struct siprec_metadata *before, const struct siprec_metadata *after,
                      const struct recording_party *earlier, struct recording_party *role)
{
    if (!is_known(earlier))
        return false;
    const struct siprec_participant *was = find_party(before, earlier);
    const struct siprec_participant *is = was ? find_same(after, was) : NULL;
    if (!is && gives_way(before, after, was, earlier, role))
        return false;
    *role = *earlier;
    if (!is || (!*is->number && !*is->name))
        return true;
    text_copy(role->number, sizeof role->number, is->number);
    text_copy(role->name, sizeof role->name, is->name);
    return true;
}

static void keep_both(const struct siprec_metadata *before, const struct siprec_metadata *after,
                      const struct call_roles *earlier, struct call_streams *streams)
{
    const struct call_roles now = {streams->caller, streams->called};
    bool caller = keep_role(before, after, &earlier->caller, &streams->caller);
    bool called = keep_role(before, after, &earlier->called, &streams->called);

    if (caller && !called && is_same(&streams->caller, &streams->called))
        streams->called = now.caller;
    if (called && !caller && is_same(&streams->caller, &streams->called))
        streams->caller = now.called;
}

static bool says_who_called(const struct siprec_metadata *metadata)
{
    for (size_t i = 0; i < metadata->participants; i++) {
        if (metadata->participant[i].said_calling || metadata->participant[i].said_called)
            return true;
    }
    return false;
}

/* The called was there first, known by his line; who joins him, listed behind him, is the caller.
 */
static void keep_lone_called(const struct siprec_metadata *after, const struct call_roles *earlier,
                             struct call_streams *streams)
{
    const struct recording_party caller = streams->called;

    if (is_known(&earlier->caller) || !is_known(&earlier->called) || says_who_called(after) ||
        !is_same(&earlier->called, &streams->caller))
        return;
    streams->called = streams->caller;
    streams->caller = caller;
}

void call_metadata_keep_roles(struct call_metadata *metadata, const struct siprec_metadata *before,
                              bool partial, const struct call_roles *earlier,
                              struct call_streams *streams)
{
    const struct siprec_metadata *after = metadata->known;

    if (!before || (before->partial && !partial) || is_new_picture(before, after)) {
        metadata->roles_kept = false;
        return;
    }
    if (has_left(before, after, &earlier->caller) || has_left(before, after, &earlier->called))
        metadata->roles_kept = true;
    if (metadata->roles_kept)
        keep_both(before, after, earlier, streams);
    else if (partial)
        keep_lone_called(after, earlier, streams);
}

/* --- who joined and left ------------------------------------------------------------------------
 */

struct changes {
    const struct siprec_metadata *before;
    const struct siprec_metadata *after;
    const struct call_streams *streams;
    void (*tell)(void *context, const struct recording_note *note);
    void *context;
};

static int stream_of(const struct siprec_metadata *metadata, const struct call_streams *streams,
                     const struct siprec_participant *participant)
{
    bool assumed;

    for (size_t i = 0; metadata && i < streams->count; i++) {
        if (call_streams_speaker(streams, i, metadata, &assumed) == participant)
            return (int)i;
    }
    return -1;
}

static void tell_party(const struct changes *changes, enum siprec_change change,
                       const struct siprec_participant *participant, int stream)
{
    char detail[BOUND_FACT_DETAIL_BYTES];
    char text[BOUND_NUMBER_BYTES + BOUND_NAME_BYTES + 8];
    struct recording_party party = {"", ""};

    text_copy(party.number, sizeof party.number, participant->number);
    text_copy(party.name, sizeof party.name, participant->name);
    if (*party.name && *party.number)
        (void)snprintf(text, sizeof text, "%s <%s>", party.name, party.number);
    else
        (void)snprintf(text, sizeof text, "%s%s", party.name, party.number);
    text_copy(detail, sizeof detail, text);
    const struct recording_note note = {
        .cause = change == SIPREC_JOINED ? "party_joined" : "party_left",
        .detail = detail,
        .stream = stream,
    };
    changes->tell(changes->context, &note);
}

static void tell_change(void *context, enum siprec_change change,
                        const struct siprec_participant *participant)
{
    const struct changes *changes = context;
    const struct siprec_metadata *metadata =
        change == SIPREC_JOINED ? changes->after : changes->before;

    tell_party(changes, change, participant, stream_of(metadata, changes->streams, participant));
}

void call_metadata_changes(const struct siprec_metadata *before,
                           const struct siprec_metadata *after, const struct call_streams *streams,
                           void (*tell)(void *context, const struct recording_note *note),
                           void *context)
{
    struct changes changes = {before, after, streams, tell, context};

    siprec_metadata_compare(before, after, tell_change, &changes);
}

void call_metadata_moves(const struct siprec_metadata *before, const struct siprec_metadata *after,
                         const struct call_streams *was, const struct call_streams *now,
                         void (*tell)(void *context, const struct recording_note *note),
                         void *context)
{
    const struct changes changes = {before, after, now, tell, context};
    bool assumed;

    for (size_t i = 0; before && after && i < was->count && i < now->count; i++) {
        const struct siprec_participant *from = call_streams_speaker(was, i, before, &assumed);
        const struct siprec_participant *to = call_streams_speaker(now, i, after, &assumed);

        if (!from || !to || find_same(after, from) == to)
            continue;
        if (find_same(after, from)) /* who is gone was told as such, and so was who came */
            tell_party(&changes, SIPREC_LEFT, from, (int)i);
        if (find_same(before, to))
            tell_party(&changes, SIPREC_JOINED, to, (int)i);
    }
}

/* --- snapshots, deviations ----------------------------------------------------------------------
 */

bool call_metadata_wants_snapshot(struct call_metadata *metadata,
                                  const struct siprec_metadata *document)
{
    if (!document || !document->partial || !metadata->known || !metadata->known->partial ||
        metadata->snapshots_asked == CALL_METADATA_SNAPSHOTS_MAX)
        return false;
    metadata->snapshots_asked++;
    return true;
}

static bool is_stream_label(const struct siprec_metadata *metadata, const char *label)
{
    for (size_t i = 0; i < metadata->streams; i++) {
        if (strcmp(metadata->stream[i].label, label) == 0)
            return true;
    }
    return false;
}

static bool is_line_label(const struct sdp_description *sdp, const char *label)
{
    for (size_t i = 0; i < sdp->media_lines; i++) {
        if (strcmp(sdp->media[i].label, label) == 0)
            return true;
    }
    return false;
}

/* A stream without a line, or an audio line that no stream is. */
static bool labels_differ(const struct siprec_metadata *document, const struct sdp_description *sdp)
{
    bool any = false;

    for (size_t i = 0; i < document->streams; i++) {
        const char *label = document->stream[i].label;
        any = any || *label;
        if (*label && !is_line_label(sdp, label))
            return true;
    }
    for (size_t i = 0; any && i < sdp->media_lines; i++) {
        const struct sdp_media *media = &sdp->media[i];
        if (media->port && strcasecmp(media->kind, "audio") == 0 && *media->label &&
            !document->partial && !is_stream_label(document, media->label))
            return true;
    }
    return false;
}

static bool is_assumed(const struct siprec_metadata *metadata, const struct call_streams *streams)
{
    bool assumed = false;

    for (size_t i = 0; i < streams->count && !assumed; i++)
        (void)call_streams_speaker(streams, i, metadata, &assumed);
    return assumed;
}

static void add_recognition(const struct sip_call_offer *offer, uint64_t *set)
{
    if (offer->message != SIP_CALL_INVITE)
        return;
    if (!(offer->siprec & SIP_SIPREC_REQUIRED))
        deviation_add(set, DEVIATION_NO_REQUIRE_SIPREC);
    if (!(offer->siprec & SIP_SIPREC_FEATURE))
        deviation_add(set, DEVIATION_NO_FEATURE_TAG);
    if (!offer->metadata_xml.bytes)
        deviation_add(set, DEVIATION_NO_METADATA);
}

uint64_t call_metadata_deviations(const struct call_metadata *metadata,
                                  const struct sip_call_offer *offer, bool siprec,
                                  const struct call_streams *streams)
{
    uint64_t set = offer->deviations | (offer->sdp ? streams->deviations : 0);

    if (!siprec)
        return set & ~(UINT64_C(1) << DEVIATION_SDP_NO_LABEL);
    add_recognition(offer, &set);
    if (offer->metadata_xml.bytes && !offer->metadata)
        deviation_add(&set, DEVIATION_XML_REFUSED);
    if (!offer->metadata || !metadata->known)
        return set;
    set |= metadata->known->deviations; /* which documents together are too much, too */
    if (offer->metadata->partial && metadata->known->partial)
        deviation_add(&set, DEVIATION_PARTIAL_FIRST);
    if (offer->sdp && labels_differ(offer->metadata, offer->sdp))
        deviation_add(&set, DEVIATION_METADATA_LABEL);
    if (!offer->metadata->partial && is_assumed(metadata->known, streams))
        deviation_add(&set, DEVIATION_METADATA_ASSOCIATION);
    return set;
}
