#include "body/siprec_hold.h"

#include "body/siprec_model.h"

bool siprec_tells_hold(const struct siprec_metadata *document)
{
    const struct siprec_model *model = siprec_model_of(document);
    bool associates = false;

    for (size_t i = 0; i < model->participants; i++) {
        const struct siprec_model_participant *participant = &model->participant[i];

        associates = associates || participant->associated;
        if (!siprec_set_is_empty(&participant->sends))
            return false;
    }
    return associates && !model->lost_senders;
}
