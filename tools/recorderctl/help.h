/**
 * help: what --help and --version print, made from the command tables.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_HELP_H
#define RECORDER_TOOLS_RECORDERCTL_HELP_H

#include <stdbool.h>
#include <stdio.h>

#include "tools/recorderctl/command.h"

/* All tables, in the order of the help. */
extern const struct command *const help_tables[];
extern const size_t help_table_count;

/** The whole tool: usage, commands, common options, exit codes. */
void help_overview(FILE *out);

/** One command. */
void help_command(FILE *out, const struct command *command);

/** Whether `group` is the first word of commands of two; where print is set, their list. */
bool help_group(FILE *out, const char *group, bool print);

/** Name and version. */
void help_version(FILE *out);

#endif
