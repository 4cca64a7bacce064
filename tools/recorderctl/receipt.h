/**
 * receipt: what an operator can show afterwards: a JSON object in canonical form (members sorted,
 * no white space), signed by the keeper's signing key, in `<store>/receipts/`. FORMAT.md
 * section 6.3.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_RECEIPT_H
#define RECORDER_TOOLS_RECORDERCTL_RECEIPT_H

#include <jansson.h>

#include "tools/recorderctl/context.h"

/**
 * Sign a receipt and make it durable.
 *
 * name    of its file, without ".json".
 * object  gets the members "signer" and "signature".
 *
 * STATUS_OK, STATUS_EXISTS (one of that name is there, and stays), STATUS_NOMEM, STATUS_LIMIT,
 * STATUS_FULL, STATUS_IO.
 */
enum status receipt_write(const struct context *context, const struct signer *signer,
                          const char *name, json_t *object, struct fault *fault) MUST_CHECK;

/** Read one. STATUS_OK (freed by json_decref), STATUS_NOT_FOUND, STATUS_CORRUPT (not JSON),
 *  STATUS_LIMIT. */
enum status receipt_read(const struct context *context, const char *name, json_t **object,
                         struct fault *fault) MUST_CHECK;

#endif
