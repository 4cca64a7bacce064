#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "storage/seal/key_months.h"
#include "storage/seal/recovery.h"
#include "storage/seal/seal.h"
#include "tools/recorderctl/keys.h"
#include "tools/recorderctl/output.h"

enum { LINE_BYTES = 512 };

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

/* Line by line and not through JSON: the text is in no memory but what is wiped. */
static void print_secret(const struct context *context, const struct recovery_secret *secret,
                         struct recovery_split split)
{
    if (!split.shares) {
        (void)fprintf(context->out, "recovery key   %s\n", secret->text[0]);
        return;
    }
    for (size_t i = 0; i < secret->texts; i++)
        (void)fprintf(context->out, "share %2zu of %2u (%u suffice)   %s\n", i + 1, split.shares,
                      split.threshold, secret->text[i]);
}

static void print_secret_json(const struct context *context, const struct recovery_secret *secret,
                              const struct recovery_report *report, struct recovery_split split)
{
    (void)fprintf(context->out, "{\n  \"sealed\": %zu,\n  \"failed\": %zu,\n  \"threshold\": %u,\n",
                  report->sealed, report->failed, split.threshold);
    (void)fputs("  \"texts\": [", context->out);
    for (size_t i = 0; i < secret->texts; i++)
        (void)fprintf(context->out, "%s\n    \"%s\"", i ? "," : "", secret->text[i]);
    (void)fputs("\n  ]\n}\n", context->out);
}

static void print_made(const struct context *context, const struct recovery_secret *secret,
                       const struct recovery_report *report, struct recovery_split split)
{
    if (context->json) {
        print_secret_json(context, secret, report, split);
        return;
    }
    print_secret(context, secret, split);
    (void)fprintf(context->out,
                  "\n%zu private keys are sealed to it, and all to come. This is not shown again "
                  "and is\nstored nowhere: write it down, and keep it apart from this machine.\n",
                  report->sealed);
}

/* It is in force now: it is printed whatever else fails, for nobody could print it later. */
static enum exit_code tell_made(struct context *context, const struct recovery_secret *secret,
                                const struct recovery_report *report, struct recovery_split split)
{
    struct key_id id = {{0}};
    struct fault fault = {0};
    enum status status = key_recovery_id(&disk_system, context->config->keys, &id, &fault);

    if (status == STATUS_OK)
        status = context_audit(context, "recovery_key_new", NULL,
                               json_pack("{s:o, s:i, s:i, s:I, s:I}", "id", keys_id_json(id),
                                         "shares", (int)split.shares, "threshold",
                                         (int)split.threshold, "sealed", (json_int_t)report->sealed,
                                         "failed", (json_int_t)report->failed),
                               &fault);
    print_made(context, secret, report, split);
    if (fflush(context->out) || ferror(context->out))
        return context_fail(context, EXIT_SYSTEM, "the recovery key could not be printed",
                            "make another with --replace");
    if (status != STATUS_OK)
        return context_fail_status(context, status, &fault,
                                   "the key above is in force; mend the audit log");
    if (report->failed)
        return context_fail(context, EXIT_BAD, report->first.text,
                            "the key above is in force; restore what failed, and see "
                            "`recorderctl keys status`");
    return EXIT_DONE;
}

enum exit_code keys_recovery_new(struct context *context, const struct invocation *invocation)
{
    struct recovery_split split;
    struct recovery_report report;
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
    enum status status =
        recovery_make(context->private_keys, split, replace, secret, &report, &fault);
    if (status == STATUS_OK)
        code = tell_made(context, secret, &report, split);
    else
        code = context_fail_status(context, status, &fault,
                                   status == STATUS_EXISTS
                                       ? "with --replace another takes its place, and what was "
                                         "written down of it is void"
                                       : NULL);
    sodium_free(secret);
    return code;
}

/* One line of what was typed or piped; false at the end. Not through stdio: its buffer would keep
 * it. */
static bool read_line(char *line, size_t room)
{
    size_t used = 0;
    bool too_long = false;
    char letter = 0;
    ssize_t got;

    while ((got = read(STDIN_FILENO, &letter, 1)) == 1 && letter != '\n') {
        too_long = too_long || used + 1 == room;
        if (!too_long)
            line[used++] = letter;
    }
    letter = 0;
    line[used] = '\0';
    if (too_long) /* than any key is: refused as none */
        line[0] = '!';
    return got == 1 || used;
}

static enum exit_code read_input(struct context *context, struct recovery_input *input, char *line)
{
    struct fault fault = {0};
    bool asked = isatty(STDIN_FILENO);

    while (!recovery_suffices(input)) {
        if (asked)
            (void)fprintf(context->err, "recovery key, or share %zu: ", input->shares + 1);
        if (!read_line(line, LINE_BYTES))
            break;
        if (asked)
            (void)fputs("\n", context->err);
        if (recovery_take(input, line, &fault) != STATUS_OK) {
            if (!asked)
                return context_fail(context, EXIT_USAGE, fault.text,
                                    "correct it; what was read of it is nowhere kept");
            (void)fprintf(context->err, "%s; type it again\n", fault.text);
        }
    }
    if (recovery_join(input, &fault) == STATUS_OK)
        return EXIT_DONE;
    return context_fail(context, fault.status == STATUS_CORRUPT ? EXIT_BAD : EXIT_USAGE, fault.text,
                        "give the recovery key, or as many shares as suffice, a line each");
}

/* What is typed is not shown. */
static enum exit_code read_quietly(struct context *context, struct recovery_input *input)
{
    struct termios before;
    char *line = sodium_malloc(LINE_BYTES);
    bool terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &before) == 0;

    if (!line)
        return context_fail(context, EXIT_SYSTEM, status_text(STATUS_NOMEM), "free some memory");
    if (terminal) {
        struct termios quiet = before;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    enum exit_code code = read_input(context, input, line);
    if (terminal)
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    sodium_free(line);
    return code;
}

/* The index may be lost too, and is made anew with the keys that this brings back. */
static enum exit_code audit_restored(struct context *context, const struct recovery_report *report)
{
    struct index *index = NULL;
    struct fault fault = {0};
    char path[BOUND_PATH_BYTES];
    enum status status = context_store_path(context, "index.sqlite", path, &fault);

    if (status == STATUS_OK && !context->index)
        status = index_open(path, &index, &fault);
    if (status == STATUS_NOT_FOUND) {
        (void)fprintf(context->err, "recorderctl: there is no index, so no audit entry\n");
        return EXIT_DONE;
    }
    if (index)
        context->index = index;
    if (status == STATUS_OK)
        status =
            context_audit(context, "keys_recover", NULL,
                          json_pack("{s:I, s:I, s:I, s:b}", "restored", (json_int_t)report->sealed,
                                    "kept", (json_int_t)report->kept, "failed",
                                    (json_int_t)report->failed, "master_made", report->master_made),
                          &fault);
    return status == STATUS_OK ? EXIT_DONE : context_fail_status(context, status, &fault, NULL);
}

static enum exit_code restore(struct context *context, const struct recovery_input *input)
{
    struct recovery_report report;
    struct fault fault = {0};
    const struct config *config = context->config;
    enum status status = recovery_restore(&disk_system, config->keys, config->master_key,
                                          input->private_half, &report, &fault);

    if (status != STATUS_OK)
        return context_fail_status(context, status, &fault,
                                   status == STATUS_NO_KEY
                                       ? "use the one that was printed last, by "
                                         "`recorderctl keys recovery-new`"
                                       : "run it again: it goes on where it was");
    enum exit_code code = audit_restored(context, &report);
    if (code != EXIT_DONE)
        return code;
    code = output_object(
        context, json_pack("{s:I, s:I, s:I, s:b, s:o}", "restored", (json_int_t)report.sealed,
                           "kept", (json_int_t)report.kept, "failed", (json_int_t)report.failed,
                           "master_made", report.master_made, "first_failure",
                           output_text_or_null(report.failed ? report.first.text : "")));
    return code == EXIT_DONE && report.failed ? EXIT_BAD : code;
}

enum exit_code keys_recover(struct context *context, const struct invocation *invocation)
{
    struct fault fault = {0};
    enum exit_code code = context_need_config(context);

    (void)invocation;
    if (code != EXIT_DONE)
        return code;
    if (seal_ready(&fault) != STATUS_OK)
        return context_fail_status(context, fault.status, &fault, NULL);
    struct recovery_input *input = sodium_malloc(sizeof *input);
    if (!input)
        return context_fail(context, EXIT_SYSTEM, status_text(STATUS_NOMEM), "free some memory");
    sodium_memzero(input, sizeof *input);
    code = read_quietly(context, input);
    if (code == EXIT_DONE)
        code = restore(context, input);
    sodium_free(input);
    return code;
}
