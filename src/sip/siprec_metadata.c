#include "sip/siprec_metadata.h"

#include <string.h>
#include <strings.h>

#include "sip/multipart_text.h"
#include "sip/siprec_hints.h"
#include "sip/siprec_number.h"
#include "sip/siprec_senders.h"
#include "sip/siprec_xml.h"

#define NAMESPACE_RFC7865 "urn:ietf:params:xml:ns:recording:1"

/*
 * What siprec_metadata_read hands out. All of it, the texts too, lies in the document's memory, so
 * that one siprec_xml_destroy frees it.
 */
struct owned {
    struct siprec_metadata metadata; /* first, so that a pointer to it is one to the whole */
    struct siprec_xml *document;
};

static size_t count_children(const struct siprec_xml_node *root, const char *name)
{
    size_t count = 0;

    for (const struct siprec_xml_node *node = root->child; node; node = node->next)
        count += siprec_xml_is(node, name);
    return count;
}

static enum status check_root(struct owned *owned, struct fault *fault)
{
    static const char *const limited[] = {"participant", "stream", "session"};
    const struct siprec_xml_node *root = owned->document->root;

    if (!siprec_xml_is(root, "recording") && !siprec_xml_is(root, "recording_metadata"))
        return fault_set(fault, STATUS_INVALID, 0, "metadata: the root element is no recording");
    for (size_t i = 0; i < sizeof limited / sizeof *limited; i++) {
        if (count_children(root, limited[i]) > BOUND_METADATA_ITEMS)
            return fault_set(fault, STATUS_LIMIT, 0, "metadata: more than %d %s elements",
                             BOUND_METADATA_ITEMS, limited[i]);
    }
    owned->metadata.deviations += strcmp(root->name, "recording") != 0;
    owned->metadata.deviations += strcmp(owned->document->root_namespace, NAMESPACE_RFC7865) != 0;
    return STATUS_OK;
}

/* RFC 7865 says participant_id; drafts before it, and those who built on them, said id. */
static char *id_of(struct owned *owned, const struct siprec_xml_node *node, const char *name)
{
    char *id = siprec_xml_attribute(node, name);

    if (!id) {
        id = siprec_xml_attribute(node, "id");
        owned->metadata.deviations++;
    }
    if (!id)
        return "";
    owned->metadata.deviations += !id[0];
    return id;
}

/* One line of text: inner blanks become one space, or nothing where `space` is 0. NULL: no memory.
 */
static char *fold_blanks(struct owned *owned, const char *text, char space)
{
    char *folded = siprec_xml_alloc(owned->document, strlen(text) + 1);
    size_t used = 0;

    for (size_t i = 0; folded && text[i]; i++) {
        if (!text_span_is_blank(text[i]))
            folded[used++] = text[i];
        else if (space && !text_span_is_blank(text[i + 1]))
            folded[used++] = space;
    }
    return folded;
}

static enum status fill_session(struct owned *owned)
{
    const struct siprec_xml_node *root = owned->document->root;
    const struct siprec_xml_node *session = siprec_xml_child(root, "session");
    const struct siprec_xml_node *group = siprec_xml_child(root, "group");
    struct siprec_metadata *metadata = &owned->metadata;

    metadata->session_id = "";
    metadata->sip_session_id = "";
    metadata->group_id = group ? id_of(owned, group, "group_id") : "";
    metadata->partial = strcasecmp(siprec_xml_child_text(root, "datamode"), "partial") == 0;
    if (!session)
        return STATUS_OK;
    metadata->session_id = id_of(owned, session, "session_id");
    if (!metadata->group_id[0])
        metadata->group_id = siprec_xml_child_text(session, "group-ref");
    /* RFC 7989's value is long, so it is often broken into lines; it has no blanks of its own */
    metadata->sip_session_id =
        fold_blanks(owned, siprec_xml_child_text(session, "sipSessionID"), 0);
    return metadata->sip_session_id ? STATUS_OK : STATUS_NOMEM;
}

/*
 * Take aor and name from a nameID, or from a participant that has them itself. The first name
 * stands; so does the first aor, unless only a later one has a number.
 */
static enum status read_name(struct owned *owned, const struct siprec_xml_node *node,
                             struct siprec_participant *participant)
{
    char *aor = siprec_xml_attribute(node, "aor");

    if (!aor) {
        aor = siprec_xml_child_text(node, "aor");
        owned->metadata.deviations += aor[0] != '\0';
    }
    if (aor[0] && !participant->number[0]) {
        char *number = siprec_xml_alloc(owned->document, strlen(aor) + 1);

        if (!number)
            return STATUS_NOMEM;
        siprec_number_of_aor(aor, number);
        if (!participant->aor[0] || number[0]) {
            participant->aor = aor;
            participant->number = number;
        }
    }
    if (!participant->name[0])
        participant->name = fold_blanks(owned, siprec_xml_child_text(node, "name"), ' ');
    return participant->name ? STATUS_OK : STATUS_NOMEM;
}

static enum status fill_participant(struct owned *owned, const struct siprec_xml_node *node,
                                    struct siprec_participant *participant)
{
    enum status status = STATUS_OK;

    *participant = (struct siprec_participant){.aor = "", .number = "", .name = ""};
    participant->id = id_of(owned, node, "participant_id");
    for (const struct siprec_xml_node *child = node->child; status == STATUS_OK && child;
         child = child->next) {
        if (siprec_xml_is(child, "nameID"))
            status = read_name(owned, child, participant);
    }
    if (status == STATUS_OK)
        status = read_name(owned, node, participant);
    owned->metadata.deviations += !participant->aor[0];
    return status;
}

static void fill_stream(struct owned *owned, const struct siprec_xml_node *node,
                        struct siprec_stream *stream)
{
    char *label = siprec_xml_attribute(node, "media_label");

    stream->id = id_of(owned, node, "stream_id");
    if (label)
        owned->metadata.deviations++;
    else
        label = siprec_xml_child_text(node, "label");
    stream->label = label;
    stream->mixed = strcasecmp(siprec_xml_child_text(node, "mode"), "mixed") == 0;
}

static enum status fill_items(struct owned *owned)
{
    const struct siprec_xml_node *root = owned->document->root;
    struct siprec_metadata *metadata = &owned->metadata;
    size_t participants = count_children(root, "participant");
    size_t streams = count_children(root, "stream");
    enum status status = STATUS_OK;

    metadata->participant =
        siprec_xml_alloc(owned->document, (participants + 1) * sizeof *metadata->participant);
    metadata->stream = siprec_xml_alloc(owned->document, (streams + 1) * sizeof *metadata->stream);
    if (!metadata->participant || !metadata->stream)
        return STATUS_NOMEM;
    for (const struct siprec_xml_node *node = root->child; status == STATUS_OK && node;
         node = node->next) {
        if (siprec_xml_is(node, "participant"))
            status =
                fill_participant(owned, node, &metadata->participant[metadata->participants++]);
        else if (siprec_xml_is(node, "stream"))
            fill_stream(owned, node, &metadata->stream[metadata->streams++]);
    }
    return status;
}

static enum status fill(struct owned *owned, struct fault *fault)
{
    enum status status = check_root(owned, fault);

    if (status != STATUS_OK)
        return status;
    status = fill_session(owned);
    if (status == STATUS_OK)
        status = fill_items(owned);
    if (status == STATUS_OK)
        status = siprec_senders_read(owned->document, &owned->metadata);
    if (status == STATUS_OK)
        status = siprec_hints_apply(owned->document, &owned->metadata);
    if (status != STATUS_OK)
        return fault_set(fault, status, 0, "metadata: out of memory");
    return STATUS_OK;
}

enum status siprec_metadata_read(const char *xml, size_t xml_bytes, struct siprec_metadata **out,
                                 struct fault *fault)
{
    struct siprec_xml *document = NULL;
    enum status status = siprec_xml_read(xml, xml_bytes, &document, fault);

    if (status != STATUS_OK)
        return status;
    struct owned *owned = siprec_xml_alloc(document, sizeof *owned);
    if (!owned) {
        status = fault_set(fault, STATUS_NOMEM, 0, "metadata: out of memory");
        goto out;
    }
    owned->document = document;
    owned->metadata.deviations = document->deviations;
    status = fill(owned, fault);
    if (status == STATUS_OK) {
        *out = &owned->metadata;
        document = NULL;
    }
out:
    siprec_xml_destroy(document);
    return status;
}

void siprec_metadata_destroy(struct siprec_metadata *owned_metadata)
{
    if (owned_metadata)
        siprec_xml_destroy(((struct owned *)owned_metadata)->document);
}
