/**
 * leg_formats: what the payload types of a leg mean, now and before the last change. Private to
 * this folder.
 *
 * Embedded by value, owned by one thread; all zero knows only what RFC 3551 assigns.
 */
#ifndef RECORDER_SESSION_LEG_FORMATS_H
#define RECORDER_SESSION_LEG_FORMATS_H

#include <stddef.h>
#include <stdint.h>

#include "audio/codec.h"
#include "session/recording.h"

struct leg_formats {
    size_t count;
    struct recording_format now[RECORDING_FORMATS_MAX];
    size_t count_before;
    struct recording_format before[RECORDING_FORMATS_MAX];
};

/* What a payload type means. */
struct leg_payload {
    const struct audio_codec *codec;       /* NULL: it cannot be decoded */
    const struct recording_format *format; /* NULL: nobody described it; borrowed */
    uint32_t clock_hz;                     /* 0: not known */
};

/**
 * They mean this from now on; where that is the same as before, nothing changes.
 *
 * list  struct recording_format[count], copied; what is beyond RECORDING_FORMATS_MAX is left out.
 */
void leg_formats_set(struct leg_formats *formats, const struct recording_format *list,
                     size_t count);

/**
 * As signalled now, offered beside it, because some send whatever they offered, as signalled
 * before, because a sender follows a change when it likes, or as assigned to it for good.
 */
struct leg_payload leg_formats_find(const struct leg_formats *formats, uint8_t payload_type);

/** Why a payload cannot be decoded, for a fact's detail: char[text_bytes]. */
void leg_formats_describe(const struct leg_payload *payload, uint8_t payload_type, char *text,
                          size_t text_bytes);

#endif
