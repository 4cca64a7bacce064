#include "sip/siprec_metadata.h"

#include "sip/siprec_document.h"
#include "sip/siprec_model.h"
#include "sip/siprec_xml.h"

enum status siprec_metadata_read(const char *xml, size_t xml_bytes, struct siprec_metadata **out,
                                 struct fault *fault)
{
    struct siprec_model *model = siprec_model_create();
    struct siprec_xml document;
    enum status status = STATUS_NOMEM;

    if (!model)
        return fault_set(fault, STATUS_NOMEM, 0, "metadata: out of memory");
    status = siprec_xml_read(xml, xml_bytes, &model->arena, &document, fault);
    if (status == STATUS_OK)
        status = siprec_document_read(&document, model, fault);
    if (status == STATUS_OK) {
        status = siprec_model_show(model, true);
        if (status != STATUS_OK)
            (void)fault_set(fault, status, 0, "metadata: out of memory");
    }
    if (status == STATUS_OK) {
        *out = &model->metadata;
        model = NULL;
    }
    siprec_model_destroy(model);
    return status;
}

void siprec_metadata_destroy(struct siprec_metadata *owned_metadata)
{
    siprec_model_destroy((struct siprec_model *)owned_metadata);
}
