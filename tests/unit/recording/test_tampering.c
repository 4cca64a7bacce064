/* Whatever is changed in a finished file is refused, and nothing of it is given out. */
#include "support.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/recording/body.h"
#include "storage/recording/frame.h"
#include "storage/recording/opening.h"

static struct store store;
static uint8_t audio[25000];

static int open_store(void **state)
{
    (void)state;
    store_open(&store);
    fill_pattern(audio, sizeof audio, 7);
    return 0;
}

static int close_store(void **state)
{
    (void)state;
    store_close(&store);
    return 0;
}

/* Open and verify. */
static enum status check(const struct made *made)
{
    struct recording_reader *reader = NULL;
    struct fault fault = {0};
    enum status status = store_read(&store, made, &reader, &fault);

    if (status == STATUS_OK)
        status = recording_reader_verify(reader, &fault);
    recording_reader_close(reader);
    if (status != STATUS_OK) {
        assert_int_equal(fault.status, status);
        assert_true(fault.text[0]);
    }
    return status;
}

static enum status check_open(const struct made *made)
{
    struct recording_reader *reader = NULL;
    struct fault fault = {0};
    enum status status = store_read(&store, made, &reader, &fault);

    recording_reader_close(reader);
    return status;
}

static void refused(enum status status)
{
    assert_true(status == STATUS_CORRUPT || status == STATUS_NO_KEY || status == STATUS_VERSION);
}

static void every_flipped_byte_is_refused(void **state)
{
    struct recording_reader *reader = NULL;
    struct fault fault = {0};
    struct made made;
    (void)state;

    store_make(&store, audio, sizeof audio, 2500, &made);
    off_t size = (off_t)made.summary.file_bytes;
    assert_int_equal(size / FORMAT_UNIT_BYTES, 11);
    assert_int_equal(store_read(&store, &made, &reader, &fault), STATUS_OK);
    for (off_t at = 0; at < size; at++) {
        uint8_t mask = (uint8_t)(1U << (at % 8));
        file_flip(made.path, at, mask);
        bool in_empty_slot = at >= 2 * FORMAT_SLOT_BYTES && at < FORMAT_UNIT_BYTES;
        if (in_empty_slot) /* it may be torn: slot 1 opens the file, verify tells */
            assert_int_equal(check_open(&made), STATUS_OK);
        else if (at < FORMAT_UNIT_BYTES || at >= size - FORMAT_UNIT_BYTES)
            refused(check_open(&made));
        if (at < FORMAT_UNIT_BYTES)
            refused(check(&made));
        assert_int_equal(recording_reader_verify(reader, &fault), STATUS_CORRUPT);
        file_flip(made.path, at, mask);
    }
    recording_reader_close(reader);
    assert_int_equal(check(&made), STATUS_OK);
}

static void a_change_after_opening_is_seen(void **state)
{
    struct recording_reader *reader = NULL;
    struct fault fault = {0};
    struct made made;
    uint8_t got[100];
    (void)state;

    store_make(&store, audio, sizeof audio, 2500, &made);
    assert_int_equal(store_read(&store, &made, &reader, &fault), STATUS_OK);
    assert_int_equal(recording_reader_verify(reader, &fault), STATUS_OK);
    off_t places[] = {20, 600, 3 * FORMAT_UNIT_BYTES, (off_t)made.summary.file_bytes - 1};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        file_flip(made.path, places[i], 1);
        assert_int_equal(recording_reader_verify(reader, &fault), STATUS_CORRUPT);
        file_flip(made.path, places[i], 1);
    }
    file_flip(made.path, 3 * FORMAT_UNIT_BYTES + 99, 1); /* frame 2 */
    memset(got, 1, sizeof got);
    assert_int_equal(recording_reader_read(reader, 3 * 4052 - 50, got, sizeof got, &fault),
                     STATUS_CORRUPT);
    assert_non_null(strstr(fault.text, "frame 2"));
    for (size_t i = 0; i < sizeof got; i++)
        assert_int_equal(got[i], 0);
    assert_int_equal(recording_reader_read(reader, 0, got, sizeof got, &fault), STATUS_OK);
    assert_int_equal(truncate(made.path, (off_t)made.summary.file_bytes - FORMAT_UNIT_BYTES), 0);
    assert_int_equal(recording_reader_verify(reader, &fault), STATUS_CORRUPT);
    recording_reader_close(reader);
}

static void a_damaged_section_is_refused(void **state)
{
    struct recording_reader *reader = NULL;
    struct fault fault = {0};
    struct bytes out;
    struct made made;
    (void)state;

    store_make(&store, audio, sizeof audio, 2500, &made);
    file_flip(made.path, 8 * FORMAT_UNIT_BYTES + 5, 1); /* frame 7: details, after 7 of audio */
    bytes_init(&out, 1000);
    assert_int_equal(store_read(&store, &made, &reader, &fault), STATUS_OK);
    assert_int_equal(recording_reader_section(reader, SECTION_DETAILS, &out, &fault),
                     STATUS_CORRUPT);
    assert_int_equal(out.len, 0);
    recording_reader_close(reader);
    bytes_deinit(&out);
}

static void every_truncation_is_refused(void **state)
{
    struct made made;
    struct bytes whole;
    (void)state;

    bytes_init(&whole, 1 << 20);
    store_make(&store, audio, sizeof audio, 2500, &made);
    file_read(made.path, &whole);
    for (size_t length = 0; length < whole.len; length += 512) {
        file_write(made.path, whole.data, length);
        assert_int_equal(check(&made), STATUS_CORRUPT);
        file_write(made.path, whole.data, length + 1);
        assert_int_equal(check(&made), STATUS_CORRUPT);
    }
    assert_int_equal(bytes_append(&whole, audio, 1), STATUS_OK);
    file_write(made.path, whole.data, whole.len);
    assert_int_equal(check(&made), STATUS_CORRUPT);
    assert_int_equal(bytes_append(&whole, audio, FORMAT_UNIT_BYTES - 1), STATUS_OK);
    file_write(made.path, whole.data, whole.len);
    assert_int_equal(check(&made), STATUS_CORRUPT);
    bytes_deinit(&whole);
}

/* Put unit `from` of one file over unit `to` of another. */
static void move_unit(const char *from_path, size_t from, const char *to_path, size_t to)
{
    uint8_t unit[FORMAT_UNIT_BYTES];
    int source = open(from_path, O_RDONLY);
    int target = open(to_path, O_WRONLY);

    assert_int_equal(pread(source, unit, sizeof unit, (off_t)(from * sizeof unit)), sizeof unit);
    assert_int_equal(pwrite(target, unit, sizeof unit, (off_t)(to * sizeof unit)), sizeof unit);
    (void)close(source);
    (void)close(target);
}

static void units_moved_within_or_across_files_are_refused(void **state)
{
    struct made made;
    struct made other;
    char saved[700];
    (void)state;

    store_make(&store, audio, sizeof audio, 2500, &made);
    store_make(&store, audio, sizeof audio, 2500, &other);
    (void)snprintf(saved, sizeof saved, "%s.saved", made.path);
    file_copy(made.path, saved);
    for (size_t from = 0; from < 11; from++) {
        for (size_t to = 0; to < 11; to++) {
            if (from != to) {
                move_unit(saved, from, made.path, to);
                refused(check(&made));
                file_copy(saved, made.path);
            }
        }
        move_unit(other.path, from, made.path, from); /* also the header and the footer */
        refused(check(&made));
        file_copy(saved, made.path);
    }
    assert_int_equal(check(&made), STATUS_OK);
}

static void a_slot_from_another_file_is_refused(void **state)
{
    struct made made;
    struct made other;
    struct bytes from;
    struct bytes to;
    (void)state;

    store_make(&store, audio, 100, 100, &made);
    store_make(&store, audio, 100, 100, &other);
    bytes_init(&from, 1 << 20);
    bytes_init(&to, 1 << 20);
    file_read(other.path, &from);
    file_read(made.path, &to);
    memcpy(to.data + 512, from.data + 512, 512);
    file_write(made.path, to.data, to.len);
    assert_int_equal(check(&made), STATUS_CORRUPT); /* the commitment */
    memcpy(to.data + 64, from.data + 64, 512 - 64 + 512);
    file_write(made.path, to.data, to.len);
    assert_int_equal(check(&made), STATUS_CORRUPT); /* the commitment holds H0 too */
    bytes_deinit(&from);
    bytes_deinit(&to);
}

static void a_whole_file_under_another_id_is_refused(void **state)
{
    struct made made;
    struct made other;
    (void)state;

    store_make(&store, audio, 100, 100, &made);
    store_make(&store, audio, 100, 100, &other);
    file_copy(other.path, made.path);
    assert_int_equal(check(&made), STATUS_CORRUPT);
}

static void a_newer_format_is_refused_as_such(void **state)
{
    struct made made;
    (void)state;

    store_make(&store, audio, 100, 100, &made);
    file_flip(made.path, 8, 3); /* version 2 */
    assert_int_equal(check(&made), STATUS_VERSION);
}

static void another_customers_keys_open_nothing(void **state)
{
    struct store stranger;
    struct recording_reader *reader = NULL;
    struct fault fault = {0};
    struct made made;
    (void)state;

    store_open(&stranger);
    store_make(&store, audio, 100, 100, &made);
    assert_int_equal(
        recording_reader_open(
            &(struct recording_access){&disk_system, stranger.private_keys, store.public_keys},
            made.path, made.id, &reader, &fault),
        STATUS_NO_KEY);
    assert_null(reader);
    store_close(&stranger);
}

static void an_unknown_signer_is_refused(void **state)
{
    struct store stranger;
    struct recording_finish finish = {.state = RECORDING_STATE_SEALED};
    struct fault fault = {0};
    struct made made;
    (void)state;

    store_open(&stranger);
    store_begin(&store, &made);
    assert_int_equal(
        recording_writer_finish(made.writer, &finish, stranger.ingest, &made.summary, &fault),
        STATUS_OK);
    recording_writer_destroy(made.writer);
    assert_int_equal(check(&made), STATUS_CORRUPT);
    store_close(&stranger);
}

static void a_missing_file_is_not_found(void **state)
{
    struct made made;
    (void)state;

    store_make(&store, audio, 100, 100, &made);
    assert_int_equal(unlink(made.path), 0);
    assert_int_equal(check(&made), STATUS_NOT_FOUND);
    assert_int_equal(mkdir(made.path, 0700), 0);
    assert_int_equal(check(&made), STATUS_CORRUPT);
}

/* With the key of the frames: what a holder of the DEK could write. */
static void rewrite_frame(const struct made *made, enum frame_type type, uint64_t index,
                          const uint8_t *data, size_t data_bytes)
{
    struct opening opening;
    struct fault fault = {0};
    uint8_t unit[FORMAT_UNIT_BYTES];
    struct disk_file file = disk_open(&disk_system, made->path, O_WRONLY, 0);

    assert_int_equal(
        opening_init(&opening,
                     &(struct recording_access){.disk = &disk_system, .keys = store.private_keys},
                     made->path, made->id, &fault),
        STATUS_OK);
    frame_seal(opening.key, type, index, data, data_bytes, unit);
    assert_int_equal(disk_write(file, frame_offset(index), unit, sizeof unit, &fault), STATUS_OK);
    opening_deinit(&opening);
    disk_close(&file);
}

static void frames_resealed_with_the_key_break_the_signed_hash(void **state)
{
    struct made made;
    (void)state;

    store_make(&store, audio, sizeof audio, 2500, &made);
    rewrite_frame(&made, FRAME_AUDIO, 1, audio + 4052, 4052); /* same bytes, new nonce */
    assert_int_equal(check_open(&made), STATUS_OK);
    assert_int_equal(check(&made), STATUS_CORRUPT);
    rewrite_frame(&made, FRAME_AUDIO, 1, audio + 4052, 4051); /* shorter than its place */
    assert_int_equal(check(&made), STATUS_CORRUPT);
    rewrite_frame(&made, FRAME_SECTION, 7, (const uint8_t *)"[]", 2);
    assert_int_equal(check_open(&made), STATUS_OK);
    assert_int_equal(check(&made), STATUS_CORRUPT);
}

static void a_footer_without_the_signing_key_is_refused(void **state)
{
    static const size_t places[] = {2,   3,   4,   5,   8,   12,  16,  24,  32,  64,
                                    104, 136, 168, 172, 176, 184, 359, 360, 376, 439};
    struct opening opening;
    struct fault fault = {0};
    uint8_t unit[FORMAT_UNIT_BYTES];
    uint8_t footer[FORMAT_FRAME_DATA_BYTES];
    size_t footer_bytes = 0;
    struct made made;
    (void)state;

    store_make(&store, audio, sizeof audio, 2500, &made);
    uint64_t index = made.summary.file_bytes / FORMAT_UNIT_BYTES - 2;
    assert_int_equal(
        opening_init(&opening,
                     &(struct recording_access){.disk = &disk_system, .keys = store.private_keys},
                     made.path, made.id, &fault),
        STATUS_OK);
    assert_int_equal(disk_read(opening.file, frame_offset(index), unit, sizeof unit, &fault),
                     STATUS_OK);
    assert_int_equal(frame_open(opening.key, FRAME_FOOTER, index, unit, footer, &footer_bytes),
                     STATUS_OK);
    assert_int_equal(footer_bytes, FOOTER_BYTES);
    opening_deinit(&opening);
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        footer[places[i]] ^= 1;
        rewrite_frame(&made, FRAME_FOOTER, index, footer, footer_bytes);
        assert_int_equal(check_open(&made), STATUS_CORRUPT);
        footer[places[i]] ^= 1;
    }
    rewrite_frame(&made, FRAME_FOOTER, index, footer, footer_bytes - 1);
    assert_int_equal(check_open(&made), STATUS_CORRUPT);
    rewrite_frame(&made, FRAME_FOOTER, index, footer, 1);
    assert_int_equal(check_open(&made), STATUS_CORRUPT);
    footer[0] = 2;
    rewrite_frame(&made, FRAME_FOOTER, index, footer, footer_bytes);
    assert_int_equal(check_open(&made), STATUS_VERSION);
    footer[0] = 1;
    rewrite_frame(&made, FRAME_FOOTER, index, footer, footer_bytes);
    assert_int_equal(check(&made), STATUS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_flipped_byte_is_refused),
        cmocka_unit_test(a_change_after_opening_is_seen),
        cmocka_unit_test(a_damaged_section_is_refused),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(units_moved_within_or_across_files_are_refused),
        cmocka_unit_test(a_slot_from_another_file_is_refused),
        cmocka_unit_test(a_whole_file_under_another_id_is_refused),
        cmocka_unit_test(a_newer_format_is_refused_as_such),
        cmocka_unit_test(another_customers_keys_open_nothing),
        cmocka_unit_test(an_unknown_signer_is_refused),
        cmocka_unit_test(a_missing_file_is_not_found),
        cmocka_unit_test(frames_resealed_with_the_key_break_the_signed_hash),
        cmocka_unit_test(a_footer_without_the_signing_key_is_refused),
    };

    return cmocka_run_group_tests_name("tampering", tests, open_store, close_store);
}
