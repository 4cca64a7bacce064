/**
 * backup_test: `backup test`: whether what is in a backup can be restored and played.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_BACKUP_TEST_H
#define RECORDER_TOOLS_RECORDERCTL_BACKUP_TEST_H

#include "tools/recorderctl/command.h"

enum { BACKUP_TEST_DEFAULT = 10, BACKUP_TEST_MAX = 1000 };

/** `backup test DIR`. */
enum exit_code backup_test(struct context *context, const struct invocation *invocation);

#endif
