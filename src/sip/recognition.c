#include "sip/recognition.h"

#include <stdbool.h>
#include <string.h>

#include "body/deviation.h"
#include "sip/message.h"
#include "sip/server.h"

static const char STANDARD_TAG[] = "+sip.src";

/* How a Contact carries the feature tag. */
enum tag_form { TAG_NONE, TAG_OTHER, TAG_STANDARD };

struct tag_search {
    enum tag_form form;
};

static struct pl trim(struct pl text, const char *blanks)
{
    while (text.l > 0 && strchr(blanks, text.p[0])) {
        text.p++;
        text.l--;
    }
    while (text.l > 0 && strchr(blanks, text.p[text.l - 1]))
        text.l--;
    return text;
}

/* One parameter, "name" or "name=value". */
static enum tag_form parameter_form(struct pl parameter, bool in_uri)
{
    static const char *const others[] = {"sip.src", "src", "%2Bsip.src"};
    const char *equals = memchr(parameter.p, '=', parameter.l);
    struct pl name = parameter;
    struct pl value = {.p = "", .l = 0};

    if (equals) {
        name.l = (size_t)(equals - parameter.p);
        value.p = equals + 1;
        value.l = parameter.l - name.l - 1;
    }
    name = trim(name, " \t\r\n<>\"");
    value = trim(value, " \t\r\n<>\"");
    /* a feature that is said not to be there (RFC 3840 section 9) */
    if (pl_strcasecmp(&value, "FALSE") == 0)
        return TAG_NONE;
    if (pl_strcasecmp(&name, STANDARD_TAG) == 0)
        return in_uri ? TAG_OTHER : TAG_STANDARD;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (pl_strcasecmp(&name, others[i]) == 0)
            return TAG_OTHER;
    }
    return TAG_NONE;
}

/* End of the parameter that begins at start: the next semicolon outside of quotes and <>. */
static const char *parameter_end(const char *start, const char *end)
{
    bool quoted = false;
    const char *at = start;

    for (; at < end && (quoted || *at != ';'); at++) {
        if (*at == '"')
            quoted = !quoted;
    }
    return at;
}

/* Where the URI of a Contact ends: at the first > after an unquoted <; NULL where it has no <>. */
static const char *uri_end(struct pl contact)
{
    bool quoted = false;

    for (size_t i = 0; i < contact.l; i++) {
        if (contact.p[i] == '"')
            quoted = !quoted;
        else if (contact.p[i] == '<' && !quoted)
            return memchr(contact.p + i, '>', contact.l - i);
    }
    return NULL;
}

static bool contact_read(const struct sip_hdr *hdr, const struct sip_msg *msg, void *arg)
{
    struct tag_search *search = arg;
    const char *end = hdr->val.p + hdr->val.l;
    const char *bracket = uri_end(hdr->val);

    (void)msg;
    if (pl_strcasecmp(&hdr->name, "Contact") && pl_strcasecmp(&hdr->name, "m"))
        return false;
    for (const char *at = parameter_end(hdr->val.p, end); at < end;) {
        struct pl parameter = {.p = at + 1};
        const char *next = parameter_end(parameter.p, end);
        bool in_uri = bracket && parameter.p < bracket;
        /* a value in <> may hold what looks like another parameter: the URI's > ends the first */
        if (in_uri && next > bracket)
            next = bracket;
        parameter.l = (size_t)(next - parameter.p);
        enum tag_form form = parameter_form(parameter, in_uri);
        if (form > search->form)
            search->form = form;
        at = next < end && *next != ';' ? parameter_end(next, end) : next;
    }
    return false;
}

unsigned recognition_read(const struct sip_msg *msg, uint64_t *deviations)
{
    struct tag_search search = {.form = TAG_NONE};
    unsigned siprec = 0;

    if (message_header_lists(msg, &MESSAGE_REQUIRE, "siprec"))
        siprec |= SIP_SIPREC_REQUIRED;
    if (message_header_lists(msg, &MESSAGE_SUPPORTED, "siprec"))
        siprec |= SIP_SIPREC_SUPPORTED;
    (void)sip_msg_hdr_apply(msg, true, SIP_HDR_CONTACT, contact_read, &search);
    if (search.form != TAG_NONE)
        siprec |= SIP_SIPREC_FEATURE;
    if (search.form == TAG_OTHER)
        deviation_add(deviations, DEVIATION_FEATURE_TAG_SPELLING);
    return siprec;
}
