/* life_check: what must be there of a recording. */
#include "disk/life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/recording/documents.h"
#include "storage/recording/pages.h"
#include "storage/recording/reader.h"
#include "storage/recording/recover.h"

enum { PAGE_SEQUENCE_AT = 18, PAGE_FLAGS_AT = 5, PAGE_END = 4, PAGE_HEAD_BYTES = 27 };

static struct recording_access access_of(const struct life *life, const struct disk *disk)
{
    return (struct recording_access){disk, life->keys->private_keys, life->keys->public_keys};
}

enum status life_recover(const struct life *life, const struct disk *disk,
                         struct recording_summary *summary, struct fault *fault)
{
    struct recording_access access = access_of(life, disk);

    return recording_recover(&access, life->path, life->id, life->keys->keeper, NULL, summary,
                             fault);
}

/* How many bytes of what was read are page `number` of what was given, 0: they are not. */
static size_t same_page(const struct life *life, size_t number, const uint8_t *got,
                        size_t got_bytes)
{
    if (number >= life->pages)
        return 0;
    size_t start = number ? life->page_end[number - 1] : 0;
    size_t length = life->page_end[number] - start;

    if (length > got_bytes || memcmp(got, life->stream.bytes.data + start, length) != 0)
        return 0;
    return length;
}

static bool is_end_page(const uint8_t *got, size_t got_bytes)
{
    return got_bytes == PAGES_END_BYTES && memcmp(got, "OggS", 4) == 0 &&
           got[PAGE_FLAGS_AT] == PAGE_END && got[26] == 0;
}

/* How many bytes are a page of silence with that number, which recovery put in the place of one
 * that is gone; 0: they are not. */
static size_t silent_page(const struct life *life, const uint8_t *got, size_t got_bytes)
{
    static const uint8_t packet[] = {0x98, 0x02, 0xff, 0xfe, 0x98, 0xff, 0xfe}; /* two streams */
    size_t head =
        got_bytes > PAGE_HEAD_BYTES ? (size_t)PAGE_HEAD_BYTES + got[PAGE_HEAD_BYTES - 1] : SIZE_MAX;
    size_t length = head;

    if (head > got_bytes || memcmp(got, "OggS", 4) != 0)
        return 0;
    for (size_t i = PAGE_HEAD_BYTES; i < head; i++) {
        /* OpusHead, which says how many, was never confirmed */
        bool one_stream = got[i] == 3 && life->durable == 0;
        if ((got[i] != sizeof packet && !one_stream) || got[i] > got_bytes - length ||
            memcmp(got + length, one_stream ? packet + 4 : packet, got[i]) != 0)
            return 0;
        length += got[i];
    }
    return length;
}

/*
 * A stream is made of pages that were given, in their order, of silence in holes, and of an end
 * page where it was recovered; every page that was confirmed is among them.
 */
static void check_stream(const struct life *life, const struct recording_summary *summary,
                         const uint8_t *got)
{
    size_t left = (size_t)summary->audio_bytes;
    size_t next = 0;

    while (left && !(summary->state == RECORDING_STATE_RECOVERED && is_end_page(got, left))) {
        size_t number =
            left >= PAGE_HEAD_BYTES ? bytes_get_u32(got + PAGE_SEQUENCE_AT) : life->pages;
        size_t length = same_page(life, number, got, left);
        if (!next && life->durable == 0 && summary->holes)
            next = number;
        if (!length && summary->holes && number < life->pages &&
            life->page_end[number] > life->durable)
            length = silent_page(life, got, left);
        if (!length || number != next)
            fail_msg("%s: what is read at byte %llu was never given there", life->note,
                     (unsigned long long)(summary->audio_bytes - left));
        got += length;
        left -= length;
        next++;
    }
    size_t end = next ? life->page_end[next - 1] : 0;
    if (end < life->durable)
        fail_msg("%s: it ends at byte %zu of %zu confirmed ones", life->note, end,
                 (size_t)life->durable);
}

static void check_documents(const struct life *life, const struct recording_reader *reader)
{
    static uint8_t expected[LIFE_DOCUMENT_BYTES];
    struct document document;
    struct fault fault = {0};
    struct bytes section;
    size_t offset = 0;
    size_t next = 0;

    bytes_init(&section, BOUND_SECTION_BYTES);
    assert_int_equal(documents_read(reader, &section, &fault), STATUS_OK);
    while (documents_next(section.data, section.len, &offset, &document) == STATUS_OK) {
        size_t number = (size_t)document.at_ms;
        assert_in_range(number, next, life->documents - 1);
        if (number != next)
            assert_true(next >= life->documents_durable);
        assert_int_equal(document.data_bytes, life_document(expected, number));
        assert_memory_equal(document.data, expected, document.data_bytes);
        next = number + 1;
    }
    assert_int_equal(offset, section.len);
    assert_true(next >= life->documents_durable);
    bytes_deinit(&section);
}

void life_check_file(const struct life *life, const struct disk *disk, size_t customer)
{
    struct recording_access access = access_of(life, disk);
    struct recording_reader *reader = NULL;
    struct fault fault = {0};
    enum status status = recording_reader_open(&access, life->path, life->id, &reader, &fault);

    if (status == STATUS_OK)
        status = life->slots_tampered ? recording_reader_verify_content(reader, &fault)
                                      : recording_reader_verify(reader, &fault);
    if (status != STATUS_OK)
        fail_msg("%s: %s: %s", life->note, status_name(status), fault.text);
    const struct recording_summary *summary = recording_reader_summary(reader);
    assert_memory_equal(summary->customer.b, life->keys->customer[customer].b, UUID_BYTES);
    uint8_t *got = malloc((size_t)summary->audio_bytes + 1);
    assert_int_equal(recording_reader_read(reader, 0, got, (size_t)summary->audio_bytes, &fault),
                     STATUS_OK);
    check_stream(life, summary, got);
    check_documents(life, reader);
    if (life->finished == STATUS_OK) {
        if (summary->state != RECORDING_STATE_SEALED || summary->holes)
            fail_msg("%s: it was sealed, and is %s with %u holes", life->note,
                     recording_state_name(summary->state), (unsigned)summary->holes);
        assert_int_equal(summary->audio_bytes, life->stream.bytes.len);
        assert_true(summary->loss.known);
    }
    free(got);
    recording_reader_close(reader);
}

static bool ends_with(const char *path, const char *end)
{
    size_t path_bytes = strlen(path);
    size_t end_bytes = strlen(end);

    return path_bytes >= end_bytes && strcmp(path + path_bytes - end_bytes, end) == 0;
}

/* Nothing is left beside the recording, no tail, nothing unfinished, and no alarm, but what a
 * creation was cut off from removing, which the keeper's scan reports; and where a sync failed
 * under it, evidence: of a later segment whose header is gone nobody can tell that nothing was
 * confirmed in it. */
static void check_leftover(void *arg, const char *path)
{
    const struct life *life = arg;
    char tail[BOUND_PATH_BYTES + 8];

    (void)snprintf(tail, sizeof tail, "%s.tail", life->path);
    if (life->renewed && ends_with(path, ".crec.damaged"))
        return;
    if (strcmp(path, life->path) == 0 || ends_with(path, ".crec.new") ||
        (ends_with(path, ".crec.tail") && strcmp(path, tail) != 0))
        return;
    fail_msg("%s: %s is left over", life->note, path);
}

/* What recovery says is done is on the disk, and not in the page cache alone. */
static void check_durable(const struct life *life, struct memory_disk *memory)
{
    struct memory_disk *copy = memory_disk_copy(memory);

    memory_disk_cut(copy, MEMORY_DISK_NOTHING, 0);
    life_check_file(life, memory_disk_disk(copy), life->customer);
    memory_disk_destroy(copy);
}

void life_check(const struct life *life, struct memory_disk *memory)
{
    const struct disk *disk = memory_disk_disk(memory);
    struct recording_summary summary;
    struct recording_summary again;
    struct fault fault = {0};

    if (life->finished == STATUS_OK && life->segments == 1) /* nobody recovers what was sealed */
        life_check_file(life, disk, life->customer);
    enum status status = life_recover(life, disk, &summary, &fault);
    assert_int_equal(memory_disk_open_files(memory), 0);
    if (!life->answered && status != STATUS_OK)
        return; /* nobody was told of it */
    if (life->durable == 0 && status == STATUS_CORRUPT)
        return; /* not one page was confirmed */
    if (status != STATUS_OK)
        fail_msg("%s: recover: %s: %s", life->note, status_name(status), fault.text);
    life_check_file(life, disk, life->customer);
    check_durable(life, memory);
    memory_disk_each(memory, check_leftover, (void *)(uintptr_t)life);
    assert_int_equal(life_recover(life, disk, &again, &fault), STATUS_OK);
    assert_int_equal(again.state, summary.state);
    assert_memory_equal(again.sha256_cipher, summary.sha256_cipher, 32);
    assert_int_equal(memory_disk_open_files(memory), 0);
}
