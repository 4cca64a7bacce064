#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "net/address.h"
#include "storage/index/customers.h"
#include "tools/recorderctl/command.h"
#include "tools/recorderctl/output.h"

enum { FINGERPRINT_BYTES = 7 + 64 }; /* "sha256:" and its digits */

static const struct output_column source_columns[] = {
    {"NAME", "name"},
    {"NETWORK", "network"},
    {"CERTIFICATE", "certificate"},
    {"CUSTOMER", "customer"},
    {"PLAIN CALLS", "plain_calls"},
    {"PLAIN KEYS", "plain_keys"},
    {"CALLS", "calls_max"},
    {"DIALOGS", "dialogs_max"},
    {"RATE", "rate_per_s"},
    {"PAUSE", "pause_code"},
    {"RESUME", "resume_code"},
    {"CHANNELS", "channels"},
    {NULL, NULL},
};

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

/* A limit, or null where there is none. */
static json_t *limit_json(unsigned limit)
{
    return limit ? json_integer(limit) : json_null();
}

static json_t *source_json(const struct source *source)
{
    char address[ADDRESS_TEXT_BYTES];
    char network[ADDRESS_TEXT_BYTES + 8] = "";

    if (source->address.ss_family != AF_UNSPEC) {
        address_format(&source->address, false, address);
        (void)snprintf(network, sizeof network, "%s/%u", address, source->prefix_bits);
    }
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:b, s:b, s:o, s:o, s:o, s:o, s:o, s:o}", "name",
        output_text(source->name), "network", output_text_or_null(network), "certificate",
        output_text_or_null(source->certificate), "customer", output_text_or_null(source->customer),
        "plain_calls", source->plain_calls, "plain_keys", source->plain_keys, "calls_max",
        limit_json(source->calls_max), "dialogs_max", limit_json(source->dialogs_max), "rate_per_s",
        limit_json(source->rate_per_s), "pause_code", output_text_or_null(source->pause_code),
        "resume_code", output_text_or_null(source->resume_code), "channels",
        limit_json(source->channels));
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

/* What the command line says of a source, over what it is; the line is printed where it is wrong.
 */
static enum exit_code take_options(const struct context *context,
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

/* The change and its audit entry, or neither. */
static enum status write_audited(struct context *context, const char *action,
                                 enum status (*write)(struct index *index,
                                                      const struct source *source,
                                                      struct fault *fault),
                                 const struct source *source, struct fault *fault)
{
    enum status status = index_begin(context->index, fault);

    if (status != STATUS_OK)
        return status;
    status = write(context->index, source, fault);
    if (status == STATUS_OK)
        status = context_audit(context, action, NULL, source_json(source), fault);
    if (status == STATUS_OK)
        return index_commit(context->index, fault);
    index_rollback(context->index);
    return status;
}

static enum exit_code fail_source(const struct context *context, enum status status,
                                  const struct fault *fault)
{
    return context_fail_status(
        context, status, fault,
        status == STATUS_NOT_FOUND
            ? "list them with `recorderctl source list` and `recorderctl customer list`"
            : NULL);
}

static enum exit_code take_name(const struct context *context, const char *name,
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

/* Do one thing to a source, and print it. */
static enum exit_code write_source(struct context *context, const char *action,
                                   enum status (*write)(struct index *index,
                                                        const struct source *source,
                                                        struct fault *fault),
                                   const struct source *source)
{
    struct fault fault = {0};
    enum status status = write_audited(context, action, write, source, &fault);

    return status == STATUS_OK ? output_object(context, source_json(source))
                               : fail_source(context, status, &fault);
}

static enum exit_code find_source(struct context *context, const char *name, struct source *source)
{
    struct fault fault = {0};
    enum exit_code code = context_need_index(context);

    if (code != EXIT_DONE)
        return code;
    enum status status = sources_get(context->index, name, source, &fault);
    return status == STATUS_OK ? EXIT_DONE : fail_source(context, status, &fault);
}

static enum exit_code run_add(struct context *context, const struct invocation *invocation)
{
    struct source source = {0};
    enum exit_code code = take_name(context, invocation->argument[0], &source);

    if (code == EXIT_DONE)
        code = take_options(context, invocation, &source);
    if (code == EXIT_DONE)
        code = context_need_index(context);
    return code == EXIT_DONE ? write_source(context, "source_add", sources_add, &source) : code;
}

static enum exit_code run_change(struct context *context, const struct invocation *invocation)
{
    struct source source = {0};
    enum exit_code code = find_source(context, invocation->argument[0], &source);

    if (code == EXIT_DONE)
        code = take_options(context, invocation, &source);
    return code == EXIT_DONE ? write_source(context, "source_change", sources_change, &source)
                             : code;
}

static enum status remove_source(struct index *index, const struct source *source,
                                 struct fault *fault)
{
    return sources_remove(index, source->name, fault);
}

static enum exit_code run_remove(struct context *context, const struct invocation *invocation)
{
    struct source source = {0};
    enum exit_code code = find_source(context, invocation->argument[0], &source);

    return code == EXIT_DONE ? write_source(context, "source_remove", remove_source, &source)
                             : code;
}

static void gather_source(void *list, const struct source *source)
{
    output_append(list, source_json(source));
}

static enum exit_code run_list(struct context *context, const struct invocation *invocation)
{
    struct fault fault = {0};
    enum exit_code code = context_need_index(context);

    (void)invocation;
    if (code != EXIT_DONE)
        return code;
    json_t *list = json_array();
    enum status status = sources_list(context->index, gather_source, list, &fault);
    return output_list(context, list, source_columns, status, &fault);
}

#define SOURCE_OPTIONS                                                                             \
    {"certificate", 0, "CN|sha256:HEX", "its TLS client certificate; \"\" for none"},              \
        {"customer", 0, "CUSTOMER", "whose its calls are when no number says so; \"\" for none"},  \
        {"plain-calls", 0, NULL, "record calls without SIPREC too: forked media, plain SIP"},      \
        {"plain-keys", 0, NULL, "take SRTP keys over UDP and TCP too, not over TLS alone"},        \
        {"calls", 0, "COUNT", "recordings at a time; 0 for no limit of its own"},                  \
        {"dialogs", 0, "COUNT", "SIP dialogs at a time; 0 for no limit"},                          \
        {"pause-code", 0, "DIGITS", "pressed on a call, it pauses the recording; \"\" for none"},  \
        {"resume-code", 0, "DIGITS", "it resumes the recording; may be the same, in turns"},       \
        {"channels", 0, "COUNT",                                                                   \
         "legs recorded each alone too, 0 to 8; 0: where a call needs it"},                        \
    {                                                                                              \
        "rate", 0, "COUNT", "INVITE and OPTIONS a second, twice that in a burst; 0: no limit"      \
    }

const struct command commands_sources[] = {
    {
        .group = "source",
        .verb = "add",
        .arguments = "NAME [ADDRESS[/BITS]|any]",
        .arguments_min = 1,
        .arguments_max = 2,
        .options = {SOURCE_OPTIONS},
        .summary =
            "let a telephone system call, by its address or network, its certificate, or both",
        .details =
            "Only configured sources may call. With a network and a certificate a source must\n"
            "have both; without a network, or with the word any, the certificate alone tells.\n"
            "Of several that match, one with a certificate goes before one without, then the\n"
            "longest prefix. A running recorder takes changes up by itself.\n"
            "A code is 2 to 7 of 0-9, '*' and '#'. It pauses and resumes for both sides of the\n"
            "call, and is told as '*' alone. Calls of more than two streams are recorded leg by\n"
            "leg in any case; --channels asks for that in every call, for legs that come later.",
        .run = run_add,
    },
    {
        .group = "source",
        .verb = "change",
        .arguments = "NAME [ADDRESS[/BITS]|any]",
        .arguments_min = 1,
        .arguments_max = 2,
        .options = {SOURCE_OPTIONS,
                    {"no-plain-calls", 0, NULL, "record SIPREC calls alone"},
                    {"no-plain-keys", 0, NULL, "take SRTP keys over TLS alone"}},
        .summary = "change what is given of a source; the rest stays as it is",
        .run = run_change,
    },
    {
        .group = "source",
        .verb = "remove",
        .arguments = "NAME",
        .arguments_min = 1,
        .arguments_max = 1,
        .summary = "let a telephone system call no more; its recordings keep its name",
        .run = run_remove,
    },
    {
        .group = "source",
        .verb = "list",
        .arguments = "",
        .summary = "list the sources",
        .run = run_list,
    },
    {0},
};
