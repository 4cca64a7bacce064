#include "tools/recorderctl/help.h"

#include <string.h>

enum { OPTION_BYTES = 64 };

const struct command *const help_tables[] = {
    commands_init,    commands_customers,  commands_policies, commands_numbers,
    commands_sources, commands_recordings, commands_audit,    commands_keys,
    commands_keeper,  commands_alarms,     commands_status,   commands_doctor,
    commands_index,   commands_backup,     commands_restore,  commands_receipts,
};
const size_t help_table_count = sizeof help_tables / sizeof help_tables[0];

static const char common_help[] =
    "Options of every command:\n"
    "  --config FILE  configuration; default /etc/recorder/recorder.conf\n"
    "  --json         print one JSON object or array and nothing else\n"
    "  --help         say how a command is used\n"
    "  --version      print the version\n";

static const char exit_help[] =
    "Exit codes:\n"
    "  0  done\n"
    "  1  it ran, and found something bad: a recording that fails its checks\n"
    "  2  wrong usage, or a value out of its range\n"
    "  3  no such customer, recording, ...\n"
    "  4  refused: it exists already, or is not possible in the present state\n"
    "  5  the system failed: files, keys, configuration\n"
    "An error is one line on standard error: what was done, why it failed, and what to do.\n";

static void print_usage(FILE *out, const struct command *command)
{
    (void)fprintf(out, "%s%s%s%s%s", command->group, command->verb ? " " : "",
                  command->verb ? command->verb : "", command->arguments[0] ? " " : "",
                  command->arguments);
}

void help_overview(FILE *out)
{
    (void)fputs("Usage: recorderctl [--config FILE] [--json] COMMAND ...\n\n"
                "The operators' tool of Business Recorder.\n\nCommands:\n",
                out);
    for (size_t i = 0; i < help_table_count; i++) {
        for (const struct command *row = help_tables[i]; row->group; row++) {
            (void)fputs("  ", out);
            print_usage(out, row);
            (void)fprintf(out, "\n      %s\n", row->summary);
        }
    }
    (void)fprintf(out, "\n%s\n%s", common_help, exit_help);
}

static void format_option(const struct command_option *option, char text[static OPTION_BYTES])
{
    char letter[8] = "";

    if (option->letter)
        (void)snprintf(letter, sizeof letter, "-%c, ", option->letter);
    (void)snprintf(text, OPTION_BYTES, "%s--%s%s%s", letter, option->name, option->value ? " " : "",
                   option->value ? option->value : "");
}

/* In two columns, the first as wide as its longest text. */
static void print_options(FILE *out, const struct command_option *options)
{
    char text[OPTION_BYTES];
    size_t width = 0;

    for (size_t i = 0; i < COMMAND_OPTIONS_MAX && options[i].name; i++) {
        format_option(&options[i], text);
        width = strlen(text) > width ? strlen(text) : width;
    }
    for (size_t i = 0; i < COMMAND_OPTIONS_MAX && options[i].name; i++) {
        format_option(&options[i], text);
        (void)fprintf(out, "  %-*s  %s\n", (int)width, text, options[i].help);
    }
}

void help_command(FILE *out, const struct command *command)
{
    (void)fputs("Usage: recorderctl [--config FILE] [--json] ", out);
    print_usage(out, command);
    (void)fprintf(out, "%s\n\n%s\n", command->options[0].name ? " [OPTION]..." : "",
                  command->summary);
    if (command->details)
        (void)fprintf(out, "\n%s\n", command->details);
    if (command->options[0].name)
        (void)fputs("\nOptions:\n", out);
    print_options(out, command->options);
    (void)fprintf(out, "\n%s\n%s", common_help, exit_help);
}

bool help_group(FILE *out, const char *group, bool print)
{
    bool found = false;

    for (size_t i = 0; i < help_table_count; i++) {
        for (const struct command *row = help_tables[i]; row->group; row++) {
            if (strcmp(row->group, group) != 0)
                continue;
            found = true;
            if (!print)
                continue;
            (void)fputs("recorderctl ", out);
            print_usage(out, row);
            (void)fprintf(out, "\n    %s\n", row->summary);
        }
    }
    return found;
}

void help_version(FILE *out)
{
    (void)fputs("recorderctl " RECORDER_VERSION "\n", out);
}
