/**
 * quality: how well a leg is heard, as an estimate: the E-model (ITU-T G.107) with the default
 * values of its section 7 and no delay, since of a call that was recorded none is known. So R is
 * 93.2 less what the codec and loss take from it. Of codecs of 16 kHz and up it is said on the same
 * scale, where they are heard better than it can say.
 *
 * Pure, embedded by value. Private to this folder.
 */
#ifndef RECORDER_SESSION_QUALITY_H
#define RECORDER_SESSION_QUALITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audio/codec.h"
#include "audio/facts.h"
#include "rtp/packet.h"

enum {
    QUALITY_SOURCES = 4,        /* of one leg whose jitter is followed at a time */
    QUALITY_PAUSE_US = 1000000, /* later or earlier by more: a pause or a jump, and no jitter */
    QUALITY_TEXT_BYTES = 64,
};

/* What came of a leg's packets, and what did not. */
struct quality_loss {
    uint64_t heard;  /* packets that came in time and could be decoded */
    uint64_t lost;   /* that never came, or came too late to be heard */
    uint64_t bursts; /* runs that the lost ones lie in; 1 to lost, where some are */
};

/* One source's jitter. */
struct quality_source {
    bool used;
    uint32_t ssrc;
    uint32_t clock_rate_hz;
    uint32_t timestamp; /* of the packet before */
    int64_t arrival_ns; /* of the same */
    double jitter_us;
};

/* Jitter of all sources of a leg; all zero is fresh. */
struct quality_jitter {
    struct quality_source source[QUALITY_SOURCES];
    size_t next;   /* makes room for another */
    double sum_us; /* of the jitter at each packet */
    uint64_t packets;
};

/**
 * R of G.107: 93.2 - Ie,eff, with Ie,eff of its section 7.5; 0 to 93.2.
 *
 * codec  of kind SOUND: its Ie and Bpl.
 */
double quality_r_factor(const struct audio_codec *codec, const struct quality_loss *loss);

/** MOS of R, G.107 annex B: 1 to 4.5. */
double quality_mos(double r_factor);

/** Packets in a hundred that were not heard; 0 where none were sent. */
double quality_loss_percent(const struct quality_loss *loss);

/**
 * Runs of what was lost, late or concealed: stretches that touch are one. Too few where there is no
 * memory for so many.
 */
size_t quality_bursts(const struct facts *facts);

/**
 * Take a packet of sound, in the order of arrival.
 *
 * clock_rate_hz  of its timestamp; 0, where that is not known: it is left out.
 */
void quality_jitter_packet(struct quality_jitter *jitter, const struct rtp_packet *packet,
                           uint32_t clock_rate_hz, int64_t arrival_ns);

/** The mean of the interarrival jitter (RFC 3550 section 6.4.1) at all packets; 0 before any. */
uint32_t quality_jitter_us(const struct quality_jitter *jitter);

/** "R 92.1 MOS 4.40 loss 0.02 % jitter 1.2 ms". text  char[QUALITY_TEXT_BYTES]. */
void quality_text(double r_factor, const struct quality_loss *loss, uint32_t jitter_us, char *text);

#endif
