#include "tools/recorderctl/keeper.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "storage/index/audit.h"
#include "storage/index/sessions.h"
#include "tools/recorderctl/command.h"
#include "tools/recorderctl/output.h"

bool keeper_stopping(struct keeper *keeper)
{
    const struct timespec at_once = {0};

    if (!keeper->stopping && sigtimedwait(&keeper->signals, NULL, &at_once) > 0)
        keeper->stopping = true;
    return keeper->stopping;
}

/* Until the next round, or a signal; recordings are read meanwhile. */
static void wait_for_round(struct keeper *keeper)
{
    const int64_t end_ns =
        clock_mono_now().ns + keeper->context->config->keeper_period_s * CLOCK_NS_PER_S;

    while (!keeper->stopping) {
        mono_time again = keeper_scrub_step(keeper);
        int64_t now_ns = clock_mono_now().ns;
        if (now_ns >= end_ns)
            return;
        int64_t left_ns = (again.ns < end_ns ? again.ns : end_ns) - now_ns;
        if (left_ns < 0)
            left_ns = 0;
        const struct timespec left = {left_ns / CLOCK_NS_PER_S, left_ns % CLOCK_NS_PER_S};
        if (sigtimedwait(&keeper->signals, NULL, &left) > 0)
            keeper->stopping = true;
    }
    keeper_scrub_write(keeper);
}

static enum status scan_when_due(struct keeper *keeper, struct keeper_counts *counts,
                                 struct fault *fault)
{
    mono_time now = clock_mono_now();
    bool due = !keeper->scanned || now.ns - keeper->scanned_at.ns >= KEEPER_SCAN_S * CLOCK_NS_PER_S;

    counts->orphans = keeper->orphans;
    if (!due)
        return STATUS_OK;
    enum status status = keeper_scan(keeper, counts, fault);
    if (status == STATUS_OK) {
        keeper->scanned = true;
        keeper->scanned_at = now;
        keeper->orphans = counts->orphans;
    }
    return status;
}

static enum status expire_sessions(struct keeper *keeper, struct fault *fault)
{
    return sessions_expire(keeper->context->index, clock_wall_now(), fault);
}

enum status keeper_audit(struct keeper *keeper, const char *action, struct uuid recording,
                         json_t *owned_detail, struct fault *fault)
{
    char *text = owned_detail ? json_dumps(owned_detail, JSON_COMPACT) : NULL;
    const struct audit_entry entry = {
        .at = clock_wall_now(),
        .actor = "program:keeper",
        .action = action,
        .recording = &recording,
        .address = "",
        .detail = text,
    };
    enum status status = text ? audit_append(keeper->context->index, &entry, fault)
                              : fault_set(fault, STATUS_NOMEM, 0, "audit: out of memory");

    free(text);
    json_decref(owned_detail);
    return status;
}

/* A step that fails must not keep the others from being done. */
static void note_step(const char *step, enum status status, const struct fault *fault,
                      struct keeper_counts *counts)
{
    if (status == STATUS_OK)
        return;
    counts->errors++;
    log_event(LOG_ERROR, "keeper.step_failed", "step=%s status=%s why=\"%s\"", step,
              status_name(status), fault->text);
}

static void do_round(struct keeper *keeper, struct keeper_counts *counts)
{
    struct fault fault = {0};

    note_step("recover", keeper_recover(keeper, counts, &fault), &fault, counts);
    if (!keeper_stopping(keeper))
        note_step("reassign", keeper_reassign(keeper, counts, &fault), &fault, counts);
    if (!keeper_stopping(keeper))
        keeper_make_keys(keeper, counts);
    note_step("sessions", expire_sessions(keeper, &fault), &fault, counts);
    if (!keeper_stopping(keeper))
        note_step("scan", scan_when_due(keeper, counts, &fault), &fault, counts);
    keeper->rounds++;
    keeper->recovered += counts->recovered;
    keeper->failed += counts->failed;
    note_step("report", keeper_report(keeper, counts, &fault), &fault, counts);
    if (counts->recovered || counts->completed || counts->failed || counts->reassigned)
        log_event(LOG_INFO, "keeper.round",
                  "recovered=%zu completed=%zu failed=%zu reassigned=%zu alive=%zu no_key=%zu"
                  " errors=%zu",
                  counts->recovered, counts->completed, counts->failed, counts->reassigned,
                  counts->alive, counts->no_key, counts->errors);
}

static void write_ready(const struct keeper *keeper, const char *path)
{
    struct fault fault = {0};
    json_t *object = json_pack("{s:o}", "keeper", output_text(keeper->context->config->store));
    enum status status = object ? keeper_write_json(path, object, &fault) : STATUS_NOMEM;

    if (status != STATUS_OK)
        log_event(LOG_ERROR, "keeper.ready_file_failed", "status=%s why=\"%s\"",
                  status_name(status), fault.text);
    json_decref(object);
}

static void run_rounds(struct keeper *keeper, const char *ready_file)
{
    while (!keeper_stopping(keeper)) {
        struct keeper_counts counts = {0};
        do_round(keeper, &counts);
        if (ready_file && keeper->rounds == 1)
            write_ready(keeper, ready_file);
        wait_for_round(keeper);
    }
}

/* scrub: NULL where no recording was read. */
static json_t *counts_json(const struct keeper_counts *counts, const struct keeper_scrub *scrub)
{
    json_t *read = scrub ? json_pack("{s:I, s:I, s:I, s:I}", "read", (json_int_t)scrub->read, "bad",
                                     (json_int_t)scrub->bad, "no_key", (json_int_t)scrub->no_key,
                                     "errors", (json_int_t)scrub->errors)
                         : NULL;

    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o*}", "alive",
                     (json_int_t)counts->alive, "recovered", (json_int_t)counts->recovered,
                     "completed", (json_int_t)counts->completed, "failed",
                     (json_int_t)counts->failed, "no_key", (json_int_t)counts->no_key, "errors",
                     (json_int_t)counts->errors, "orphans", (json_int_t)counts->orphans,
                     "reassigned", (json_int_t)counts->reassigned, "scrub", read);
}

static enum exit_code run_once(struct keeper *keeper, const char *ready_file, bool scrub)
{
    struct keeper_counts counts = {0};

    do_round(keeper, &counts);
    if (ready_file)
        write_ready(keeper, ready_file);
    if (scrub)
        keeper_scrub_all(keeper);
    enum exit_code code =
        output_object(keeper->context, counts_json(&counts, scrub ? &keeper->scrub : NULL));
    if (code == EXIT_DONE && (counts.errors || keeper->scrub.errors))
        code = EXIT_SYSTEM;
    bool bad = counts.failed || counts.no_key || keeper->scrub.bad;
    return code == EXIT_DONE && bad ? EXIT_BAD : code;
}

static enum exit_code run_keeper(struct context *context, const struct invocation *invocation)
{
    const char *ready_file = command_option(invocation, "ready-file");
    struct keeper keeper = {.context = context};
    struct fault fault = {0};
    sigset_t before;
    enum exit_code code = context_need_keys(context);

    if (code != EXIT_DONE)
        return code;
    enum status status =
        signer_open(&disk_system, context->config->keys, "keeper", &keeper.signer, &fault);
    if (status != STATUS_OK) {
        (void)context_fail_status(context, status, &fault, "run `recorderctl init`");
        return EXIT_SYSTEM;
    }
    log_open("recorderctl-keeper", LOG_INFO);
    (void)sigemptyset(&keeper.signals);
    (void)sigaddset(&keeper.signals, SIGTERM);
    (void)sigaddset(&keeper.signals, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, &keeper.signals, &before);
    if (command_option(invocation, "once")) {
        code = run_once(&keeper, ready_file, command_option(invocation, "scrub") != NULL);
    } else {
        log_event(LOG_INFO, "keeper.started", "store=%s period_s=%d", context->config->store,
                  context->config->keeper_period_s);
        run_rounds(&keeper, ready_file);
        log_event(LOG_INFO, "keeper.stopped", "rounds=%zu", keeper.rounds);
    }
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    free(keeper.troubles.list);
    signer_close(keeper.signer);
    return code;
}

const struct command commands_keeper[] = {
    {
        .group = "keeper",
        .arguments = "",
        .options = {{"once", 0, NULL, "do one round, print what it did, and end"},
                    {"scrub", 0, NULL, "with --once: read all recordings that are due, too"},
                    {"ready-file", 0, "FILE", "written when the first round is done"}},
        .summary = "the housekeeping service: recovery, owners, keys, sessions; ends at SIGTERM",
        .details =
            "Every keeper_period_s it finishes recordings that a crash left behind, seals those\n"
            "that turned out to be another customer's to that one's key, makes the customers'\n"
            "keys of this month and the next, removes sessions that are over and, once a day,\n"
            "reports files that the index does not know, and takes recordings that had failed and\n"
            "can be read now. Between rounds it reads finished recordings from end to end, each\n"
            "once in scrub_days, no faster than scrub_mib_s; what is not as it was sealed is an\n"
            "alarm (`recorderctl alarm list`). It logs to standard error. With --once it exits 1\n"
            "where a recording failed, is bad or waits for a key, 5 where a step failed or a\n"
            "recording could not be looked at.",
        .run = run_keeper,
    },
    {0},
};
