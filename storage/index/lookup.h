/**
 * lookup: whose a phone number is, and whose an address. Private to storage/index; what others may
 * ask is in customers.h.
 */
#ifndef RECORDER_STORAGE_INDEX_LOOKUP_H
#define RECORDER_STORAGE_INDEX_LOOKUP_H

#include <stdbool.h>
#include <sys/socket.h>

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
 * Find the source with the longest prefix that holds an address (its port is ignored; an IPv4
 * address mapped into IPv6 is that IPv4 address).
 *
 * address       NULL: of no source.
 * name          out, "" where none.
 * has_customer  out; customer, the source's default, is set only where it is true.
 *
 * STATUS_OK, STATUS_BUSY, STATUS_IO, STATUS_NOMEM.
 */
enum status sources_find(struct index *index, const struct sockaddr_storage *address,
                         char name[static SOURCE_NAME_BYTES], bool *has_customer,
                         struct uuid *customer, struct fault *fault) MUST_CHECK;

#endif
