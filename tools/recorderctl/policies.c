/* How a customer's calls are recorded: masking, the limit of a pause, the encoder. */
#include <string.h>

#include "storage/index/customers.h"
#include "tools/recorderctl/command.h"
#include "tools/recorderctl/output.h"

/* In the order of enum policy_encoder. */
static const char *const encoder_names[] = {"lowdelay", "speech", "audio"};
_Static_assert(sizeof encoder_names / sizeof encoder_names[0] == POLICY_AUDIO + 1, "all named");

static const char *encoder_name(enum policy_encoder encoder)
{
    return encoder <= POLICY_AUDIO ? encoder_names[encoder] : "unknown";
}

/* A number, or null where it is left to the recorder. */
static json_t *number_or_null(unsigned number)
{
    return number ? json_integer(number) : json_null();
}

static json_t *policy_json(const struct customer *customer, const struct customer_policy *policy)
{
    return json_pack(
        "{s:o, s:o, s:s, s:o, s:s, s:o, s:i}", "customer", output_text(customer->number), "name",
        output_text(customer->name), "mask", policy_parties_name(policy->mask), "pause_limit_s",
        number_or_null(policy->pause_max_s), "encoder", encoder_name(policy->encoder), "bitrate",
        number_or_null(policy->bitrate), "complexity", (int)policy->complexity);
}

static enum exit_code take_mask(const struct context *context, const struct invocation *invocation,
                                struct customer_policy *policy)
{
    const char *text = command_option(invocation, "mask");

    if (text && policy_parties_find(text, &policy->mask) != STATUS_OK)
        return context_fail(context, EXIT_USAGE, "the value of --mask is not understood",
                            "it is nobody, caller, called or both");
    return EXIT_DONE;
}

static enum exit_code take_encoder(const struct context *context,
                                   const struct invocation *invocation,
                                   struct customer_policy *policy)
{
    const char *text = command_option(invocation, "encoder");
    unsigned number = 0;

    if (!text)
        return EXIT_DONE;
    while (number <= POLICY_AUDIO && strcmp(encoder_names[number], text) != 0)
        number++;
    if (number > POLICY_AUDIO)
        return context_fail(context, EXIT_USAGE, "the value of --encoder is not understood",
                            "it is lowdelay, speech or audio");
    policy->encoder = (enum policy_encoder)number;
    return EXIT_DONE;
}

struct number_option {
    const char *name;
    unsigned least; /* 0 is allowed beside it */
    unsigned most;
    unsigned *value;
    const char *why;
    const char *remedy;
};

static enum exit_code take_number(const struct context *context,
                                  const struct invocation *invocation,
                                  const struct number_option *option)
{
    const char *text = command_option(invocation, option->name);
    uint64_t value = *option->value;

    if (text && (!command_number(text, option->most, &value) || (value && value < option->least)))
        return context_fail(context, EXIT_USAGE, option->why, option->remedy);
    *option->value = (unsigned)value;
    return EXIT_DONE;
}

static enum exit_code take_numbers(const struct context *context,
                                   const struct invocation *invocation,
                                   struct customer_policy *policy)
{
    const struct number_option options[] = {
        {"pause-limit", 1, POLICY_PAUSE_S_MAX, &policy->pause_max_s,
         "the limit of a pause is not a number of seconds from 1 to 86400", "0 takes it away"},
        {"bitrate", POLICY_BITRATE_MIN, POLICY_BITRATE_MAX, &policy->bitrate,
         "the bitrate is not a number of bit/s from 6000 to 128000", "0 leaves it to the recorder"},
        {"complexity", 0, POLICY_COMPLEXITY_MAX, &policy->complexity,
         "the complexity is not a number from 0 to 10", "0 costs least"},
    };
    enum exit_code code = EXIT_DONE;

    for (size_t i = 0; code == EXIT_DONE && i < sizeof options / sizeof options[0]; i++)
        code = take_number(context, invocation, &options[i]);
    return code;
}

static enum exit_code take_options(const struct context *context,
                                   const struct invocation *invocation,
                                   struct customer_policy *policy)
{
    enum exit_code code = take_mask(context, invocation, policy);

    if (code == EXIT_DONE)
        code = take_encoder(context, invocation, policy);
    return code == EXIT_DONE ? take_numbers(context, invocation, policy) : code;
}

static bool has_option(const struct invocation *invocation)
{
    for (size_t i = 0; i < COMMAND_OPTIONS_MAX; i++) {
        if (invocation->option[i])
            return true;
    }
    return false;
}

static enum status read_policy(struct context *context, const char *number,
                               struct customer *customer, struct customer_policy *policy,
                               struct fault *fault)
{
    enum status status = customers_find(context->index, number, customer, fault);

    return status == STATUS_OK ? customers_policy(context->index, &customer->id, policy, fault)
                               : status;
}

static enum exit_code fail_policy(const struct context *context, enum status status,
                                  const struct fault *fault)
{
    return context_fail_status(
        context, status, fault,
        status == STATUS_NOT_FOUND ? "list them with `recorderctl customer list`" : NULL);
}

static enum exit_code run_show(struct context *context, const struct invocation *invocation)
{
    struct customer customer;
    struct customer_policy policy;
    struct fault fault = {0};
    enum exit_code code = context_need_index(context);

    if (code != EXIT_DONE)
        return code;
    enum status status = read_policy(context, invocation->argument[0], &customer, &policy, &fault);
    return status == STATUS_OK ? output_object(context, policy_json(&customer, &policy))
                               : fail_policy(context, status, &fault);
}

/* The change and its audit entry, or neither; the transaction is the caller's to end. */
static enum status write_policy(struct context *context, const struct customer *customer,
                                const struct customer_policy *policy, struct fault *fault)
{
    enum status status = customers_set_policy(context->index, customer->number, policy, fault);

    if (status == STATUS_OK)
        status = context_audit(context, "policy_set", NULL, policy_json(customer, policy), fault);
    return status == STATUS_OK ? index_commit(context->index, fault) : status;
}

/* Read and written in one transaction: two operators do not undo each other's options. */
static enum exit_code change_policy(struct context *context, const struct invocation *invocation)
{
    struct customer customer;
    struct customer_policy policy;
    struct fault fault = {0};
    enum status status = index_begin(context->index, &fault);

    if (status != STATUS_OK)
        return context_fail_status(context, status, &fault, NULL);
    status = read_policy(context, invocation->argument[0], &customer, &policy, &fault);
    enum exit_code code =
        status == STATUS_OK ? take_options(context, invocation, &policy) : EXIT_DONE;
    if (status == STATUS_OK && code == EXIT_DONE)
        status = write_policy(context, &customer, &policy, &fault);
    if (status == STATUS_OK && code == EXIT_DONE)
        return output_object(context, policy_json(&customer, &policy));
    index_rollback(context->index);
    return status == STATUS_OK ? code : fail_policy(context, status, &fault);
}

static enum exit_code run_set(struct context *context, const struct invocation *invocation)
{
    if (!has_option(invocation))
        return context_fail(context, EXIT_USAGE, "nothing is given to set",
                            "see `recorderctl customer set --help`");
    enum exit_code code = context_need_index(context);

    return code == EXIT_DONE ? change_policy(context, invocation) : code;
}

const struct command commands_policies[] = {
    {
        .group = "customer",
        .verb = "show",
        .arguments = "NUMBER",
        .arguments_min = 1,
        .arguments_max = 1,
        .summary = "show how a customer's calls are recorded",
        .run = run_show,
    },
    {
        .group = "customer",
        .verb = "set",
        .arguments = "NUMBER",
        .arguments_min = 1,
        .arguments_max = 1,
        .options = {{"mask", 0, "nobody|caller|called|both",
                     "whose digits are masked, pressed and in the sound (PCI DSS)"},
                    {"pause-limit", 0, "SECONDS",
                     "a pause ends by itself after so long, 1 to 86400; 0: never"},
                    {"encoder", 0, "lowdelay|speech|audio", "what Opus is to be good at"},
                    {"bitrate", 0, "BITS", "bit/s of each channel, 6000 to 128000; 0: as needed"},
                    {"complexity", 0, "N", "CPU for quality, 0 to 10"}},
        .summary = "change how a customer's calls are recorded, from the next call on",
        .details = "What is not given stays as it is. Where nothing was set nobody's digits are\n"
                   "masked, a pause lasts until it is ended, and the encoder is lowdelay at\n"
                   "complexity 0 and the bitrate that measured best for telephone speech.",
        .run = run_set,
    },
    {0},
};
