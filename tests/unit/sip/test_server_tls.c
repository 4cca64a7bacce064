/* TLS: who gets in, as whom, and what a connection survives. The client is OpenSSL's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/address.h"
#include "unit/sip/support_tls.h"

static struct tls_files files;
static char right_fingerprint[TLS_HEX_BYTES];
static char other_fingerprint[TLS_HEX_BYTES];
static char ca_path[TLS_PATH_BYTES];
static char server_path[TLS_PATH_BYTES];
static char right_path[TLS_PATH_BYTES];
static char other_path[TLS_PATH_BYTES];

static int make_certificates(void **state)
{
    (void)state;
    tls_files_make(&files);
    (void)tls_path(&files, "ca.pem", ca_path);
    (void)tls_path(&files, "server.pem", server_path);
    (void)tls_path(&files, "right.pem", right_path);
    (void)tls_path(&files, "other.pem", other_path);
    tls_certificate(
        &files, &(struct tls_certificate_options){.file = "server.pem", .common_name = "recorder"},
        NULL);
    tls_certificate(
        &files,
        &(struct tls_certificate_options){.file = "right.pem", .common_name = "sbc-1.example.net"},
        right_fingerprint);
    tls_certificate(&files,
                    &(struct tls_certificate_options){
                        .file = "other.pem", .common_name = "sbc-2.example.net", .rsa = true},
                    other_fingerprint);
    return 0;
}

static int remove_certificates(void **state)
{
    (void)state;
    tls_files_remove(&files);
    return 0;
}

/* A server that knows the test's CA. */
static struct tls_stage with_ca(bool required)
{
    return (struct tls_stage){
        .options = {.certificate = server_path, .client_ca = ca_path, .client_required = required}};
}

/* --- versions --- */

static void version_is_served(int version, const char *name)
{
    struct tls_stage stage = with_ca(false);
    tls_stage_start(&stage);
    struct tls_client *client = tls_client_open(
        &stage, &(struct tls_client_options){.authority = ca_path, .version = version});
    assert_true(client->up);
    assert_string_equal(SSL_get_version(client->connection), name);
    assert_true(tls_client_asks(client, "version"));
    assert_int_equal(tls_stage_last(&stage).transport, SIP_OVER_TLS);
    tls_client_close(client);
    tls_stage_stop(&stage);
}

static void tls_1_2_is_served(void **state)
{
    (void)state;
    version_is_served(TLS1_2_VERSION, "TLSv1.2");
}

static void tls_1_3_is_served(void **state)
{
    (void)state;
    version_is_served(TLS1_3_VERSION, "TLSv1.3");
}

static void tls_1_1_is_refused(void **state)
{
    (void)state;
    struct tls_stage stage = with_ca(false);
    tls_stage_start(&stage);
    struct tls_client *client =
        tls_client_open(&stage, &(struct tls_client_options){.version = TLS1_1_VERSION,
                                                             .ciphers = "ALL:@SECLEVEL=0"});
    assert_false(client->up);
    tls_client_close(client);
    tls_stage_stop(&stage);
}

static void ciphers_without_forward_secrecy_are_refused(void **state)
{
    (void)state;
    struct tls_stage stage = with_ca(false);
    stage.options.certificate = other_path; /* whose key could do both */
    tls_stage_start(&stage);
    struct tls_client *client =
        tls_client_open(&stage, &(struct tls_client_options){.version = TLS1_2_VERSION,
                                                             .ciphers = "AES128-GCM-SHA256"});
    assert_false(client->up);
    tls_client_close(client);
    client = tls_client_open(
        &stage, &(struct tls_client_options){.version = TLS1_2_VERSION,
                                             .ciphers = "ECDHE-RSA-AES128-GCM-SHA256"});
    assert_true(client->up);
    tls_client_close(client);
    tls_stage_stop(&stage);
}

/* --- who gets in --- */

static bool gets_in(struct tls_stage *stage, const char *certificate, int version)
{
    struct tls_client *client = tls_client_open(
        stage, &(struct tls_client_options){.certificate = certificate, .version = version});
    /* a TLS 1.3 client learns of a refusal after its own handshake */
    bool in = client->up && tls_client_asks(client, "let-me-in");
    tls_client_close(client);
    return in;
}

static void expect_only(struct tls_stage *stage, const char *certificate, bool in)
{
    assert_int_equal(gets_in(stage, certificate, TLS1_2_VERSION), in);
    assert_int_equal(gets_in(stage, certificate, TLS1_3_VERSION), in);
}

static void a_client_without_a_certificate_is_refused_where_one_is_required(void **state)
{
    (void)state;
    struct tls_stage stage = with_ca(true);
    tls_stage_start(&stage);
    expect_only(&stage, NULL, false);
    expect_only(&stage, right_path, true);
    tls_stage_stop(&stage);
}

static void a_client_without_a_certificate_is_nobody_where_none_is_required(void **state)
{
    (void)state;
    struct tls_stage stage = with_ca(false);
    tls_stage_start(&stage);
    expect_only(&stage, NULL, true);
    assert_string_equal(tls_stage_last(&stage).name, "");
    assert_string_equal(tls_stage_last(&stage).fingerprint, "");
    tls_stage_stop(&stage);
}

static void a_verified_client_is_known_by_name_and_fingerprint(void **state)
{
    (void)state;
    struct tls_stage stage = with_ca(false);
    tls_stage_start(&stage);
    expect_only(&stage, right_path, true);
    assert_string_equal(tls_stage_last(&stage).name, "sbc-1.example.net");
    assert_string_equal(tls_stage_last(&stage).fingerprint, right_fingerprint);
    tls_stage_stop(&stage);
}

/* Makes one and expects that it is refused although none is required. */
static void expect_refused(const struct tls_certificate_options *options)
{
    char path[TLS_PATH_BYTES];
    struct tls_stage stage = with_ca(false);
    tls_certificate(&files, options, NULL);
    tls_stage_start(&stage);
    expect_only(&stage, tls_path(&files, options->file, path), false);
    tls_stage_stop(&stage);
}

static void a_certificate_of_another_ca_is_refused(void **state)
{
    (void)state;
    expect_refused(&(struct tls_certificate_options){
        .file = "stranger.pem", .common_name = "sbc-1.example.net", .other_authority = true});
}

static void an_expired_certificate_is_refused(void **state)
{
    (void)state;
    expect_refused(&(struct tls_certificate_options){
        .file = "expired.pem", .common_name = "sbc-1.example.net", .from_s = -7200, .to_s = -3600});
}

static void a_certificate_that_is_not_valid_yet_is_refused(void **state)
{
    (void)state;
    expect_refused(&(struct tls_certificate_options){
        .file = "early.pem", .common_name = "sbc-1.example.net", .from_s = 3600, .to_s = 7200});
}

static void a_certificate_for_servers_alone_is_refused(void **state)
{
    (void)state;
    expect_refused(&(struct tls_certificate_options){
        .file = "server-only.pem", .common_name = "sbc-1.example.net", .usage = "serverAuth"});
}

static void a_name_with_a_zero_in_it_is_refused(void **state)
{
    (void)state;
    static const char name[] = "sbc-1.example.net\0.evil.example";
    expect_refused(&(struct tls_certificate_options){
        .file = "zero.pem", .common_name = name, .common_name_bytes = sizeof name - 1});
}

static void a_certificate_for_clients_is_let_in(void **state)
{
    (void)state;
    char path[TLS_PATH_BYTES];
    struct tls_stage stage = with_ca(true);
    tls_certificate(&files,
                    &(struct tls_certificate_options){
                        .file = "client.pem", .common_name = "c", .usage = "clientAuth"},
                    NULL);
    tls_stage_start(&stage);
    expect_only(&stage, tls_path(&files, "client.pem", path), true);
    tls_stage_stop(&stage);
}

static void a_certificate_without_a_name_is_known_by_its_fingerprint(void **state)
{
    (void)state;
    char fingerprint[TLS_HEX_BYTES];
    char path[TLS_PATH_BYTES];
    struct tls_stage stage = with_ca(true);
    tls_certificate(&files, &(struct tls_certificate_options){.file = "nameless.pem"}, fingerprint);
    tls_stage_start(&stage);
    expect_only(&stage, tls_path(&files, "nameless.pem", path), true);
    assert_string_equal(tls_stage_last(&stage).name, "");
    assert_string_equal(tls_stage_last(&stage).fingerprint, fingerprint);
    tls_stage_stop(&stage);
}

static void clients_are_not_verified_where_no_ca_is_named(void **state)
{
    (void)state;
    struct tls_stage stage = {.options = {.certificate = server_path}};
    tls_stage_start(&stage);
    expect_only(&stage, right_path, true);
    assert_string_equal(tls_stage_last(&stage).name, "");
    assert_string_equal(tls_stage_last(&stage).fingerprint, "");
    tls_stage_stop(&stage);
}

/* --- one certificate per connection --- */

/* Half a message on each connection, then the other halves in turn. */
static void connections_that_interleave_keep_their_own(int version)
{
    enum { ROUNDS = 6 };
    struct tls_stage stage = with_ca(true);
    tls_stage_start(&stage);
    struct tls_client *one = tls_client_open(
        &stage, &(struct tls_client_options){.certificate = right_path, .version = version});
    struct tls_client *two = tls_client_open(
        &stage, &(struct tls_client_options){.certificate = other_path, .version = version});
    for (int i = 0; i < ROUNDS; i++) {
        char text[2][1024];
        char call_id[32];
        (void)snprintf(call_id, sizeof call_id, "interleaved-%d", i);
        size_t first = tls_options_write(one, call_id, text[0], sizeof text[0]);
        size_t second = tls_options_write(two, call_id, text[1], sizeof text[1]);
        tls_client_send(one, text[0], first / 2);
        tls_client_send(two, text[1], second / 2);
        tls_client_send(one, text[0] + first / 2, first - first / 2);
        assert_non_null(tls_client_receive(one));
        assert_string_equal(tls_stage_last(&stage).name, "sbc-1.example.net");
        assert_string_equal(tls_stage_last(&stage).fingerprint, right_fingerprint);
        tls_client_send(two, text[1] + second / 2, second - second / 2);
        assert_non_null(tls_client_receive(two));
        assert_string_equal(tls_stage_last(&stage).name, "sbc-2.example.net");
        assert_string_equal(tls_stage_last(&stage).fingerprint, other_fingerprint);
    }
    tls_client_close(one);
    tls_client_close(two);
    tls_stage_stop(&stage);
}

static void interleaved_connections_keep_their_own_certificates_in_tls_1_2(void **state)
{
    (void)state;
    connections_that_interleave_keep_their_own(TLS1_2_VERSION);
}

static void interleaved_connections_keep_their_own_certificates_in_tls_1_3(void **state)
{
    (void)state;
    connections_that_interleave_keep_their_own(TLS1_3_VERSION);
}

static void a_session_is_not_resumed(void **state)
{
    (void)state;
    struct tls_stage stage = with_ca(false);
    tls_stage_start(&stage);
    struct tls_client *client =
        tls_client_open(&stage, &(struct tls_client_options){.certificate = right_path});
    assert_true(tls_client_asks(client, "first"));
    assert_false(SSL_SESSION_is_resumable(SSL_get0_session(client->connection)));
    tls_client_close(client);
    tls_stage_stop(&stage);
}

/* --- messages and records --- */

static void a_message_of_single_byte_records_is_one_message(void **state)
{
    (void)state;
    char text[1024];
    struct tls_stage stage = with_ca(false);
    tls_stage_start(&stage);
    struct tls_client *client = tls_client_open(&stage, &(struct tls_client_options){0});
    size_t bytes = tls_options_write(client, "by-bytes", text, sizeof text);
    for (size_t i = 0; i < bytes; i++)
        tls_client_send(client, text + i, 1);
    assert_non_null(strstr(tls_client_receive(client), "by-bytes"));
    assert_int_equal(stage.seen_count, 1);
    tls_client_close(client);
    tls_stage_stop(&stage);
}

static void two_messages_in_one_record_are_both_answered(void **state)
{
    (void)state;
    char text[2048];
    struct tls_stage stage = with_ca(false);
    tls_stage_start(&stage);
    struct tls_client *client = tls_client_open(&stage, &(struct tls_client_options){0});
    size_t bytes = tls_options_write(client, "one-of-two", text, sizeof text);
    bytes += tls_options_write(client, "two-of-two", text + bytes, sizeof text - bytes);
    tls_client_send(client, text, bytes);
    assert_non_null(strstr(tls_client_receive(client), "one-of-two"));
    assert_non_null(strstr(tls_client_receive(client), "two-of-two"));
    tls_client_close(client);
    tls_stage_stop(&stage);
}

static void a_keepalive_is_answered(void **state)
{
    (void)state;
    char answer[8];
    struct tls_stage stage = with_ca(false);
    tls_stage_start(&stage);
    struct tls_client *client = tls_client_open(&stage, &(struct tls_client_options){0});
    tls_client_send(client, "\r\n\r\n", 4);
    assert_int_equal(SSL_read(client->connection, answer, sizeof answer), 2);
    assert_memory_equal(answer, "\r\n", 2);
    assert_true(tls_client_asks(client, "after-ping"));
    tls_client_close(client);
    tls_stage_stop(&stage);
}

/* --- what stalls --- */

static bool closes_within(int fd, int timeout_ms)
{
    char rest[256];
    struct pollfd waiting = {.fd = fd, .events = POLLIN};

    while (poll(&waiting, 1, timeout_ms) > 0) {
        if (recv(fd, rest, sizeof rest, 0) <= 0)
            return true;
    }
    return false;
}

static void a_handshake_that_stalls_is_closed_and_others_are_served(void **state)
{
    (void)state;
    struct tls_stage stage = with_ca(false);
    stage.t1_ms = 20;
    tls_stage_start(&stage);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&stage.address, address_length(&stage.address)),
                     0);
    /* the first bytes of a ClientHello that announces 512 */
    assert_int_equal(send(fd, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc", 9, 0), 9);
    struct tls_client *client = tls_client_open(&stage, &(struct tls_client_options){0});
    assert_true(tls_client_asks(client, "meanwhile"));
    assert_true(closes_within(fd, 10000));
    assert_true(tls_client_asks(client, "afterwards"));
    close(fd);
    tls_client_close(client);
    tls_stage_stop(&stage);
}

static void plain_text_on_the_tls_port_is_closed(void **state)
{
    (void)state;
    static const char text[] = "OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 0\r\n\r\n";
    struct tls_stage stage = with_ca(false);
    tls_stage_start(&stage);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&stage.address, address_length(&stage.address)),
                     0);
    assert_int_equal(send(fd, text, sizeof text - 1, 0), sizeof text - 1);
    assert_true(closes_within(fd, 5000));
    assert_int_equal(stage.seen_count, 0);
    close(fd);
    tls_stage_stop(&stage);
}

/* --- a renewed certificate --- */

static void subject_of_server(const struct tls_client *client, char name[static 64])
{
    X509 *certificate = SSL_get1_peer_certificate(client->connection);
    assert_non_null(certificate);
    assert_true(X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name,
                                          64) > 0);
    X509_free(certificate);
}

static void a_new_certificate_is_for_new_connections_and_old_ones_go_on(void **state)
{
    (void)state;
    char name[64];
    char renewed[TLS_PATH_BYTES];
    struct tls_stage stage = with_ca(true);
    struct tls_client_options options = {.certificate = right_path, .authority = ca_path};
    tls_stage_start(&stage);
    struct tls_client *before = tls_client_open(&stage, &options);
    assert_true(tls_client_asks(before, "before"));
    /* of another kind of key */
    tls_certificate(&files,
                    &(struct tls_certificate_options){
                        .file = "renewed.pem", .common_name = "renewed", .rsa = true},
                    NULL);
    stage.options.certificate = tls_path(&files, "renewed.pem", renewed);
    stage.options.client_required = false;
    assert_int_equal(tls_stage_reload(&stage), STATUS_OK);
    struct tls_client *after = tls_client_open(&stage, &options);
    subject_of_server(after, name);
    assert_string_equal(name, "renewed");
    assert_true(tls_client_asks(after, "after"));
    assert_true(tls_client_asks(before, "still"));
    assert_string_equal(tls_stage_last(&stage).fingerprint, right_fingerprint);
    expect_only(&stage, NULL, true);
    tls_client_close(before);
    tls_client_close(after);
    tls_stage_stop(&stage);
}

static void a_ca_that_was_taken_away_lets_nobody_in_any_more(void **state)
{
    (void)state;
    char stranger[TLS_PATH_BYTES];
    struct tls_stage stage = with_ca(true);
    tls_stage_start(&stage);
    expect_only(&stage, right_path, true);
    tls_certificate(&files,
                    &(struct tls_certificate_options){
                        .file = "new-ca.pem", .common_name = "new CA", .other_authority = true},
                    NULL);
    stage.options.client_ca = tls_path(&files, "new-ca.pem", stranger);
    assert_int_equal(tls_stage_reload(&stage), STATUS_OK);
    expect_only(&stage, right_path, false);
    tls_stage_stop(&stage);
}

static void a_certificate_that_cannot_be_read_leaves_the_old_one(void **state)
{
    (void)state;
    struct tls_stage stage = with_ca(true);
    tls_stage_start(&stage);
    stage.options.certificate = "/nonexistent/server.pem";
    assert_int_equal(tls_stage_reload(&stage), STATUS_IO);
    stage.options.certificate = server_path;
    stage.options.key = right_path;
    assert_int_equal(tls_stage_reload(&stage), STATUS_INVALID);
    stage.options.key = NULL;
    stage.options.client_ca = NULL;
    assert_int_equal(tls_stage_reload(&stage), STATUS_INVALID);
    expect_only(&stage, right_path, true);
    tls_stage_stop(&stage);
}

static void a_server_without_a_usable_certificate_does_not_start(void **state)
{
    (void)state;
    char path[TLS_PATH_BYTES];
    struct sip_server *server = NULL;
    struct fault fault = {0};
    struct sip_server_options options = {.listens_tls = 1, .calls_max = 1};
    assert_int_equal(address_parse("127.0.0.1:0", 0, &options.listen_tls[0]), STATUS_OK);
    assert_int_equal(sip_server_create(&options, &server, &fault), STATUS_INVALID);
    options.tls.certificate = tls_path(&files, "missing.pem", path);
    assert_int_equal(sip_server_create(&options, &server, &fault), STATUS_IO);
    assert_non_null(strstr(fault.text, "missing.pem"));
    /* it has no key */
    options.tls.certificate = ca_path;
    assert_int_equal(sip_server_create(&options, &server, &fault), STATUS_INVALID);
    assert_non_null(strstr(fault.text, "ca.pem"));
    assert_null(server);
}

/* --- addresses and calls --- */

static void a_server_may_listen_for_tls_alone(void **state)
{
    (void)state;
    struct tls_stage stage = with_ca(true);
    stage.tls_only = true;
    tls_stage_start(&stage);
    expect_only(&stage, right_path, true);
    tls_stage_stop(&stage);
}

static void tls_over_ipv6_is_served(void **state)
{
    (void)state;
    struct tls_stage stage = with_ca(true);
    stage.listen_tls = "[::1]:0";
    tls_stage_start(&stage);
    expect_only(&stage, right_path, true);
    assert_int_equal(tls_stage_last(&stage).address.ss_family, AF_INET6);
    tls_stage_stop(&stage);
}

static void an_ipv4_client_of_a_dual_stack_listener_has_an_ipv4_address(void **state)
{
    (void)state;
    char text[ADDRESS_TEXT_BYTES];
    struct tls_stage stage = with_ca(true);
    stage.listen_tls = "[::]:0";
    tls_stage_start(&stage);
    expect_only(&stage, right_path, true);
    struct sockaddr_storage address = tls_stage_last(&stage).address;
    address_format(&address, false, text);
    assert_string_equal(text, "127.0.0.1");
    tls_stage_stop(&stage);
}

/* Contact and Via say TLS, and BYE comes by the connection that brought the INVITE. */
static void a_call_over_tls_is_answered_and_ended_over_its_connection(void **state)
{
    (void)state;
    static const char sdp[] = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\n"
                              "t=0 0\r\nm=audio 40000 RTP/AVP 8\r\na=sendonly\r\n";
    char text[4096];
    char tag[64];
    struct tls_stage stage = with_ca(true);
    tls_stage_start(&stage);
    struct tls_client *client =
        tls_client_open(&stage, &(struct tls_client_options){.certificate = right_path});
    int bytes = snprintf(text, sizeof text,
                         "INVITE sip:rec@example.net SIP/2.0\r\nVia: SIP/2.0/TLS %s;branch="
                         "z9hG4bKtls1\r\nMax-Forwards: 70\r\nFrom: <sip:src@example.net>;tag=1\r\n"
                         "To: <sip:rec@example.net>\r\nCall-ID: tls-call\r\nCSeq: 1 INVITE\r\n"
                         "Contact: <sip:src@192.0.2.7:5061;transport=tls>\r\n"
                         "Content-Type: application/sdp\r\nContent-Length: %zu\r\n\r\n%s",
                         client->host, sizeof sdp - 1, sdp);
    tls_client_send(client, text, (size_t)bytes);
    const char *answer = tls_client_receive(client);
    while (answer && strncmp(answer, "SIP/2.0 100", 11) == 0)
        answer = tls_client_receive(client);
    assert_non_null(answer);
    assert_memory_equal(answer, "SIP/2.0 200", 11);
    const char *contact = strstr(answer, "Contact: <sip:");
    assert_non_null(contact);
    assert_int_equal(strncmp(contact + strcspn(contact, ";>"), ";transport=tls>", 15), 0);
    const char *to = strstr(answer, "\r\nTo: ");
    assert_int_equal(sscanf(strstr(to, ";tag="), ";tag=%63[^\r]", tag), 1);
    bytes = snprintf(text, sizeof text,
                     "ACK sip:rec@example.net SIP/2.0\r\nVia: SIP/2.0/TLS %s;branch=z9hG4bKtls2\r\n"
                     "From: <sip:src@example.net>;tag=1\r\nTo: <sip:rec@example.net>;tag=%s\r\n"
                     "Call-ID: tls-call\r\nCSeq: 1 ACK\r\nContent-Length: 0\r\n\r\n",
                     client->host, tag);
    tls_client_send(client, text, (size_t)bytes);
    assert_true(tls_client_asks(client, "ack-was-read"));
    tls_stage_hang_up(&stage);
    const char *bye = tls_client_receive(client);
    while (bye && strncmp(bye, "BYE ", 4) != 0)
        bye = tls_client_receive(client);
    assert_non_null(bye);
    assert_non_null(strstr(bye, "BYE sip:src@192.0.2.7:5061;transport=tls SIP/2.0\r\n"));
    assert_non_null(strstr(bye, "Via: SIP/2.0/TLS "));
    tls_client_close(client);
    tls_stage_stop(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tls_1_2_is_served),
        cmocka_unit_test(tls_1_3_is_served),
        cmocka_unit_test(tls_1_1_is_refused),
        cmocka_unit_test(ciphers_without_forward_secrecy_are_refused),
        cmocka_unit_test(a_client_without_a_certificate_is_refused_where_one_is_required),
        cmocka_unit_test(a_client_without_a_certificate_is_nobody_where_none_is_required),
        cmocka_unit_test(a_verified_client_is_known_by_name_and_fingerprint),
        cmocka_unit_test(a_certificate_of_another_ca_is_refused),
        cmocka_unit_test(an_expired_certificate_is_refused),
        cmocka_unit_test(a_certificate_that_is_not_valid_yet_is_refused),
        cmocka_unit_test(a_certificate_for_servers_alone_is_refused),
        cmocka_unit_test(a_name_with_a_zero_in_it_is_refused),
        cmocka_unit_test(a_certificate_for_clients_is_let_in),
        cmocka_unit_test(a_certificate_without_a_name_is_known_by_its_fingerprint),
        cmocka_unit_test(clients_are_not_verified_where_no_ca_is_named),
        cmocka_unit_test(interleaved_connections_keep_their_own_certificates_in_tls_1_2),
        cmocka_unit_test(interleaved_connections_keep_their_own_certificates_in_tls_1_3),
        cmocka_unit_test(a_session_is_not_resumed),
        cmocka_unit_test(a_message_of_single_byte_records_is_one_message),
        cmocka_unit_test(two_messages_in_one_record_are_both_answered),
        cmocka_unit_test(a_keepalive_is_answered),
        cmocka_unit_test(a_handshake_that_stalls_is_closed_and_others_are_served),
        cmocka_unit_test(plain_text_on_the_tls_port_is_closed),
        cmocka_unit_test(a_new_certificate_is_for_new_connections_and_old_ones_go_on),
        cmocka_unit_test(a_ca_that_was_taken_away_lets_nobody_in_any_more),
        cmocka_unit_test(a_certificate_that_cannot_be_read_leaves_the_old_one),
        cmocka_unit_test(a_server_without_a_usable_certificate_does_not_start),
        cmocka_unit_test(a_server_may_listen_for_tls_alone),
        cmocka_unit_test(tls_over_ipv6_is_served),
        cmocka_unit_test(an_ipv4_client_of_a_dual_stack_listener_has_an_ipv4_address),
        cmocka_unit_test(a_call_over_tls_is_answered_and_ended_over_its_connection),
    };
    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, make_certificates, remove_certificates);
}
