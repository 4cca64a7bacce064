#include "body/siprec_metadata.h"

#include <string.h>

#include "body/multipart_text.h"
#include "body/siprec_document.h"
#include "body/siprec_model.h"
#include "body/siprec_xml.h"

/* What those of RFC 7865 and of the drafts before it begin with. */
#define NAMESPACES "urn:ietf:params:xml:ns:"

/* Behind a DOCTYPE, whose declarations of its own stand in brackets; empty where it has no end. */
static struct text_span skip_doctype(struct text_span text)
{
    bool inside = false;

    for (size_t i = 0; i < text.bytes; i++) {
        if (text.text[i] == '[' || text.text[i] == ']')
            inside = text.text[i] == '[';
        else if (text.text[i] == '>' && !inside)
            return text_span_skip(text, i + 1);
    }
    return text_span_skip(text, text.bytes);
}

/* Pass over what may stand before an element: a mark, blanks, declarations, comments. */
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
        if (text_span_starts_with(text, "<!DOCTYPE")) {
            text = skip_doctype(text);
            continue;
        }
        const char *end = text.text[1] == '?' ? "?>" : "-->";
        const char *found = memmem(text.text, text.bytes, end, strlen(end));
        if (!found)
            return text;
        text = text_span_skip(text, (size_t)(found - text.text) + strlen(end));
    }
}

/* Cut the start tag that the text begins with off it. Whether it is that of a recording. */
static bool is_recording_tag(struct text_span *text)
{
    size_t bytes = 1;

    if (!text->bytes || text->text[0] != '<')
        return false;
    while (bytes < text->bytes && !text_span_is_blank(text->text[bytes]) &&
           !strchr(">/<", text->text[bytes]))
        bytes++;
    struct text_span name = {.text = text->text + 1, .bytes = bytes - 1};
    struct text_span local = name;
    (void)text_span_cut(&local, ':');
    if (local.bytes)
        name = local;
    (void)text_span_cut(text, '>');
    return text_span_equal(name, "recording") || text_span_equal(name, "recording_metadata");
}

bool siprec_metadata_is(const char *xml, size_t xml_bytes)
{
    struct text_span text = {.text = xml, .bytes = xml_bytes};

    text = skip_prolog(text);
    const char *first = text.text;
    if (is_recording_tag(&text))
        return true;
    /* wrapped in another element, it must say whose recording it is: others use that name, too */
    text = skip_prolog(text);
    return is_recording_tag(&text) &&
           memmem(first, (size_t)(text.text - first), NAMESPACES, strlen(NAMESPACES));
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
