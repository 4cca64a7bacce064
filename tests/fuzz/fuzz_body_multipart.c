/* fuzz: the first line is a Content-Type, the rest a body; every span must lie within the body. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "body/multipart.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A type that was guessed lies elsewhere, but is whole. */
static int is_guess(struct text_span type)
{
    return type.bytes == strlen(type.text) &&
           (strcmp(type.text, "application/sdp") == 0 ||
            strcmp(type.text, "application/rs-metadata+xml") == 0);
}

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
        struct text_span of_part = multipart.part[i].content_type;

        if (of_part.text < body || of_part.text > body + body_bytes)
            assert(!of_part.bytes || is_guess(of_part));
        else
            check_span(of_part, body, body_bytes);
        check_span(multipart.part[i].content_disposition, body, body_bytes);
        check_span(multipart.part[i].body, body, body_bytes);
    }
    if (multipart_find(&multipart, "application/sdp", &index) == STATUS_OK)
        assert(index < multipart.parts);
    return 0;
}
