/**
 * bounds: every maximum in one place. A queue, header, stream or body that can grow has its limit
 * here, with its unit in its name; tests try the maximum and one past it.
 */
#ifndef RECORDER_BASE_BOUNDS_H
#define RECORDER_BASE_BOUNDS_H

enum {
    /* signalling */
    BOUND_SIP_MESSAGE_BYTES = 65535,
    BOUND_SIP_TCP_CONNECTIONS = 900,         /* see sip/server.h: libre's descriptor table */
    BOUND_SIP_TCP_PER_ADDRESS = 256,         /* of those; some clients open one for each call */
    BOUND_SIP_STREAM_HEAD_BYTES = 65536,     /* start line and headers over TCP and TLS */
    BOUND_SIP_STREAM_MESSAGE_BYTES = 393216, /* with the body: metadata of BOUND_METADATA_BYTES */
    BOUND_SIP_STREAM_WAITING_BYTES = 32 * 1024 * 1024, /* of unfinished messages, all together */
    BOUND_MULTIPART_PARTS = 16,
    BOUND_MULTIPART_HEADER_BYTES = 4096,
    BOUND_MULTIPART_BOUNDARY_BYTES = 256, /* of one that is quoted; RFC 2046 has 70 */
    BOUND_METADATA_BYTES = 262144,
    BOUND_METADATA_DEPTH = 32,
    BOUND_METADATA_NODES = 16384, /* elements of a document; 150 bytes each while it is read */
    BOUND_METADATA_ITEMS = 256,   /* sessions, participants, streams, groups, each; a call keeps 300
                                     bytes and the texts for each that it has */
    BOUND_METADATA_TEXT = 1024,   /* bytes of one kept text or attribute */
    BOUND_SDP_MEDIA = 64,         /* m-lines read and answered */
    BOUND_SDP_FORMATS = 128,      /* payload types of one m-line: all that there are */
    BOUND_SDP_LOCAL_FORMATS = 8,  /* that we offer */
    BOUND_SDP_CRYPTO = 8,         /* crypto lines of one m-line that are kept */
    BOUND_LABEL_BYTES = 128,      /* a=label, RFC 4574, with its zero */

    /* media */
    BOUND_CALL_STREAMS = 8,        /* recorded streams of one call */
    BOUND_RTP_PACKET_BYTES = 9000, /* a jumbo frame: 40 ms of 48 kHz, stereo, 16 bits; longer ones
                                      are told */
    BOUND_REORDER_PACKETS = 256,   /* waiting behind a gap, per leg */
    BOUND_OPUS_STREAMS = 2 + BOUND_CALL_STREAMS, /* left, right, and each leg alone */
    BOUND_OPUS_STREAM_BYTES = 749, /* one stream's 20 ms; 300 kbit/s, past what is ever asked for */
    /* those of all streams, each but the last with its length */
    BOUND_OPUS_PACKET_BYTES = BOUND_OPUS_STREAMS * (BOUND_OPUS_STREAM_BYTES + 2),

    BOUND_FACT_DETAIL_BYTES = 256, /* with its zero */
    BOUND_PAUSE_CODE_BYTES = 8,    /* digits that pause or resume, with their zero */
    BOUND_NOTES = 1024,            /* facts that signalling tells of one call */
    BOUND_TIES = 32,               /* of one call, beside the four that its row shows */
    BOUND_TIE_BYTES = 256,         /* one of them, with its zero */

    /* store */
    BOUND_DOCUMENTS_BYTES = 4 * 1024 * 1024,         /* metadata documents kept of one call */
    BOUND_DOCUMENTS = 1024,                          /* how many of them */
    BOUND_JOURNAL_BYTES = 1024 * 1024,               /* told by media, not durable yet */
    BOUND_JOURNAL_READ_BYTES = 256 * 1024 * 1024,    /* of one recording: three days of entries */
    BOUND_RECORDING_PENDING_BYTES = 8 * 1024 * 1024, /* written by media, not durable yet */
    BOUND_RECORDING_SEGMENTS = 256, /* files of one recording: a sync failed between each two */
    BOUND_SECTION_BYTES = 16 * 1024 * 1024,

    /* people */
    BOUND_NUMBER_BYTES = 64, /* a phone number or SIP user part, with its zero */
    BOUND_NAME_BYTES = 192,  /* a display name, UTF-8, with its zero */
    BOUND_PATH_BYTES = 1024,
    BOUND_HTTP_BODY_BYTES = 65536,
};

#endif
