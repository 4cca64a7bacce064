#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "net/address.h"
#include "storage/index/customers.h"
#include "tools/recorderctl/command.h"
#include "tools/recorderctl/output.h"

static const struct output_column source_columns[] = {
    {"NAME", "name"}, {"NETWORK", "network"}, {"CUSTOMER", "customer"}};

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
    size_t digits = strspn(slash + 1, "0123456789");
    unsigned long bits = strtoul(slash + 1, NULL, 10);
    if (digits < 1 || digits > 3 || slash[1 + digits] || bits > source->prefix_bits)
        return false;
    source->prefix_bits = (unsigned)bits;
    return true;
}

static json_t *source_json(const struct source *source)
{
    char address[ADDRESS_TEXT_BYTES];
    char network[ADDRESS_TEXT_BYTES + 8];

    address_format(&source->address, false, address);
    (void)snprintf(network, sizeof network, "%s/%u", address, source->prefix_bits);
    return json_pack("{s:o, s:s, s:o}", "name", output_text(source->name), "network", network,
                     "customer", output_text_or_null(source->customer));
}

static enum status add_source(struct context *context, const struct source *source,
                              struct fault *fault)
{
    enum status status = index_begin(context->index, fault);

    if (status != STATUS_OK)
        return status;
    status = sources_add(context->index, source, fault);
    if (status == STATUS_OK)
        status = context_audit(context, "source_add", NULL, source_json(source), fault);
    if (status == STATUS_OK)
        return index_commit(context->index, fault);
    index_rollback(context->index);
    return status;
}

static enum exit_code run_add(struct context *context, const struct invocation *invocation)
{
    const char *name = invocation->argument[0];
    const char *customer = command_option(invocation, "customer");
    struct source source = {0};
    struct fault fault = {0};

    if (strlen(name) >= sizeof source.name ||
        (customer && strlen(customer) >= sizeof source.customer))
        return context_fail(context, EXIT_USAGE, "the name or the customer number is too long",
                            "shorten it");
    if (!output_is_plain(name))
        return context_fail(context, EXIT_USAGE, "the name is not plain UTF-8 text",
                            "leave out control characters, and use a UTF-8 terminal");
    if (!parse_network(invocation->argument[1], &source))
        return context_fail(context, EXIT_USAGE, "the network is not ADDRESS or ADDRESS/BITS",
                            "write it such as 10.0.0.31, 10.0.0.0/24 or 2001:db8::/32");
    (void)snprintf(source.name, sizeof source.name, "%s", name);
    (void)snprintf(source.customer, sizeof source.customer, "%s", customer ? customer : "");
    enum exit_code code = context_need_index(context);
    if (code != EXIT_DONE)
        return code;
    enum status status = add_source(context, &source, &fault);
    if (status != STATUS_OK)
        return context_fail_status(
            context, status, &fault,
            status == STATUS_NOT_FOUND ? "list them with `recorderctl customer list`" : NULL);
    return output_object(context, source_json(&source));
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
    if (status != STATUS_OK) {
        json_decref(list);
        return context_fail_status(context, status, &fault, NULL);
    }
    return output_list(context, list, source_columns,
                       sizeof source_columns / sizeof source_columns[0]);
}

const struct command commands_sources[] = {
    {
        .group = "source",
        .verb = "add",
        .arguments = "NAME ADDRESS[/BITS]",
        .arguments_min = 2,
        .arguments_max = 2,
        .options = {{"customer", 0, "CUSTOMER", "whose its calls are when no number says so"}},
        .summary = "name a telephone system that sends calls, by its address or network",
        .details = "Of several networks that hold an address the longest prefix counts. A source\n"
                   "is a name and a default: calls from elsewhere are recorded too.",
        .run = run_add,
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
