/* A finished recording sealed to another customer: the same to hear, nothing for the first one. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <fcntl.h>

#include "base/bounds.h"
#include "storage/recording/body.h"
#include "storage/recording/documents.h"
#include "storage/recording/frame.h"
#include "storage/recording/header.h"
#include "storage/recording/reassign.h"
#include "storage/recording/slots.h"
#include "storage/seal/shredding.h"

static struct store store;
static struct uuid other;
static struct customer_key other_key;
static uint8_t audio[25000];

static int open_store(void **state)
{
    struct fault fault = {0};
    char month[KEY_MONTH_BYTES];
    (void)state;

    store_open(&store);
    fill_pattern(audio, sizeof audio, 3);
    other = uuid_new(clock_wall_from_us(STARTED_US));
    keys_month(clock_wall_from_us(STARTED_US), month);
    assert_int_equal(private_keys_make_month(store.private_keys, other, month, &fault), STATUS_OK);
    assert_int_equal(public_keys_customer(store.public_keys, other, clock_wall_from_us(STARTED_US),
                                          &other_key, &fault),
                     STATUS_OK);
    return 0;
}

static int close_store(void **state)
{
    (void)state;
    store_close(&store);
    return 0;
}

/* A sealed recording with audio, details, peaks and documents. */
static void make_recording(struct made *made)
{
    static const uint8_t peaks[] = {1, 2, 3, 4};
    struct recording_section sections[] = {{SECTION_DETAILS, (const uint8_t *)"{\"a\":1}", 7},
                                           {SECTION_CHANNEL_PEAKS, peaks, sizeof peaks}};
    struct recording_finish finish = {.state = RECORDING_STATE_SEALED,
                                      .ended = clock_wall_from_us(STARTED_US + 61000000),
                                      .ended_mono = {78},
                                      .duration_ms = 61000,
                                      .loss = {true, 3050, 5, 4, 3},
                                      .sections = 2,
                                      .section = sections};
    struct fault fault = {0};

    store_begin(&store, made);
    for (size_t done = 0; done < sizeof audio; done += 2500)
        assert_int_equal(
            recording_writer_append(made->writer, audio + done, 2500, (int64_t)done + 1),
            STATUS_OK);
    assert_int_equal(recording_writer_document(made->writer, 5, "INVITE", "a/b",
                                               (const uint8_t *)"<recording/>", 12),
                     STATUS_OK);
    assert_int_equal(
        recording_writer_finish(made->writer, &finish, store.ingest, &made->summary, &fault),
        STATUS_OK);
    recording_writer_destroy(made->writer);
    made->writer = NULL;
}

static enum status reassign(const struct made *made, struct recording_summary *summary,
                            struct fault *fault)
{
    const struct reassign_spec spec = {made->path, made->id, other, &other_key};

    return recording_reassign(
        &spec, &(struct recording_access){&disk_system, store.private_keys, store.public_keys},
        store.keeper, summary, fault);
}

/* Bytes of a section of a file. */
static void read_section(const char *path, struct uuid id, enum section_kind kind,
                         struct bytes *section)
{
    struct recording_reader *reader = NULL;
    struct fault fault = {0};

    assert_int_equal(
        recording_reader_open(
            &(struct recording_access){&disk_system, store.private_keys, store.public_keys}, path,
            id, &reader, &fault),
        STATUS_OK);
    assert_int_equal(recording_reader_section(reader, kind, section, &fault), STATUS_OK);
    recording_reader_close(reader);
}

static void expect_same_section(const struct made *made, const char *before, enum section_kind kind)
{
    struct bytes sections[2];

    for (int i = 0; i < 2; i++) {
        bytes_init(&sections[i], BOUND_SECTION_BYTES);
        read_section(i ? made->path : before, made->id, kind, &sections[i]);
    }
    assert_true(sections[0].len > 0);
    assert_int_equal(sections[0].len, sections[1].len);
    assert_memory_equal(sections[0].data, sections[1].data, sections[0].len);
    bytes_deinit(&sections[0]);
    bytes_deinit(&sections[1]);
}

static void the_new_file_says_all_that_the_old_one_said(void **state)
{
    struct recording_summary summary;
    struct fault fault = {0};
    struct made made;
    char before[700];
    (void)state;

    make_recording(&made);
    (void)snprintf(before, sizeof before, "%s.before", made.path);
    file_copy(made.path, before);
    if (reassign(&made, &summary, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    store_expect(&store, &made, audio, sizeof audio);
    assert_true(uuid_equal(summary.customer, other));
    assert_true(uuid_equal(summary.recording, made.id));
    assert_int_equal(summary.state, RECORDING_STATE_SEALED);
    assert_int_equal(summary.started.ns, made.summary.started.ns);
    assert_int_equal(summary.ended.ns, made.summary.ended.ns);
    assert_int_equal(summary.duration_ms, 61000);
    assert_int_equal(summary.loss.packets_lost, 5);
    assert_true(summary.loss.known);
    assert_memory_equal(summary.sha256_plain, made.summary.sha256_plain, 32);
    assert_memory_not_equal(summary.sha256_cipher, made.summary.sha256_cipher, 32);
    static const enum section_kind kinds[] = {SECTION_DETAILS, SECTION_CHANNEL_PEAKS,
                                              SECTION_DOCUMENTS, SECTION_GRANULES};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        expect_same_section(&made, before, kinds[i]);
}

/* As files were before there were documents and peaks by channel. */
static void an_older_file_keeps_its_peaks_and_its_one_document(void **state)
{
    static const uint8_t peaks[] = {1, 2, 3, 4, 5, 6};
    struct recording_section sections[] = {{SECTION_DETAILS, (const uint8_t *)"{}", 2},
                                           {SECTION_PEAKS, peaks, sizeof peaks},
                                           {SECTION_METADATA, (const uint8_t *)"<a/>", 4}};
    struct recording_finish finish = {
        .state = RECORDING_STATE_SEALED, .sections = 3, .section = sections};
    struct recording_reader *reader = NULL;
    struct recording_summary summary;
    struct document document;
    struct fault fault = {0};
    struct bytes read;
    struct made made;
    size_t offset = 0;
    (void)state;

    store_begin(&store, &made);
    assert_int_equal(
        recording_writer_finish(made.writer, &finish, store.ingest, &made.summary, &fault),
        STATUS_OK);
    recording_writer_destroy(made.writer);
    assert_int_equal(reassign(&made, &summary, &fault), STATUS_OK);
    bytes_init(&read, BOUND_SECTION_BYTES);
    read_section(made.path, made.id, SECTION_PEAKS, &read);
    assert_int_equal(read.len, sizeof peaks);
    assert_memory_equal(read.data, peaks, sizeof peaks);
    bytes_clear(&read);
    assert_int_equal(store_read(&store, &made, &reader, &fault), STATUS_OK);
    assert_int_equal(documents_read(reader, &read, &fault), STATUS_OK);
    recording_reader_close(reader);
    assert_int_equal(documents_next(read.data, read.len, &offset, &document), STATUS_OK);
    assert_int_equal(document.data_bytes, 4);
    assert_memory_equal(document.data, "<a/>", 4);
    assert_int_equal(documents_next(read.data, read.len, &offset, &document), STATUS_END);
    bytes_deinit(&read);
}

static void the_first_customers_key_opens_nothing_of_it(void **state)
{
    struct recording_summary summary;
    struct recording_reader *reader = NULL;
    struct fault fault = {0};
    struct made made;
    char id[UUID_TEXT_BYTES];
    char path[500];
    char away[520];
    (void)state;

    make_recording(&made);
    assert_int_equal(reassign(&made, &summary, &fault), STATUS_OK);
    uuid_format(other, id);
    (void)snprintf(path, sizeof path, "%s/private/%s", store.keys_dir, id);
    (void)snprintf(away, sizeof away, "%s.away", path);
    assert_int_equal(rename(path, away), 0); /* the first customer's keys are still there */
    struct private_keys *keys = NULL;
    assert_int_equal(private_keys_open(&disk_system, store.keys_dir, store.master, &keys, &fault),
                     STATUS_OK);
    assert_int_equal(
        recording_reader_open(&(struct recording_access){&disk_system, keys, store.public_keys},
                              made.path, made.id, &reader, &fault),
        STATUS_NO_KEY);
    private_keys_close(keys);
    assert_int_equal(rename(away, path), 0);
}

static void a_second_time_finds_it_done(void **state)
{
    struct recording_summary first;
    struct recording_summary second;
    struct fault fault = {0};
    struct made made;
    (void)state;

    make_recording(&made);
    assert_int_equal(reassign(&made, &first, &fault), STATUS_OK);
    assert_int_equal(reassign(&made, &second, &fault), STATUS_OK);
    assert_memory_equal(first.sha256_cipher, second.sha256_cipher, 32);
}

static void what_cannot_be_reassigned_is_left_as_it_is(void **state)
{
    struct recording_summary summary;
    struct fault fault = {0};
    struct bytes before;
    struct bytes after;
    struct made made;
    char left[700];
    (void)state;

    bytes_init(&before, 1 << 20);
    bytes_init(&after, 1 << 20);
    make_recording(&made);
    (void)snprintf(left, sizeof left, "%s.reassigning", made.path);
    file_flip(made.path, 2 * FORMAT_UNIT_BYTES + 99, 1); /* audio that is not authentic */
    file_read(made.path, &before);
    assert_int_equal(reassign(&made, &summary, &fault), STATUS_CORRUPT);
    file_read(made.path, &after);
    assert_int_equal(before.len, after.len);
    assert_memory_equal(before.data, after.data, before.len);
    assert_false(file_exists(left));
    file_flip(made.path, 2 * FORMAT_UNIT_BYTES + 99, 1);
    int held = open(made.path, O_RDONLY);
    assert_int_equal(flock(held, LOCK_EX | LOCK_NB), 0);
    assert_int_equal(reassign(&made, &summary, &fault), STATUS_BUSY);
    assert_int_equal(close(held), 0);
    file_write(left, audio, 5000); /* of one that was cut off */
    assert_int_equal(reassign(&made, &summary, &fault), STATUS_OK);
    assert_false(file_exists(left));
    bytes_deinit(&before);
    bytes_deinit(&after);
}

/* A file with a section of a kind that a later program may have. */
static void make_newer(struct made *made)
{
    static const enum section_kind later = (enum section_kind)99;
    struct recording_section section = {later, (const uint8_t *)"new", 3};
    struct recording_finish finish = {
        .state = RECORDING_STATE_SEALED, .sections = 1, .section = &section};
    uint8_t dek[KEY_DEK_BYTES];
    struct granules granules;
    struct bytes documents;
    struct header header;
    struct body body;
    struct fault fault = {0};

    store_make(&store, audio, 100, 100, made);
    struct disk_file file = disk_open(&disk_system, made->path, O_RDWR | O_TRUNC, 0);
    assert_true(file.fd >= 0);
    seal_dek_new(dek);
    granules_init(&granules);
    bytes_init(&documents, 1);
    const struct header_spec spec = {made->id, store.customer, clock_wall_from_us(STARTED_US), 0};
    assert_int_equal(header_make(&spec, dek, &store.key, &header, &fault), STATUS_OK);
    body_init(&body, file, header.unit);
    seal_frame_key(dek, header.unit, FORMAT_H0_BYTES, body.key);
    assert_int_equal(disk_write(file, 0, header.unit, sizeof header.unit, &fault), STATUS_OK);
    const struct body_end end = {.finish = &finish,
                                 .granules = &granules,
                                 .documents = &documents,
                                 .recording = made->id,
                                 .customer = store.customer,
                                 .started_us = STARTED_US};
    assert_int_equal(body_finish(&body, &end, store.ingest, &made->summary, &fault), STATUS_OK);
    body_deinit(&body);
    granules_deinit(&granules);
    disk_close(&file);
}

static void what_a_newer_program_sealed_is_left_to_it(void **state)
{
    struct recording_summary summary;
    struct fault fault = {0};
    struct made made;
    (void)state;

    make_newer(&made);
    assert_int_equal(reassign(&made, &summary, &fault), STATUS_VERSION);
    store_expect(&store, &made, audio, 0);
}

static void a_recording_in_progress_is_not_reassigned(void **state)
{
    struct recording_summary summary;
    struct fault fault = {0};
    struct made made;
    (void)state;

    store_begin(&store, &made);
    assert_int_equal(reassign(&made, &summary, &fault), STATUS_BUSY); /* its writer's lock */
    recording_writer_destroy(made.writer);
    assert_int_equal(reassign(&made, &summary, &fault), STATUS_CONFLICT);
}

static void a_recovered_recording_stays_recovered(void **state)
{
    struct recording_summary summary;
    struct recording_summary recovered;
    struct fault fault = {0};
    struct call call;
    (void)state;

    call_begin(&store, &call);
    call_page(&call, 3000);
    call_page(&call, 9000);
    call_flush(&call, true);
    call_image(&call);
    recovered = call_recover(&call, call.stream.bytes.len);
    assert_int_equal(reassign(&call.image, &summary, &fault), STATUS_OK);
    assert_int_equal(summary.state, RECORDING_STATE_RECOVERED);
    assert_false(summary.loss.known);
    assert_memory_equal(summary.sha256_plain, recovered.sha256_plain, 32);
    call_end(&call);
}

static void put_on_hold(const struct made *made)
{
    const struct recording_access access = {&disk_system, store.private_keys, store.public_keys};
    struct customer_key hold;
    unsigned number = 0;
    struct fault fault = {0};

    assert_int_equal(private_keys_make_hold(store.private_keys, &fault), STATUS_OK);
    assert_int_equal(public_keys_hold(store.public_keys, &hold, &fault), STATUS_OK);
    assert_int_equal(slots_add(&access, made->path, made->id, &hold, &number, &fault), STATUS_OK);
}

/* What hangs on a month is counted before it is destroyed: nothing comes to it meanwhile. */
static void while_what_is_sealed_to_keys_is_counted_it_waits(void **state)
{
    struct recording_summary summary;
    struct fault fault = {0};
    struct made made;
    struct disk_file lock;
    (void)state;

    make_recording(&made);
    assert_int_equal(keys_hold_off(store.private_keys, &lock, &fault), STATUS_OK);
    assert_int_equal(reassign(&made, &summary, &fault), STATUS_BUSY);
    disk_close(&lock);
    assert_int_equal(reassign(&made, &summary, &fault), STATUS_OK);
}

static void without_the_hold_key_what_is_on_hold_is_left_as_it_is(void **state)
{
    struct recording_summary summary;
    struct fault fault = {0};
    struct made made;
    char path[700];
    (void)state;

    make_recording(&made);
    put_on_hold(&made);
    (void)snprintf(path, sizeof path, "%s/public/hold.pub", store.keys_dir);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(reassign(&made, &summary, &fault), STATUS_NO_KEY);
    assert_non_null(strstr(fault.text, "on hold"));
    store_expect(&store, &made, audio, sizeof audio);
    (void)snprintf(path, sizeof path, "%s.reassigning", made.path);
    assert_int_not_equal(access(path, F_OK), 0);
}

/* Whosever it is: the new customer's month may be destroyed as well. The last one: it does so. */
static void what_is_on_hold_stays_on_hold(void **state)
{
    const struct recording_access access = {&disk_system, store.private_keys, store.public_keys};
    struct recording_summary summary;
    struct fault fault = {0};
    struct made made;
    struct slot_info slot[FORMAT_SLOTS];
    (void)state;

    make_recording(&made);
    put_on_hold(&made);
    if (reassign(&made, &summary, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    assert_int_equal(slots_read(&access, made.path, made.id, slot, &fault), STATUS_OK);
    assert_int_equal(slot[0].state, SLOT_OPENS);
    assert_int_equal(slot[0].version, other_key.version);
    assert_int_equal(slot[1].state, SLOT_OPENS);
    assert_int_equal(slot[1].version, KEY_VERSION_HOLD);
    assert_int_equal(slot[2].state, SLOT_EMPTY);
    struct key_shredding month = {
        .customer = other, .month = other_key.version, .when = clock_wall_now()};
    assert_int_equal(keys_shred(&disk_system, store.keys_dir, &month, &fault), STATUS_OK);
    store_expect(&store, &made, audio, sizeof audio);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_new_file_says_all_that_the_old_one_said),
        cmocka_unit_test(an_older_file_keeps_its_peaks_and_its_one_document),
        cmocka_unit_test(the_first_customers_key_opens_nothing_of_it),
        cmocka_unit_test(a_second_time_finds_it_done),
        cmocka_unit_test(what_cannot_be_reassigned_is_left_as_it_is),
        cmocka_unit_test(what_a_newer_program_sealed_is_left_to_it),
        cmocka_unit_test(a_recording_in_progress_is_not_reassigned),
        cmocka_unit_test(a_recovered_recording_stays_recovered),
        cmocka_unit_test(while_what_is_sealed_to_keys_is_counted_it_waits),
        cmocka_unit_test(without_the_hold_key_what_is_on_hold_is_left_as_it_is),
        cmocka_unit_test(what_is_on_hold_stays_on_hold),
    };

    return cmocka_run_group_tests_name("reassign", tests, open_store, close_store);
}
