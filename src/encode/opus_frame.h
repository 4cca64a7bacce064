/**
 * opus_frame: what all audio of a recording is cut into. Pure.
 */
#ifndef RECORDER_ENCODE_OPUS_FRAME_H
#define RECORDER_ENCODE_OPUS_FRAME_H

enum {
    OPUS_CHANNELS = 2,
    OPUS_RATE_HZ = 48000,         /* of granule positions, whatever the legs' rates */
    OPUS_FRAMES_PER_SECOND = 50,  /* 20 ms */
    OPUS_FRAME_SAMPLES_MAX = 960, /* at 48 kHz */
    OPUS_FRAME_GRANULE = OPUS_RATE_HZ / OPUS_FRAMES_PER_SECOND,
};

#endif
