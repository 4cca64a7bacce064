/*
 * fuzz: any bytes as a SIP message, through all that the server asks of one: what libre makes of
 * it, mended where it has to be, what it lacks, what it requires, by what a recording session is
 * recognised, session timers, body.
 */

/* The same flags as CMakeLists.txt gives src/sip, so that this program sees the same structs. */
#define HAVE_INTTYPES_H
#define HAVE_STDBOOL_H
#define HAVE_INET6

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sip/mend.h"
#include "sip/message.h"
#include "sip/recognition.h"
#include "sip/salvage.h"
#include "sip/session_timer.h"
#include "sip/sip_body.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_headers(const struct sip_msg *msg)
{
    const struct session_timer_policy policy = {.min_s = 90, .expires_s = 1800};
    struct session_timer timer = {0};
    struct session_timer_said said;
    uint64_t deviations = 0;
    struct bytes tags;

    bytes_init(&tags, 1024);
    enum status status = message_unsupported(msg, &tags);
    assert(status == STATUS_OK || status == STATUS_LIMIT);
    bytes_deinit(&tags);
    (void)recognition_read(msg, &deviations);
    session_timer_read(msg, &said);
    session_timer_answer(&said, &policy, &timer);
    assert(timer.interval_s >= policy.min_s && timer.interval_s <= SESSION_TIMER_MAX_S);
    assert(session_timer_expiry_s(&timer) <= timer.interval_s);
    session_timer_take_answer(&said, &timer);
    assert(timer.interval_s > 0 && timer.interval_s <= SESSION_TIMER_MAX_S);
}

static void read_texts(const struct sip_msg *msg)
{
    const struct text_span texts[] = {message_span(msg->from.val),
                                      message_header_value(msg, &MESSAGE_ASSERTED),
                                      message_header_value(msg, &MESSAGE_SESSION_ID)};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char *copy = malloc(texts[i].bytes + 1);
        if (copy) {
            message_copy_text(texts[i], copy);
            assert(strlen(copy) == texts[i].bytes);
        }
        free(copy);
    }
    (void)message_accepts_sdp(msg);
}

static void read_body(const struct sip_msg *msg)
{
    struct sip_body_refusal refusal = {0};
    struct sip_body body;

    if (!sip_body_read(msg, &body, &refusal))
        assert(refusal.code >= 400 && refusal.code < 700 && refusal.reason && refusal.headers);
    while (sip_body_next(&body))
        assert(body.offer.metadata_xml.text && !body.offer.sdp);
    sip_body_deinit(&body);
    sip_body_read_lenient(msg, SIP_CALL_ACK, false, &body);
    assert(!body.offer.sdp);
    sip_body_deinit(&body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mbuf *mb = mbuf_alloc(size ? size : 1);
    struct sip_msg *msg = NULL;

    if (mb && mbuf_write_mem(mb, data, size) == 0) {
        mb->pos = 0;
        const struct salvage_answer answer = salvage_judge((const char *)data, size);
        assert(answer.code == 0 || (answer.code >= 400 && answer.reason && answer.headers));
        msg = mend_decode(mb);
        if (msg) {
            const char *defect = message_defect(msg);
            read_headers(msg);
            read_texts(msg);
            if (!defect)
                read_body(msg);
        }
    }
    mem_deref(msg);
    mem_deref(mb);
    return 0;
}
