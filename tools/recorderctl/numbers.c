#include <string.h>

#include "storage/index/customers.h"
#include "tools/recorderctl/command.h"
#include "tools/recorderctl/output.h"

static const struct output_column number_columns[] = {
    {"CUSTOMER", "customer"}, {"FIRST", "first"}, {"LAST", "last"}, {NULL, NULL}};

struct range {
    char first[BOUND_NUMBER_BYTES];
    char last[BOUND_NUMBER_BYTES];
};

/* NUMBER or NUMBER-NUMBER; false where it is neither. */
static bool split_range(const char *text, struct range *range)
{
    const char *dash = strchr(text, '-');
    size_t first_bytes = dash ? (size_t)(dash - text) : strlen(text);
    const char *last = dash ? dash + 1 : text;

    if (strchr(last, '-') || first_bytes >= sizeof range->first ||
        strlen(last) >= sizeof range->last)
        return false;
    memcpy(range->first, text, first_bytes);
    range->first[first_bytes] = '\0';
    (void)snprintf(range->last, sizeof range->last, "%s", last);
    return true;
}

static enum status add_range(struct context *context, const char *customer,
                             const struct range *range, struct fault *fault)
{
    enum status status = index_begin(context->index, fault);

    if (status != STATUS_OK)
        return status;
    status = numbers_add(context->index, customer, range->first, range->last, fault);
    if (status == STATUS_OK)
        status = context_audit(context, "number_add", NULL,
                               json_pack("{s:s, s:s, s:s}", "customer", customer, "first",
                                         range->first, "last", range->last),
                               fault);
    if (status == STATUS_OK)
        return index_commit(context->index, fault);
    index_rollback(context->index);
    return status;
}

static enum exit_code run_add(struct context *context, const struct invocation *invocation)
{
    const char *customer = invocation->argument[0];
    struct range given;
    struct range range;
    struct fault fault = {0};

    if (!split_range(invocation->argument[1], &given))
        return context_fail(context, EXIT_USAGE, "the number is not NUMBER or NUMBER-NUMBER",
                            "write numbers as digits, with a '-' between two ends only");
    enum exit_code code = context_need_index(context);
    if (code != EXIT_DONE)
        return code;
    number_digits(given.first, range.first);
    number_digits(given.last, range.last);
    if (!range.first[0] || !range.last[0])
        return context_fail(context, EXIT_USAGE, "the number has signs that are not digits",
                            "write it as digits, such as 4588303080");
    enum status status = add_range(context, customer, &range, &fault);
    if (status != STATUS_OK)
        return context_fail_status(
            context, status, &fault,
            status == STATUS_NOT_FOUND ? "list them with `recorderctl customer list`" : NULL);
    return output_object(context, json_pack("{s:o, s:s, s:s}", "customer", output_text(customer),
                                            "first", range.first, "last", range.last));
}

static void gather_number(void *list, const struct customer_number *number)
{
    output_append(list, json_pack("{s:o, s:s, s:s}", "customer", output_text(number->customer),
                                  "first", number->first, "last", number->last));
}

static enum exit_code run_list(struct context *context, const struct invocation *invocation)
{
    struct fault fault = {0};
    enum exit_code code = context_need_index(context);

    (void)invocation;
    if (code != EXIT_DONE)
        return code;
    json_t *list = json_array();
    enum status status = numbers_list(context->index, gather_number, list, &fault);
    return output_list(context, list, number_columns, status, &fault);
}

const struct command commands_numbers[] = {
    {
        .group = "number",
        .verb = "add",
        .arguments = "CUSTOMER NUMBER[-NUMBER]",
        .arguments_min = 2,
        .arguments_max = 2,
        .summary = "give a customer a phone number, or a range of them",
        .details =
            "A call belongs to the customer of the calling number, else of the called one.\n"
            "Numbers are compared by their digits, without '+' or \"00\" in front, so write\n"
            "them with the country code if the telephone system sends it. Both ends of a\n"
            "range belong to it and have equally many digits.",
        .run = run_add,
    },
    {
        .group = "number",
        .verb = "list",
        .arguments = "",
        .summary = "list the numbers of all customers",
        .run = run_list,
    },
    {0},
};
