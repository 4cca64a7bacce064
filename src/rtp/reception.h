/**
 * reception: what a receiver knows of one synchronisation source, for its reports (RFC 3550
 * sections 6.4.1, A.1, A.3, A.8). Embedded by value; pure; given the time.
 */
#ifndef RECORDER_RTP_RECEPTION_H
#define RECORDER_RTP_RECEPTION_H

#include <stdbool.h>
#include <stdint.h>

#include "rtp/packet.h"
#include "rtp/rtcp.h"

struct reception {
    bool begun;
    uint32_t ssrc;
    uint32_t base;     /* first number, extended */
    uint32_t highest;  /* extended: cycles << 16 | number */
    uint32_t received; /* duplicates included, as A.3 counts */
    uint32_t expected_prior;
    uint32_t received_prior;
    bool has_stray;         /* the last number was far off; A.1 asks for the one behind it */
    uint16_t stray_next;    /* that one */
    uint32_t transit;       /* arrival - timestamp, in ticks mod 2^32 */
    uint32_t clock_rate_hz; /* of transit: between two rates there is no jitter */
    uint32_t jitter;        /* 16 times, as A.8 keeps it */
    bool has_sr;
    uint32_t last_sr; /* middle 32 bits of its NTP time */
    int64_t last_sr_ns;
};

/**
 * Take one packet of the source; the first, or one of another SSRC, begins anew. So does the second
 * in a row that is 3000 or more ahead of the newest, or 100 or more behind it (A.1); the first of
 * the two is not counted.
 *
 * clock_rate_hz  of its payload type; not 0.
 * arrival_ns     any clock that does not jump; the same for all calls.
 */
void reception_packet(struct reception *reception, const struct rtp_packet *packet,
                      uint32_t clock_rate_hz, int64_t arrival_ns);

/** Take a sender report of the source; one of another SSRC is left alone. */
void reception_report(struct reception *reception, const struct rtcp_sender_report *report,
                      int64_t arrival_ns);

/**
 * The report block for now; begins the next interval. false: nothing was received since the last
 * one, so there is nothing to report (section 6.4), and *block is untouched.
 */
bool reception_block(struct reception *reception, int64_t now_ns, struct rtcp_block *block);

/**
 * Interarrival jitter in milliseconds (A.8); 0 before the second packet.
 *
 * clock_rate_hz  of the packets; not 0.
 */
double reception_jitter_ms(const struct reception *reception, uint32_t clock_rate_hz);

#endif
