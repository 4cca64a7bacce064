/* Key slots of a finished recording: a further key, a key less, and whatever a torn write leaves.
 */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "disk/faulty.h"
#include "storage/recording/slots.h"
#include "storage/seal/shredding.h"

enum { AUDIO_BYTES = 9000, SLOT_BYTES = FORMAT_SLOT_BYTES };

static struct store store;
static uint8_t audio[AUDIO_BYTES];

static struct recording_access access_of(const struct disk *disk)
{
    return (struct recording_access){
        .disk = disk, .keys = store.private_keys, .signers = store.public_keys};
}

static void expect_ok(enum status status, const struct fault *fault)
{
    if (status != STATUS_OK)
        fail_msg("%s: %s", status_name(status), fault->text);
}

static int set_up(void **state)
{
    struct fault fault = {0};

    (void)state;
    store_open(&store);
    fill_pattern(audio, sizeof audio, 5);
    expect_ok(private_keys_make_hold(store.private_keys, &fault), &fault);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    store_close(&store);
    return 0;
}

static struct made make(void)
{
    struct made made;

    store_make(&store, audio, sizeof audio, 2500, &made);
    return made;
}

static struct customer_key hold_key(void)
{
    struct customer_key key;
    struct fault fault = {0};

    expect_ok(public_keys_hold(store.public_keys, &key, &fault), &fault);
    return key;
}

static unsigned add_hold(const struct made *made)
{
    const struct recording_access access = access_of(&disk_system);
    const struct customer_key key = hold_key();
    unsigned number = 0;
    struct fault fault = {0};

    expect_ok(slots_add(&access, made->path, made->id, &key, &number, &fault), &fault);
    return number;
}

static void look(const struct made *made, struct slot_info slot[static FORMAT_SLOTS])
{
    const struct recording_access access = access_of(&disk_system);
    struct fault fault = {0};

    expect_ok(slots_read(&access, made->path, made->id, slot, &fault), &fault);
}

/* Whether it plays, and whether verify finds fault with it. */
static void check(const struct made *made, enum status plays, enum status verifies)
{
    struct recording_reader *reader = NULL;
    struct fault fault = {0};
    uint8_t read[AUDIO_BYTES];
    enum status status = store_read(&store, made, &reader, &fault);

    if (status == STATUS_OK)
        status = recording_reader_verify_content(reader, &fault);
    if (status == STATUS_OK)
        status = recording_reader_read(reader, 0, read, sizeof read, &fault);
    assert_int_equal(status, plays);
    if (status == STATUS_OK) {
        assert_memory_equal(read, audio, sizeof read);
        assert_int_equal(recording_reader_verify(reader, &fault), verifies);
    }
    recording_reader_close(reader);
}

static void lose_month(void)
{
    struct key_shredding key = {
        .customer = store.customer, .month = store.key.version, .when = clock_wall_now()};
    struct fault fault = {0};

    expect_ok(keys_shred(&disk_system, store.keys_dir, &key, &fault), &fault);
}

static void a_recording_sealed_to_the_hold_key_survives_its_month(void **state)
{
    struct made made = make();
    struct made other = make();
    struct slot_info slot[FORMAT_SLOTS];

    (void)state;
    assert_int_equal(add_hold(&made), 2);
    check(&made, STATUS_OK, STATUS_OK);
    look(&made, slot);
    assert_int_equal(slot[0].state, SLOT_OPENS);
    assert_int_equal(slot[0].version, store.key.version);
    assert_int_equal(slot[1].state, SLOT_OPENS);
    assert_int_equal(slot[1].version, KEY_VERSION_HOLD);
    lose_month();
    check(&made, STATUS_OK, STATUS_OK);
    check(&other, STATUS_NO_KEY, STATUS_OK);
    look(&made, slot);
    assert_int_equal(slot[0].state, SLOT_LOCKED);
    assert_int_equal(slot[0].version, store.key.version);
}

static void sealing_to_a_key_twice_is_one_slot(void **state)
{
    struct made made = make();
    struct slot_info slot[FORMAT_SLOTS];

    (void)state;
    assert_int_equal(add_hold(&made), 2);
    assert_int_equal(add_hold(&made), 2);
    look(&made, slot);
    assert_int_equal(slot[2].state, SLOT_EMPTY);
}

static void the_last_slot_that_opens_is_never_dropped(void **state)
{
    struct made made = make();
    const struct recording_access access = access_of(&disk_system);
    struct fault fault = {0};

    (void)state;
    assert_int_equal(slots_drop(&access, made.path, made.id, 1, &fault), STATUS_CONFLICT);
    (void)add_hold(&made);
    expect_ok(slots_drop(&access, made.path, made.id, 1, &fault), &fault);
    expect_ok(slots_drop(&access, made.path, made.id, 1, &fault), &fault); /* is empty */
    assert_int_equal(slots_drop(&access, made.path, made.id, 2, &fault), STATUS_CONFLICT);
    assert_int_equal(slots_drop(&access, made.path, made.id, 0, &fault), STATUS_INVALID);
    assert_int_equal(slots_drop(&access, made.path, made.id, 8, &fault), STATUS_INVALID);
    check(&made, STATUS_OK, STATUS_OK);
    lose_month();
    check(&made, STATUS_OK, STATUS_OK);
}

static void a_file_that_is_held_or_not_finished_is_left_alone(void **state)
{
    struct made made = make();
    struct made growing;
    const struct recording_access access = access_of(&disk_system);
    const struct customer_key key = hold_key();
    unsigned number = 0;
    struct fault fault = {0};
    int file = open(made.path, O_RDONLY | O_CLOEXEC);

    (void)state;
    assert_int_equal(flock(file, LOCK_EX), 0);
    assert_int_equal(slots_add(&access, made.path, made.id, &key, &number, &fault), STATUS_BUSY);
    assert_int_equal(close(file), 0);
    store_begin(&store, &growing);
    assert_int_equal(slots_add(&access, growing.path, growing.id, &key, &number, &fault),
                     STATUS_BUSY);
    recording_writer_destroy(growing.writer); /* it died */
    assert_int_equal(slots_add(&access, growing.path, growing.id, &key, &number, &fault),
                     STATUS_CONFLICT);
    assert_int_equal(number, 0);
}

static void a_file_without_a_free_slot_says_so(void **state)
{
    struct made made = make();
    const struct recording_access access = access_of(&disk_system);
    struct fault fault = {0};
    unsigned number = 0;

    (void)state;
    for (unsigned month = 1; month <= 7; month++) {
        char text[KEY_MONTH_BYTES];
        struct customer_key key;
        wall_time when;
        (void)snprintf(text, sizeof text, "2025-%02u", month);
        expect_ok(private_keys_make_month(store.private_keys, store.customer, text, &fault),
                  &fault);
        assert_int_equal(clock_parse_rfc3339(month == 7 ? "2025-07-09" : "2025-01-09", &when),
                         STATUS_OK);
        when.ns += (int64_t)(month == 7 ? 0 : month - 1) * 30 * 86400 * CLOCK_NS_PER_S;
        expect_ok(public_keys_customer(store.public_keys, store.customer, when, &key, &fault),
                  &fault);
        enum status status = slots_add(&access, made.path, made.id, &key, &number, &fault);
        assert_int_equal(status, month == 7 ? STATUS_LIMIT : STATUS_OK);
    }
    check(&made, STATUS_OK, STATUS_OK);
}

/* A slot as it is in the file, and the file with another in its place. */
static void read_slot(const struct made *made, unsigned number, uint8_t slot[static SLOT_BYTES])
{
    struct bytes file;

    bytes_init(&file, 1 << 20);
    file_read(made->path, &file);
    memcpy(slot, file.data + (size_t)number * SLOT_BYTES, SLOT_BYTES);
    bytes_deinit(&file);
}

static void put_slot(const struct made *made, unsigned number,
                     const uint8_t slot[static SLOT_BYTES])
{
    int file = open(made->path, O_WRONLY | O_CLOEXEC);

    assert_true(file >= 0);
    assert_int_equal(pwrite(file, slot, SLOT_BYTES, (off_t)number * SLOT_BYTES), SLOT_BYTES);
    assert_int_equal(close(file), 0);
}

/* Every prefix of a new slot that a torn write can leave. */
static void a_torn_new_slot_never_makes_a_file_unreadable(void **state)
{
    struct made made = make();
    uint8_t whole[SLOT_BYTES];
    uint8_t torn[SLOT_BYTES];
    size_t told = 0;

    (void)state;
    (void)add_hold(&made);
    read_slot(&made, 2, whole);
    for (size_t prefix = 0; prefix <= SLOT_BYTES; prefix++) {
        memset(torn, 0, sizeof torn);
        memcpy(torn, whole, prefix);
        put_slot(&made, 2, torn);
        bool is_whole = memcmp(torn, whole, sizeof torn) == 0;
        bool is_empty = prefix == 0;
        check(&made, STATUS_OK, is_whole || is_empty ? STATUS_OK : STATUS_CORRUPT);
        told += !is_whole && !is_empty;
        assert_int_equal(add_hold(&made), is_whole || is_empty ? 2 : 3); /* goes on from there */
        memset(torn, 0, sizeof torn);
        put_slot(&made, 3, torn);
    }
    size_t used = SLOT_BYTES; /* 152, or less where a sealed DEK ends with zeros */
    while (!whole[used - 1])
        used--;
    assert_in_range(used, 137, 152);
    assert_int_equal(told, used - 1);
}

/* Every prefix of the zeros that empty a slot. */
static void a_slot_torn_while_it_was_emptied_never_makes_a_file_unreadable(void **state)
{
    struct made made = make();
    const struct recording_access access = access_of(&disk_system);
    uint8_t whole[SLOT_BYTES];
    uint8_t torn[SLOT_BYTES];
    struct fault fault = {0};

    (void)state;
    (void)add_hold(&made);
    read_slot(&made, 1, whole);
    for (size_t prefix = 0; prefix <= SLOT_BYTES; prefix++) {
        memcpy(torn, whole, sizeof torn);
        memset(torn, 0, prefix);
        put_slot(&made, 1, torn);
        bool empty = prefix >= 152;
        check(&made, STATUS_OK, empty || prefix == 0 ? STATUS_OK : STATUS_CORRUPT);
        expect_ok(slots_drop(&access, made.path, made.id, 1, &fault), &fault);
        check(&made, STATUS_OK, STATUS_OK);
    }
}

static void all_slots_torn_is_damage_and_not_a_missing_key(void **state)
{
    struct made made = make();
    uint8_t slot[SLOT_BYTES];

    (void)state;
    read_slot(&made, 1, slot);
    slot[200] = 1;
    put_slot(&made, 1, slot);
    check(&made, STATUS_CORRUPT, STATUS_OK);
}

/* One slot cannot keep another from opening: a stranger's in front is passed over, and told. */
static void a_slot_that_opens_to_another_dek_is_passed_over(void **state)
{
    struct made made = make();
    struct made other = make();
    uint8_t mine[SLOT_BYTES];
    uint8_t theirs[SLOT_BYTES];

    (void)state;
    (void)add_hold(&made);
    read_slot(&other, 1, theirs);
    read_slot(&made, 1, mine);
    put_slot(&made, 1, theirs);
    check(&made, STATUS_OK, STATUS_CORRUPT);
    put_slot(&made, 1, mine);
    check(&made, STATUS_OK, STATUS_OK);
}

/* What is read for hours may be put on hold, or taken off it, meanwhile. */
static void a_slot_added_or_dropped_while_the_file_is_read_is_no_damage(void **state)
{
    const struct recording_access access = access_of(&disk_system);
    struct made made = make();
    struct recording_reader *reader = NULL;
    struct fault fault = {0};
    uint8_t slot[SLOT_BYTES];

    (void)state;
    expect_ok(store_read(&store, &made, &reader, &fault), &fault);
    assert_int_equal(add_hold(&made), 2);
    expect_ok(recording_reader_verify(reader, &fault), &fault);
    expect_ok(slots_drop(&access, made.path, made.id, 1, &fault), &fault);
    expect_ok(recording_reader_verify(reader, &fault), &fault);
    assert_string_equal(fault.text, "");
    read_slot(&made, 2, slot);
    slot[SLOT_BYTES - 1] ^= 1;
    put_slot(&made, 2, slot);
    assert_int_equal(recording_reader_verify(reader, &fault), STATUS_CORRUPT);
    recording_reader_close(reader);
}

/* Each call of it fails, by each of these; what opened before opens. */
static void fail_everywhere(bool drops, int sys_errno, size_t torn_bytes)
{
    for (uint64_t nth = 1;; nth++) {
        struct made made = make();
        struct faulty faulty;
        struct fault fault = {0};
        const struct customer_key key = hold_key();
        unsigned number = 0;
        if (drops)
            (void)add_hold(&made);
        faulty_init(&faulty, &disk_system, NULL);
        const struct recording_access access = access_of(&faulty.disk);
        const struct faulty_plan plan = {FAULTY_ALL, nth, 1, sys_errno, torn_bytes};
        faulty_lay(&faulty, &plan);
        enum status status = drops ? slots_drop(&access, made.path, made.id, 1, &fault)
                                   : slots_add(&access, made.path, made.id, &key, &number, &fault);
        bool clean = faulty_failed(&faulty) == 0;
        faulty_heal(&faulty);
        faulty_deinit(&faulty);
        assert_int_equal(status == STATUS_OK, clean);
        struct recording_reader *reader = NULL;
        expect_ok(store_read(&store, &made, &reader, &fault), &fault);
        expect_ok(recording_reader_verify_content(reader, &fault), &fault);
        recording_reader_close(reader);
        if (drops) {
            const struct recording_access again = access_of(&disk_system);
            expect_ok(slots_drop(&again, made.path, made.id, 1, &fault), &fault);
        } else {
            (void)add_hold(&made);
        }
        check(&made, STATUS_OK,
              !drops && torn_bytes && status != STATUS_OK ? STATUS_CORRUPT : STATUS_OK);
        assert_int_equal(unlink(made.path), 0);
        if (clean)
            break;
    }
}

static void every_failing_call_leaves_what_opened(void **state)
{
    (void)state;
    fail_everywhere(false, EIO, 0);
    fail_everywhere(false, ENOSPC, 0);
    fail_everywhere(true, EIO, 0);
    fail_everywhere(true, EIO, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(a_recording_sealed_to_the_hold_key_survives_its_month),
        TEST(sealing_to_a_key_twice_is_one_slot),
        TEST(the_last_slot_that_opens_is_never_dropped),
        TEST(a_file_that_is_held_or_not_finished_is_left_alone),
        TEST(a_file_without_a_free_slot_says_so),
        TEST(a_torn_new_slot_never_makes_a_file_unreadable),
        TEST(a_slot_torn_while_it_was_emptied_never_makes_a_file_unreadable),
        TEST(all_slots_torn_is_damage_and_not_a_missing_key),
        TEST(a_slot_that_opens_to_another_dek_is_passed_over),
        TEST(a_slot_added_or_dropped_while_the_file_is_read_is_no_damage),
        TEST(every_failing_call_leaves_what_opened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
