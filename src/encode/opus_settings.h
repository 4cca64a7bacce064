/**
 * opus_settings: how much an encoder may spend, and on what. Pure data.
 */
#ifndef RECORDER_ENCODE_OPUS_SETTINGS_H
#define RECORDER_ENCODE_OPUS_SETTINGS_H

enum opus_application {
    OPUS_LOW_DELAY, /* restricted low delay (CELT): least CPU, what measured best; all 0 */
    OPUS_SPEECH,    /* VoIP (SILK and hybrid): least bits for speech */
    OPUS_MUSIC,     /* audio: for what is no speech */
};

enum {
    OPUS_SETTINGS_BITRATE_MIN = 6000, /* RFC 6716 section 2.1.1 */
    OPUS_SETTINGS_BITRATE_MAX = 128000,
    OPUS_SETTINGS_COMPLEXITY_MAX = 10,
    /* what measured best: of audio at 8 kHz, and of any higher rate */
    OPUS_SETTINGS_BITRATE_NARROW = 24000,
    OPUS_SETTINGS_BITRATE_WIDE = 32000,
};

/* All 0 is what measured best for telephone speech per CPU. */
struct opus_settings {
    int bitrate;    /* per stream, bit/s; 0: what measured best for the rate */
    int complexity; /* 0..OPUS_SETTINGS_COMPLEXITY_MAX */
    enum opus_application application;
};

#endif
