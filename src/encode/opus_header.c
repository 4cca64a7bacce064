#include "encode/opus_header.h"

#include <assert.h>
#include <opus/opus.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "encode/opus_frame.h"

#define ENCODER_TEXT "ENCODER=Business Recorder " RECORDER_VERSION

enum { TEXT_BYTES_MAX = 80 };

/* counted, not terminated */
static const uint8_t head_magic[] = {'O', 'p', 'u', 's', 'H', 'e', 'a', 'd'};
static const uint8_t tags_magic[] = {'O', 'p', 'u', 's', 'T', 'a', 'g', 's'};

static_assert(sizeof ENCODER_TEXT <= TEXT_BYTES_MAX, "the program's name fits");
static_assert(8 + 4 + 3 * (4 + TEXT_BYTES_MAX) <= OPUS_TAGS_BYTES_MAX, "three texts fit");

void opus_header_identify(uint16_t pre_skip, uint32_t input_rate_hz, size_t streams,
                          uint8_t head[static OPUS_HEAD_BYTES])
{
    assert(streams >= OPUS_CHANNELS && streams <= UINT8_MAX);
    memcpy(head, head_magic, sizeof head_magic);
    head[8] = 1; /* version */
    head[9] = OPUS_CHANNELS;
    bytes_put_u16(head + 10, pre_skip);
    bytes_put_u32(head + 12, input_rate_hz);
    bytes_put_u16(head + 16, 0); /* output gain */
    head[18] = 1;                /* mapping family */
    head[19] = (uint8_t)streams;
    head[20] = 0; /* of which coupled */
    head[21] = 0; /* left is stream 0 */
    head[22] = 1; /* right is stream 1 */
}

static const char *application_name(enum opus_application application)
{
    switch (application) {
    case OPUS_LOW_DELAY:
        return "lowdelay";
    case OPUS_SPEECH:
        return "speech";
    case OPUS_MUSIC:
        return "audio";
    }
    return "";
}

/* What was set; the bitrate is that of each stream. */
static void write_options(const struct opus_settings *settings, char text[static TEXT_BYTES_MAX])
{
    char bitrate[24];

    if (settings->bitrate)
        (void)snprintf(bitrate, sizeof bitrate, "%d", settings->bitrate);
    else /* by the rate of what is in the stream */
        (void)snprintf(bitrate, sizeof bitrate, "%d-%d", OPUS_SETTINGS_BITRATE_NARROW,
                       OPUS_SETTINGS_BITRATE_WIDE);
    (void)snprintf(text, TEXT_BYTES_MAX, "ENCODER_OPTIONS=bitrate %s complexity %d %s", bitrate,
                   settings->complexity, application_name(settings->application));
}

/* Returns where the next one goes. */
static size_t put_text(uint8_t *tags, size_t at, const char *text)
{
    size_t text_bytes = strnlen(text, TEXT_BYTES_MAX - 1);

    bytes_put_u32(tags + at, (uint32_t)text_bytes);
    memcpy(tags + at + 4, text, text_bytes);
    return at + 4 + text_bytes;
}

size_t opus_header_comment(const struct opus_settings *settings,
                           uint8_t tags[static OPUS_TAGS_BYTES_MAX])
{
    char options[TEXT_BYTES_MAX];
    size_t used = sizeof tags_magic;

    memcpy(tags, tags_magic, sizeof tags_magic);
    used = put_text(tags, used, opus_get_version_string());
    bytes_put_u32(tags + used, 2); /* comments */
    used = put_text(tags, used + 4, ENCODER_TEXT);
    write_options(settings, options);
    return put_text(tags, used, options);
}
