/**
 * siprec_number: the phone number in an address, and whether two numbers are the same phone.
 * Private to the readers of metadata and of addresses in headers. Pure.
 */
#ifndef RECORDER_BODY_SIPREC_NUMBER_H
#define RECORDER_BODY_SIPREC_NUMBER_H

#include <stdbool.h>

enum siprec_number_match {
    SIPREC_NUMBER_DIFFERENT,
    SIPREC_NUMBER_SUFFIX, /* one is the other without its country or area code */
    SIPREC_NUMBER_SAME,
};

/**
 * The user part of an address, RFC 3261 section 19.1.1, or the number of a tel: URI, RFC 3966:
 * percent-decoded, without password and parameters. The visual separators "-.()" and blanks are
 * taken out of a tel: number, of a user part that is a number with a leading '+', which stays, and
 * of one that is a number by its user=phone. Who withholds the number has none: "anonymous" (RFC
 * 3323 section 4.1), "unavailable" (3GPP TS 23.003 section 13.6), "restricted", "private",
 * "withheld", "unknown", and anybody at anonymous.invalid or unknown.invalid.
 *
 * aor     "sip:1234@10.0.0.15;user=phone", "tel:+1-202-555-0123", "+4512@host", "sip:1234",
 *         "Bob <sip:bob@host>".
 * number  char[strlen(aor) + 1], always terminated; "" where there is no user part.
 */
void siprec_number_of_aor(const char *aor, char *number);

/** Whether a display name is nothing but a phone number, of 7 digits at least or with a '+'. */
bool siprec_number_is_phone(const char *name);

/**
 * The number in such a name, without separators.
 *
 * number  char[strlen(name) + 1], always terminated.
 */
void siprec_number_of_phone(const char *name, char *number);

/**
 * Compare two results of siprec_number_of_aor. Phone numbers are compared by their digits, a
 * leading '+' aside; one may be a suffix of the other where it has 7 digits or more. Anything else
 * is the same only when spelled the same, case aside.
 */
enum siprec_number_match siprec_number_compare(const char *left, const char *right);

#endif
