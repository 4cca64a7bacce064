/**
 * support_recording_cut: a power cut of the files of one recording, as a script says. What was not
 * durable may have reached the disk or not, unit by unit, whole or in part; so may names.
 *
 * The model: cut_synced copies all files as they are; at the cut each unit that is another than in
 * that copy is the old one, the new one, or the beginning of the new one and the rest of the old
 * one. One thread.
 */
#ifndef RECORDER_TESTS_FUZZ_SUPPORT_RECORDING_CUT_H
#define RECORDER_TESTS_FUZZ_SUPPORT_RECORDING_CUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/bytes.h"

enum { CUT_FILES_MAX = 400 };

struct cut_file {
    char name[256];
    uint64_t inode;       /* another one of the same name is another file */
    bool named;           /* the name is durable */
    bool lost;            /* a sync of it failed: what it holds is never durable any more */
    struct bytes durable; /* its bytes as of the last sync */
};

struct cut_script {
    const uint8_t *data; /* borrowed */
    size_t size;
    size_t taken;
    char directory[BOUND_PATH_BYTES]; /* of the recording's files, which are alone there */
    size_t files;
    struct cut_file *file;
};

/** The next byte of the script, 0 behind its end. */
uint8_t cut_take(struct cut_script *script);

/** Whether there are bytes left. */
bool cut_more(const struct cut_script *script);

/** Look after the files in the directory of a path. */
void cut_begin(struct cut_script *script, const char *path);

/** A syncfs: all that is there is durable, but for what an earlier one that failed has dropped. */
void cut_synced(struct cut_script *script);

/** An fsync of every file: as cut_synced, but names that are gone may still be there. */
void cut_synced_but_names(struct cut_script *script);

/** A syncfs that failed: what was not durable then never will be. */
void cut_sync_failed(struct cut_script *script);

/** The cut: leave the files as the script says. */
void cut_power(struct cut_script *script);

/** Change some bytes of one of the files, remove it, or cut it short, as the script says. */
void cut_damage(struct cut_script *script);

/** Remove the files, free. */
void cut_end(struct cut_script *script);

#endif
