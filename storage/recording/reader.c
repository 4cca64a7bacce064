#include "storage/recording/reader.h"

#include <errno.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/bounds.h"
#include "storage/recording/frame.h"
#include "storage/recording/opening.h"

enum {
    BATCH_UNITS = 8,   /* read at once */
    SLOT_READINGS = 8, /* of slots that are another each time */
};

/* In sodium_malloc memory: recorder-web keeps some open for a while, with the key of their frames.
 */
struct recording_reader {
    struct private_keys *keys; /* borrowed */
    struct opening opening;
    struct footer footer;
    struct recording_summary summary;
};

/* A tail stands beside a file exactly as long as it is unfinished. */
static bool has_tail(const struct disk *disk, const char *path)
{
    char tail[BOUND_PATH_BYTES];
    struct stat about;
    int length = snprintf(tail, sizeof tail, "%s.tail", path);

    return length > 0 && (size_t)length < sizeof tail &&
           (disk->stat(disk->context, tail, &about) == 0 || errno != ENOENT);
}

enum status recording_reader_open(const struct recording_access *access, const char *path,
                                  struct uuid expect, struct recording_reader **out,
                                  struct fault *fault)
{
    return recording_reader_open_segment(access, path, expect, 0, out, fault);
}

enum status recording_reader_open_segment(const struct recording_access *access, const char *path,
                                          struct uuid expect, uint32_t segment,
                                          struct recording_reader **out, struct fault *fault)
{
    struct recording_reader *reader = sodium_malloc(sizeof *reader);
    if (!reader)
        return fault_set(fault, STATUS_NOMEM, 0, "open %s", path);
    memset(reader, 0, sizeof *reader);
    reader->keys = access->keys;
    bool unfinished = has_tail(access->disk, path); /* asked first: it goes after the footer came */
    enum status status =
        opening_init_segment(&reader->opening, access, path, expect, segment, fault);
    if (status != STATUS_OK) {
        sodium_free(reader);
        return status;
    }
    status = opening_footer(&reader->opening, access->signers, &reader->footer, fault);
    if (status == STATUS_END && unfinished)
        status = fault_set(fault, STATUS_CONFLICT, 0, "not finished: growing, or to be recovered");
    else if (status == STATUS_END)
        status = fault_set(fault, STATUS_CORRUPT, 0, "cut short, or its footer is damaged");
    if (status != STATUS_OK) {
        fault_wrap(fault, "open %s", path);
        recording_reader_close(reader);
        return status;
    }
    footer_summarize(&reader->footer, reader->opening.header.recording,
                     reader->opening.header.customer, &reader->summary);
    *out = reader;
    return STATUS_OK;
}

void recording_reader_close(struct recording_reader *owned_reader)
{
    if (!owned_reader)
        return;
    opening_deinit(&owned_reader->opening);
    sodium_free(owned_reader);
}

const struct recording_summary *recording_reader_summary(const struct recording_reader *reader)
{
    return &reader->summary;
}

/* A run of frames that hold so many bytes. */
struct run {
    enum frame_type type;
    uint64_t first_frame;
    uint64_t data_bytes;
};

/* Whom each opened frame of a run is handed to. */
struct visitor {
    void *context;
    enum status (*frame)(void *context, const uint8_t *unit, const uint8_t *data,
                         size_t data_bytes);
};

static enum status open_frame(const struct recording_reader *reader, const struct run *run,
                              uint64_t number, const uint8_t *unit, const struct visitor *visitor,
                              struct fault *fault)
{
    uint8_t data[FORMAT_FRAME_DATA_BYTES];
    size_t data_bytes = 0;
    uint64_t index = run->first_frame + number;
    uint64_t left = run->data_bytes - number * FORMAT_FRAME_DATA_BYTES;
    size_t expected = left < sizeof data ? (size_t)left : sizeof data;

    if (frame_open(reader->opening.key, run->type, index, unit, data, &data_bytes) != STATUS_OK ||
        data_bytes != expected)
        return fault_set(fault, STATUS_CORRUPT, 0, "frame %llu is not authentic",
                         (unsigned long long)index);
    return visitor->frame(visitor->context, unit, data, data_bytes);
}

/* Open frames first..last of a run in order. */
static enum status open_frames(const struct recording_reader *reader, const struct run *run,
                               uint64_t first, uint64_t last, const struct visitor *visitor,
                               struct fault *fault)
{
    uint8_t units[BATCH_UNITS * FORMAT_UNIT_BYTES];
    enum status status = STATUS_OK;

    while (first <= last && status == STATUS_OK) {
        size_t count = last - first + 1 < BATCH_UNITS ? (size_t)(last - first + 1) : BATCH_UNITS;
        status = disk_read(reader->opening.file, frame_offset(run->first_frame + first), units,
                           count * FORMAT_UNIT_BYTES, fault);
        if (status == STATUS_END)
            status = fault_set(fault, STATUS_CORRUPT, 0, "the file was cut short");
        for (size_t i = 0; i < count && status == STATUS_OK; i++)
            status =
                open_frame(reader, run, first + i, units + i * FORMAT_UNIT_BYTES, visitor, fault);
        first += count;
    }
    return status;
}

/* Where a read stands. */
struct copy {
    uint8_t *data;
    size_t data_bytes;
    size_t done;
    size_t skip; /* of the first frame */
};

static enum status copy_frame(void *context, const uint8_t *unit, const uint8_t *data,
                              size_t data_bytes)
{
    struct copy *copy = context;
    size_t part = data_bytes - copy->skip;

    (void)unit;
    if (part > copy->data_bytes - copy->done)
        part = copy->data_bytes - copy->done;
    memcpy(copy->data + copy->done, data + copy->skip, part);
    copy->done += part;
    copy->skip = 0;
    return STATUS_OK;
}

enum status recording_reader_read(const struct recording_reader *reader, uint64_t offset,
                                  uint8_t *data, size_t data_bytes, struct fault *fault)
{
    struct run run = {.type = FRAME_AUDIO, .data_bytes = reader->footer.audio_bytes};
    struct copy copy = {
        .data = data, .data_bytes = data_bytes, .skip = (size_t)(offset % FORMAT_FRAME_DATA_BYTES)};
    struct visitor visitor = {.context = &copy, .frame = copy_frame};

    if (offset > run.data_bytes || data_bytes > run.data_bytes - offset)
        return fault_set(fault, STATUS_INVALID, 0, "read beyond the end of the recording");
    if (data_bytes == 0)
        return STATUS_OK;
    enum status status =
        open_frames(reader, &run, offset / FORMAT_FRAME_DATA_BYTES,
                    (offset + data_bytes - 1) / FORMAT_FRAME_DATA_BYTES, &visitor, fault);
    if (status != STATUS_OK)
        memset(data, 0, data_bytes);
    return status;
}

static enum status append_frame(void *context, const uint8_t *unit, const uint8_t *data,
                                size_t data_bytes)
{
    (void)unit;
    return bytes_append(context, data, data_bytes);
}

enum status recording_reader_section(const struct recording_reader *reader, enum section_kind kind,
                                     struct bytes *out, struct fault *fault)
{
    const struct footer_section *section = NULL;

    for (size_t i = 0; i < reader->footer.sections; i++)
        if (reader->footer.section[i].kind == kind)
            section = &reader->footer.section[i];
    if (!section)
        return fault_set(fault, STATUS_NOT_FOUND, 0, "the recording has no section %d", (int)kind);
    if (section->data_bytes > out->max - out->len)
        return fault_set(fault, STATUS_LIMIT, 0, "section %d has %llu bytes", (int)kind,
                         (unsigned long long)section->data_bytes);
    if (section->data_bytes == 0)
        return STATUS_OK;
    size_t before = out->len;
    struct run run = {.type = FRAME_SECTION,
                      .first_frame = section->first_frame,
                      .data_bytes = section->data_bytes};
    struct visitor visitor = {.context = out, .frame = append_frame};
    enum status status =
        open_frames(reader, &run, 0, frame_count(run.data_bytes) - 1, &visitor, fault);
    if (status != STATUS_OK)
        out->len = before;
    if (status == STATUS_NOMEM)
        return fault_set(fault, status, 0, "read section %d", (int)kind);
    return status;
}

struct hashes {
    crypto_hash_sha256_state cipher;
    crypto_hash_sha256_state plain;
    bool audio;
};

static enum status hash_frame(void *context, const uint8_t *unit, const uint8_t *data,
                              size_t data_bytes)
{
    struct hashes *hashes = context;

    (void)crypto_hash_sha256_update(&hashes->cipher, unit, FORMAT_UNIT_BYTES);
    if (hashes->audio)
        (void)crypto_hash_sha256_update(&hashes->plain, data, data_bytes);
    return STATUS_OK;
}

static enum status hash_all(const struct recording_reader *reader, struct hashes *hashes,
                            struct fault *fault)
{
    struct visitor visitor = {.context = hashes, .frame = hash_frame};
    struct run run = {.type = FRAME_AUDIO, .data_bytes = reader->footer.audio_bytes};
    enum status status = STATUS_OK;

    hashes->audio = true;
    if (run.data_bytes)
        status = open_frames(reader, &run, 0, frame_count(run.data_bytes) - 1, &visitor, fault);
    hashes->audio = false;
    for (size_t i = 0; i < reader->footer.sections && status == STATUS_OK; i++) {
        const struct footer_section *section = &reader->footer.section[i];
        run = (struct run){.type = FRAME_SECTION,
                           .first_frame = section->first_frame,
                           .data_bytes = section->data_bytes};
        if (run.data_bytes)
            status = open_frames(reader, &run, 0, frame_count(run.data_bytes) - 1, &visitor, fault);
    }
    return status;
}

/* Header, length and footer may have been changed since the file was opened. */
static enum status check_ends(const struct recording_reader *reader, struct fault *fault)
{
    uint8_t unit[FORMAT_UNIT_BYTES];
    uint8_t data[FORMAT_FRAME_DATA_BYTES];
    size_t data_bytes = 0;
    struct stat about;
    struct disk_file file = reader->opening.file;
    uint64_t index = reader->summary.file_bytes / FORMAT_UNIT_BYTES - 2;

    if (file.disk->fstat(file.disk->context, file.fd, &about) != 0)
        return fault_set(fault, STATUS_IO, errno, "stat");
    if ((uint64_t)about.st_size != reader->summary.file_bytes)
        return fault_set(fault, STATUS_CORRUPT, 0, "the file's length changed");
    enum status status = disk_read(file, 0, unit, sizeof unit, fault);
    /* not the slots: another may seal the DEK to a further key meanwhile */
    if (status == STATUS_OK && memcmp(unit, reader->opening.header.unit, FORMAT_SLOT_BYTES) != 0)
        status = fault_set(fault, STATUS_CORRUPT, 0, "the header changed");
    if (status == STATUS_OK)
        status = disk_read(file, frame_offset(index), unit, sizeof unit, fault);
    if (status == STATUS_OK &&
        frame_open(reader->opening.key, FRAME_FOOTER, index, unit, data, &data_bytes) != STATUS_OK)
        status = fault_set(fault, STATUS_CORRUPT, 0, "the footer is not authentic");
    return status == STATUS_END ? STATUS_CORRUPT : status;
}

enum status recording_reader_verify_content(const struct recording_reader *reader,
                                            struct fault *fault)
{
    struct hashes hashes;
    uint8_t cipher[32];
    uint8_t plain[32];

    (void)crypto_hash_sha256_init(&hashes.cipher);
    (void)crypto_hash_sha256_init(&hashes.plain);
    enum status status = check_ends(reader, fault);
    if (status == STATUS_OK)
        status = hash_all(reader, &hashes, fault);
    if (status != STATUS_OK)
        return status;
    (void)crypto_hash_sha256_final(&hashes.cipher, cipher);
    (void)crypto_hash_sha256_final(&hashes.plain, plain);
    if (memcmp(cipher, reader->footer.sha256_cipher, sizeof cipher) != 0)
        return fault_set(fault, STATUS_CORRUPT, 0, "stored bytes do not match their signed hash");
    if (memcmp(plain, reader->footer.sha256_plain, sizeof plain) != 0)
        return fault_set(fault, STATUS_CORRUPT, 0, "audio does not match its signed hash");
    return STATUS_OK;
}

static enum status judge_slots(const struct header *header, struct fault *fault)
{
    for (unsigned i = 1; i <= FORMAT_SLOTS; i++)
        if (header->bad_slots >> i & 1)
            return fault_set(fault, STATUS_CORRUPT, 0,
                             "key slot %u is torn or was changed; another one opens the file", i);
    return STATUS_OK;
}

/* The slots that stand there now, with the H0 and the commitment that the file was opened with. */
static enum status open_slots(const struct recording_reader *reader,
                              const uint8_t unit[static FORMAT_UNIT_BYTES], struct header *header,
                              struct fault *fault)
{
    uint8_t dek[KEY_DEK_BYTES];

    if (memcmp(unit, header->unit, FORMAT_SLOT_BYTES) != 0)
        return fault_set(fault, STATUS_CORRUPT, 0, "the header changed");
    enum status status = header_parse(unit, header, fault);
    if (status == STATUS_OK)
        status = header_dek(header, reader->keys, dek, &header->bad_slots, fault);
    sodium_memzero(dek, sizeof dek);
    if (status == STATUS_NO_KEY)
        status = fault_set(fault, STATUS_CORRUPT, 0, "no key slot opens the file any more");
    return status == STATUS_OK ? judge_slots(header, fault) : status;
}

/*
 * None is broken. Since the file was opened the DEK may have been sealed to a further key, or a
 * slot been dropped: then those are judged that stand there now. A read can meet such a write half
 * done, so what was judged must be there when it is read once more.
 */
static enum status check_slots(const struct recording_reader *reader, struct fault *fault)
{
    struct header header = reader->opening.header;
    uint8_t unit[FORMAT_UNIT_BYTES];
    enum status verdict = judge_slots(&header, fault);

    for (int i = 0; i < SLOT_READINGS; i++) {
        enum status status = disk_read(reader->opening.file, 0, unit, sizeof unit, fault);
        if (status != STATUS_OK)
            return status == STATUS_END ? STATUS_CORRUPT : status;
        if (memcmp(unit, header.unit, sizeof unit) == 0)
            return verdict;
        fault_clear(fault);
        verdict = open_slots(reader, unit, &header, fault);
    }
    return fault_set(fault, STATUS_BUSY, 0, "its key slots are being changed");
}

enum status recording_reader_verify(const struct recording_reader *reader, struct fault *fault)
{
    enum status status = recording_reader_verify_content(reader, fault);

    return status == STATUS_OK ? check_slots(reader, fault) : status;
}
