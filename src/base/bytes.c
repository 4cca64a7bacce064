#include "base/bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bytes_init(struct bytes *bytes, size_t max_bytes)
{
    *bytes = (struct bytes){.max = max_bytes};
}

void bytes_deinit(struct bytes *bytes)
{
    if (!bytes)
        return;
    free(bytes->data);
    bytes_init(bytes, bytes->max);
}

void bytes_clear(struct bytes *bytes)
{
    bytes->len = 0;
}

void bytes_wipe(struct bytes *bytes)
{
    if (bytes->cap)
        explicit_bzero(bytes->data, bytes->cap);
    bytes_clear(bytes);
}

enum status bytes_reserve(struct bytes *bytes, size_t extra_bytes)
{
    if (extra_bytes > bytes->max - bytes->len)
        return STATUS_LIMIT;
    size_t needed = bytes->len + extra_bytes;
    if (needed <= bytes->cap)
        return STATUS_OK;
    size_t cap = bytes->cap ? bytes->cap : 256;
    while (cap < needed)
        cap = cap > bytes->max / 2 ? bytes->max : cap * 2;
    uint8_t *data = realloc(bytes->data, cap);
    if (!data)
        return STATUS_NOMEM;
    bytes->data = data;
    bytes->cap = cap;
    return STATUS_OK;
}

enum status bytes_append(struct bytes *bytes, const void *data, size_t data_bytes)
{
    enum status status = bytes_reserve(bytes, data_bytes);

    if (status == STATUS_OK && data_bytes) {
        memcpy(bytes->data + bytes->len, data, data_bytes);
        bytes->len += data_bytes;
    }
    return status;
}

enum status bytes_printf(struct bytes *bytes, const char *format, ...)
{
    size_t room = (bytes->cap < bytes->max ? bytes->cap : bytes->max) - bytes->len;
    char *text = NULL;
    va_list args;

    va_start(args, format);
    int length = vsnprintf(room ? (char *)bytes->data + bytes->len : NULL, room, format, args);
    va_end(args);
    if (length >= 0 && (size_t)length < room) {
        bytes->len += (size_t)length;
        return STATUS_OK;
    }
    va_start(args, format);
    length = vasprintf(&text, format, args);
    va_end(args);
    if (length < 0)
        return STATUS_NOMEM;
    enum status status = bytes_append(bytes, text, (size_t)length);
    free(text);
    return status;
}

static void put(uint8_t *out, uint64_t value, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        out[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t get(const uint8_t *in, unsigned count)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < count; i++)
        value |= (uint64_t)in[i] << (8 * i);
    return value;
}

void bytes_put_u16(uint8_t *out, uint16_t value)
{
    put(out, value, 2);
}

void bytes_put_u32(uint8_t *out, uint32_t value)
{
    put(out, value, 4);
}

void bytes_put_u64(uint8_t *out, uint64_t value)
{
    put(out, value, 8);
}

uint16_t bytes_get_u16(const uint8_t *in)
{
    return (uint16_t)get(in, 2);
}

uint32_t bytes_get_u32(const uint8_t *in)
{
    return (uint32_t)get(in, 4);
}

uint64_t bytes_get_u64(const uint8_t *in)
{
    return get(in, 8);
}
