/* What the tests of call_streams share: a description, two parties, and shorthands. */
#ifndef RECORDER_TESTS_STREAMS_HELP_H
#define RECORDER_TESTS_STREAMS_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "ingest/call_formats.h"
#include "ingest/call_streams.h"

#define HEAD "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
#define LINE(port, transport, label)                                                               \
    "m=audio " port " " transport " 8 0\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n"       \
    "a=sendonly\r\na=label:" label "\r\n"
#define AUDIO(port, label) LINE(port, "RTP/AVP", label)
#define SECURE(port, label, crypto) LINE(port, "RTP/SAVP", label) "a=crypto:" crypto "\r\n"

#define CRYPTO_80 "1 AES_CM_128_HMAC_SHA1_80 inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd"
#define CRYPTO_80_NEXT "2 AES_CM_128_HMAC_SHA1_80 inline:BBECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd"
#define CRYPTO_32 "3 AES_CM_128_HMAC_SHA1_32 inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd"

/* Stream "A" is label 2 and Anna's, stream "B" is label 1 and Bo's, who stands first: he called. */
static const char two_parties[] =
    "<recording xmlns='urn:ietf:params:xml:ns:recording:1'><datamode>complete</datamode>"
    "<session session_id='s'/>"
    "<participant participant_id='p2'><nameID aor='sip:+4588000002@pbx'><name>Bo</name></nameID>"
    "</participant>"
    "<participant participant_id='p1'><nameID aor='sip:+4588000001@pbx'><name>Anna</name></nameID>"
    "</participant>"
    "<stream stream_id='A' session_id='s'><label>2</label></stream>"
    "<stream stream_id='B' session_id='s'><label>1</label></stream>"
    "<participantstreamassoc participant_id='p1'><send>A</send></participantstreamassoc>"
    "<participantstreamassoc participant_id='p2'><send>B</send></participantstreamassoc>"
    "</recording>";

struct fixture {
    struct sdp_description offer;
    struct siprec_metadata *metadata; /* two_parties */
    struct call_streams streams;
    struct sdp_local local;
};

/* All but G.729. */
static const struct audio_setup without_helpers = {.g729 = NULL};
static const struct sdp_abilities plain = {.records = call_formats_records,
                                           .context = &without_helpers};
static const struct sdp_abilities secure = {
    .records = call_formats_records, .context = &without_helpers, .srtp = true};
static const uint16_t ports[BOUND_CALL_STREAMS] = {20000, 20002, 20004, 20006,
                                                   20008, 20010, 20012, 20014};

static inline struct siprec_metadata *read_metadata(const char *text)
{
    struct siprec_metadata *metadata = NULL;

    assert_int_equal(siprec_metadata_read(text, strlen(text), &metadata, NULL), STATUS_OK);
    return metadata;
}

static inline void read_offer(struct fixture *fixture, const char *text)
{
    sdp_description_deinit(&fixture->offer);
    assert_int_equal(sdp_read(text, strlen(text), &fixture->offer), STATUS_OK);
}

static inline void choose(struct fixture *fixture, const char *text)
{
    read_offer(fixture, text);
    assert_int_equal(
        call_streams_choose(&fixture->offer, fixture->metadata, &secure, &fixture->streams),
        STATUS_OK);
}

static inline void update(struct fixture *fixture, const char *text)
{
    read_offer(fixture, text);
    assert_int_equal(
        call_streams_update(&fixture->streams, &fixture->offer, fixture->metadata, &secure),
        STATUS_OK);
}

static inline void answer(struct fixture *fixture)
{
    call_streams_answer(&fixture->streams, &fixture->offer, ports, &fixture->local);
}

/* One letter a stream: L or R, small where it is held, '-' where it is not accepted. */
static inline void expect_streams(const struct fixture *fixture, const char *expected)
{
    char shown[BOUND_CALL_STREAMS + 1] = "";

    for (size_t i = 0; i < fixture->streams.count; i++) {
        const struct recording_stream *stream = &fixture->streams.stream[i];
        const char *letters = stream->held ? "lr" : "LR";

        shown[i] = fixture->streams.accepted[i] ? letters[stream->channel == RECORDING_RIGHT] : '-';
    }
    assert_string_equal(shown, expected);
}

static inline int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    if (!fixture || siprec_metadata_read(two_parties, sizeof two_parties - 1, &fixture->metadata,
                                         NULL) != STATUS_OK)
        return -1;
    *state = fixture;
    return 0;
}

static inline int tear_down(void **state)
{
    struct fixture *fixture = *state;

    sdp_description_deinit(&fixture->offer);
    siprec_metadata_destroy(fixture->metadata);
    free(fixture);
    return 0;
}

#endif
