/**
 * reader: open a finished recording and read any stretch of it. Every frame is authenticated before
 * a byte of it is given out. One reader may be used by several threads at once: reading is
 * stateless (pread), and open readers hold a DEK, so they are closed soon.
 */
#ifndef RECORDER_STORAGE_RECORDING_READER_H
#define RECORDER_STORAGE_RECORDING_READER_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/status.h"
#include "storage/recording/access.h"
#include "storage/recording/format.h"
#include "storage/seal/keys.h"

struct recording_reader;

/**
 * Open and authenticate header, commitment, footer and signature; audio frames are authenticated as
 * they are read, or all at once by recording_reader_verify.
 *
 * access  its keys are used again by recording_reader_verify.
 * path    of the file.
 * expect  recording id that the file must bear.
 *
 * STATUS_OK        *out set.
 * STATUS_NOT_FOUND no such file.
 * STATUS_CONFLICT  no footer: still growing, or not recovered yet.
 * STATUS_CORRUPT   anything that fails authentication or breaks the layout; fault says what.
 * STATUS_NO_KEY    its key is not here (shredded, or not ours).
 * STATUS_VERSION   a newer format.
 * STATUS_IO, STATUS_NOMEM.
 */
enum status recording_reader_open(const struct recording_access *access, const char *path,
                                  struct uuid expect, struct recording_reader **out,
                                  struct fault *fault) MUST_CHECK;

/**
 * The same for a segment of another number than 0: for recovery, which joins them. Alone it is not
 * the recording, so recording_reader_open refuses it.
 */
enum status recording_reader_open_segment(const struct recording_access *access, const char *path,
                                          struct uuid expect, uint32_t segment,
                                          struct recording_reader **out,
                                          struct fault *fault) MUST_CHECK;

/** Wipes the DEK. NULL is accepted. */
void recording_reader_close(struct recording_reader *owned_reader);

/** What the footer says; borrowed from the reader. */
const struct recording_summary *recording_reader_summary(const struct recording_reader *reader);

/**
 * Read bytes of the Ogg stream.
 *
 * offset, data_bytes  a stretch within audio_bytes.
 * data                out, data_bytes; holds only authenticated bytes, zeroed on failure.
 *
 * STATUS_OK, STATUS_INVALID (beyond the end), STATUS_CORRUPT (names the frame), STATUS_IO.
 */
enum status recording_reader_read(const struct recording_reader *reader, uint64_t offset,
                                  uint8_t *data, size_t data_bytes, struct fault *fault) MUST_CHECK;

/**
 * Append a section to out (its max bounds it).
 *
 * STATUS_OK, STATUS_NOT_FOUND, STATUS_CORRUPT, STATUS_LIMIT, STATUS_NOMEM, STATUS_IO.
 */
enum status recording_reader_section(const struct recording_reader *reader, enum section_kind kind,
                                     struct bytes *out, struct fault *fault) MUST_CHECK;

/**
 * Read all but the key slots: each frame's authenticity, both hashes, every byte that should be
 * zero. After STATUS_OK all that is told of the recording is what was sealed, whatever became of a
 * slot.
 *
 * STATUS_OK, STATUS_CORRUPT (names the first bad frame or byte), STATUS_IO.
 */
enum status recording_reader_verify_content(const struct recording_reader *reader,
                                            struct fault *fault) MUST_CHECK;

/**
 * The same, and that no slot breaks its layout or fails to open by a key that is here. After
 * STATUS_OK no byte of the file can have been changed, but for those of a slot whose key is not
 * here. A slot that was added or dropped (slots.h) since the file was opened is no change.
 *
 * STATUS_OK, STATUS_CORRUPT (names the first bad frame or byte), STATUS_IO, STATUS_BUSY (slots are
 * being changed all the time: it says nothing).
 */
enum status recording_reader_verify(const struct recording_reader *reader,
                                    struct fault *fault) MUST_CHECK;

#endif
