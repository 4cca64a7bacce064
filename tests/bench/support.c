#include "bench/support.h"

#include <opus/opus.h>

#include "encode/opus_settings.h"

enum { NARROW_RATE_HZ = 8000 };

static enum status sink_write(void *context, void *handle, const uint8_t *page, size_t page_bytes,
                              int64_t granule)
{
    size_t *bytes = context;

    (void)handle;
    (void)page;
    (void)granule;
    *bytes += page_bytes;
    return STATUS_OK;
}

/* As a store does: it takes what it is told. */
static enum status sink_journal(void *context, void *handle,
                                const struct recording_journal *journal)
{
    (void)context;
    (void)handle;
    (void)journal;
    return STATUS_OK;
}

static int64_t sink_sync_in_ms(void *context)
{
    (void)context;
    return INT64_MAX;
}

static void sink_end(void *context, void *handle, const struct recording_end *end)
{
    (void)context;
    (void)handle;
    (void)end;
}

struct recording_sink bench_sink(size_t *bytes)
{
    return (struct recording_sink){
        .context = bytes,
        .write = sink_write,
        .journal = sink_journal,
        .sync_in_ms = sink_sync_in_ms,
        .end = sink_end,
    };
}

OpusEncoder *bench_bare_encoder(uint32_t rate_hz)
{
    const opus_int32 bitrate =
        rate_hz > NARROW_RATE_HZ ? OPUS_SETTINGS_BITRATE_WIDE : OPUS_SETTINGS_BITRATE_NARROW;
    int error = OPUS_OK;
    OpusEncoder *encoder =
        opus_encoder_create((opus_int32)rate_hz, 1, OPUS_APPLICATION_RESTRICTED_LOWDELAY, &error);

    if (error == OPUS_OK && opus_encoder_ctl(encoder, OPUS_SET_BITRATE(bitrate)) == OPUS_OK &&
        opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY(0)) == OPUS_OK &&
        opus_encoder_ctl(encoder, OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE)) == OPUS_OK)
        return encoder;
    if (encoder)
        opus_encoder_destroy(encoder);
    return NULL;
}
