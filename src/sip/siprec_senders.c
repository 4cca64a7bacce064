#include "sip/siprec_senders.h"

#include <stdint.h>
#include <string.h>

#define NOT_THERE SIZE_MAX
#define AMBIGUOUS (SIZE_MAX - 1)

/* What is gathered: a sender, and whether that is over. */
struct sending {
    struct siprec_sender sender;
    bool ended;
};

struct gathering {
    struct siprec_metadata *metadata;
    const struct siprec_xml_node *root;
    bool *left; /* per participant: its last session association has ended */
    struct sending *sending;
    size_t sendings;
};

/*
 * Look at one more item for an id. The first of that id is meant; an empty id means the one item
 * that has none, where there is just one such (Avaya sends empty stream ids).
 */
static size_t choose(size_t found, size_t index, const char *item_id, const char *id)
{
    if (strcmp(item_id, id) != 0)
        return found;
    if (found == NOT_THERE)
        return index;
    return id[0] ? found : AMBIGUOUS;
}

static size_t find_stream(const struct siprec_metadata *metadata, const char *id)
{
    size_t found = NOT_THERE;

    for (size_t i = 0; i < metadata->streams; i++)
        found = choose(found, i, metadata->stream[i].id, id);
    return found == AMBIGUOUS ? NOT_THERE : found;
}

static size_t find_participant(const struct siprec_metadata *metadata, const char *id)
{
    size_t found = NOT_THERE;

    for (size_t i = 0; i < metadata->participants; i++)
        found = choose(found, i, metadata->participant[i].id, id);
    return found == AMBIGUOUS ? NOT_THERE : found;
}

static const char *participant_of(const struct siprec_xml_node *association)
{
    const char *id = siprec_xml_attribute(association, "participant_id");

    if (!id)
        id = siprec_xml_attribute(association, "participant");
    return id ? id : "";
}

static bool is_over(const struct siprec_xml_node *association)
{
    return siprec_xml_child_text(association, "disassociate-time")[0];
}

static void find_those_who_left(struct gathering *gathering)
{
    const struct siprec_metadata *metadata = gathering->metadata;

    /* Later associations come later in the document: who came back is there. */
    for (const struct siprec_xml_node *node = gathering->root->child; node; node = node->next) {
        if (!siprec_xml_is(node, "participantsessionassoc"))
            continue;
        size_t participant = find_participant(metadata, participant_of(node));
        if (participant != NOT_THERE)
            gathering->left[participant] = is_over(node);
    }
}

static void add_sending(struct gathering *gathering, size_t participant, const char *stream_id,
                        bool ended)
{
    struct siprec_metadata *metadata = gathering->metadata;
    size_t stream = find_stream(metadata, stream_id);

    if (participant == NOT_THERE || stream == NOT_THERE) {
        metadata->deviations += !metadata->partial || !stream_id[0];
        metadata->unresolved_senders += stream_id[0] != '\0';
        return;
    }
    for (size_t i = 0; i < gathering->sendings; i++) {
        struct sending *one = &gathering->sending[i];

        if (one->sender.participant == participant && one->sender.stream == stream) {
            one->ended = one->ended && ended;
            return;
        }
    }
    gathering->sending[gathering->sendings++] =
        (struct sending){.sender = {.participant = participant, .stream = stream}, .ended = ended};
}

/* The send children of an association or participant: <send>id</send>, <send><id>id</id></send>. */
static void gather(struct gathering *gathering, const struct siprec_xml_node *node,
                   size_t participant)
{
    bool ended = is_over(node) || (participant != NOT_THERE && gathering->left[participant]);

    for (const struct siprec_xml_node *send = node->child; send; send = send->next) {
        if (!siprec_xml_is(send, "send"))
            continue;
        if (!siprec_xml_child(send, "id"))
            add_sending(gathering, participant, send->text, ended);
        for (const struct siprec_xml_node *id = send->child; id; id = id->next) {
            if (siprec_xml_is(id, "id"))
                add_sending(gathering, participant, id->text, ended);
        }
    }
}

static void gather_all(struct gathering *gathering)
{
    size_t participant = 0;

    for (const struct siprec_xml_node *node = gathering->root->child; node; node = node->next) {
        if (siprec_xml_is(node, "participantstreamassoc")) {
            gather(gathering, node, find_participant(gathering->metadata, participant_of(node)));
        } else if (siprec_xml_is(node, "participant")) {
            if (siprec_xml_child(node, "send"))
                gathering->metadata->deviations++; /* the form of the drafts before RFC 7865 */
            gather(gathering, node, participant++);
        }
    }
}

static bool is_current(const struct gathering *gathering, const struct sending *sending)
{
    if (!sending->ended)
        return true;
    for (size_t i = 0; i < gathering->sendings; i++) {
        const struct sending *other = &gathering->sending[i];

        if (!other->ended && other->sender.stream == sending->sender.stream)
            return false;
    }
    return true;
}

enum status siprec_senders_read(struct siprec_xml *document, struct siprec_metadata *metadata)
{
    /* No document has more associations than elements. */
    struct gathering gathering = {
        .metadata = metadata,
        .root = document->root,
        .left = siprec_xml_alloc(document, (metadata->participants + 1) * sizeof(bool)),
        .sending = siprec_xml_alloc(document, document->nodes * sizeof(struct sending)),
    };
    struct siprec_sender *sender =
        siprec_xml_alloc(document, document->nodes * sizeof(struct siprec_sender));

    if (!gathering.left || !gathering.sending || !sender)
        return STATUS_NOMEM;
    find_those_who_left(&gathering);
    gather_all(&gathering);
    metadata->sender = sender;
    for (size_t i = 0; i < gathering.sendings; i++) {
        if (is_current(&gathering, &gathering.sending[i]))
            sender[metadata->senders++] = gathering.sending[i].sender;
    }
    return STATUS_OK;
}
