#include "body/siprec_senders.h"

#include <string.h>

#include "body/deviation.h"

/* An id that an association refers to, by the name of RFC 7865 or of the drafts before it. */
static char *reference(const struct siprec_xml_node *association, const char *name,
                       const char *draft_name)
{
    char *id = siprec_xml_attribute(association, name);

    if (!id)
        id = siprec_xml_attribute(association, draft_name);
    return id ? id : "";
}

static bool is_over(const struct siprec_xml_node *association)
{
    return siprec_xml_child_text(association, "disassociate-time")[0];
}

static void note_reference(struct siprec_model *model)
{
    if (!model->metadata.partial)
        deviation_add(&model->metadata.deviations, DEVIATION_METADATA_REFERENCE);
}

/* In or out of a session; out of one that is not named means out of all. */
static void attend(struct siprec_model *model, size_t participant, char *session_id, bool over)
{
    struct siprec_model_participant *one = &model->participant[participant];
    size_t session = siprec_model_place_session(model, session_id);

    if (session == SIPREC_NOWHERE) {
        one->gone_from_all = over;
        if (over) {
            siprec_set_unite(&one->gone, &one->attends);
            one->attends = (struct siprec_set){0};
        }
        return;
    }
    if (!model->session[session].known)
        note_reference(model);
    siprec_set_add(over ? &one->gone : &one->attends, session);
    siprec_set_remove(over ? &one->attends : &one->gone, session);
    one->gone_from_all = one->gone_from_all && over;
}

static void read_attendance(const struct siprec_xml_node *association, struct siprec_model *model)
{
    size_t participant = siprec_model_place_participant(
        model, reference(association, "participant_id", "participant"));
    char *session_id = reference(association, "session_id", "session");

    if (participant == SIPREC_NOWHERE) {
        note_reference(model);
        return;
    }
    if (!model->participant[participant].known)
        note_reference(model);
    attend(model, participant, session_id, is_over(association));
}

/* The drafts' way: the participant names its session and has the times itself. */
static void read_own_attendance(const struct siprec_xml_node *node, struct siprec_model *model,
                                size_t participant)
{
    char *session_id = reference(node, "session_id", "session");

    if (session_id[0] || is_over(node))
        attend(model, participant, session_id, is_over(node));
}

static void add_sending(struct siprec_model *model, size_t participant, char *stream_id, bool over)
{
    size_t stream = siprec_model_place_stream(model, stream_id);

    if (participant == SIPREC_NOWHERE || stream == SIPREC_NOWHERE) {
        if (stream_id[0])
            note_reference(model);
        model->lost_senders += stream_id[0] != '\0';
        return;
    }
    if (!model->participant[participant].known || !model->stream[stream].known)
        note_reference(model);
    struct siprec_model_participant *one = &model->participant[participant];
    siprec_set_add(over ? &one->sent : &one->sends, stream);
}

/* The send children of an association or participant: <send>id</send>, <send><id>id</id></send>. */
static void read_sendings(const struct siprec_xml_node *node, struct siprec_model *model,
                          size_t participant)
{
    bool over = is_over(node);

    for (const struct siprec_xml_node *send = node->child; send; send = send->next) {
        if (!siprec_xml_is(send, "send"))
            continue;
        if (!siprec_xml_child(send, "id"))
            add_sending(model, participant, send->text, over);
        for (const struct siprec_xml_node *id = send->child; id; id = id->next) {
            if (siprec_xml_is(id, "id"))
                add_sending(model, participant, id->text, over);
        }
    }
    if (participant != SIPREC_NOWHERE)
        model->participant[participant].associated = true;
}

static void read_participant(const struct siprec_xml_node *node, struct siprec_model *model,
                             size_t participant)
{
    read_own_attendance(node, model, participant);
    if (!siprec_xml_child(node, "send") && !siprec_xml_child(node, "recv"))
        return;
    deviation_add(&model->metadata.deviations, DEVIATION_METADATA_FORM);
    read_sendings(node, model, participant);
}

static void settle(struct siprec_model *model)
{
    for (size_t i = 0; i < model->participants; i++)
        siprec_set_subtract(&model->participant[i].sent, &model->participant[i].sends);
}

void siprec_senders_read(const struct siprec_xml_node *root, struct siprec_model *model)
{
    size_t described = model->participants;
    size_t participant = 0;

    for (const struct siprec_xml_node *node = root->child; node; node = node->next) {
        if (siprec_xml_is(node, "participant") && participant < described)
            read_participant(node, model, participant++);
    }
    for (const struct siprec_xml_node *node = root->child; node; node = node->next) {
        if (siprec_xml_is(node, "participantsessionassoc"))
            read_attendance(node, model);
        else if (siprec_xml_is(node, "participantstreamassoc"))
            read_sendings(node, model,
                          siprec_model_place_participant(
                              model, reference(node, "participant_id", "participant")));
    }
    settle(model);
}
