/**
 * sdp_crypto: one a=crypto line (RFC 4568), private to the sdp files. Pure.
 *
 * Several inline keys of a line are for a sender that changes keys in mid-stream, each named by its
 * MKI (section 6.1).
 */
#ifndef RECORDER_BODY_SDP_CRYPTO_H
#define RECORDER_BODY_SDP_CRYPTO_H

#include "base/bytes.h"
#include "base/status.h"
#include "body/multipart_text.h"
#include "body/sdp.h"

/**
 * Read the value of a=crypto, "1 AES_CM_128_HMAC_SHA1_80 inline:KEY|2^20|1:4 WSH=64".
 *
 * The key's base64 must be of the suite's length, with or without its padding. A lifetime is
 * checked (section 6.1) and not kept. Of several keys the first is the key, those behind it are its
 * spares; those past SRTP_SPARE_KEYS_MAX, and those that cannot be read or told apart by an MKI of
 * the same length, are left out. Of the session parameters (section 6.3) WSH is a hint and FEC
 * is of streams that are never taken; these and optional ones ("-...") change nothing.
 *
 * crypto  out; untouched on failure.
 *
 * STATUS_OK
 * STATUS_UNSUPPORTED  an unknown suite, key method or session parameter, a part of the packets that
 *                     is not protected, or keys derived anew on the way (KDR): not for us.
 * STATUS_INVALID      it breaks RFC 4568.
 */
enum status sdp_crypto_read(struct text_span value, struct sdp_crypto *crypto) MUST_CHECK;

/**
 * Append our line: "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:KEY" with its line end. Ours have no
 * MKI and the default lifetime. crypto->key.suite is not NONE.
 *
 * STATUS_OK, or as bytes_append.
 */
enum status sdp_crypto_write(const struct sdp_crypto *crypto, struct bytes *text) MUST_CHECK;

#endif
