/**
 * recordings: the commands over recordings that have a file of their own.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_RECORDINGS_H
#define RECORDER_TOOLS_RECORDERCTL_RECORDINGS_H

#include "tools/recorderctl/command.h"

/** `recordings verify ID` and `--all`. */
enum exit_code recordings_verify(struct context *context, const struct invocation *invocation);

/** `recordings export ID -o FILE`. */
enum exit_code recordings_export(struct context *context, const struct invocation *invocation);

/** `recordings mend ID`. */
enum exit_code recordings_mend(struct context *context, const struct invocation *invocation);

/** `recordings reseal ID`. */
enum exit_code recordings_reseal(struct context *context, const struct invocation *invocation);

#endif
