/**
 * name_address: who a From, To or P-Asserted-Identity value names (RFC 3261 section 20.10, 25.1:
 * name-addr or addr-spec), and its parameters, those inside the URI included. Pure.
 */
#ifndef RECORDER_BODY_NAME_ADDRESS_H
#define RECORDER_BODY_NAME_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bounds.h"
#include "body/multipart.h"

/* The pieces of a value; all borrowed from it, empty where not there. */
struct name_address {
    struct text_span name;       /* as written, quotes included */
    struct text_span uri;        /* "sip:2000@host;user=phone" */
    struct text_span parameters; /* of the header: ";tag=1" */
};

/**
 * Take a value apart. Nothing is refused: what makes no sense is empty.
 *
 * value  terminated; outlives *read. Only the first address of a list is read.
 */
void name_address_read(const char *value, struct name_address *read);

/**
 * The number or user part, as siprec_metadata has it for an aor (siprec_number.h); "" where there
 * is none, and for those who withhold it.
 */
void name_address_number(const struct name_address *address,
                         char number[static BOUND_NUMBER_BYTES]);

/** The display name without quotes and escapes, as valid UTF-8 without control characters; what is
 *  not UTF-8 is taken for ISO 8859-1, as old clients send. Cut where it is too long. */
void name_address_name(const struct name_address *address, char name[static BOUND_NAME_BYTES]);

/**
 * A parameter, of the URI or of the header; names are compared without case.
 *
 * value  char[value_bytes], value_bytes >= 1: its value without quotes, "" where it has none; cut
 *        where it is too long. Untouched where there is no such parameter.
 *
 * Returns whether it is there.
 */
bool name_address_parameter(const struct name_address *address, const char *name, char *value,
                            size_t value_bytes);

#endif
