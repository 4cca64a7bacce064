#include "tools/recorderctl/source_options.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "net/address.h"
#include "tools/recorderctl/output.h"

enum { FINGERPRINT_BYTES = 7 + 64 }; /* "sha256:" and its digits */

static unsigned full_prefix(const struct sockaddr_storage *address)
{
    return address->ss_family == AF_INET ? 32 : 128;
}

/* ADDRESS or ADDRESS/BITS; false where it is neither. */
static bool parse_network(const char *text, struct source *source)
{
    char address[ADDRESS_TEXT_BYTES];
    const char *slash = strchr(text, '/');
    size_t address_bytes = slash ? (size_t)(slash - text) : strlen(text);

    if (address_bytes >= sizeof address)
        return false;
    memcpy(address, text, address_bytes);
    address[address_bytes] = '\0';
    if (address_parse(address, 0, &source->address) != STATUS_OK ||
        address_port(&source->address) != 0)
        return false;
    source->prefix_bits = full_prefix(&source->address);
    if (!slash)
        return true;
    uint64_t bits = 0;
    if (!command_number(slash + 1, source->prefix_bits, &bits))
        return false;
    source->prefix_bits = (unsigned)bits;
    return true;
}

static enum exit_code take_network(const struct context *context, const char *text,
                                   struct source *source)
{
    if (strcmp(text, "any") == 0) {
        memset(&source->address, 0, sizeof source->address);
        source->prefix_bits = 0;
        return EXIT_DONE;
    }
    if (parse_network(text, source))
        return EXIT_DONE;
    return context_fail(context, EXIT_USAGE, "the network is not ADDRESS or ADDRESS/BITS",
                        "write it such as 10.0.0.31, 10.0.0.0/24 or 2001:db8::/32, or any");
}

/* Fingerprints are written in many ways: with colons, in capitals, with or without a prefix. */
static bool take_fingerprint(const char *text, char certificate[static SOURCE_CERTIFICATE_BYTES])
{
    static const char prefix[] = "sha256:";
    size_t used = sizeof prefix - 1;

    (void)snprintf(certificate, SOURCE_CERTIFICATE_BYTES, "%s", prefix);
    for (; *text; text++) {
        if (*text == ':')
            continue;
        if (!isxdigit((unsigned char)*text) || used == FINGERPRINT_BYTES)
            return false;
        certificate[used++] = (char)tolower((unsigned char)*text);
    }
    certificate[used] = '\0';
    return used == FINGERPRINT_BYTES;
}

static enum exit_code take_certificate(const struct context *context, const char *text,
                                       struct source *source)
{
    if (strncasecmp(text, "sha256:", 7) == 0) {
        if (take_fingerprint(text + 7, source->certificate))
            return EXIT_DONE;
        return context_fail(context, EXIT_USAGE, "the fingerprint has not 64 hexadecimal digits",
                            "take it from `openssl x509 -noout -fingerprint -sha256 -in FILE`");
    }
    if (strlen(text) >= sizeof source->certificate || !output_is_plain(text))
        return context_fail(context, EXIT_USAGE,
                            "the certificate's common name is too long or not plain UTF-8 text",
                            "give its fingerprint: sha256:HEX");
    (void)snprintf(source->certificate, sizeof source->certificate, "%s", text);
    return EXIT_DONE;
}

static bool take_limit(const char *text, unsigned *limit)
{
    uint64_t value = 0;

    if (!command_number(text, SOURCE_LIMIT_MAX, &value))
        return false;
    *limit = (unsigned)value;
    return true;
}

static enum exit_code take_limits(const struct context *context,
                                  const struct invocation *invocation, struct source *source)
{
    const struct {
        const char *option;
        unsigned *limit;
    } limits[] = {{"calls", &source->calls_max},
                  {"dialogs", &source->dialogs_max},
                  {"rate", &source->rate_per_s}};

    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        const char *text = command_option(invocation, limits[i].option);
        if (text && !take_limit(text, limits[i].limit))
            return context_fail(context, EXIT_USAGE, "a limit is not a number from 0 to 100000",
                                "0 takes the limit away");
    }
    return EXIT_DONE;
}

/* Whether they are codes at all, the index says. */
static enum exit_code take_codes(const struct context *context, const struct invocation *invocation,
                                 struct source *source)
{
    const struct {
        const char *option;
        char *code;
    } codes[] = {{"pause-code", source->pause_code}, {"resume-code", source->resume_code}};

    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        const char *text = command_option(invocation, codes[i].option);
        if (text && (strlen(text) >= BOUND_PAUSE_CODE_BYTES ||
                     strspn(text, "0123456789*#") != strlen(text)))
            return context_fail(context, EXIT_USAGE,
                                "a code is not 2 to 7 of the signs 0-9, * and #",
                                "write it such as \"*1\"; \"\" takes it away");
        if (text)
            (void)snprintf(codes[i].code, BOUND_PAUSE_CODE_BYTES, "%s", text);
    }
    return EXIT_DONE;
}

static enum exit_code take_channels(const struct context *context,
                                    const struct invocation *invocation, struct source *source)
{
    const char *text = command_option(invocation, "channels");
    uint64_t channels = source->channels;

    if (text && !command_number(text, SOURCE_CHANNELS_MAX, &channels))
        return context_fail(context, EXIT_USAGE, "the channels are not a number from 0 to 8",
                            "0 leaves it to the call");
    source->channels = (unsigned)channels;
    return EXIT_DONE;
}

static void take_flag(const struct invocation *invocation, const char *set, const char *clear,
                      bool *flag)
{
    if (command_option(invocation, set))
        *flag = true;
    if (command_option(invocation, clear))
        *flag = false;
}

enum exit_code source_options_take(const struct context *context,
                                   const struct invocation *invocation, struct source *source)
{
    const char *customer = command_option(invocation, "customer");
    const char *certificate = command_option(invocation, "certificate");
    enum exit_code code = EXIT_DONE;

    if (customer && strlen(customer) >= sizeof source->customer)
        return context_fail(context, EXIT_USAGE, "the customer number is too long", "shorten it");
    if (customer)
        (void)snprintf(source->customer, sizeof source->customer, "%s", customer);
    if (invocation->arguments > 1)
        code = take_network(context, invocation->argument[1], source);
    if (code == EXIT_DONE && certificate)
        code = take_certificate(context, certificate, source);
    take_flag(invocation, "plain-calls", "no-plain-calls", &source->plain_calls);
    take_flag(invocation, "plain-keys", "no-plain-keys", &source->plain_keys);
    if (code == EXIT_DONE)
        code = take_codes(context, invocation, source);
    if (code == EXIT_DONE)
        code = take_channels(context, invocation, source);
    return code == EXIT_DONE ? take_limits(context, invocation, source) : code;
}

enum exit_code source_options_name(const struct context *context, const char *name,
                                   struct source *source)
{
    if (strlen(name) >= sizeof source->name)
        return context_fail(context, EXIT_USAGE, "the name is too long", "shorten it");
    if (!output_is_plain(name))
        return context_fail(context, EXIT_USAGE, "the name is not plain UTF-8 text",
                            "leave out control characters, and use a UTF-8 terminal");
    (void)snprintf(source->name, sizeof source->name, "%s", name);
    return EXIT_DONE;
}
