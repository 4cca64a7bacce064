/* A finished recording that was damaged: what is authentic of it is made into one that plays. */
#include "support.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bounds.h"
#include "disk/faulty.h"
#include "storage/recording/frame.h"
#include "storage/recording/pages.h"

enum {
    FRAME_GRANULE = 960,
    PAGE_FRAMES = 50,
    PACKET_BYTES = 120,
    SERIAL = 0x12345678,
    SECONDS = 61, /* what store_finish says */
    PAGES = 2 + SECONDS,
    TOUCHED = 3, /* pages that a unit may have a part of */
};

static struct store store;
static struct stream stream;
static struct made made;
static struct bytes whole; /* the finished file */

/* A page of a second, of packets of 20 ms as a recorder writes them. */
static void second_page(void)
{
    uint8_t page[27 + PAGE_FRAMES + PAGE_FRAMES * PACKET_BYTES] = "OggS";
    ogg_page out = {page, 27 + PAGE_FRAMES, page + 27 + PAGE_FRAMES, PAGE_FRAMES * PACKET_BYTES};

    stream.granule += PAGE_FRAMES * FRAME_GRANULE;
    bytes_put_u64(page + 6, (uint64_t)stream.granule);
    bytes_put_u32(page + 14, SERIAL);
    bytes_put_u32(page + 18, stream.sequence++);
    page[26] = PAGE_FRAMES;
    memset(page + 27, PACKET_BYTES, PAGE_FRAMES);
    fill_pattern(out.body, (size_t)out.body_len, stream.sequence);
    ogg_page_checksum_set(&out);
    stream.last = stream.bytes.len;
    assert_int_equal(bytes_append(&stream.bytes, page, sizeof page), STATUS_OK);
}

static int set_up(void **state)
{
    (void)state;
    store_open(&store);
    store_begin(&store, &made);
    stream_init(&stream);
    stream_head(&stream);
    stream_append(&stream, &made);
    for (int i = 0; i < SECONDS; i++) {
        second_page();
        stream_append(&stream, &made);
    }
    assert_int_equal(recording_writer_document(made.writer, 0, "INVITE", "a/b",
                                               (const uint8_t *)"<recording/>", 12),
                     STATUS_OK);
    store_finish(&store, &made);
    bytes_init(&whole, 64U << 20);
    file_read(made.path, &whole);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    bytes_deinit(&whole);
    stream_deinit(&stream);
    store_close(&store);
    return 0;
}

static enum status mend_on(const struct disk *disk, struct recording_summary *summary)
{
    const struct recover_describe describer = {.mend = true, .give_up_unreadable = true};
    struct fault fault = {0};

    return recording_recover(
        &(struct recording_access){disk, store.private_keys, store.public_keys}, made.path, made.id,
        store.keeper, &describer, summary, &fault);
}

static enum status mend(struct recording_summary *summary)
{
    return mend_on(&disk_system, summary);
}

/* The file as it was, with a byte of a unit changed. */
static void damage(uint64_t unit)
{
    file_write(made.path, whole.data, whole.len);
    file_flip(made.path, (off_t)(unit * FORMAT_UNIT_BYTES + 77), 4);
}

static void read_stream(struct bytes *audio, struct bytes *documents)
{
    struct recording_reader *reader = NULL;
    struct fault fault = {0};
    uint8_t part[4096];

    assert_int_equal(store_read(&store, &made, &reader, &fault), STATUS_OK);
    assert_int_equal(recording_reader_verify(reader, &fault), STATUS_OK);
    uint64_t bytes = recording_reader_summary(reader)->audio_bytes;
    bytes_clear(audio);
    for (uint64_t at = 0; at < bytes; at += sizeof part) {
        size_t count = bytes - at < sizeof part ? (size_t)(bytes - at) : sizeof part;
        assert_int_equal(recording_reader_read(reader, at, part, count, &fault), STATUS_OK);
        assert_int_equal(bytes_append(audio, part, count), STATUS_OK);
    }
    bytes_clear(documents);
    enum status status = recording_reader_section(reader, SECTION_DOCUMENTS, documents, &fault);
    assert_true(status == STATUS_OK || status == STATUS_NOT_FOUND);
    recording_reader_close(reader);
}

/* Page after page without a seam up to the end, each the one that was or in its place; returns how
 * many are not those that were. */
static unsigned compare_pages(const struct bytes *audio)
{
    struct pages pages;
    struct pages_page page;
    unsigned others = 0;
    int64_t granule = 0;
    long next = 0;
    size_t at = 0;

    pages_init(&pages);
    assert_int_equal(pages_feed(&pages, audio->data, audio->len), STATUS_OK);
    for (; pages_next(&pages, &page) == STATUS_OK; next++) {
        size_t bytes = page.head_bytes + page.payload_bytes;
        assert_int_equal(page.sequence, next);
        assert_int_equal(memcmp(audio->data + at, page.head, page.head_bytes), 0); /* no seam */
        if (page.payload_bytes) {
            others += !memmem(stream.bytes.data, stream.bytes.len, audio->data + at, bytes);
            assert_int_equal(page.granule,
                             granule + (int64_t)page.packets * FRAME_GRANULE * (page.granule > 0));
            granule = page.granule;
        }
        at += bytes;
    }
    assert_int_equal(at, audio->len);
    assert_true(pages.ended);
    assert_int_equal(granule, SECONDS * 48000);
    pages_deinit(&pages);
    return others;
}

static void whatever_unit_is_damaged_the_rest_plays_in_its_place(void **state)
{
    char damaged[700];
    struct bytes audio;
    struct bytes documents;
    struct bytes kept;
    unsigned without_documents = 0;

    (void)state;
    bytes_init(&audio, 64U << 20);
    bytes_init(&documents, BOUND_DOCUMENTS_BYTES);
    bytes_init(&kept, 64U << 20);
    (void)snprintf(damaged, sizeof damaged, "%s.damaged", made.path);
    uint64_t units = whole.len / FORMAT_UNIT_BYTES;
    uint64_t frames = frame_count(made.summary.audio_bytes);
    for (uint64_t unit = 2; unit < units; unit++) {
        struct recording_summary summary = {0};
        bool of_audio = unit <= frames;
        bool of_footer = unit + 1 == units;
        damage(unit);
        assert_int_equal(mend(&summary), STATUS_OK);
        assert_int_equal(summary.state, RECORDING_STATE_RECOVERED);
        assert_true(summary.damaged);
        assert_in_range(summary.duration_ms, SECONDS * 1000 - 20, SECONDS * 1000);
        assert_int_equal(summary.holes, of_audio);
        read_stream(&audio, &documents);
        unsigned others = compare_pages(&audio);
        assert_in_range(others, of_audio, of_audio ? TOUCHED : 0);
        without_documents += !of_footer && !documents.len;
        file_read(damaged, &kept);
        assert_int_equal(kept.len, whole.len);
        assert_int_not_equal(kept.data[unit * FORMAT_UNIT_BYTES + 77],
                             whole.data[unit * FORMAT_UNIT_BYTES + 77]);
        assert_int_equal(unlink(damaged), 0);
    }
    assert_int_equal(without_documents, 1); /* where it was their own unit */
    bytes_deinit(&kept);
    bytes_deinit(&documents);
    bytes_deinit(&audio);
}

static void without_its_first_page_nothing_plays_and_it_is_left(void **state)
{
    struct recording_summary summary = {0};
    struct bytes now;

    (void)state;
    bytes_init(&now, 64U << 20);
    damage(1);
    assert_int_equal(mend(&summary), STATUS_CORRUPT);
    file_read(made.path, &now);
    assert_int_equal(now.len, whole.len);
    assert_int_not_equal(now.data[FORMAT_UNIT_BYTES + 77], whole.data[FORMAT_UNIT_BYTES + 77]);
    file_flip(made.path, FORMAT_UNIT_BYTES + 77, 4);
    assert_int_equal(mend(&summary), STATUS_OK);
    bytes_deinit(&now);
}

/* Whatever fails, the damaged file is there, or it and the new one. */
static void whatever_call_fails_it_can_be_mended_again(void **state)
{
    static const int errors[] = {EIO, ENOSPC};
    struct bytes audio;
    struct bytes documents;
    char damaged[700];

    (void)state;
    bytes_init(&audio, 64U << 20);
    bytes_init(&documents, BOUND_DOCUMENTS_BYTES);
    (void)snprintf(damaged, sizeof damaged, "%s.damaged", made.path);
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        bool clean = false;
        for (uint64_t nth = 1; !clean; nth++) {
            struct faulty faulty;
            struct recording_summary summary = {0};
            (void)unlink(damaged);
            damage(7);
            faulty_init(&faulty, &disk_system, NULL);
            faulty_lay(&faulty, &(struct faulty_plan){FAULTY_CHANGES, nth, 1, errors[i], 100});
            enum status status = mend_on(&faulty.disk, &summary);
            clean = faulty_failed(&faulty) == 0;
            faulty_heal(&faulty);
            faulty_deinit(&faulty);
            assert_true(status == STATUS_OK || !clean);
            assert_int_equal(mend(&summary), STATUS_OK);
            assert_int_equal(summary.state, RECORDING_STATE_RECOVERED);
            assert_true(file_exists(damaged));
            read_stream(&audio, &documents);
            assert_in_range(compare_pages(&audio), 1, TOUCHED);
        }
    }
    bytes_deinit(&documents);
    bytes_deinit(&audio);
}

static void one_that_is_whole_stays_as_it_is(void **state)
{
    struct recording_summary summary = {0};
    struct bytes now;
    char damaged[700];

    (void)state;
    bytes_init(&now, 64U << 20);
    assert_int_equal(mend(&summary), STATUS_OK);
    assert_int_equal(summary.state, RECORDING_STATE_SEALED);
    assert_memory_equal(summary.sha256_cipher, made.summary.sha256_cipher, 32);
    file_read(made.path, &now);
    assert_int_equal(now.len, whole.len);
    assert_memory_equal(now.data, whole.data, whole.len);
    (void)snprintf(damaged, sizeof damaged, "%s.damaged", made.path);
    assert_false(file_exists(damaged));
    bytes_deinit(&now);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(whatever_unit_is_damaged_the_rest_plays_in_its_place),
        CASE(without_its_first_page_nothing_plays_and_it_is_left),
        CASE(whatever_call_fails_it_can_be_mended_again),
        CASE(one_that_is_whole_stays_as_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
