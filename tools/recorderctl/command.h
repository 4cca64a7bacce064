/**
 * command: the table of recorderctl's commands, their arguments, and their help.
 *
 * Commands are rows of tables; a row says all that parsing and --help need to know.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_COMMAND_H
#define RECORDER_TOOLS_RECORDERCTL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/recorderctl/context.h"

enum { COMMAND_OPTIONS_MAX = 16, COMMAND_ARGUMENTS_MAX = 2 };

struct command_option {
    const char *name;  /* "limit" for --limit; NULL ends a list */
    char letter;       /* 'o' for -o, 0 for none */
    const char *value; /* what stands for its value in --help; NULL: it takes none */
    const char *help;
};

/* What was given to a command. Texts are borrowed from the command line. */
struct invocation {
    const struct command *command;
    size_t arguments;
    const char *argument[COMMAND_ARGUMENTS_MAX];
    const char *option[COMMAND_OPTIONS_MAX]; /* beside command->options; NULL: not given */
};

struct command {
    const char *group;     /* "customer" */
    const char *verb;      /* "add"; NULL for a command of one word */
    const char *arguments; /* "CUSTOMER NUMBER[-NUMBER]"; "" for none */
    size_t arguments_min;
    size_t arguments_max;
    struct command_option options[COMMAND_OPTIONS_MAX];
    const char *summary; /* one line */
    const char *details; /* what --help says besides; NULL for nothing */
    enum exit_code (*run)(struct context *context, const struct invocation *invocation);
};

/** Value of a command's option by name, "" for one without a value, NULL where it was not given. */
const char *command_option(const struct invocation *invocation, const char *name);

/** Read a decimal number of at most max, digits and nothing else; false where the text is none. */
bool command_number(const char *text, uint64_t max, uint64_t *number);

/**
 * Do what a command line says: parse, run, print.
 *
 * arguments  argument_count texts, arguments[0] the program; reordered by getopt_long.
 * out, err   where results and error lines go.
 *
 * Returns what the program exits with.
 */
int command_main(int argument_count, char **arguments, FILE *out, FILE *err);

/* The tables, one per group; each ends with a row whose group is NULL. */
extern const struct command commands_init[];
extern const struct command commands_customers[];
extern const struct command commands_policies[];
extern const struct command commands_numbers[];
extern const struct command commands_sources[];
extern const struct command commands_recordings[];
extern const struct command commands_audit[];
extern const struct command commands_keeper[];
extern const struct command commands_keys[];
extern const struct command commands_alarms[];
extern const struct command commands_status[];
extern const struct command commands_doctor[];
extern const struct command commands_index[];
extern const struct command commands_backup[];
extern const struct command commands_restore[];
extern const struct command commands_receipts[];

#endif
