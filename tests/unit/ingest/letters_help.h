/* What the tests of calls share: descriptions, metadata, a world, and a call in it. */
#ifndef RECORDER_TESTS_LETTERS_HELP_H
#define RECORDER_TESTS_LETTERS_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/ingest/support.h"

#define HEAD "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
#define ONE_LINE "m=audio 41000 RTP/AVP 8\r\na=sendonly\r\na=label:1\r\n"
#define TWO_LINE "m=audio 41002 RTP/AVP 0\r\na=sendonly\r\na=label:2\r\n"
#define ONE HEAD ONE_LINE
#define TWO HEAD ONE_LINE TWO_LINE
#define HELD_TWO                                                                                   \
    HEAD "m=audio 41000 RTP/AVP 8\r\na=inactive\r\na=label:1\r\n"                                  \
         "m=audio 41002 RTP/AVP 0\r\na=inactive\r\na=label:2\r\n"
#define SECURE                                                                                     \
    HEAD "m=audio 41000 RTP/SAVP 8\r\na=sendonly\r\na=label:1\r\n"                                 \
         "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw\r\n"

#define DOCUMENT(mode, content)                                                                    \
    "<?xml version=\"1.0\"?><recording xmlns=\"urn:ietf:params:xml:ns:recording:1\">"              \
    "<datamode>" mode "</datamode>" content "</recording>"
#define PERSON(id, number)                                                                         \
    "<participant participant_id=\"" id "\"><nameID aor=\"sip:" number "@pbx\"/></participant>"
#define SENDS(person, stream)                                                                      \
    "<participantstreamassoc participant_id=\"" person "\"><send>" stream                          \
    "</send></participantstreamassoc>"
#define STREAM(id, label)                                                                          \
    "<stream stream_id=\"" id "\" session_id=\"s\"><label>" label "</label></stream>"
#define SESSION                                                                                    \
    "<group group_id=\"g7\"/><session session_id=\"s\"><group-ref>g7</group-ref></session>"
#define ANN_AND_BO                                                                                 \
    DOCUMENT("complete", SESSION PERSON("a", "+4511111111") PERSON("b", "+4522222222")             \
                             STREAM("x", "1") STREAM("y", "2") SENDS("a", "x") SENDS("b", "y"))

#define SIPREC (SIP_SIPREC_REQUIRED | SIP_SIPREC_FEATURE | SIP_SIPREC_METADATA)

static inline int open_world(void **state)
{
    *state = world_create(16);
    return 0;
}

static inline int close_world(void **state)
{
    world_destroy(*state);
    return 0;
}

#define IN_A_WORLD(test) cmocka_unit_test_setup_teardown(test, open_world, close_world)

/* An accepted recording session of Ann and Bo. */
static inline struct sip_call *begin_siprec(struct world *world)
{
    const struct letter letter = {.sdp = TWO, .metadata = ANN_AND_BO, .siprec = SIPREC};
    struct sip_call *call = world_invite(world, &letter);

    assert_false(call->accepted);
    world_ready(world, world_begun(world) - 1, STATUS_OK);
    assert_true(call->accepted);
    return call;
}

#endif
