/*
 * Comfort noise: RFC 3389. Its payload is the level of the noise behind a silent sender; nothing is
 * decoded from it, for no sound is invented in a recording where none came. 19 is the payload type
 * of old, reserved by RFC 3551 section 6 for that reason and still seen.
 */
#include "audio/codec_rows.h"

#define NOISE_ROW(hz, type)                                                                        \
    {                                                                                              \
        .name = "CN", .payload_type = (type), .clock_rate_hz = (hz), .channels = 1,                \
        .kind = AUDIO_NOISE,                                                                       \
    }

const struct audio_codec codec_noise_8000 = NOISE_ROW(8000, 13);
const struct audio_codec codec_noise_16000 = NOISE_ROW(16000, -1);
const struct audio_codec codec_noise_48000 = NOISE_ROW(48000, -1);
const struct audio_codec codec_noise_of_old = NOISE_ROW(8000, 19);
