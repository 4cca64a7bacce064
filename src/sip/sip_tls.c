#include "sip/sip_tls.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "sip/libre.h"

/* The one function of it that speaks of `enum srtp_suite`, which net/srtp_key.h names too, is not
 * used; tls_openssl_context is there for those who say so. */
#define USE_OPENSSL
/* clang-format off */
#include <re_tls.h>
/* clang-format on */

enum { SHA256_BYTES = 32, CHAIN_DEPTH_MAX = 6 };

struct sip_tls {
    struct tls *libre;    /* of the listeners; holds no certificate */
    SSL_CTX *certificate; /* the present one */
};

/* of TLS 1.2; those of 1.3 are all good */
static const char CIPHERS[] = "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:DHE+CHACHA20:!aNULL";

/*
 * Why OpenSSL failed: its first error, which is the cause of the others. Leaves none behind, for
 * libre would take it for its own.
 */
static enum status tls_fault(struct fault *fault, const char *doing, const char *path)
{
    unsigned long error = ERR_get_error();
    const char *reason = ERR_SYSTEM_ERROR(error) ? NULL : ERR_reason_error_string(error);
    int sys_errno = ERR_SYSTEM_ERROR(error) ? ERR_GET_REASON(error) : 0;

    ERR_clear_error();
    return fault_set(fault, sys_errno ? STATUS_IO : STATUS_INVALID, sys_errno, "%s%s%s%s%s", doing,
                     path ? " " : "", path ? path : "", reason ? ": " : "", reason ? reason : "");
}

/* Keys with a password are not for a server that starts alone: without this OpenSSL would ask. */
static int no_password(char *text, int text_bytes, int writing, void *arg)
{
    (void)text;
    (void)text_bytes;
    (void)writing;
    (void)arg;
    return 0;
}

/*
 * OpenSSL has checked chain, dates and purpose (clientAuth, where the certificate names any). A
 * name that is cut or has control characters could be read as another source's.
 */
static int client_verify(int verified, X509_STORE_CTX *chain)
{
    char name[SIP_TLS_NAME_BYTES];

    if (!verified || X509_STORE_CTX_get_error_depth(chain) > 0)
        return verified;
    X509_NAME *subject = X509_get_subject_name(X509_STORE_CTX_get_current_cert(chain));
    /* the length of the name itself, then of what fits */
    int whole = X509_NAME_get_text_by_NID(subject, NID_commonName, NULL, 0);
    int bytes = X509_NAME_get_text_by_NID(subject, NID_commonName, name, (int)sizeof name);
    bool good = whole < (int)sizeof name;
    for (int i = 0; good && i < bytes; i++)
        good = (unsigned char)name[i] >= 0x20 && name[i] != 0x7f;
    if (!good)
        X509_STORE_CTX_set_error(chain, X509_V_ERR_APPLICATION_VERIFICATION);
    return good;
}

/* What a connection takes from the context it was made of. */
static bool protocol_set(SSL_CTX *context)
{
    (void)SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
                                           SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    (void)SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    (void)SSL_CTX_set_dh_auto(context, 1);
    SSL_CTX_set_verify_depth(context, CHAIN_DEPTH_MAX);
    return SSL_CTX_set_num_tickets(context, 0) &&
           SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) &&
           SSL_CTX_set_cipher_list(context, CIPHERS);
}

static enum status client_ca_load(SSL_CTX *context, const struct sip_tls_options *options,
                                  struct fault *fault)
{
    int mode = SSL_VERIFY_PEER;

    if (!options->client_ca || options->client_ca[0] == '\0') {
        if (options->client_required)
            return fault_set(fault, STATUS_INVALID, 0,
                             "client certificates are required, and no CA for them is named");
        SSL_CTX_set_verify(context, SSL_VERIFY_NONE, client_verify);
        return STATUS_OK;
    }
    if (!SSL_CTX_load_verify_file(context, options->client_ca))
        return tls_fault(fault, "read client CA", options->client_ca);
    STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(options->client_ca);
    if (!names)
        return tls_fault(fault, "read client CA", options->client_ca);
    SSL_CTX_set_client_CA_list(context, names);
    /* what the file names is trusted, also where it is an intermediate CA */
    (void)X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
    if (options->client_required)
        mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    SSL_CTX_set_verify(context, mode, client_verify);
    return STATUS_OK;
}

static enum status certificate_load(const struct sip_tls_options *options, SSL_CTX **out,
                                    struct fault *fault)
{
    const char *key = options->key && options->key[0] ? options->key : options->certificate;
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    enum status status;

    if (!options->certificate || options->certificate[0] == '\0') {
        status = fault_set(fault, STATUS_INVALID, 0, "no TLS certificate is named");
        goto out;
    }
    if (!context || !protocol_set(context)) {
        status = tls_fault(fault, "set up TLS", NULL);
        goto out;
    }
    SSL_CTX_set_default_passwd_cb(context, no_password);
    if (SSL_CTX_use_certificate_chain_file(context, options->certificate) != 1) {
        status = tls_fault(fault, "read TLS certificate", options->certificate);
        goto out;
    }
    if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(context) != 1) {
        status = tls_fault(fault, "read TLS key", key);
        goto out;
    }
    status = client_ca_load(context, options, fault);
    if (status == STATUS_OK) {
        *out = context;
        context = NULL;
    }
out:
    SSL_CTX_free(context);
    ERR_clear_error();
    return status;
}

/* A new connection takes the present certificate, and the CA it is to be verified by. */
static int client_said_hello(SSL *connection, int *alert, void *arg)
{
    const struct sip_tls *tls = arg;

    if (!SSL_set_SSL_CTX(connection, tls->certificate)) {
        *alert = SSL_AD_INTERNAL_ERROR;
        return SSL_CLIENT_HELLO_ERROR;
    }
    SSL_set_verify(connection, SSL_CTX_get_verify_mode(tls->certificate), client_verify);
    return SSL_CLIENT_HELLO_SUCCESS;
}

enum status sip_tls_create(const struct sip_tls_options *options, struct sip_tls **out,
                           struct fault *fault)
{
    struct sip_tls *tls = calloc(1, sizeof *tls);
    enum status status;

    if (!tls)
        return fault_set(fault, STATUS_NOMEM, 0, "TLS");
    status = certificate_load(options, &tls->certificate, fault);
    if (status != STATUS_OK)
        goto out;
    if (tls_alloc(&tls->libre, TLS_METHOD_SSLV23, NULL, NULL)) {
        status = fault_set(fault, STATUS_NOMEM, 0, "TLS");
        goto out;
    }
    SSL_CTX *base = tls_openssl_context(tls->libre);
    if (!protocol_set(base)) {
        status = tls_fault(fault, "set up TLS", NULL);
        goto out;
    }
    SSL_CTX_set_client_hello_cb(base, client_said_hello, tls);
    /* libre opens connections too; it knows nobody to trust there, so that none stands */
    SSL_CTX_set_verify(base, SSL_VERIFY_PEER, client_verify);
    *out = tls;
    tls = NULL;
out:
    sip_tls_destroy(tls);
    return status;
}

void sip_tls_destroy(struct sip_tls *owned_tls)
{
    if (!owned_tls)
        return;
    SSL_CTX_free(owned_tls->certificate);
    mem_deref(owned_tls->libre);
    free(owned_tls);
}

enum status sip_tls_reload(struct sip_tls *tls, const struct sip_tls_options *options,
                           struct fault *fault)
{
    SSL_CTX *certificate = NULL;
    enum status status = certificate_load(options, &certificate, fault);

    if (status != STATUS_OK)
        return status;
    SSL_CTX_free(tls->certificate);
    tls->certificate = certificate;
    return STATUS_OK;
}

struct tls *sip_tls_context(struct sip_tls *tls)
{
    return tls->libre;
}

void sip_tls_client(const struct tls_conn *connection, char name[static SIP_TLS_NAME_BYTES],
                    char fingerprint[static SIP_TLS_FINGERPRINT_BYTES])
{
    uint8_t digest[SHA256_BYTES];

    name[0] = '\0';
    fingerprint[0] = '\0';
    if (tls_peer_verify(connection) ||
        tls_peer_fingerprint(connection, TLS_FINGERPRINT_SHA256, digest, sizeof digest))
        return;
    for (size_t i = 0; i < sizeof digest; i++)
        (void)snprintf(fingerprint + 2 * i, 3, "%02x", digest[i]);
    if (tls_peer_common_name(connection, name, SIP_TLS_NAME_BYTES))
        name[0] = '\0';
}
