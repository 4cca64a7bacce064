/**
 * lookup: whose a phone number is, and whose the calls of a source. Private to storage/index; what
 * others may ask is in customers.h.
 */
#ifndef RECORDER_STORAGE_INDEX_LOOKUP_H
#define RECORDER_STORAGE_INDEX_LOOKUP_H

#include <stdbool.h>

#include "base/fault.h"
#include "base/status.h"
#include "base/uuid.h"
#include "storage/index/customers.h"

/**
 * Find whose a number is.
 *
 * number    as received; "" and names belong to nobody.
 * found     out; customer is set only where it is true.
 *
 * STATUS_OK, STATUS_BUSY, STATUS_IO, STATUS_NOMEM.
 */
enum status numbers_find(struct index *index, const char *number, bool *found,
                         struct uuid *customer, struct fault *fault) MUST_CHECK;

/**
 * Find a source's default customer.
 *
 * name          "", or one that is not there (any more): no default.
 * has_customer  out; customer is set only where it is true.
 *
 * STATUS_OK, STATUS_BUSY, STATUS_IO, STATUS_NOMEM.
 */
enum status sources_default(struct index *index, const char *name, bool *has_customer,
                            struct uuid *customer, struct fault *fault) MUST_CHECK;

#endif
