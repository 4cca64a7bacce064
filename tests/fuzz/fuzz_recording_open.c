/*
 * fuzz: any bytes as a recording. Random bytes never pass the ciphers, so besides raw files (mode
 * 0) and footers (mode 1) the input is a script of frames that are sealed with the right key (mode
 * 2): what a broken or hostile program that holds the key could write. What recovery makes of it
 * must open and verify.
 */
#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bounds.h"
#include "base/bytes.h"
#include "storage/recording/documents.h"
#include "storage/recording/footer.h"
#include "storage/recording/frame.h"
#include "storage/recording/header.h"
#include "storage/recording/reader.h"
#include "storage/recording/recover.h"
#include "tests/fuzz/support_recording.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    MODE_RAW,
    MODE_FOOTER,
    MODE_FRAMES,
    MODES,
    STEP_HEAD_BYTES = 3, /* type, u16 length */
    STEP_TAIL = 4,       /* a copy in the tail, its index in the first byte */
    STEP_DAMAGED = 5,    /* a unit that nobody sealed */
    STEP_DOCUMENT = 6,   /* a unit of the tail, behind its audio */
};

struct setting {
    struct fuzz_store store;
    char path[100];
    char tail[110];
    struct uuid recording;
    struct header header;
    uint8_t key[SEAL_KEY_BYTES];
};

static struct setting setting; /* made once per process: LLVMFuzzerTestOneInput has no context */

static void remove_all(void)
{
    fuzz_store_close(&setting.store);
}

static void set_up(void)
{
    struct fault fault = {0};
    uint8_t dek[KEY_DEK_BYTES];

    fuzz_store_open(&setting.store);
    (void)atexit(remove_all);
    (void)snprintf(setting.path, sizeof setting.path, "%s/x.crec", setting.store.directory);
    (void)snprintf(setting.tail, sizeof setting.tail, "%s.tail", setting.path);
    setting.recording = uuid_new(setting.store.now);
    seal_dek_new(dek);
    const struct header_spec spec = {setting.recording, setting.store.customer, setting.store.now,
                                     0};
    fuzz_must(header_make(&spec, dek, &setting.store.key, &setting.header, &fault), &fault);
    seal_frame_key(dek, setting.header.unit, FORMAT_H0_BYTES, setting.key);
}

/* Every document lies within its section. */
static void walk_documents(const struct bytes *section)
{
    struct document document;
    size_t offset = 0;

    while (documents_next(section->data, section->len, &offset, &document) == STATUS_OK) {
        assert(offset <= section->len);
        assert(document.data + document.data_bytes == section->data + offset);
    }
}

/* Read all that an opened file offers. */
static enum status read_all(void)
{
    struct recording_reader *reader = NULL;
    struct fault fault = {0};
    struct bytes out;
    uint8_t part[5000];

    enum status status = recording_reader_open(&setting.store.access, setting.path,
                                               setting.recording, &reader, &fault);
    if (status != STATUS_OK)
        return status;
    uint64_t length = recording_reader_summary(reader)->audio_bytes;
    for (uint64_t at = 0; at < length && at < 100000; at += sizeof part) {
        size_t count = length - at < sizeof part ? (size_t)(length - at) : sizeof part;
        if (recording_reader_read(reader, at, part, count, &fault) != STATUS_OK)
            break;
    }
    bytes_init(&out, BOUND_SECTION_BYTES);
    for (int kind = SECTION_DETAILS; kind <= SECTION_CHANNEL_PEAKS; kind++) {
        bytes_clear(&out);
        if (recording_reader_section(reader, (enum section_kind)kind, &out, &fault) != STATUS_OK)
            assert(out.len == 0);
    }
    bytes_clear(&out);
    if (documents_read(reader, &out, &fault) == STATUS_OK)
        walk_documents(&out);
    bytes_deinit(&out);
    status = recording_reader_verify(reader, &fault);
    recording_reader_close(reader);
    return status;
}

static void open_and_recover(void)
{
    struct recording_summary summary;
    struct fault fault = {0};
    enum status before = read_all();

    enum status status = recording_recover(&setting.store.access, setting.path, setting.recording,
                                           setting.store.signer, NULL, &summary, &fault);
    if (status == STATUS_OK && before == STATUS_CONFLICT)
        fuzz_must(read_all(), &fault);
    char damaged[120];
    (void)snprintf(damaged, sizeof damaged, "%s.damaged", setting.path);
    (void)unlink(damaged);
    (void)unlink(setting.tail);
    (void)unlink(setting.path);
}

static void try_raw(const uint8_t *data, size_t size)
{
    struct header header;
    uint8_t unit[FORMAT_UNIT_BYTES] = {0};

    memcpy(unit, data, size < sizeof unit ? size : sizeof unit);
    if (header_parse(unit, &header, NULL) == STATUS_OK)
        assert(memcmp(header.unit, unit, sizeof unit) == 0);
    const struct bytes section = {.data = (uint8_t *)(uintptr_t)data, .len = size};
    walk_documents(&section);
    fuzz_write_file(setting.path, data, size);
    open_and_recover();
}

static void try_footer(const uint8_t *data, size_t size)
{
    struct footer footer;
    uint8_t again[FOOTER_BYTES];

    if (size < 1 || footer_get(data + 1, size - 1, data[0], &footer, NULL) != STATUS_OK)
        return;
    footer_put(&footer, setting.header.unit, setting.store.signer, again);
    assert(memcmp(again, data + 1, 360) == 0); /* all but signer and signature */
}

static enum frame_type frame_type_of(int step)
{
    if (step == STEP_TAIL)
        return FRAME_AUDIO;
    return step == STEP_DOCUMENT ? FRAME_SECTION : (enum frame_type)step;
}

/* One step of the script: a frame appended to the file, or written to the tail. */
static void add_frame(struct bytes *file, struct bytes *tail, int type, const uint8_t *data,
                      size_t data_bytes)
{
    uint8_t unit[FORMAT_UNIT_BYTES] = {0};
    uint8_t signed_data[FOOTER_BYTES];
    struct footer footer;
    uint64_t index = file->len / FORMAT_UNIT_BYTES - 1;
    struct bytes *target = type == STEP_TAIL || type == STEP_DOCUMENT ? tail : file;

    if (type == FRAME_FOOTER && footer_get(data, data_bytes, index, &footer, NULL) == STATUS_OK) {
        footer_put(&footer, setting.header.unit, setting.store.signer, signed_data);
        data = signed_data;
    }
    if (type == STEP_TAIL)
        index = data[0];
    if (type == STEP_DOCUMENT)
        index = (UINT64_C(1) << 63) + tail->len / FORMAT_UNIT_BYTES - 2;
    if (type != STEP_DAMAGED)
        frame_seal(setting.key, frame_type_of(type), index, data, data_bytes, unit);
    if (bytes_append(target, unit, sizeof unit) != STATUS_OK)
        abort();
}

static void try_frames(const uint8_t *data, size_t size)
{
    struct bytes file;
    struct bytes tail;

    bytes_init(&file, 1 << 20);
    bytes_init(&tail, 1 << 20);
    if (bytes_append(&file, setting.header.unit, FORMAT_UNIT_BYTES) != STATUS_OK)
        abort();
    for (int step = 0; size > STEP_HEAD_BYTES && step < 60; step++) {
        int type = data[0] % (STEP_DOCUMENT + 1);
        size_t length = bytes_get_u16(data + 1) % FORMAT_FRAME_DATA_BYTES + 1;
        data += STEP_HEAD_BYTES;
        size -= STEP_HEAD_BYTES;
        if (length > size)
            length = size;
        add_frame(&file, &tail, type, data, length);
        data += length;
        size -= length;
    }
    fuzz_write_file(setting.path, file.data, file.len);
    if (tail.len != FORMAT_UNIT_BYTES) /* a tail of one copy: not there */
        fuzz_write_file(setting.tail, tail.data, tail.len);
    bytes_deinit(&file);
    bytes_deinit(&tail);
    open_and_recover();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!setting.store.private_keys)
        set_up();
    if (size < 1 || size > (1 << 18))
        return 0;
    if (data[0] % MODES == MODE_RAW)
        try_raw(data + 1, size - 1);
    else if (data[0] % MODES == MODE_FOOTER)
        try_footer(data + 1, size - 1);
    else
        try_frames(data + 1, size - 1);
    return 0;
}
