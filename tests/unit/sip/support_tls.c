#include "unit/sip/support_tls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "net/address.h"
#include "unit/sip/support_hang_up.h"

/* --- certificates --- */

static void extension_add(X509 *certificate, int name, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, name, value);

    assert_non_null(extension);
    assert_true(X509_add_ext(certificate, extension, -1));
    X509_EXTENSION_free(extension);
}

static X509 *certificate_begin(EVP_PKEY *key, const struct tls_certificate_options *options)
{
    static long serial = 1;
    X509 *certificate = X509_new();

    assert_non_null(certificate);
    assert_true(X509_set_version(certificate, 2));
    assert_true(ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++));
    assert_non_null(X509_gmtime_adj(X509_getm_notBefore(certificate), options->from_s));
    assert_non_null(
        X509_gmtime_adj(X509_getm_notAfter(certificate), options->to_s ? options->to_s : 3600));
    assert_true(X509_set_pubkey(certificate, key));
    if (options->common_name) {
        int bytes = options->common_name_bytes ? (int)options->common_name_bytes : -1;
        assert_true(X509_NAME_add_entry_by_NID(
            X509_get_subject_name(certificate), NID_commonName, V_ASN1_UTF8STRING,
            (const unsigned char *)options->common_name, bytes, -1, 0));
    }
    return certificate;
}

static void pem_write(const struct tls_files *files, const char *file, X509 *certificate,
                      EVP_PKEY *key)
{
    char path[TLS_PATH_BYTES];
    FILE *out = fopen(tls_path(files, file, path), "w");

    assert_non_null(out);
    assert_true(PEM_write_X509(out, certificate));
    if (key)
        assert_true(PEM_write_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL));
    assert_int_equal(fclose(out), 0);
}

void tls_files_make(struct tls_files *files)
{
    (void)snprintf(files->folder, sizeof files->folder, "/tmp/unit-sip-tls-XXXXXX");
    assert_non_null(mkdtemp(files->folder));
    files->authority_key = EVP_EC_gen("P-256");
    files->authority = certificate_begin(
        files->authority_key, &(struct tls_certificate_options){.common_name = "unit-test CA"});
    assert_true(X509_set_issuer_name(files->authority, X509_get_subject_name(files->authority)));
    extension_add(files->authority, NID_basic_constraints, "critical,CA:TRUE");
    assert_true(X509_sign(files->authority, files->authority_key, EVP_sha256()) > 0);
    pem_write(files, "ca.pem", files->authority, NULL);
}

void tls_files_remove(struct tls_files *files)
{
    char command[TLS_PATH_BYTES];

    X509_free(files->authority);
    EVP_PKEY_free(files->authority_key);
    (void)snprintf(command, sizeof command, "rm -r -- '%s'", files->folder);
    assert_int_equal(system(command), 0);
}

const char *tls_path(const struct tls_files *files, const char *file, char *path)
{
    (void)snprintf(path, TLS_PATH_BYTES, "%s/%s", files->folder, file);
    return path;
}

void tls_certificate(const struct tls_files *files, const struct tls_certificate_options *options,
                     char *fingerprint)
{
    EVP_PKEY *key = options->rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
    X509 *certificate = certificate_begin(key, options);
    const X509 *issuer = options->other_authority ? certificate : files->authority;
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned digest_bytes = 0;

    assert_true(X509_set_issuer_name(certificate, X509_get_subject_name(issuer)));
    if (options->usage)
        extension_add(certificate, NID_ext_key_usage, options->usage);
    assert_true(X509_sign(certificate, options->other_authority ? key : files->authority_key,
                          EVP_sha256()) > 0);
    pem_write(files, options->file, certificate, key);
    assert_true(X509_digest(certificate, EVP_sha256(), digest, &digest_bytes));
    assert_int_equal(digest_bytes, 32);
    for (unsigned i = 0; fingerprint && i < digest_bytes; i++)
        (void)snprintf(fingerprint + (size_t)2 * i, 3, "%02x", digest[i]);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

/* --- the server --- */

static struct sip_admission on_admit(void *context, const struct sip_peer *peer, const char *method)
{
    struct tls_stage *stage = context;

    (void)method;
    pthread_mutex_lock(&stage->lock);
    struct tls_seen *seen = &stage->seen[stage->seen_count++ % TLS_SEEN_MAX];
    seen->transport = peer->transport;
    seen->address = peer->address;
    (void)snprintf(seen->name, sizeof seen->name, "%s", peer->certificate_name);
    (void)snprintf(seen->fingerprint, sizeof seen->fingerprint, "%s",
                   peer->certificate_fingerprint);
    pthread_mutex_unlock(&stage->lock);
    return (struct sip_admission){0};
}

static void on_invite(void *context, struct sip_call *call, const struct sip_call_offer *offer,
                      void **call_context)
{
    struct tls_stage *stage = context;
    struct sdp_local answer = {.media_lines = offer->sdp->media_lines};

    for (size_t i = 0; i < answer.media_lines; i++) {
        answer.media[i].accepted = true;
        answer.media[i].port = (uint16_t)(20000 + 2 * i);
    }
    *call_context = stage;
    stage->call = call;
    assert_int_equal(sip_call_accept(call, &answer), STATUS_OK);
}

static void on_end(void *context, void *call_context, enum sip_call_end why)
{
    (void)context;
    (void)call_context;
    (void)why;
}

static void *stage_thread(void *arg)
{
    struct tls_stage *stage = arg;
    struct sip_server_options options = {.listens = stage->tls_only ? 0 : 1,
                                         .listens_tls = 1,
                                         .tls = stage->options,
                                         .software = "unit-test",
                                         .calls_max = 100,
                                         .t1_ms = stage->t1_ms ? stage->t1_ms : 100};
    struct sip_server *server = NULL;
    struct fault fault = {0};

    options.handler.context = stage;
    options.handler.admit = on_admit;
    options.handler.invite = on_invite;
    options.handler.end = on_end;
    assert_int_equal(address_parse("127.0.0.1:0", 0, &options.listen[0]), STATUS_OK);
    assert_int_equal(address_parse(stage->listen_tls ? stage->listen_tls : "127.0.0.1:0", 0,
                                   &options.listen_tls[0]),
                     STATUS_OK);
    if (sip_server_create(&options, &server, &fault) != STATUS_OK) {
        (void)fprintf(stderr, "%s\n", fault.text);
        abort();
    }
    pthread_mutex_lock(&stage->lock);
    stage->server = server;
    stage->address = sip_server_tls_address(server);
    stage->started = true;
    pthread_cond_broadcast(&stage->changed);
    pthread_mutex_unlock(&stage->lock);
    if (sip_server_run(server, &fault) != STATUS_OK)
        abort();
    sip_server_destroy(server);
    return NULL;
}

void tls_stage_start(struct tls_stage *stage)
{
    pthread_mutex_init(&stage->lock, NULL);
    pthread_cond_init(&stage->changed, NULL);
    assert_int_equal(pthread_create(&stage->thread, NULL, stage_thread, stage), 0);
    pthread_mutex_lock(&stage->lock);
    while (!stage->started)
        pthread_cond_wait(&stage->changed, &stage->lock);
    pthread_mutex_unlock(&stage->lock);
}

void tls_stage_stop(struct tls_stage *stage)
{
    sip_server_stop(stage->server);
    pthread_join(stage->thread, NULL);
    pthread_mutex_destroy(&stage->lock);
    pthread_cond_destroy(&stage->changed);
}

struct tls_seen tls_stage_last(struct tls_stage *stage)
{
    pthread_mutex_lock(&stage->lock);
    assert_true(stage->seen_count > 0);
    struct tls_seen seen = stage->seen[(stage->seen_count - 1) % TLS_SEEN_MAX];
    pthread_mutex_unlock(&stage->lock);
    return seen;
}

static void stage_done(struct tls_stage *stage)
{
    pthread_mutex_lock(&stage->lock);
    stage->done = true;
    pthread_cond_broadcast(&stage->changed);
    pthread_mutex_unlock(&stage->lock);
}

static void stage_do(struct tls_stage *stage, void (*function)(void *arg))
{
    stage->done = false;
    assert_int_equal(sip_server_post(stage->server, function, stage), STATUS_OK);
    pthread_mutex_lock(&stage->lock);
    while (!stage->done)
        pthread_cond_wait(&stage->changed, &stage->lock);
    pthread_mutex_unlock(&stage->lock);
}

static void reload(void *arg)
{
    struct tls_stage *stage = arg;

    stage->reloaded = sip_server_reload_tls(stage->server, &stage->options, NULL);
    stage_done(stage);
}

enum status tls_stage_reload(struct tls_stage *stage)
{
    stage_do(stage, reload);
    return stage->reloaded;
}

static void hang_up(void *arg)
{
    struct tls_stage *stage = arg;

    support_hang_up(stage->call);
    stage_done(stage);
}

void tls_stage_hang_up(struct tls_stage *stage)
{
    stage_do(stage, hang_up);
}

/* --- the client --- */

static int connect_to(const struct sockaddr_storage *target, char host[static 64])
{
    struct sockaddr_storage local = {0};
    socklen_t local_bytes = sizeof local;
    const struct timeval patience = {.tv_sec = 5};
    int fd = socket(target->ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    /* out of the way of the server's descriptor table, which is this process's */
    assert_int_equal(descriptor_raise(&fd, NULL), STATUS_OK);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)target, address_length(target)), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&local, &local_bytes), 0);
    address_format(&local, true, host);
    return fd;
}

struct tls_client *tls_client_open(const struct tls_stage *stage,
                                   const struct tls_client_options *options)
{
    struct tls_client *client = calloc(1, sizeof *client);
    struct sockaddr_storage target = stage->address;

    assert_non_null(client);
    if (address_is_any(&target))
        assert_int_equal(address_parse("127.0.0.1", address_port(&stage->address), &target),
                         STATUS_OK);
    client->context = SSL_CTX_new(TLS_client_method());
    assert_non_null(client->context);
    if (options->ciphers)
        assert_true(SSL_CTX_set_cipher_list(client->context, options->ciphers));
    if (options->version) {
        assert_true(SSL_CTX_set_min_proto_version(client->context, options->version));
        assert_true(SSL_CTX_set_max_proto_version(client->context, options->version));
    }
    if (options->authority) {
        assert_true(SSL_CTX_load_verify_file(client->context, options->authority));
        SSL_CTX_set_verify(client->context, SSL_VERIFY_PEER, NULL);
    }
    if (options->certificate) {
        assert_true(SSL_CTX_use_certificate_chain_file(client->context, options->certificate) == 1);
        assert_true(SSL_CTX_use_PrivateKey_file(client->context, options->certificate,
                                                SSL_FILETYPE_PEM) == 1);
    }
    client->fd = connect_to(&target, client->host);
    client->connection = SSL_new(client->context);
    assert_non_null(client->connection);
    assert_true(SSL_set_fd(client->connection, client->fd));
    client->up = SSL_connect(client->connection) == 1;
    ERR_clear_error();
    return client;
}

void tls_client_close(struct tls_client *client)
{
    SSL_free(client->connection);
    SSL_CTX_free(client->context);
    close(client->fd);
    free(client);
}

void tls_client_send(struct tls_client *client, const char *text, size_t bytes)
{
    (void)SSL_write(client->connection, text, (int)bytes);
    ERR_clear_error();
}

/* Length of the first whole message in the input, 0 where there is none. */
static size_t message_length(const struct tls_client *client)
{
    const char *end = memmem(client->input, client->input_bytes, "\r\n\r\n", 4);

    if (!end)
        return 0;
    size_t head = (size_t)(end - client->input) + 4;
    const char *length = memmem(client->input, head, "Content-Length: ", 16);
    size_t whole = head + (length ? strtoul(length + 16, NULL, 10) : 0);
    return whole <= client->input_bytes ? whole : 0;
}

const char *tls_client_receive(struct tls_client *client)
{
    static char message[TLS_INPUT_BYTES + 1];
    size_t whole;

    while ((whole = message_length(client)) == 0) {
        int got = SSL_read(client->connection, client->input + client->input_bytes,
                           (int)(sizeof client->input - client->input_bytes));
        ERR_clear_error();
        if (got <= 0)
            return NULL;
        client->input_bytes += (size_t)got;
    }
    memcpy(message, client->input, whole);
    message[whole] = '\0';
    client->input_bytes -= whole;
    memmove(client->input, client->input + whole, client->input_bytes);
    return message;
}

size_t tls_options_write(const struct tls_client *client, const char *call_id, char *text,
                         size_t bytes)
{
    int written = snprintf(text, bytes,
                           "OPTIONS sip:recorder@example.net SIP/2.0\r\n"
                           "Via: SIP/2.0/TLS %s;branch=z9hG4bK%s\r\nMax-Forwards: 70\r\n"
                           "From: <sip:src@example.net>;tag=1\r\nTo: <sip:recorder@example.net>\r\n"
                           "Call-ID: %s\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n",
                           client->host, call_id, call_id);

    assert_true(written > 0 && (size_t)written < bytes);
    return (size_t)written;
}

bool tls_client_asks(struct tls_client *client, const char *call_id)
{
    char text[1024];

    tls_client_send(client, text, tls_options_write(client, call_id, text, sizeof text));
    const char *answer = tls_client_receive(client);
    return answer && strncmp(answer, "SIP/2.0 200 ", 12) == 0 && strstr(answer, call_id);
}
