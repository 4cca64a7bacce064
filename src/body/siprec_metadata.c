#include "body/siprec_metadata.h"

#include <string.h>

#include "body/multipart_text.h"
#include "body/siprec_document.h"
#include "body/siprec_model.h"
#include "body/siprec_xml.h"

/* Pass over what may stand before the first element: a mark, blanks, declarations, comments. */
static struct text_span skip_prolog(struct text_span text)
{
    static const char mark[] = "\xef\xbb\xbf";

    if (text.bytes >= strlen(mark) && memcmp(text.text, mark, strlen(mark)) == 0)
        text = text_span_skip(text, strlen(mark));
    for (;;) {
        text = text_span_trim(text);
        bool declares = text.bytes > 1 && text.text[0] == '<' && strchr("?!", text.text[1]);
        if (!declares)
            return text;
        const char *end = text.text[1] == '?' ? "?>" : "-->";
        const char *found = memmem(text.text, text.bytes, end, strlen(end));
        if (!found)
            return text;
        text = text_span_skip(text, (size_t)(found - text.text) + strlen(end));
    }
}

bool siprec_metadata_is(const char *xml, size_t xml_bytes)
{
    struct text_span text = skip_prolog((struct text_span){.text = xml, .bytes = xml_bytes});
    size_t bytes = 1;

    if (!text.bytes || text.text[0] != '<')
        return false;
    while (bytes < text.bytes && !text_span_is_blank(text.text[bytes]) &&
           !strchr(">/<", text.text[bytes]))
        bytes++;
    struct text_span name = {.text = text.text + 1, .bytes = bytes - 1};
    struct text_span local = name;
    (void)text_span_cut(&local, ':');
    if (local.bytes)
        name = local;
    return text_span_equal(name, "recording") || text_span_equal(name, "recording_metadata");
}

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
