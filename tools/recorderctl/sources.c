#include <stdio.h>

#include "net/address.h"
#include "storage/index/customers.h"
#include "tools/recorderctl/command.h"
#include "tools/recorderctl/output.h"
#include "tools/recorderctl/source_options.h"

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
    enum exit_code code = source_options_name(context, invocation->argument[0], &source);

    if (code == EXIT_DONE)
        code = source_options_take(context, invocation, &source);
    if (code == EXIT_DONE)
        code = context_need_index(context);
    return code == EXIT_DONE ? write_source(context, "source_add", sources_add, &source) : code;
}

static enum exit_code run_change(struct context *context, const struct invocation *invocation)
{
    struct source source = {0};
    enum exit_code code = find_source(context, invocation->argument[0], &source);

    if (code == EXIT_DONE)
        code = source_options_take(context, invocation, &source);
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
            "call, and is told as '*' alone. Calls in which two legs share a side are recorded "
            "leg\n"
            "by leg in any case, up to four, or as many as they begin with; --channels asks for\n"
            "that from the start of every call, and for so many.",
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
