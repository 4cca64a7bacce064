#include "web/api/credentials.h"

#include <jansson.h>
#include <string.h>

static const char *text_member(const json_t *document, const char *name, size_t max_bytes)
{
    const char *text = json_string_value(json_object_get(document, name));
    size_t length = text ? strlen(text) : 0;

    return length > 0 && length < max_bytes ? text : NULL;
}

enum status credentials_parse(const uint8_t *body, size_t body_bytes,
                              struct credentials *credentials, const char **reason)
{
    json_t *document =
        json_loadb(body ? (const char *)body : "", body_bytes, JSON_REJECT_DUPLICATES, NULL);
    const char *customer = text_member(document, "customer", sizeof credentials->customer);
    const char *pin = text_member(document, "pin", sizeof credentials->pin);
    enum status status = STATUS_INVALID;

    if (!json_is_object(document)) {
        *reason = "a JSON object is expected";
    } else if (!customer) {
        *reason = "\"customer\" must be a text of 1 to 63 bytes";
    } else if (!pin) {
        *reason = "\"pin\" must be a text of 1 to 128 bytes";
    } else {
        memcpy(credentials->customer, customer, strlen(customer) + 1);
        memcpy(credentials->pin, pin, strlen(pin) + 1);
        status = STATUS_OK;
    }
    json_decref(document);
    return status;
}
