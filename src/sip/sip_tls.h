/**
 * sip_tls: the certificates of a server, and who its clients are by theirs.
 *
 * TLS 1.2 and 1.3 with forward secrecy and authenticated encryption alone (RFC 7525), no resumption
 * and no renegotiation: each connection proves its certificate against the files as they are now.
 * libre has one context per listener and keeps it; connections are moved to the present one by
 * their ClientHello, so that a renewed certificate needs no new listener. Server thread.
 */
#ifndef RECORDER_SIP_SIP_TLS_H
#define RECORDER_SIP_SIP_TLS_H

#include "base/fault.h"
#include "base/status.h"
#include "sip/server.h"

struct tls;
struct tls_conn;
struct sip_tls;

enum {
    SIP_TLS_NAME_BYTES = 128,       /* a common name with its zero; X.520 allows 64 characters */
    SIP_TLS_FINGERPRINT_BYTES = 65, /* SHA-256 as lower-case hex, with its zero */
};

/**
 * Read certificate, key and client CA.
 *
 * STATUS_OK       *out set.
 * STATUS_IO       a file could not be read; fault names it.
 * STATUS_INVALID  a file has not what it should, the key is not the certificate's, or a client's
 *                 certificate is required without client_ca.
 * STATUS_NOMEM
 */
enum status sip_tls_create(const struct sip_tls_options *options, struct sip_tls **out,
                           struct fault *fault) MUST_CHECK;

/** NULL is accepted. Connections that stand keep what they need. */
void sip_tls_destroy(struct sip_tls *owned_tls);

/**
 * Read the files again, for connections that begin from now on.
 *
 * As sip_tls_create; after a failure the old ones are still used.
 */
enum status sip_tls_reload(struct sip_tls *tls, const struct sip_tls_options *options,
                           struct fault *fault) MUST_CHECK;

/** What libre wants for a listener; borrowed. */
struct tls *sip_tls_context(struct sip_tls *tls);

/**
 * The certificate that a connection's client has shown; it was verified when it was shown.
 *
 * name, fingerprint  "" where it has none, or shown none.
 */
void sip_tls_client(const struct tls_conn *connection, char name[static SIP_TLS_NAME_BYTES],
                    char fingerprint[static SIP_TLS_FINGERPRINT_BYTES]);

#endif
