#include "body/siprec_ties.h"

#include "body/siprec_model.h"

struct visitor {
    void (*visit)(void *context, enum siprec_tie kind, const char *value);
    void *context;
};

static void tell(const struct visitor *visitor, enum siprec_tie kind, const char *value)
{
    if (*value)
        visitor->visit(visitor->context, kind, value);
}

void siprec_ties_visit(const struct siprec_metadata *metadata,
                       void (*visit)(void *context, enum siprec_tie kind, const char *value),
                       void *context)
{
    const struct siprec_model *model = siprec_model_of(metadata);
    const struct visitor visitor = {visit, context};

    for (size_t i = 0; i < model->groups; i++)
        tell(&visitor, SIPREC_TIE_GROUP, model->group[i].id);
    for (size_t i = 0; i < model->sessions; i++) {
        const struct siprec_model_session *session = &model->session[i];

        if (!session->known)
            continue;
        tell(&visitor, SIPREC_TIE_GROUP, session->group_id);
        tell(&visitor, SIPREC_TIE_SIP_SESSION, session->sip_session_id);
        tell(&visitor, SIPREC_TIE_SESSION, session->id);
    }
    for (size_t i = 0; i < model->sip_sessions; i++)
        tell(&visitor, SIPREC_TIE_SIP_SESSION, model->sip_session[i]);
}
