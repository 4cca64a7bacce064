/* Any datagram as RTCP: what is read keeps to its bounds, and what we write of it is read back. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rtp/rtcp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t data_bytes);

static void check_name(const struct rtcp_compound *compound)
{
    if (!compound->has_cname)
        return;
    size_t length = strnlen(compound->cname, RTCP_CNAME_BYTES);
    if (length == RTCP_CNAME_BYTES)
        abort();
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)compound->cname[i] < 0x20 || compound->cname[i] == 0x7f)
            abort();
}

/* Answer every report, as a receiver does. */
static void answer(const struct rtcp_compound *compound)
{
    struct rtcp_block blocks[RTCP_SOURCES_MAX];
    struct rtcp_compound again;
    uint8_t written[RTCP_PACKET_BYTES_MAX];

    for (size_t i = 0; i < compound->reports; i++)
        blocks[i] = (struct rtcp_block){
            .ssrc = compound->report[i].ssrc,
            .lost = (int32_t)compound->report[i].packets,
            .last_sr = (uint32_t)(compound->report[i].ntp >> 16),
        };
    const char *cname = compound->has_cname ? compound->cname : "";
    size_t bytes = rtcp_write_receiver_report(1, blocks, compound->reports, cname, true, written);
    if (bytes > sizeof written || bytes % 4 != 0 ||
        rtcp_read(written, bytes, &again) != STATUS_OK || again.reports != 0 || again.byes != 1 ||
        !again.has_cname || strcmp(again.cname, cname) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t data_bytes)
{
    struct rtcp_compound compound;
    struct rtcp_compound before;

    memset(&compound, 0x5a, sizeof compound);
    before = compound;
    if (rtcp_read(data, data_bytes, &compound) != STATUS_OK) {
        if (memcmp(&compound, &before, sizeof compound) != 0)
            abort(); /* an output was touched on failure */
        return 0;
    }
    if (!rtcp_is(data, data_bytes) || compound.reports > RTCP_SOURCES_MAX ||
        compound.byes > RTCP_SOURCES_MAX)
        abort();
    check_name(&compound);
    answer(&compound);
    return 0;
}
