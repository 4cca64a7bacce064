/**
 * keys: the commands over keys that have a file of their own, and what they share.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_KEYS_H
#define RECORDER_TOOLS_RECORDERCTL_KEYS_H

#include <jansson.h>

#include "storage/seal/keys.h"
#include "tools/recorderctl/command.h"

enum { KEYS_ID_TEXT_BYTES = 2 * KEY_ID_BYTES + 1 };

/** `keys recovery-new`. */
enum exit_code keys_recovery_new(struct context *context, const struct invocation *invocation);

/** `keys recover`. */
enum exit_code keys_recover(struct context *context, const struct invocation *invocation);

/** `keys shred CUSTOMER MONTH`. */
enum exit_code keys_shred_month(struct context *context, const struct invocation *invocation);

/** `keys status [CUSTOMER]`. */
enum exit_code keys_status(struct context *context, const struct invocation *invocation);

/** A key's id as hexadecimal digits, or JSON null where it is all zeros. NULL at out of memory. */
json_t *keys_id_json(struct key_id id);

#endif
