/**
 * bytes: a growing buffer with a hard maximum, and little-endian put and get.
 *
 * `struct bytes` is embedded by value; its owner calls bytes_deinit.
 * Invariant: len <= cap <= max.
 */
#ifndef RECORDER_BASE_BYTES_H
#define RECORDER_BASE_BYTES_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct bytes {
    uint8_t *data; /* NULL while cap is 0 */
    size_t len;
    size_t cap;
    size_t max;
};

/** An empty buffer that never grows past max_bytes. Allocates nothing. */
void bytes_init(struct bytes *bytes, size_t max_bytes);

/** Free the memory; the buffer is empty and usable again. NULL is accepted. */
void bytes_deinit(struct bytes *bytes);

/** Drop the content, keep the memory. */
void bytes_clear(struct bytes *bytes);

/**
 * Overwrite and drop the content, keep the memory. That holds no secret afterwards, but memory that
 * it grew out of does: bytes_reserve before the first one.
 */
void bytes_wipe(struct bytes *bytes);

/** Make room for so many more bytes: appending them neither fails nor moves the content. Statuses
 * as bytes_append. */
enum status bytes_reserve(struct bytes *bytes, size_t extra_bytes) MUST_CHECK;

/**
 * Append a copy of data.
 *
 * STATUS_OK     len grew by data_bytes.
 * STATUS_LIMIT  would pass max; unchanged.
 * STATUS_NOMEM  unchanged.
 */
enum status bytes_append(struct bytes *bytes, const void *data, size_t data_bytes) MUST_CHECK;

/** Append printf output, without its terminating zero. Statuses as bytes_append. */
enum status bytes_printf(struct bytes *bytes, const char *format, ...)
    __attribute__((format(printf, 2, 3))) MUST_CHECK;

/** Store 2 bytes at out, little endian. */
void bytes_put_u16(uint8_t *out, uint16_t value);

/** Store 4 bytes at out, little endian. */
void bytes_put_u32(uint8_t *out, uint32_t value);

/** Store 8 bytes at out, little endian. */
void bytes_put_u64(uint8_t *out, uint64_t value);

/** Load 2 bytes from in, little endian. */
uint16_t bytes_get_u16(const uint8_t *in);

/** Load 4 bytes from in, little endian. */
uint32_t bytes_get_u32(const uint8_t *in);

/** Load 8 bytes from in, little endian. */
uint64_t bytes_get_u64(const uint8_t *in);

#endif
