/**
 * rtcp: read compound RTCP packets, write ours (RFC 3550 section 6). Pure.
 *
 * A recorder receives: what it sends are receiver reports with its CNAME, and BYE.
 */
#ifndef RECORDER_RTP_RTCP_H
#define RECORDER_RTP_RTCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { RTCP_SOURCES_MAX = 31, RTCP_CNAME_BYTES = 256, RTCP_PACKET_BYTES_MAX = 1200 };

/* A sender report, section 6.4.1. */
struct rtcp_sender_report {
    uint32_t ssrc;
    uint64_t ntp;       /* seconds since 1900 << 32 | fraction */
    uint32_t timestamp; /* RTP's, of the same moment */
    uint32_t packets;
    uint32_t octets;
};

/* What one compound packet holds for a receiver; report blocks are skipped: we send nothing. */
struct rtcp_compound {
    size_t reports;
    struct rtcp_sender_report report[RTCP_SOURCES_MAX];
    bool has_cname;
    uint32_t cname_ssrc;
    char cname[RTCP_CNAME_BYTES]; /* UTF-8 as sent, cut, control characters made '?' */
    size_t byes;
    uint32_t bye[RTCP_SOURCES_MAX];
};

/** Whether a datagram that came to an RTP port is RTCP (RFC 5761 section 4). */
bool rtcp_is(const uint8_t *data, size_t data_bytes);

/**
 * Read a datagram. Lenient: it need not begin with a report (reduced-size, RFC 5506); what comes
 * after a malformed packet is left out.
 *
 * STATUS_OK, STATUS_INVALID (not even one packet of RTCP; *compound untouched).
 */
enum status rtcp_read(const uint8_t *data, size_t data_bytes,
                      struct rtcp_compound *compound) MUST_CHECK;

/* One report block, section 6.4.1; see reception.h for where its numbers come from. */
struct rtcp_block {
    uint32_t ssrc;
    uint8_t fraction_lost;
    int32_t lost; /* cut to 24 bits with its sign */
    uint32_t highest;
    uint32_t jitter;
    uint32_t last_sr;
    uint32_t delay_since_last_sr;
};

/**
 * Write RR and SDES CNAME; with `bye` a BYE behind them.
 *
 * data   uint8_t[RTCP_PACKET_BYTES_MAX]; blocks at most RTCP_SOURCES_MAX; cname up to 255 bytes.
 *
 * Returns the bytes written.
 */
size_t rtcp_write_receiver_report(uint32_t ssrc, const struct rtcp_block *blocks,
                                  size_t block_count, const char *cname, bool bye, uint8_t *data);

/**
 * Seconds to the next report, RFC 3550 section 6.3: 5 s on average, half of it before the first,
 * times 0.5 to 1.5, divided by e - 3/2.
 *
 * random  uniform in 0..UINT32_MAX.
 */
double rtcp_interval_s(bool first, uint32_t random);

#endif
