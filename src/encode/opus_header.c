#include "encode/opus_header.h"

#include <assert.h>
#include <string.h>

#include "base/bytes.h"

#define VENDOR_TEXT "Business Recorder " RECORDER_VERSION

/* counted, not terminated */
static const uint8_t head_magic[] = {'O', 'p', 'u', 's', 'H', 'e', 'a', 'd'};
static const uint8_t tags_magic[] = {'O', 'p', 'u', 's', 'T', 'a', 'g', 's'};
static const uint8_t vendor[sizeof VENDOR_TEXT - 1] = VENDOR_TEXT;

static_assert(8 + 4 + sizeof vendor + 4 <= OPUS_TAGS_BYTES_MAX, "the vendor text fits");

void opus_header_identify(uint16_t pre_skip, uint32_t input_rate_hz,
                          uint8_t head[static OPUS_HEAD_BYTES])
{
    memcpy(head, head_magic, sizeof head_magic);
    head[8] = 1; /* version */
    head[9] = 2; /* channels */
    bytes_put_u16(head + 10, pre_skip);
    bytes_put_u32(head + 12, input_rate_hz);
    bytes_put_u16(head + 16, 0); /* output gain */
    head[18] = 1;                /* mapping family */
    head[19] = 2;                /* streams */
    head[20] = 0;                /* of which coupled */
    head[21] = 0;                /* left is stream 0 */
    head[22] = 1;                /* right is stream 1 */
}

size_t opus_header_comment(uint8_t tags[static OPUS_TAGS_BYTES_MAX])
{
    memcpy(tags, tags_magic, sizeof tags_magic);
    bytes_put_u32(tags + 8, sizeof vendor);
    memcpy(tags + 12, vendor, sizeof vendor);
    bytes_put_u32(tags + 12 + sizeof vendor, 0); /* comments */
    return 12 + sizeof vendor + 4;
}
