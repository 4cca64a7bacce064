#include "body/siprec_document.h"

#include <string.h>
#include <strings.h>

#include "body/deviation.h"
#include "body/siprec_hints.h"
#include "body/siprec_items.h"
#include "body/siprec_participant.h"
#include "body/siprec_senders.h"
#include "body/siprec_time.h"

#define NAMESPACE_RFC7865 "urn:ietf:params:xml:ns:recording:1"

static void deviates(struct siprec_model *model, enum deviation deviation)
{
    deviation_add(&model->metadata.deviations, deviation);
}

static bool is_recording(const struct siprec_xml_node *node)
{
    return siprec_xml_is(node, "recording") || siprec_xml_is(node, "recording_metadata");
}

/* The recording: the root or, where that is something wrapped around it, the first in it. */
static struct siprec_xml_node *find_recording(const struct siprec_xml *document)
{
    struct siprec_xml_node *node = document->root;

    while (node && !is_recording(node))
        node = siprec_xml_walk(node, document->root);
    return node;
}

static void check_document(const struct siprec_xml *document, struct siprec_model *model)
{
    if (strcmp(document->root->name, "recording") != 0 ||
        strcmp(document->root_namespace, NAMESPACE_RFC7865) != 0)
        deviates(model, DEVIATION_XML_NAMESPACE);
    if (document->malformed)
        deviates(model, DEVIATION_XML_NOT_WELL_FORMED);
    if (document->encoded)
        deviates(model, DEVIATION_METADATA_ENCODED);
    if (document->doctype)
        deviates(model, DEVIATION_XML_DOCTYPE);
    if (document->cut)
        deviates(model, DEVIATION_XML_CUT);
    if (document->text_cut)
        deviates(model, DEVIATION_XML_TEXT_CUT);
}

/* RFC 7865 says participant_id; drafts before it, and those who built on them, said id. */
static char *id_of(struct siprec_model *model, const struct siprec_xml_node *node, const char *name)
{
    char *id = siprec_xml_attribute(node, name);

    if (!id) {
        id = siprec_xml_attribute(node, "id");
        if (id)
            deviates(model, DEVIATION_METADATA_FORM);
    }
    if (!id || !id[0]) {
        deviates(model, DEVIATION_METADATA_ID);
        return "";
    }
    return id;
}

static void read_group(struct siprec_model *model, const struct siprec_xml_node *node)
{
    model->group[model->groups++] = (struct siprec_model_group){
        .id = id_of(model, node, "group_id"),
        .ended = siprec_xml_child_text(node, "disassociate-time")[0] != '\0',
    };
}

/* Each of its calls has one (section 6.2); a session shows its first. */
static enum status read_sip_sessions(struct siprec_model *model, const struct siprec_xml_node *node)
{
    bool first = true;

    for (const struct siprec_xml_node *child = node->child; child; child = child->next) {
        if (!siprec_xml_is(child, "sipSessionID"))
            continue;
        char *value = first ? "" : siprec_fold_blanks(&model->arena, child->text, 0);
        first = false;
        if (!value)
            return STATUS_NOMEM;
        if (value[0] && model->sip_sessions < model->room)
            model->sip_session[model->sip_sessions++] = value;
    }
    return STATUS_OK;
}

static enum status read_session(struct siprec_model *model, const struct siprec_xml_node *node)
{
    /* RFC 7989's value is long, so it is often broken into lines; it has no blanks of its own */
    char *sip_session_id =
        siprec_fold_blanks(&model->arena, siprec_xml_child_text(node, "sipSessionID"), 0);
    char *group_id = siprec_xml_child_text(node, "group-ref");

    if (!sip_session_id)
        return STATUS_NOMEM;
    if (!group_id[0]) {
        char *attribute = siprec_xml_attribute(node, "group");
        group_id = attribute ? attribute : "";
    }
    char *id = id_of(model, node, "session_id");
    if (siprec_xml_child_text(node, "stop-time")[0] ||
        siprec_xml_child_text(node, "disassociate-time")[0])
        siprec_set_add(&model->stopped, model->sessions);
    model->session[model->sessions++] =
        (struct siprec_model_session){.id = id,
                                      .sip_session_id = sip_session_id,
                                      .group_id = group_id,
                                      .digest = siprec_model_digest(id),
                                      .known = true};
    return read_sip_sessions(model, node);
}

static enum status read_participant(struct siprec_model *model, const struct siprec_xml_node *node)
{
    struct siprec_model_participant *one = &model->participant[model->participants++];

    one->known = true;
    one->told.id = id_of(model, node, "participant_id");
    one->digest = siprec_model_digest(one->told.id);
    enum status status =
        siprec_participant_read(node, &model->arena, &one->told, &model->metadata.deviations);
    if (status == STATUS_OK && !one->told.aor[0] && !model->metadata.partial)
        deviates(model, DEVIATION_METADATA_FORM); /* section 9: a nameID has an aor */
    return status;
}

static void read_stream(struct siprec_model *model, const struct siprec_xml_node *node)
{
    char *label = siprec_xml_attribute(node, "media_label");
    char *mode = siprec_xml_child_text(node, "mode");
    char *id = id_of(model, node, "stream_id");

    if (!label && !siprec_xml_child_text(node, "label")[0])
        label = siprec_xml_attribute(node, "label");
    if (label)
        deviates(model, DEVIATION_METADATA_FORM);
    else
        label = siprec_xml_child_text(node, "label");
    model->stream[model->streams++] = (struct siprec_model_stream){
        .told = {.id = id, .label = label, .mixed = strcasecmp(mode, "mixed") == 0},
        .digest = siprec_model_digest(id),
        .known = true,
        .mode_said = mode[0] != '\0',
        .ended = siprec_xml_child_text(node, "disassociate-time")[0] ||
                 siprec_xml_child_text(node, "stop-time")[0],
    };
}

/* Whether a table has room for one more item; that it has none is noted. */
static bool has_room(struct siprec_model *model, size_t items)
{
    if (items < model->room)
        return true;
    deviates(model, DEVIATION_XML_CUT);
    return false;
}

/* The first of each kind, as many as there is room for. */
static enum status read_items(const struct siprec_xml_node *root, struct siprec_model *model)
{
    enum status status = STATUS_OK;

    for (const struct siprec_xml_node *node = root->child; status == STATUS_OK && node;
         node = node->next) {
        if (siprec_xml_is(node, "participant") && has_room(model, model->participants))
            status = read_participant(model, node);
        else if (siprec_xml_is(node, "session") && has_room(model, model->sessions))
            status = read_session(model, node);
        else if (siprec_xml_is(node, "stream") && has_room(model, model->streams))
            read_stream(model, node);
        else if (siprec_xml_is(node, "group") && has_room(model, model->groups))
            read_group(model, node);
    }
    return status;
}

/* What a DOCTYPE is wrapped around must at least say something to be taken for metadata. */
static bool says_nothing(const struct siprec_model *model)
{
    return !model->participants && !model->streams && !model->sessions && !model->groups;
}

/* An end of a session is said of its association with the recording, too (section 6.3). */
static void read_session_ends(const struct siprec_xml_node *root, struct siprec_model *model)
{
    for (const struct siprec_xml_node *node = root->child; node; node = node->next) {
        char *id = siprec_xml_attribute(node, "session_id");

        if (!id || !siprec_xml_is(node, "sessionrecordingassoc") ||
            !siprec_xml_child_text(node, "disassociate-time")[0])
            continue;
        size_t session = siprec_model_place_session(model, id);
        if (session != SIPREC_NOWHERE)
            siprec_set_add(&model->stopped, session);
    }
}

static void check_ids(struct siprec_model *model)
{
    bool twice = false;

    for (size_t i = 0; i < model->participants; i++)
        twice = twice || siprec_model_find_participant(model, model->participant[i].told.id) != i;
    for (size_t i = 0; i < model->streams; i++)
        twice = twice || siprec_model_find_stream(model, model->stream[i].told.id) != i;
    for (size_t i = 0; i < model->sessions; i++)
        twice = twice || siprec_model_find_session(model, model->session[i].id) != i;
    if (twice)
        deviates(model, DEVIATION_METADATA_ID);
}

static bool is_time(const struct siprec_xml_node *node)
{
    static const char *const names[] = {"associate-time", "disassociate-time", "start-time",
                                        "stop-time"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (siprec_xml_is(node, names[i]))
            return true;
    }
    return false;
}

static void check_times(const struct siprec_xml_node *root, struct siprec_model *model)
{
    for (const struct siprec_xml_node *item = root->child; item; item = item->next) {
        for (const struct siprec_xml_node *node = item->child; node; node = node->next) {
            if (is_time(node) && !siprec_time_is_valid(node->text))
                deviates(model, DEVIATION_METADATA_TIME);
        }
    }
}

enum status siprec_document_read(const struct siprec_xml *document, struct siprec_model *model,
                                 struct fault *fault)
{
    struct siprec_xml_node *root = find_recording(document);

    if (!root)
        return fault_set(fault, STATUS_INVALID, 0, "metadata: there is no recording element");
    /* an element makes one item of a kind at most */
    if (siprec_model_make_room(model, document->nodes) != STATUS_OK)
        return fault_set(fault, STATUS_NOMEM, 0, "metadata: out of memory");
    check_document(document, model);
    if (siprec_items_raise(root))
        deviates(model, DEVIATION_METADATA_FORM);
    const char *datamode = siprec_xml_child_text(root, "datamode");
    model->datamode_said = datamode[0] != '\0';
    model->metadata.partial = strcasecmp(datamode, "partial") == 0;
    enum status status = read_items(root, model);
    if (status == STATUS_OK && document->doctype && says_nothing(model))
        return fault_set(fault, STATUS_INVALID, 0, "metadata: a DOCTYPE is not accepted");
    if (status == STATUS_OK)
        status = siprec_hints_read(root, model);
    if (status != STATUS_OK)
        return fault_set(fault, status, 0, "metadata: out of memory");
    check_ids(model);
    read_session_ends(root, model);
    siprec_senders_read(root, model);
    check_times(root, model);
    return STATUS_OK;
}
