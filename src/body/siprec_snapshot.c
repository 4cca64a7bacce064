#include <string.h>

#include "body/siprec_metadata.h"

static enum status append(struct bytes *text, const char *part)
{
    return bytes_append(text, part, strlen(part));
}

/* What stands for a character in XML text; NULL: itself. Control characters have no place in it. */
static const char *escape(char character)
{
    switch (character) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    default:
        return (unsigned char)character < ' ' ? " " : NULL;
    }
}

static enum status append_escaped(struct bytes *text, const char *plain)
{
    enum status status = STATUS_OK;

    for (; status == STATUS_OK && *plain; plain++) {
        const char *escaped = escape(*plain);

        status = escaped ? append(text, escaped) : bytes_append(text, plain, 1);
    }
    return status;
}

static enum status append_reason(struct bytes *text, const char *reason)
{
    enum status status = append(text, "  <requestreason xml:lang=\"en\">");

    if (status == STATUS_OK)
        status = append_escaped(text, reason);
    if (status == STATUS_OK)
        status = append(text, "</requestreason>\r\n");
    return status;
}

enum status siprec_write_snapshot_request(const char *reason, struct bytes *text)
{
    size_t before = text->len;
    enum status status =
        append(text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
                     "<requestsnapshot xmlns=\"urn:ietf:params:xml:ns:recording:1\">\r\n");

    if (status == STATUS_OK && reason)
        status = append_reason(text, reason);
    if (status == STATUS_OK)
        status = append(text, "</requestsnapshot>\r\n");
    if (status != STATUS_OK)
        text->len = before;
    return status;
}
