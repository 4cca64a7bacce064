/**
 * format: the bytes of a recording file, as FORMAT.md says, and the types that reader, writer and
 * recovery share. Pure: no files, no keys.
 */
#ifndef RECORDER_STORAGE_RECORDING_FORMAT_H
#define RECORDER_STORAGE_RECORDING_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/status.h"
#include "base/uuid.h"

enum {
    FORMAT_UNIT_BYTES = 4096,
    FORMAT_FRAME_DATA_BYTES = 4052, /* 4096 - 24 nonce - 16 tag - 4 length */
    FORMAT_H0_BYTES = 64,
    FORMAT_COMMITMENT_BYTES = 32,
    FORMAT_SLOTS = 7,
    FORMAT_SLOT_BYTES = 512,
};

/* FRAME_JOURNAL is found in tail files only. */
enum frame_type {
    FRAME_AUDIO = 1,
    FRAME_FOOTER = 2,
    FRAME_SECTION = 3,
    FRAME_JOURNAL = 4,
    FRAME_STREAM_HEAD = 5,
};

enum recording_state {
    RECORDING_STATE_RECORDING, /* growing, or left behind by a crash */
    RECORDING_STATE_SEALED,
    RECORDING_STATE_RECOVERED,
    RECORDING_STATE_FAILED, /* nothing authentic could be kept, or the call never had a file */
};

/* What a section holds. */
enum section_kind {
    SECTION_DETAILS = 1, /* JSON: parties, legs, facts, identifiers (FORMAT.md section 4.1) */
    SECTION_PEAKS = 2,   /* int8_t [pixels][legs][2], 20 pixels a second; where legs share a side */
    SECTION_METADATA = 3,      /* the last metadata document; read in old files only */
    SECTION_GRANULES = 4,      /* page table: u64 offset, u64 granule, little endian */
    SECTION_DOCUMENTS = 5,     /* all metadata documents (storage/recording/documents.h) */
    SECTION_CHANNEL_PEAKS = 6, /* int8_t [pixels][2 channels, left first][2], 20 pixels a second */
};

struct recording_section {
    enum section_kind kind;
    const uint8_t *data;
    size_t data_bytes; /* up to BOUND_SECTION_BYTES */
};

/* Packets over all legs. */
struct recording_loss {
    bool known; /* false: all others are 0 (a recovered recording) */
    uint64_t packets_received;
    uint64_t packets_lost;
    uint64_t packets_late;
    uint64_t packets_duplicate;
};

/* What the end of a recording is made from. */
struct recording_finish {
    enum recording_state state; /* SEALED or RECOVERED */
    wall_time ended;
    mono_time ended_mono;
    int64_t duration_ms;
    uint32_t holes; /* runs of unreadable frames, whose pages are missing from the stream */
    struct recording_loss loss;
    size_t sections;
    const struct recording_section *section;
};

/* What the footer says, for index rows and for showing. */
struct recording_summary {
    struct uuid recording;
    struct uuid customer;
    enum recording_state state;
    wall_time started;
    wall_time ended;
    int64_t duration_ms;
    uint64_t audio_bytes; /* of the Ogg stream */
    uint64_t file_bytes;
    uint32_t holes;   /* as in struct recording_finish */
    bool damaged;     /* of a recovery: something that was durable is gone */
    unsigned streams; /* in each audio packet; 0 but while a recovery describes it */
    struct recording_loss loss;
    uint8_t sha256_cipher[32]; /* of units 1 up to the footer's, as stored */
    uint8_t sha256_plain[32];  /* of the Ogg stream */
};

/** "recording", "sealed", "recovered", "failed"; a static string. */
const char *recording_state_name(enum recording_state state);

#endif
