#include <sodium.h>
#include <string.h>

#include "storage/index/customers.h"
#include "storage/index/sessions.h"
#include "storage/seal/sign_in.h"
#include "tools/recorderctl/command.h"
#include "tools/recorderctl/month_keys.h"
#include "tools/recorderctl/output.h"

/* Argon2id as recorder-web checks it (OWASP's first choice): 2 passes over 19 MiB. */
enum { PIN_PASSES = 2, PIN_MEMORY_BYTES = 19 * 1024 * 1024, PIN_DIGITS = 8, PIN_BYTES = 9 };

static const struct output_column customer_columns[] = {
    {"NUMBER", "number"}, {"NAME", "name"}, {"CREATED", "created_at"}, {"ID", "id"}, {NULL, NULL}};

/* The system chooses the PIN: people choose 12345678. Its hash is sealed to the customer alone. */
static enum status choose_pin(struct context *context, const struct customer *customer,
                              char pin[static PIN_BYTES], struct sealed_pin *sealed,
                              struct fault *fault)
{
    char hash[SIGN_IN_PIN_BYTES];
    struct sign_in_key *key = NULL;

    enum status status = sign_in_open(&disk_system, context->config->keys, &key, fault);
    if (status != STATUS_OK)
        return status;
    (void)snprintf(pin, PIN_BYTES, "%0*u", PIN_DIGITS, randombytes_uniform(100000000) % 100000000);
    if (crypto_pwhash_str(hash, pin, PIN_DIGITS, PIN_PASSES, PIN_MEMORY_BYTES))
        status = fault_set(fault, STATUS_NOMEM, 0, "no memory to hash the PIN");
    else
        sign_in_seal_pin(key, customer->id, customer->number, hash, sealed);
    sign_in_close(key);
    sodium_memzero(hash, sizeof hash);
    return status;
}

static json_t *customer_json(const struct customer *customer)
{
    char id[UUID_TEXT_BYTES];

    uuid_format(customer->id, id);
    return json_pack("{s:o, s:o, s:o, s:s}", "number", output_text(customer->number), "name",
                     output_text(customer->name), "created_at", output_time(customer->created),
                     "id", id);
}

/* NULL: what fits the status. */
static const char *remedy_of(enum status status)
{
    if (status == STATUS_NO_KEY)
        return "with another sign-in key every customer needs a new PIN";
    return status == STATUS_NOT_FOUND ? "list them with `recorderctl customer list`" : NULL;
}

/* The one time the PIN is shown. */
static enum exit_code print_pin(struct context *context, const struct customer *customer,
                                const char *pin)
{
    json_t *object = customer_json(customer);

    if (object && json_object_set_new(object, "pin", json_string(pin))) {
        json_decref(object);
        object = NULL;
    }
    return output_object(context, object);
}

static enum status add_row(struct context *context, const struct customer *customer,
                           const struct sealed_pin *pin, bool keep, struct fault *fault)
{
    enum status status = index_begin(context->index, fault);

    if (status != STATUS_OK)
        return status;
    status = customers_add(context->index, customer, pin, fault);
    if (status == STATUS_OK)
        status = context_audit(context, "customer_add", NULL,
                               json_pack("{s:s}", "customer", customer->number), fault);
    if (status == STATUS_OK && keep)
        return index_commit(context->index, fault);
    index_rollback(context->index);
    return status;
}

/* The row is tried first: a refused one leaves no keys behind. The keys come before it, since a row
 * without keys could not be recorded for, and outside the transaction: they are synced file by
 * file, and recorder-ingest waits for the index meanwhile. */
static enum status add_customer(struct context *context, const struct customer *customer,
                                const struct sealed_pin *pin, struct fault *fault)
{
    enum status status = add_row(context, customer, pin, false, fault);

    if (status == STATUS_OK)
        status = month_keys_make(context->private_keys, customer->id, customer->created, fault);
    return status == STATUS_OK ? add_row(context, customer, pin, true, fault) : status;
}

static enum exit_code run_add(struct context *context, const struct invocation *invocation)
{
    const char *name = command_option(invocation, "name");
    const char *number = invocation->argument[0];
    struct customer customer = {.created = clock_wall_now()};
    struct sealed_pin sealed;
    char pin[PIN_BYTES];
    struct fault fault = {0};

    if (!name || !*name)
        return context_fail(context, EXIT_USAGE, "the customer's name is missing",
                            "give it with --name NAME");
    if (strlen(name) >= sizeof customer.name || strlen(number) >= sizeof customer.number)
        return context_fail(context, EXIT_USAGE, "the number or the name is too long",
                            "shorten it to 32 and 191 bytes");
    if (!output_is_plain(name))
        return context_fail(context, EXIT_USAGE, "the name is not plain UTF-8 text",
                            "leave out control characters, and use a UTF-8 terminal");
    enum exit_code code = context_need_keys(context);
    if (code != EXIT_DONE)
        return code;
    (void)snprintf(customer.number, sizeof customer.number, "%s", number);
    (void)snprintf(customer.name, sizeof customer.name, "%s", name);
    customer.id = uuid_new(customer.created);
    enum status status = choose_pin(context, &customer, pin, &sealed, &fault);
    if (status == STATUS_OK)
        status = add_customer(context, &customer, &sealed, &fault);
    code = status == STATUS_OK ? print_pin(context, &customer, pin)
                               : context_fail_status(context, status, &fault, NULL);
    sodium_memzero(pin, sizeof pin);
    return code;
}

/* Who signed in with the old PIN is signed out. */
static enum status set_pin(struct context *context, const struct customer *customer,
                           const struct sealed_pin *pin, struct fault *fault)
{
    enum status status = index_begin(context->index, fault);

    if (status != STATUS_OK)
        return status;
    status = customers_set_pin(context->index, customer->number, pin, fault);
    if (status == STATUS_OK)
        status = sessions_remove_all(context->index, customer->id, fault);
    if (status == STATUS_OK)
        status = context_audit(context, "pin_set", NULL,
                               json_pack("{s:s}", "customer", customer->number), fault);
    if (status == STATUS_OK)
        return index_commit(context->index, fault);
    index_rollback(context->index);
    return status;
}

static enum exit_code run_pin(struct context *context, const struct invocation *invocation)
{
    const char *number = invocation->argument[0];
    struct customer customer;
    struct sealed_pin sealed;
    char pin[PIN_BYTES];
    struct fault fault = {0};
    enum exit_code code = context_need_index(context);

    if (code != EXIT_DONE)
        return code;
    if (strcmp(number, CUSTOMER_UNASSIGNED) == 0)
        return context_fail(context, EXIT_REFUSED, "nobody may sign in as \"unassigned\"",
                            "give the calls to a customer with `recorderctl number add`");
    enum status status = customers_find(context->index, number, &customer, &fault);
    if (status == STATUS_OK)
        status = choose_pin(context, &customer, pin, &sealed, &fault);
    if (status == STATUS_OK)
        status = set_pin(context, &customer, &sealed, &fault);
    if (status != STATUS_OK)
        return context_fail_status(context, status, &fault, remedy_of(status));
    code = print_pin(context, &customer, pin);
    sodium_memzero(pin, sizeof pin);
    return code;
}

static void gather_customer(void *list, const struct customer *customer)
{
    output_append(list, customer_json(customer));
}

static enum exit_code run_list(struct context *context, const struct invocation *invocation)
{
    struct fault fault = {0};
    enum exit_code code = context_need_index(context);

    (void)invocation;
    if (code != EXIT_DONE)
        return code;
    json_t *list = json_array();
    enum status status = customers_list(context->index, gather_customer, list, &fault);
    return output_list(context, list, customer_columns, status, &fault);
}

const struct command commands_customers[] = {
    {
        .group = "customer",
        .verb = "add",
        .arguments = "NUMBER",
        .arguments_min = 1,
        .arguments_max = 1,
        .options = {{"name", 0, "NAME", "the customer's name"}},
        .summary = "add a customer; prints the PIN to sign in with, once",
        .details = "NUMBER is what the customer signs in with: 1 to 32 of 0-9, A-Z, a-z and '-'.\n"
                   "--name is required. The PIN is stored as a hash only: what is printed now is\n"
                   "not shown again.",
        .run = run_add,
    },
    {
        .group = "customer",
        .verb = "pin",
        .arguments = "NUMBER",
        .arguments_min = 1,
        .arguments_max = 1,
        .summary = "give a customer a new PIN, and end their sessions; prints it, once",
        .run = run_pin,
    },
    {
        .group = "customer",
        .verb = "list",
        .arguments = "",
        .summary = "list the customers",
        .run = run_list,
    },
    {0},
};
