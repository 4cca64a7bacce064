#include "body/siprec_document.h"

#include <string.h>
#include <strings.h>

#include "body/deviation.h"
#include "body/siprec_hints.h"
#include "body/siprec_participant.h"
#include "body/siprec_senders.h"
#include "body/siprec_time.h"

#define NAMESPACE_RFC7865 "urn:ietf:params:xml:ns:recording:1"

static void deviates(struct siprec_model *model, enum deviation deviation)
{
    deviation_add(&model->metadata.deviations, deviation);
}

static size_t count_children(const struct siprec_xml_node *root, const char *name)
{
    size_t count = 0;

    for (const struct siprec_xml_node *node = root->child; node; node = node->next)
        count += siprec_xml_is(node, name);
    return count;
}

static enum status check_root(const struct siprec_xml *document, struct siprec_model *model,
                              struct fault *fault)
{
    static const char *const limited[] = {"participant", "stream", "session", "group"};
    const struct siprec_xml_node *root = document->root;

    if (!siprec_xml_is(root, "recording") && !siprec_xml_is(root, "recording_metadata"))
        return fault_set(fault, STATUS_INVALID, 0, "metadata: the root element is no recording");
    for (size_t i = 0; i < sizeof limited / sizeof *limited; i++) {
        if (count_children(root, limited[i]) > BOUND_METADATA_ITEMS)
            return fault_set(fault, STATUS_LIMIT, 0, "metadata: more than %d %s elements",
                             BOUND_METADATA_ITEMS, limited[i]);
    }
    if (strcmp(root->name, "recording") != 0 ||
        strcmp(document->root_namespace, NAMESPACE_RFC7865) != 0)
        deviates(model, DEVIATION_XML_NAMESPACE);
    if (document->malformed)
        deviates(model, DEVIATION_XML_NOT_WELL_FORMED);
    if (document->text_cut)
        deviates(model, DEVIATION_XML_TEXT_CUT);
    return STATUS_OK;
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
    model->session[model->sessions++] = (struct siprec_model_session){
        .id = id_of(model, node, "session_id"),
        .sip_session_id = sip_session_id,
        .group_id = group_id,
        .known = true,
        .stopped = siprec_xml_child_text(node, "stop-time")[0] ||
                   siprec_xml_child_text(node, "disassociate-time")[0],
    };
    return STATUS_OK;
}

static enum status read_participant(struct siprec_model *model, const struct siprec_xml_node *node)
{
    struct siprec_model_participant *one = &model->participant[model->participants++];

    one->known = true;
    one->told.id = id_of(model, node, "participant_id");
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

    if (label)
        deviates(model, DEVIATION_METADATA_FORM);
    else
        label = siprec_xml_child_text(node, "label");
    model->stream[model->streams++] = (struct siprec_model_stream){
        .told = {.id = id_of(model, node, "stream_id"),
                 .label = label,
                 .mixed = strcasecmp(mode, "mixed") == 0},
        .known = true,
        .mode_said = mode[0] != '\0',
        .ended = siprec_xml_child_text(node, "disassociate-time")[0] ||
                 siprec_xml_child_text(node, "stop-time")[0],
    };
}

static enum status read_items(const struct siprec_xml_node *root, struct siprec_model *model)
{
    enum status status = STATUS_OK;

    for (const struct siprec_xml_node *node = root->child; status == STATUS_OK && node;
         node = node->next) {
        if (siprec_xml_is(node, "participant"))
            status = read_participant(model, node);
        else if (siprec_xml_is(node, "session"))
            status = read_session(model, node);
        else if (siprec_xml_is(node, "stream"))
            read_stream(model, node);
        else if (siprec_xml_is(node, "group"))
            read_group(model, node);
    }
    return status;
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
            model->session[session].stopped = true;
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
    const struct siprec_xml_node *root = document->root;
    enum status status = check_root(document, model, fault);

    if (status != STATUS_OK)
        return status;
    const char *datamode = siprec_xml_child_text(root, "datamode");
    model->datamode_said = datamode[0] != '\0';
    model->metadata.partial = strcasecmp(datamode, "partial") == 0;
    status = read_items(root, model);
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
