#include <ctype.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "storage/seal/key_months.h"
#include "storage/seal/recovery.h"
#include "tools/recorderctl/keys.h"
#include "tools/recorderctl/output.h"
#include "tools/recorderctl/secret_input.h"

enum { PROOF_LETTERS = 6 };

static enum exit_code take_split(struct context *context, const struct invocation *invocation,
                                 struct recovery_split *split)
{
    const char *shares = command_option(invocation, "shares");
    const char *threshold = command_option(invocation, "threshold");
    uint64_t share_count = 0;
    uint64_t needed = 0;

    if (!shares != !threshold)
        return context_fail(context, EXIT_USAGE, "--shares and --threshold go together",
                            "give both, or neither");
    if ((shares && !command_number(shares, RECOVERY_SHARES_MAX, &share_count)) ||
        (threshold && !command_number(threshold, RECOVERY_SHARES_MAX, &needed)) ||
        (shares && (needed < RECOVERY_THRESHOLD_MIN || needed > share_count)))
        return context_fail(context, EXIT_USAGE, "the value of --shares or --threshold is wrong",
                            "2 to 16 shares, of which 2 or more suffice");
    *split = (struct recovery_split){(unsigned)share_count, (unsigned)needed};
    return EXIT_DONE;
}

/* What is printed goes from the secret's own memory to the descriptor: a stream's buffer would keep
 * it. A stream without a descriptor is memory anyway. */
static void take_buffer(const struct context *context)
{
    (void)fflush(context->out);
    if (fileno(context->out) >= 0)
        (void)setvbuf(context->out, NULL, _IONBF, 0);
}

static void print_json(const struct context *context, const struct recovery_secret *secret,
                       struct recovery_split split, const char *id)
{
    (void)fprintf(context->out, "{\n  \"id\": \"%s\",\n  \"threshold\": %u,\n  \"texts\": [", id,
                  split.threshold);
    for (size_t i = 0; i < secret->texts; i++) {
        (void)fputs(i ? ",\n    \"" : "\n    \"", context->out);
        (void)fputs(secret->text[i], context->out);
        (void)fputs("\"", context->out);
    }
    (void)fputs("\n  ],\n", context->out);
}

static void print_text(const struct context *context, const struct recovery_secret *secret,
                       struct recovery_split split, const char *id)
{
    (void)fprintf(context->out, "recovery key %s\n\n", id);
    for (size_t i = 0; i < secret->texts; i++) {
        if (split.shares)
            (void)fprintf(context->out, "share %2zu of %2u (%u suffice)   ", i + 1, split.shares,
                          split.threshold);
        (void)fputs(secret->text[i], context->out);
        (void)fputs("\n", context->out);
    }
    (void)fputs(
        "\nThis is not shown again and is stored nowhere: write it down, with the key's id, "
        "and keep\nit apart from this machine.\n",
        context->out);
}

/* Before it is in force: so none ever is that nobody has. JSON is ended by print_result. */
static enum exit_code print_secret(const struct context *context,
                                   const struct recovery_secret *secret,
                                   struct recovery_split split)
{
    const struct key_id id = recovery_secret_id(secret);
    char text[KEYS_ID_TEXT_BYTES];

    (void)sodium_bin2hex(text, sizeof text, id.b, sizeof id.b);
    take_buffer(context);
    if (context->json)
        print_json(context, secret, split, text);
    else
        print_text(context, secret, split, text);
    if (fflush(context->out) || ferror(context->out))
        return context_fail(context, EXIT_SYSTEM, "the recovery key could not be printed",
                            "it is not in force: mend the output and run it again");
    return EXIT_DONE;
}

/* The last letters of a text, without spaces, small. */
static void last_letters(const char *text, char letters[static PROOF_LETTERS + 1])
{
    size_t length = strlen(text);
    size_t left = PROOF_LETTERS;

    memset(letters, 0, PROOF_LETTERS + 1);
    while (left && length) {
        char letter = text[--length];
        if (isalnum((unsigned char)letter))
            letters[--left] = (char)tolower((unsigned char)letter);
    }
}

/* Who reads it at a terminal shows that it was written down. */
static enum exit_code ask_for_end(const struct context *context, struct secret_input *input,
                                  const struct recovery_secret *secret, size_t i)
{
    char prompt[96];
    char wanted[PROOF_LETTERS + 1];
    char typed[PROOF_LETTERS + 1];
    bool is_right = false;

    (void)snprintf(prompt, sizeof prompt,
                   "the last %d letters of what you wrote down, of text %zu "
                   "of %zu: ",
                   PROOF_LETTERS, i + 1, secret->texts);
    last_letters(secret->text[i], wanted);
    while (!is_right) {
        if (!secret_input_line(input, prompt))
            return context_fail(context, EXIT_REFUSED,
                                "it is not in force: nobody has written it "
                                "down",
                                "destroy what was, and run it again");
        last_letters(input->line, typed);
        is_right = memcmp(wanted, typed, sizeof wanted) == 0;
        if (!is_right)
            (void)fputs("that is not how it ends; look again\n", context->err);
    }
    sodium_memzero(wanted, sizeof wanted);
    sodium_memzero(typed, sizeof typed);
    return EXIT_DONE;
}

static enum exit_code ask_for_ends(const struct context *context,
                                   const struct recovery_secret *secret)
{
    struct secret_input input;
    struct fault fault = {0};
    enum exit_code code = EXIT_DONE;

    if (!isatty(STDIN_FILENO) || fileno(context->out) < 0 || !isatty(fileno(context->out)))
        return EXIT_DONE;
    if (secret_input_init(&input, context->err, &fault) != STATUS_OK)
        return context_fail_status(context, fault.status, &fault, NULL);
    for (size_t i = 0; i < secret->texts && code == EXIT_DONE; i++)
        code = ask_for_end(context, &input, secret, i);
    secret_input_deinit(&input);
    return code;
}

/* Also where it failed: it may be in force then, and what was printed must be told from paper. */
static bool print_result(const struct context *context, const struct recovery_secret *secret,
                         const struct recovery_report *report)
{
    const struct key_id made = recovery_secret_id(secret);
    struct key_id present = {{0}};
    bool in_force =
        key_recovery_id(&disk_system, context->config->keys, &present, NULL) == STATUS_OK &&
        memcmp(&made, &present, sizeof made) == 0;

    if (context->json)
        (void)fprintf(context->out,
                      "  \"in_force\": %s,\n  \"sealed\": %zu,\n  \"failed\": %zu\n}\n",
                      in_force ? "true" : "false", report->sealed, report->failed);
    else if (in_force)
        (void)fprintf(context->out, "\n%zu private keys are sealed to it, and all to come.\n",
                      report->sealed);
    return in_force;
}

static enum status audit_made(struct context *context, const struct recovery_secret *secret,
                              const struct recovery_report *report, struct recovery_split split,
                              struct fault *fault)
{
    return context_audit(
        context, "recovery_key_new", NULL,
        json_pack("{s:o, s:i, s:i, s:I, s:I}", "id", keys_id_json(recovery_secret_id(secret)),
                  "shares", (int)split.shares, "threshold", (int)split.threshold, "sealed",
                  (json_int_t)report->sealed, "failed", (json_int_t)report->failed),
        fault);
}

/* It was printed, and who printed it agrees. */
static enum exit_code put_in_force(struct context *context, const struct recovery_secret *secret,
                                   struct recovery_split split, bool replace)
{
    struct recovery_report report;
    struct fault fault = {0};
    enum status status = recovery_install(context->private_keys, secret, replace, &report, &fault);
    bool in_force = print_result(context, secret, &report);

    if (!in_force)
        return context_fail_status(context, status == STATUS_OK ? STATUS_IO : status, &fault,
                                   "what was printed is void: destroy it, and run it again");
    if (status == STATUS_OK)
        status = audit_made(context, secret, &report, split, &fault);
    if (status != STATUS_OK)
        return context_fail_status(context, status, &fault,
                                   "what was printed is in force: keep it; the keeper seals to it "
                                   "what is not yet, see `recorderctl keys status`");
    if (report.failed)
        return context_fail(context, EXIT_BAD, report.first.text,
                            "what was printed is in force; restore what failed, and keep what was "
                            "printed before until `recorderctl keys status` has none of another "
                            "recovery key");
    return EXIT_DONE;
}

static enum exit_code refuse(const struct context *context, enum status status,
                             const struct fault *fault)
{
    const char *remedy = NULL;

    if (status == STATUS_EXISTS)
        remedy = "with --replace another takes its place, and what was written down of it is void";
    if (status == STATUS_CONFLICT)
        remedy = "bring them back by `recorderctl keys recover` first, or restore them from a copy";
    return context_fail_status(context, status, fault, remedy);
}

enum exit_code keys_recovery_new(struct context *context, const struct invocation *invocation)
{
    struct recovery_split split = {0};
    struct fault fault = {0};
    bool replace = command_option(invocation, "replace") != NULL;
    enum exit_code code = take_split(context, invocation, &split);

    if (code == EXIT_DONE)
        code = context_need_keys(context);
    if (code != EXIT_DONE)
        return code;
    struct recovery_secret *secret = sodium_malloc(sizeof *secret);
    if (!secret)
        return context_fail(context, EXIT_SYSTEM, status_text(STATUS_NOMEM), "free some memory");
    enum status status = recovery_may_install(context->private_keys, replace, &fault);
    if (status == STATUS_OK)
        status = recovery_draw(split, secret, &fault);
    code = status == STATUS_OK ? print_secret(context, secret, split)
                               : refuse(context, status, &fault);
    if (code == EXIT_DONE)
        code = ask_for_ends(context, secret);
    if (code == EXIT_DONE)
        code = put_in_force(context, secret, split, replace);
    sodium_free(secret);
    return code;
}
