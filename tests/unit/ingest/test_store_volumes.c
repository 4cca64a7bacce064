/* What the store sink believes of its volumes: on a disk in memory, whose power is cut while the
 * sink runs. What it called durable must be there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "disk/memory_disk.h"
#include "ingest/store_sink.h"
#include "ingest/store_volumes.h"
#include "storage/disk/volume_mark.h"
#include "storage/index/customers.h"
#include "storage/index/recordings.h"
#include "storage/recording/recover.h"
#include "storage/seal/keys.h"
#include "unit/recording/support.h"

enum { WAIT_MS = 20000, PAGE_BYTES = 3900, PAGES = 12, DESCRIPTORS = 4096 };

/* The disk in memory, with what this test does to it. A disk that is mounted anew is told by its
 * device alone: names and bytes are the same ones, but what is synced by a descriptor of the old
 * one is no longer that of the new one. */
struct trouble {
    struct memory_disk *memory;
    struct disk disk;
    atomic_int writes_left;           /* before one that finds no space; -1: any number */
    atomic_int full_writes;           /* that find none then; one, unless set */
    atomic_bool sync_fails;           /* the next one, once */
    atomic_bool sync_fails_when_full; /* the first one after that write */
    atomic_int mounted;               /* counts disks */
    atomic_int opened[DESCRIPTORS];   /* on which of them */
    atomic_int syncs;
    atomic_int files; /* that there is room for */
    atomic_int looks; /* how much room there is */
};

struct fixture {
    struct trouble trouble;
    char directory[64];
    char second[80]; /* a further volume, which some tests name */
    char keys[80];
    char master[96];
    char index_path[96];
    struct config config;
    struct store_sink *store;
    const struct recording_sink *sink;
};

/* The context of a memory_disk is its own. */
static struct trouble *trouble;

static const struct disk *below(void)
{
    return memory_disk_disk(trouble->memory);
}

static atomic_int *opened(int fd)
{
    return &trouble->opened[(unsigned)fd % DESCRIPTORS];
}

static int troubled_open(void *context, const char *path, int flags, mode_t mode)
{
    int fd = below()->open(context, path, flags, mode);

    if (fd >= 0)
        atomic_store(opened(fd), atomic_load(&trouble->mounted));
    return fd;
}

static int troubled_fstat(void *context, int fd, struct stat *about)
{
    int failed = below()->fstat(context, fd, about);

    about->st_dev = (dev_t)atomic_load(opened(fd));
    return failed;
}

static int troubled_stat(void *context, const char *path, struct stat *about)
{
    int failed = below()->stat(context, path, about);

    about->st_dev = (dev_t)atomic_load(&trouble->mounted);
    return failed;
}

static ssize_t troubled_pwrite(void *context, int fd, const void *data, size_t bytes, off_t offset)
{
    if (atomic_load(&trouble->writes_left) == 0) {
        if (atomic_fetch_sub(&trouble->full_writes, 1) <= 1)
            atomic_store(&trouble->writes_left, -1);
        atomic_store(&trouble->sync_fails, atomic_load(&trouble->sync_fails_when_full));
        errno = ENOSPC;
        return -1;
    }
    if (atomic_load(&trouble->writes_left) > 0)
        (void)atomic_fetch_sub(&trouble->writes_left, 1);
    return below()->pwrite(context, fd, data, bytes, offset);
}

static int troubled_syncfs(void *context, int fd)
{
    if (atomic_exchange(&trouble->sync_fails, false)) {
        memory_disk_drop_pages(trouble->memory, -1);
        errno = EIO;
        return -1;
    }
    if (atomic_load(opened(fd)) == atomic_load(&trouble->mounted) &&
        below()->syncfs(context, fd) != 0)
        return -1;
    (void)atomic_fetch_add(&trouble->syncs, 1);
    return 0;
}

static int troubled_statvfs(void *context, const char *path, struct statvfs *about)
{
    int failed = below()->statvfs(context, path, about);

    about->f_files = 1000000;
    about->f_ffree = about->f_favail = (fsfilcnt_t)atomic_load(&trouble->files);
    (void)atomic_fetch_add(&trouble->looks, 1);
    return failed;
}

static void must(enum status status, const struct fault *fault)
{
    if (status != STATUS_OK)
        fail_msg("%s: %s", status_name(status), fault->text);
}

static void init_trouble(struct fixture *fixture)
{
    trouble = &fixture->trouble;
    trouble->memory = memory_disk_create();
    trouble->disk = *memory_disk_disk(trouble->memory);
    trouble->disk.open = troubled_open;
    trouble->disk.fstat = troubled_fstat;
    trouble->disk.stat = troubled_stat;
    trouble->disk.pwrite = troubled_pwrite;
    trouble->disk.statvfs = troubled_statvfs;
    trouble->disk.syncfs = troubled_syncfs;
    atomic_store(&trouble->writes_left, -1);
    atomic_store(&trouble->files, STORE_ROOM_FILES);
}

static void make_volume(const struct disk *disk, const char *store, const char *directory)
{
    struct fault fault = {0};
    char path[96];
    bool made = false;

    (void)snprintf(path, sizeof path, "%s/recordings", directory);
    assert_int_equal(disk->mkdir(disk->context, directory, 0755), 0);
    assert_int_equal(disk->mkdir(disk->context, path, 0755), 0);
    if (directory == store)
        must(volume_mark_make(disk, store, &made, &fault), &fault);
    else
        must(volume_mark_set(disk, store, directory, &made, &fault), &fault);
}

/* The index is SQLite's, and on the kernel's disk; all else is in memory, under the same names. */
static void make_store(struct fixture *fixture)
{
    const struct disk *disk = below();
    struct private_keys *keys = NULL;
    struct index *index = NULL;
    struct customer unassigned;
    struct fault fault = {0};
    char month[KEY_MONTH_BYTES];

    keys_month(clock_wall_now(), month);
    assert_int_equal(disk->mkdir(disk->context, "/tmp", 0755), 0);
    make_volume(disk, fixture->directory, fixture->directory);
    make_volume(disk, fixture->directory, fixture->second);
    must(keys_init(disk, fixture->keys, fixture->master, &fault), &fault);
    must(index_create(&disk_system, fixture->index_path, &fault), &fault);
    must(index_open(fixture->index_path, &index, &fault), &fault);
    must(customers_find(index, CUSTOMER_UNASSIGNED, &unassigned, &fault), &fault);
    must(private_keys_open(disk, fixture->keys, fixture->master, &keys, &fault), &fault);
    must(private_keys_make_month(keys, unassigned.id, month, &fault), &fault);
    struct disk_file root = disk_open(disk, "/", O_RDONLY | O_DIRECTORY, 0);
    assert_int_equal(disk->syncfs(disk->context, root.fd), 0);
    disk_close(&root);
    private_keys_close(keys);
    index_close(index);
}

static int set_up_with(void **state, bool second)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct fault fault = {0};

    assert_non_null(fixture);
    (void)snprintf(fixture->directory, sizeof fixture->directory, "/tmp/unit-volumes-XXXXXX");
    assert_non_null(mkdtemp(fixture->directory));
    (void)snprintf(fixture->second, sizeof fixture->second, "%s/second", fixture->directory);
    (void)snprintf(fixture->keys, sizeof fixture->keys, "%s/keys", fixture->directory);
    (void)snprintf(fixture->master, sizeof fixture->master, "%s/master.key", fixture->keys);
    (void)snprintf(fixture->index_path, sizeof fixture->index_path, "%s/index.sqlite",
                   fixture->directory);
    fixture->config = (struct config){.store = fixture->directory,
                                      .keys = fixture->keys,
                                      .master_key = fixture->master,
                                      .node = (char *)"node"};
    if (second)
        fixture->config.volumes = (struct config_list){1, {fixture->second}};
    init_trouble(fixture);
    make_store(fixture);
    must(store_sink_create(&trouble->disk, &fixture->config, &fixture->store, &fault), &fault);
    fixture->sink = store_sink_interface(fixture->store);
    *state = fixture;
    return 0;
}

static int set_up(void **state)
{
    return set_up_with(state, false);
}

static int set_up_two(void **state)
{
    return set_up_with(state, true);
}

static int remove_one(const char *path, const struct stat *about, int flag, struct FTW *where)
{
    (void)about;
    (void)flag;
    (void)where;
    return remove(path);
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    store_sink_destroy(fixture->store);
    memory_disk_destroy(fixture->trouble.memory);
    (void)nftw(fixture->directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(fixture);
    return 0;
}

/* One call: what was sent, and what it is behind the sink. */
struct sent {
    struct uuid id;
    wall_time started;
    void *handle;
    struct stream stream;
    _Atomic int answer; /* -1: none yet */
};

static void ready(void *ready_arg, enum status status, const struct recording_policy *policy)
{
    struct sent *sent = ready_arg;

    (void)policy;
    atomic_store(&sent->answer, (int)status);
}

static void sleep_ms(int64_t ms)
{
    const struct timespec pause = {ms / 1000, ms % 1000 * CLOCK_NS_PER_MS};

    (void)nanosleep(&pause, NULL);
}

static void wait_until(bool (*is_so)(void))
{
    for (int waited_ms = 0; !is_so(); waited_ms += 5) {
        assert_true(waited_ms < WAIT_MS);
        sleep_ms(5);
    }
}

static void write_last(struct fixture *fixture, struct sent *sent)
{
    assert_int_equal(fixture->sink->write(fixture->sink->context, sent->handle,
                                          sent->stream.bytes.data + sent->stream.last,
                                          sent->stream.bytes.len - sent->stream.last,
                                          sent->stream.granule ? sent->stream.granule : -1),
                     STATUS_OK);
}

static void ask(struct fixture *fixture, struct sent *sent)
{
    struct recording_begin begin = {.started = clock_wall_now(),
                                    .source = "pbx",
                                    .source_address = "192.0.2.1",
                                    .sip_call_id = "call",
                                    .ties = {"", "", "", ""}};

    sent->id = begin.id = uuid_new(begin.started);
    sent->started = begin.started;
    stream_init(&sent->stream);
    atomic_store(&sent->answer, -1);
    assert_int_equal(
        fixture->sink->begin(fixture->sink->context, &begin, ready, sent, &sent->handle),
        STATUS_OK);
}

static enum status wait_for_answer(const struct sent *sent)
{
    for (int waited_ms = 0; atomic_load(&sent->answer) < 0; waited_ms += 5) {
        assert_true(waited_ms < WAIT_MS);
        sleep_ms(5);
    }
    return (enum status)atomic_load(&sent->answer);
}

static void begin(struct fixture *fixture, struct sent *sent)
{
    ask(fixture, sent);
    assert_int_equal(wait_for_answer(sent), STATUS_OK);
    stream_head(&sent->stream);
    write_last(fixture, sent);
}

static void talk(struct fixture *fixture, struct sent *sent)
{
    for (int i = 0; i < PAGES; i++) {
        stream_page(&sent->stream, PAGE_BYTES);
        write_last(fixture, sent);
    }
}

/* Until what was handed over by now is durable: the sync under way may be of before. */
static void wait_for_syncs(struct fixture *fixture)
{
    int before = atomic_load(&trouble->syncs);

    for (int waited_ms = 0;
         atomic_load(&trouble->syncs) < before + 3 || !store_sink_healthy(fixture->store);
         waited_ms += 10) {
        assert_true(waited_ms < WAIT_MS);
        sleep_ms(10);
    }
}

static void read_all(const struct recording_access *access, const char *path, struct sent *sent,
                     struct bytes *audio)
{
    struct recording_reader *reader = NULL;
    struct fault fault = {0};

    must(recording_reader_open(access, path, sent->id, &reader, &fault), &fault);
    must(recording_reader_verify(reader, &fault), &fault);
    size_t bytes = (size_t)recording_reader_summary(reader)->audio_bytes;
    must(bytes_reserve(audio, bytes), &fault);
    must(recording_reader_read(reader, 0, audio->data, bytes, &fault), &fault);
    audio->len = bytes;
    recording_reader_close(reader);
}

static bool has_segment(const struct config *config, size_t volume, const struct sent *sent,
                        unsigned number)
{
    const struct volumes volumes = volumes_of(config);
    struct fault fault = {0};
    char below_store[BOUND_PATH_BYTES];
    char path[BOUND_PATH_BYTES];

    recording_path(sent->id, sent->started, below_store);
    must(volumes_path(&volumes, volume, below_store, path), &fault);
    if (number)
        (void)snprintf(strrchr(path, '.'), sizeof ".1.crec", ".%u.crec", number % 10);
    return memory_disk_has(trouble->memory, path);
}

static void wait_for_segment(const struct config *config, const struct sent *sent, unsigned number)
{
    for (int waited_ms = 0; !has_segment(config, 0, sent, number); waited_ms += 5) {
        assert_true(waited_ms < WAIT_MS);
        sleep_ms(5);
    }
}

static void expect_some_file_after_a_cut(const struct config *config, const struct sent *sent)
{
    struct memory_disk *left = memory_disk_copy(trouble->memory);
    const struct volumes volumes = volumes_of(config);
    struct fault fault = {0};
    char below_store[BOUND_PATH_BYTES];
    char path[BOUND_PATH_BYTES];

    memory_disk_cut(left, MEMORY_DISK_NOTHING, 1);
    recording_path(sent->id, sent->started, below_store);
    must(volumes_path(&volumes, 0, below_store, path), &fault);
    assert_true(memory_disk_has(left, path));
    memory_disk_destroy(left);
}

/* The power is cut now: what the keeper makes of the call is all that was sent. */
static void expect_all_after_a_cut(struct fixture *fixture, struct sent *sent)
{
    struct memory_disk *left = memory_disk_copy(trouble->memory);
    const struct volumes volumes = volumes_of(&fixture->config);
    const struct recover_describe describe = {.volumes = &volumes};
    struct recording_access access = {.disk = memory_disk_disk(left)};
    struct recording_summary summary;
    struct signer *signer = NULL;
    struct fault fault = {0};
    struct bytes audio;
    char below_store[BOUND_PATH_BYTES];
    char path[BOUND_PATH_BYTES];

    memory_disk_cut(left, MEMORY_DISK_NOTHING, 1);
    memory_disk_evict(left);
    recording_path(sent->id, sent->started, below_store);
    must(volumes_path(&volumes, 0, below_store, path), &fault);
    must(private_keys_open(access.disk, fixture->keys, fixture->master, &access.keys, &fault),
         &fault);
    must(public_keys_open(access.disk, fixture->keys, &access.signers, &fault), &fault);
    must(signer_open(access.disk, fixture->keys, "keeper", &signer, &fault), &fault);
    must(recording_recover(&access, path, sent->id, signer, &describe, &summary, &fault), &fault);
    assert_int_equal(summary.holes, 0);
    bytes_init(&audio, 64U << 20);
    read_all(&access, path, sent, &audio);
    assert_true(audio.len >= sent->stream.bytes.len);
    assert_memory_equal(audio.data, sent->stream.bytes.data, sent->stream.bytes.len);
    bytes_deinit(&audio);
    signer_close(signer);
    public_keys_close(access.signers);
    private_keys_close(access.keys);
    memory_disk_destroy(left);
}

static bool no_write_is_left(void)
{
    return atomic_load(&trouble->writes_left) < 0;
}

static bool room_was_looked_at(void)
{
    return atomic_load(&trouble->looks) > 0;
}

/* The disk is full in the middle of a flush, has room again at once, and fails the sync of the file
 * that it is tried by. */
static void what_was_half_flushed_when_a_trial_fails_is_in_doubt(void **state)
{
    struct fixture *fixture = *state;
    struct sent sent;

    begin(fixture, &sent);
    talk(fixture, &sent);
    wait_for_syncs(fixture);
    atomic_store(&trouble->sync_fails_when_full, true);
    atomic_store(&trouble->writes_left, PAGES / 2);
    talk(fixture, &sent);
    wait_until(no_write_is_left);
    talk(fixture, &sent);
    wait_for_syncs(fixture);
    expect_all_after_a_cut(fixture, &sent);
    stream_deinit(&sent.stream);
}

/* Calls before and after: the file of the one is on the disk that has gone. */
static void a_disk_that_is_mounted_anew_is_the_one_that_is_synced(void **state)
{
    struct fixture *fixture = *state;
    struct sent before;
    struct sent after;

    begin(fixture, &before);
    talk(fixture, &before);
    wait_for_syncs(fixture);
    (void)atomic_fetch_add(&trouble->mounted, 1);
    talk(fixture, &before);
    wait_for_syncs(fixture);
    expect_all_after_a_cut(fixture, &before);
    begin(fixture, &after);
    expect_all_after_a_cut(fixture, &before);
    talk(fixture, &after);
    wait_for_syncs(fixture);
    expect_all_after_a_cut(fixture, &after);
    stream_deinit(&before.stream);
    stream_deinit(&after.stream);
}

static void a_call_whose_file_is_on_another_disk_than_is_synced_is_not_answered(void **state)
{
    struct fixture *fixture = *state;
    struct sent refused;
    struct sent sent;

    (void)atomic_fetch_add(&trouble->mounted, 1);
    ask(fixture, &refused);
    assert_int_not_equal(wait_for_answer(&refused), STATUS_OK);
    fixture->sink->abort(fixture->sink->context, refused.handle);
    for (int waited_ms = 0; !store_sink_healthy(fixture->store); waited_ms += 5) {
        assert_true(waited_ms < WAIT_MS);
        sleep_ms(5);
    }
    begin(fixture, &sent);
    expect_some_file_after_a_cut(&fixture->config, &sent);
    stream_deinit(&refused.stream);
    stream_deinit(&sent.stream);
}

/* Its file is made and synced, and its row waits for another program. */
static void a_call_that_waits_for_its_row_when_its_disk_goes_begins_on_the_new_one(void **state)
{
    struct fixture *fixture = *state;
    struct sent before;
    struct sent sent;
    sqlite3 *other = NULL;

    begin(fixture, &before);
    assert_int_equal(sqlite3_open(fixture->index_path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    ask(fixture, &sent);
    wait_for_segment(&fixture->config, &sent, 0);
    int syncs = atomic_load(&trouble->syncs); /* the one that the file waits for, or a later one */
    for (int waited_ms = 0; atomic_load(&trouble->syncs) == syncs; waited_ms += 5) {
        assert_true(waited_ms < WAIT_MS);
        sleep_ms(5);
    }
    (void)atomic_fetch_add(&trouble->mounted, 1);
    talk(fixture, &before);
    wait_for_segment(&fixture->config, &before, 1);
    assert_int_equal(atomic_load(&sent.answer), -1);
    assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(other), SQLITE_OK);
    assert_int_equal(wait_for_answer(&sent), STATUS_OK);
    stream_head(&sent.stream);
    write_last(fixture, &sent);
    talk(fixture, &sent);
    wait_for_syncs(fixture);
    wait_for_segment(&fixture->config, &sent, 1);
    expect_all_after_a_cut(fixture, &sent);
    stream_deinit(&before.stream);
    stream_deinit(&sent.stream);
}

/* It may not go on in the segment that it left, and must not seem to fail there. */
static void
an_end_that_found_no_room_anywhere_is_sealed_in_the_first_volume_that_has_some(void **state)
{
    struct fixture *fixture = *state;
    struct sent sent;

    begin(fixture, &sent);
    talk(fixture, &sent);
    wait_for_syncs(fixture);
    atomic_store(&trouble->full_writes, 2); /* on one volume, then on the other */
    atomic_store(&trouble->writes_left, 0);
    const struct recording_end end = {
        .ended = clock_wall_now(), .end_cause = "bye", .duration_ms = 1000};
    fixture->sink->end(fixture->sink->context, sent.handle, &end);
    wait_until(no_write_is_left);
    wait_for_segment(&fixture->config, &sent, 1);
    assert_false(has_segment(&fixture->config, 1, &sent, 1));
    store_sink_destroy(fixture->store);
    fixture->store = NULL;
    assert_false(has_segment(&fixture->config, 1, &sent, 1));
    expect_all_after_a_cut(fixture, &sent);
    stream_deinit(&sent.stream);
}

/* Inodes are room too, and the trial's own is one that was there. */
static void a_volume_without_room_for_files_takes_no_writes(void **state)
{
    struct fixture *fixture = *state;
    struct sent sent;

    begin(fixture, &sent);
    wait_for_syncs(fixture);
    atomic_store(&trouble->files, STORE_ROOM_FILES - 1);
    atomic_store(&trouble->writes_left, 0);
    talk(fixture, &sent);
    wait_until(room_was_looked_at);
    sleep_ms(50); /* the rest of that pass, in which it would have been taken again */
    assert_false(store_sink_healthy(fixture->store));
    atomic_store(&trouble->files, STORE_ROOM_FILES);
    wait_for_syncs(fixture);
    stream_deinit(&sent.stream);
}

int main(void)
{
#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WITH_STORE(what_was_half_flushed_when_a_trial_fails_is_in_doubt),
        WITH_STORE(a_call_whose_file_is_on_another_disk_than_is_synced_is_not_answered),
        WITH_STORE(a_call_that_waits_for_its_row_when_its_disk_goes_begins_on_the_new_one),
        cmocka_unit_test_setup_teardown(
            an_end_that_found_no_room_anywhere_is_sealed_in_the_first_volume_that_has_some,
            set_up_two, tear_down),
        WITH_STORE(a_volume_without_room_for_files_takes_no_writes),
        WITH_STORE(a_disk_that_is_mounted_anew_is_the_one_that_is_synced),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
