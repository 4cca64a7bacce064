/* recorderctl doctor */
#include "tools/recorderctl/doctor.h"

#include <stdio.h>
#include <stdlib.h>

#include "tools/recorderctl/command.h"
#include "tools/recorderctl/output.h"

static const char *verdict_name(enum verdict verdict)
{
    static const char *const names[] = {
        [VERDICT_OK] = "ok",
        [VERDICT_WARN] = "warn",
        [VERDICT_BAD] = "bad",
    };

    return names[verdict];
}

static size_t count_of(const struct doctor_report *report, enum verdict verdict)
{
    size_t count = 0;

    for (size_t i = 0; i < report->count; i++)
        count += report->finding[i].verdict == verdict;
    return count;
}

static json_t *report_json(const struct doctor_report *report)
{
    json_t *findings = json_array();

    for (size_t i = 0; findings && i < report->count; i++) {
        const struct finding *finding = &report->finding[i];
        output_append(findings, json_pack("{s:s, s:s, s:o, s:o}", "check", finding->check,
                                          "verdict", verdict_name(finding->verdict), "found",
                                          output_text(finding->found), "remedy",
                                          output_text_or_null(finding->remedy)));
    }
    return json_pack("{s:I, s:I, s:I, s:o}", "ok", (json_int_t)count_of(report, VERDICT_OK), "warn",
                     (json_int_t)count_of(report, VERDICT_WARN), "bad",
                     (json_int_t)count_of(report, VERDICT_BAD), "findings", findings);
}

static void print_report(const struct context *context, const struct doctor_report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        const struct finding *finding = &report->finding[i];
        (void)fprintf(context->out, "%-5s %-12s %s%s%s\n", verdict_name(finding->verdict),
                      finding->check, finding->found, finding->remedy[0] ? "; " : "",
                      finding->remedy);
    }
}

/* A configuration that cannot be read is the first finding, and the only one. */
static struct finding config_finding(struct context *context)
{
    struct finding finding = {.check = "configuration"};
    struct fault fault = {0};

    if (context->config ||
        config_load(context->config_path, &context->config, &fault) == STATUS_OK) {
        (void)snprintf(finding.found, sizeof finding.found, "%s is read", context->config_path);
        return finding;
    }
    finding.verdict = VERDICT_BAD;
    (void)snprintf(finding.found, sizeof finding.found, "%s", fault.text);
    (void)snprintf(finding.remedy, sizeof finding.remedy,
                   "correct it; README.md lists the options and their ranges");
    return finding;
}

static enum exit_code run_doctor(struct context *context, const struct invocation *invocation)
{
    struct doctor_report *report = calloc(1, sizeof *report);
    enum exit_code code = EXIT_DONE;

    (void)invocation;
    if (!report)
        return context_fail(context, EXIT_SYSTEM, "out of memory", "try again");
    report->finding[report->count++] = config_finding(context);
    if (context->config)
        doctor_look(context, report);
    if (context->json)
        code = output_object(context, report_json(report));
    else
        print_report(context, report);
    if (code == EXIT_DONE && count_of(report, VERDICT_BAD))
        code = EXIT_BAD;
    free(report);
    return code;
}

const struct command commands_doctor[] = {
    {
        .group = "doctor",
        .arguments = "",
        .summary = "look for what is wrong with this installation, and say what to do",
        .details =
            "A line for each check: ok, warn (it works, but is not as safe as it can be, or will\n"
            "not go on working) or bad; then what was found, and what to do. It looks at the\n"
            "configuration, volumes and their encryption, owners and modes, index, room, keys,\n"
            "clock, core dumps, swap, and when keeper, scrub and backup were last at work. Run as\n"
            "root it sees all of it. It changes nothing. Exits 1 where something is bad.",
        .run = run_doctor,
    },
    {0},
};
