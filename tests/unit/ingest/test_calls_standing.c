/* calls: who may change one, and over which transport; whether one more has a port. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/address.h"
#include "unit/ingest/letters_help.h"

#define SECURE_TOO                                                                                 \
    HEAD "m=audio 41000 RTP/SAVP 8\r\na=sendonly\r\na=label:1\r\n"                                 \
         "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNk\r\n"
#define SECURE_BESIDE_PLAIN SECURE_TOO TWO_LINE
#define WITHDRAWN HEAD "m=audio 0 RTP/SAVP 8\r\na=label:1\r\n"

static enum sip_standing standing(struct world *world, const struct sip_call *call,
                                  const char *address)
{
    struct sip_server_handler handler = calls_handler(world_calls(world));
    struct sip_peer peer = {.certificate_name = "", .certificate_fingerprint = ""};

    assert_int_equal(address_parse(address, 0, &peer.address), STATUS_OK);
    return handler.standing(handler.context, call ? call->context : NULL, &peer, "BYE");
}

static void call_is_of_its_sources_addresses_alone(void **state)
{
    struct world *world = *state;
    struct sip_call *call = begin_siprec(world);

    assert_int_equal(standing(world, call, "127.0.0.1:5070"), SIP_STANDING_OWN);
    assert_int_equal(standing(world, call, "127.9.9.9:1"), SIP_STANDING_OWN);
    assert_int_equal(standing(world, call, "192.0.2.1:5070"), SIP_STANDING_STRANGER);
    assert_int_equal(standing(world, NULL, "192.0.2.1:5070"), SIP_STANDING_STRANGER);
    assert_int_equal(standing(world, NULL, "127.0.0.1:5070"), SIP_STANDING_OTHER);
}

static void call_goes_on_where_its_source_is_taken_away(void **state)
{
    struct world *world = *state;
    struct sip_call *call = begin_siprec(world);
    struct call_source *source = world_source(world);

    source->configured = false;
    assert_int_equal(standing(world, call, "127.0.0.1:5070"), SIP_STANDING_OWN);
    assert_int_equal(standing(world, call, "192.0.2.1:5070"), SIP_STANDING_STRANGER);
    assert_int_equal(standing(world, NULL, "127.0.0.1:5070"), SIP_STANDING_STRANGER);
    source->configured = true;
}

/* A call whose one stream is sealed, from a source that may not name keys where others can read. */
static struct sip_call *begin_sealed(struct world *world)
{
    const struct letter letter = {.sdp = SECURE, .siprec = SIPREC, .transport = SIP_OVER_TLS};
    struct sip_call *call = world_invite(world, &letter);

    world_ready(world, world_begun(world) - 1, STATUS_OK);
    assert_true(call->accepted);
    assert_int_equal(call->local.media[0].crypto.key.suite, SRTP_SUITE_AES_CM_128_HMAC_SHA1_80);
    return call;
}

static void keys_are_neither_taken_nor_told_over_another_transport_than_tls(void **state)
{
    struct world *world = *state;
    static const char *const refused[] = {SECURE_TOO, SECURE_BESIDE_PLAIN, ONE, NULL};
    struct sip_call *call = begin_sealed(world);
    struct sdp_local before = call->local;

    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        const struct letter letter = {.message = SIP_CALL_REINVITE, .sdp = refused[i]};
        memset(&call->local, 0, sizeof call->local);
        assert_int_equal(world_update(call, &letter, true), STATUS_UNSUPPORTED);
        assert_int_equal(call->local.media_lines, 0);
        assert_int_equal(call->local.media[0].crypto.key.suite, SRTP_SUITE_NONE);
    }
    /* the session is as it was: over TLS all goes on */
    const struct letter again = {
        .message = SIP_CALL_REINVITE, .sdp = SECURE, .transport = SIP_OVER_TLS};
    assert_int_equal(world_update(call, &again, true), STATUS_OK);
    assert_int_equal(call->local.media[0].port, before.media[0].port);
    assert_int_equal(srtp_key_equal(&call->local.media[0].crypto.key, &before.media[0].crypto.key),
                     1);
    sdp_local_wipe(&before);
}

static void metadata_and_withdrawal_need_no_tls(void **state)
{
    struct world *world = *state;
    const struct letter metadata = {.message = SIP_CALL_UPDATE, .metadata = ANN_AND_BO};
    const struct letter withdrawn = {.message = SIP_CALL_UPDATE, .sdp = WITHDRAWN};
    struct sip_call *call = begin_sealed(world);

    assert_int_equal(world_update(call, &metadata, false), STATUS_OK);
    assert_int_equal(world_update(call, &withdrawn, true), STATUS_OK);
    assert_int_equal(call->local.media[0].crypto.key.suite, SRTP_SUITE_NONE);
}

/* What it told over TLS would be said again over UDP, by which its session is refreshed. */
static void call_that_began_without_tls_gets_no_keys_later(void **state)
{
    struct world *world = *state;
    const struct letter sealed = {
        .message = SIP_CALL_REINVITE, .sdp = SECURE, .transport = SIP_OVER_TLS};
    const struct letter plain = {.sdp = ONE, .siprec = SIPREC};
    struct sip_call *call = world_invite(world, &plain);

    world_ready(world, 0, STATUS_OK);
    assert_int_equal(world_update(call, &sealed, true), STATUS_UNSUPPORTED);
}

static void source_that_may_name_keys_anywhere_may_change_them_anywhere(void **state)
{
    struct world *world = *state;
    world_source(world)->settings.plain_keys = true;
    const struct letter other_key = {.message = SIP_CALL_REINVITE, .sdp = SECURE_TOO};
    const struct letter no_key = {.message = SIP_CALL_UPDATE, .sdp = ONE};
    struct sip_call *call = begin_sealed(world);

    /* as it was allowed when the call began */
    world_source(world)->settings.plain_keys = false;
    assert_int_equal(world_update(call, &other_key, true), STATUS_OK);
    assert_int_equal(call->local.media[0].crypto.key.suite, SRTP_SUITE_AES_CM_128_HMAC_SHA1_80);
    assert_int_equal(world_update(call, &no_key, true), STATUS_OK);
    assert_int_equal(call->local.media[0].crypto.key.suite, SRTP_SUITE_NONE);
}

static void no_port_for_a_stream_is_503_to_options_too(void **state)
{
    struct world *world = world_create(2);
    struct sip_server_handler handler = calls_handler(world_calls(world));
    const struct letter letter = {.sdp = ONE, .siprec = SIPREC};

    (void)state;
    struct sip_call *call = world_invite(world, &letter);
    world_ready(world, 0, STATUS_OK);
    struct sip_admission admission =
        handler.admit(handler.context, &call->identity.peer, "OPTIONS");
    assert_int_equal(admission.code, 503);
    assert_true(admission.retry_after_s > 0);
    world_end(call, SIP_CALL_BYE);
    world_ended(world, 0);
    world_destroy(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_WORLD(call_is_of_its_sources_addresses_alone),
        IN_A_WORLD(call_goes_on_where_its_source_is_taken_away),
        IN_A_WORLD(keys_are_neither_taken_nor_told_over_another_transport_than_tls),
        IN_A_WORLD(metadata_and_withdrawal_need_no_tls),
        IN_A_WORLD(call_that_began_without_tls_gets_no_keys_later),
        IN_A_WORLD(source_that_may_name_keys_anywhere_may_change_them_anywhere),
        cmocka_unit_test(no_port_for_a_stream_is_503_to_options_too),
    };

    return cmocka_run_group_tests_name("calls_standing", tests, NULL, NULL);
}
