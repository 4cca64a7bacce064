/* fuzz: the first line is a Content-Type, the rest a body; every span must lie within the body. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "sip/multipart.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_span(struct text_span span, const char *body, size_t body_bytes)
{
    if (span.bytes)
        assert(span.text >= body && span.text + span.bytes <= body + body_bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    const char *end = size ? memchr(text, '\n', size) : NULL;
    struct multipart multipart;
    size_t index = 0;

    if (!end)
        return 0;
    struct text_span type = {.text = text, .bytes = (size_t)(end - text)};
    const char *body = end + 1;
    size_t body_bytes = size - type.bytes - 1;
    if (multipart_read(type, body, body_bytes, &multipart) != STATUS_OK)
        return 0;
    assert(multipart.parts > 0 && multipart.parts <= BOUND_MULTIPART_PARTS);
    for (size_t i = 0; i < multipart.parts; i++) {
        check_span(multipart.part[i].content_type, body, body_bytes);
        check_span(multipart.part[i].content_disposition, body, body_bytes);
        check_span(multipart.part[i].body, body, body_bytes);
    }
    if (multipart_find(&multipart, "application/sdp", &index) == STATUS_OK)
        assert(index < multipart.parts);
    return 0;
}
