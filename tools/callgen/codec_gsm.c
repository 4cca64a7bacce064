/* GSM full rate, a frame of 33 octets a packet (RFC 3551 section 4.5.8), by libgsm. */
#include "tools/callgen/codec_rows.h"

#include <string.h>

#include <gsm.h>

enum { FRAME_SAMPLES = 160 };

static enum status open_state(void **state)
{
    gsm encoder = gsm_create();
    if (encoder == NULL) {
        return STATUS_NOMEM;
    }
    *state = encoder;
    return STATUS_OK;
}

static void close_state(void *owned_state)
{
    gsm_destroy(owned_state);
}

/* The library's samples are not const. */
static size_t encode(void *state, const int16_t *pcm, uint8_t *payload)
{
    gsm_signal frame[FRAME_SAMPLES];
    memcpy(frame, pcm, sizeof(frame));
    gsm_encode(state, frame, payload);
    return sizeof(gsm_frame);
}

const struct codec codec_gsm = {.name = "GSM",
                                .payload_type = 3,
                                .clock_rate_hz = 8000,
                                .rate_hz = 8000,
                                .channels = 1,
                                .suffix = "gsm",
                                .open = open_state,
                                .close = close_state,
                                .encode = encode};
