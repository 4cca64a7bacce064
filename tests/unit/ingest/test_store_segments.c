/* Disks that fail under the store sink: every page that was taken is in the one recording that its
 * segments are joined to, or in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <ftw.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "ingest/store_sink.h"
#include "ingest/store_volumes.h"
#include "storage/disk/volume_mark.h"
#include "storage/index/customers.h"
#include "storage/index/recordings.h"
#include "storage/recording/find.h"
#include "storage/recording/recover.h"
#include "storage/seal/keys.h"
#include "unit/recording/support.h"

enum { WAIT_MS = 20000, CALLS = 3, PAGE_BYTES = 900, FILES = 32 };

/* A first segment, or its tail: the store thread's. */
struct first_file {
    char name[64];
    bool dirty; /* written since the last sync */
    bool left;  /* a sync of it failed */
};

/* The kernel's disk, but for what lies below a directory: so many calls of a kind fail. */
struct bad_disk {
    struct disk disk;
    char where[80];
    atomic_int syncfs_fails; /* so many still; -1: for ever */
    atomic_int fsync_fails;
    atomic_int pwrite_fails;
    atomic_int pwrite_errno;
    atomic_int failed;
    atomic_int trials;  /* of a volume */
    atomic_int synced;  /* by syncfs, wherever */
    atomic_int touched; /* writes to what was left, and syncs of it */
    struct first_file first[FILES];
};

struct fixture {
    char directory[64];
    char second[80];
    char keys[80];
    char master[96];
    char index_path[96];
    struct config config;
    struct bad_disk bad;
    struct store_sink *store;
    const struct recording_sink *sink;
};

static void path_of(int fd, char path[static 500])
{
    char link[40];

    memset(path, 0, 500);
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    (void)!readlink(link, path, 499);
}

static bool is_below(const struct bad_disk *bad, int fd)
{
    char path[500];

    path_of(fd, path);
    return strncmp(path, bad->where, strlen(bad->where)) == 0 && !strstr(path, "/second");
}

/* What has a number in its name, or is none of a recording, is not looked at: NULL. */
static struct first_file *find_first(struct bad_disk *bad, int fd)
{
    char path[500];

    path_of(fd, path);
    const char *name = strrchr(path, '/');
    if (!name || strlen(name) <= UUID_TEXT_BYTES ||
        strncmp(name + UUID_TEXT_BYTES, ".crec", 5) != 0)
        return NULL;
    for (struct first_file *i = bad->first; i < bad->first + FILES; i++) {
        if (!i->name[0])
            (void)snprintf(i->name, sizeof i->name, "%.60s", name);
        if (strcmp(i->name, name) == 0)
            return i;
    }
    fail_msg("more files than %d", FILES);
    return NULL;
}

static void note_touched(struct bad_disk *bad, int fd, bool written)
{
    struct first_file *file = find_first(bad, fd);

    if (!file)
        return;
    if (file->left)
        (void)atomic_fetch_add(&bad->touched, 1);
    file->dirty = written;
}

static void note_synced(struct bad_disk *bad, bool failed)
{
    for (struct first_file *i = bad->first; i < bad->first + FILES; i++) {
        i->left |= i->dirty && failed;
        i->dirty = false;
    }
}

/* Whether this call is to fail; counted. */
static bool fails(struct bad_disk *bad, int fd, atomic_int *left)
{
    if (!is_below(bad, fd) || atomic_load(left) == 0)
        return false;
    if (atomic_load(left) > 0)
        (void)atomic_fetch_sub(left, 1);
    (void)atomic_fetch_add(&bad->failed, 1);
    errno = EIO;
    return true;
}

static int bad_open(void *context, const char *path, int flags, mode_t mode)
{
    struct bad_disk *bad = context;

    if (strstr(path, "/.trial"))
        (void)atomic_fetch_add(&bad->trials, 1);
    return disk_system.open(NULL, path, flags, mode);
}

static int bad_syncfs(void *context, int fd)
{
    struct bad_disk *bad = context;
    int failed = fails(bad, fd, &bad->syncfs_fails) ? -1 : disk_system.syncfs(NULL, fd);

    note_synced(bad, failed != 0);
    (void)atomic_fetch_add(&bad->synced, failed == 0);
    return failed;
}

static int bad_fsync(void *context, int fd)
{
    struct bad_disk *bad = context;

    note_touched(bad, fd, false);
    return fails(bad, fd, &bad->fsync_fails) ? -1 : disk_system.fsync(NULL, fd);
}

static ssize_t bad_pwrite(void *context, int fd, const void *data, size_t data_bytes, off_t offset)
{
    struct bad_disk *bad = context;

    note_touched(bad, fd, true);
    if (fails(bad, fd, &bad->pwrite_fails)) {
        errno = atomic_load(&bad->pwrite_errno);
        return -1;
    }
    return disk_system.pwrite(NULL, fd, data, data_bytes, offset);
}

static void must(enum status status, const struct fault *fault)
{
    if (status != STATUS_OK)
        fail_msg("%s: %s", status_name(status), fault->text);
}

static void make_store(struct fixture *fixture)
{
    struct private_keys *keys = NULL;
    struct index *index = NULL;
    struct customer unassigned;
    struct fault fault = {0};
    char month[KEY_MONTH_BYTES];
    char path[128];
    bool made = false;

    keys_month(clock_wall_now(), month);
    must(keys_init(&disk_system, fixture->keys, fixture->master, &fault), &fault);
    must(index_create(&disk_system, fixture->index_path, &fault), &fault);
    must(index_open(fixture->index_path, &index, &fault), &fault);
    must(customers_find(index, CUSTOMER_UNASSIGNED, &unassigned, &fault), &fault);
    must(private_keys_open(&disk_system, fixture->keys, fixture->master, &keys, &fault), &fault);
    must(private_keys_make_month(keys, unassigned.id, month, &fault), &fault);
    private_keys_close(keys);
    index_close(index);
    (void)snprintf(path, sizeof path, "%s/recordings", fixture->directory);
    assert_int_equal(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof path, "%s/recordings", fixture->second);
    assert_int_equal(mkdir(fixture->second, 0700), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    must(volume_mark_make(&disk_system, fixture->config.store, &made, &fault), &fault);
    must(volume_mark_set(&disk_system, fixture->config.store, fixture->second, &made, &fault),
         &fault);
}

static void start(struct fixture *fixture)
{
    struct fault fault = {0};

    must(store_sink_create(&fixture->bad.disk, &fixture->config, &fixture->store, &fault), &fault);
    fixture->sink = store_sink_interface(fixture->store);
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    assert_non_null(fixture);
    (void)snprintf(fixture->directory, sizeof fixture->directory, "/tmp/unit-ingest-XXXXXX");
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
    make_store(fixture);
    fixture->bad.disk = disk_system;
    fixture->bad.disk.context = &fixture->bad;
    fixture->bad.disk.open = bad_open;
    fixture->bad.disk.syncfs = bad_syncfs;
    fixture->bad.disk.fsync = bad_fsync;
    fixture->bad.disk.pwrite = bad_pwrite;
    (void)snprintf(fixture->bad.where, sizeof fixture->bad.where, "%s", fixture->directory);
    atomic_store(&fixture->bad.pwrite_errno, EIO);
    *state = fixture;
    return 0;
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
    (void)nftw(fixture->directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(fixture);
    return 0;
}

/* One call: what was sent, and what it is behind the sink. */
struct sent {
    struct uuid id;
    void *handle;
    struct stream stream;
};

static _Atomic int answered;
static _Atomic int last_answer;

static void ready(void *ready_arg, enum status status, const struct recording_policy *policy)
{
    (void)ready_arg;
    (void)policy;
    atomic_store(&last_answer, status);
    atomic_store(&answered, 1);
}

static void sleep_ms(int64_t ms)
{
    const struct timespec pause = {ms / 1000, ms % 1000 * CLOCK_NS_PER_MS};

    (void)nanosleep(&pause, NULL);
}

static void write_last(struct fixture *fixture, struct sent *sent)
{
    assert_int_equal(fixture->sink->write(fixture->sink->context, sent->handle,
                                          sent->stream.bytes.data + sent->stream.last,
                                          sent->stream.bytes.len - sent->stream.last,
                                          sent->stream.granule ? sent->stream.granule : -1),
                     STATUS_OK);
}

static enum status begin(struct fixture *fixture, struct sent *sent)
{
    struct recording_begin begin = {.started = clock_wall_now(),
                                    .source = "pbx",
                                    .source_address = "192.0.2.1",
                                    .sip_call_id = "call",
                                    .ties = {"", "", "", ""}};

    sent->id = begin.id = uuid_new(begin.started);
    stream_init(&sent->stream);
    atomic_store(&answered, 0);
    assert_int_equal(
        fixture->sink->begin(fixture->sink->context, &begin, ready, NULL, &sent->handle),
        STATUS_OK);
    for (int waited_ms = 0; !atomic_load(&answered); waited_ms += 5) {
        assert_true(waited_ms < WAIT_MS);
        sleep_ms(5);
    }
    enum status status = (enum status)atomic_load(&last_answer);
    if (status == STATUS_OK) {
        stream_head(&sent->stream);
        write_last(fixture, sent);
    }
    return status;
}

static void begin_all(struct fixture *fixture, struct sent *sent)
{
    for (int i = 0; i < CALLS; i++)
        assert_int_equal(begin(fixture, &sent[i]), STATUS_OK);
}

/* A page of each call every 50 ms, until something was counted up to there. */
static void talk_until(struct fixture *fixture, struct sent *sent, atomic_int *counted, int there)
{
    for (int talked_ms = 0; atomic_load(counted) < there; talked_ms += 50) {
        assert_true(talked_ms < WAIT_MS);
        for (int i = 0; i < CALLS; i++) {
            stream_page(&sent[i].stream, PAGE_BYTES);
            write_last(fixture, &sent[i]);
        }
        sleep_ms(50);
    }
}

static void talk_for_syncs(struct fixture *fixture, struct sent *sent, int syncs)
{
    struct bad_disk *bad = &fixture->bad;

    talk_until(fixture, sent, &bad->synced, atomic_load(&bad->synced) + syncs);
}

static void talk_for_failures(struct fixture *fixture, struct sent *sent, int failures)
{
    struct bad_disk *bad = &fixture->bad;

    talk_until(fixture, sent, &bad->failed, atomic_load(&bad->failed) + failures);
}

/* Until all that was handed over by now is durable: the sync under way may be of before. */
static void wait_for_syncs(struct fixture *fixture)
{
    int before = atomic_load(&fixture->bad.synced);

    for (int waited_ms = 0; atomic_load(&fixture->bad.synced) < before + 3; waited_ms += 10) {
        assert_true(waited_ms < WAIT_MS);
        sleep_ms(10);
    }
}

static void end_all(struct fixture *fixture, struct sent *sent)
{
    for (int i = 0; i < CALLS; i++) {
        const struct recording_end end = {
            .ended = clock_wall_now(), .end_cause = "bye", .duration_ms = 1000};
        fixture->sink->end(fixture->sink->context, sent[i].handle, &end);
    }
}

static void wait_for_health(struct fixture *fixture, bool healthy)
{
    for (int waited_ms = 0; store_sink_healthy(fixture->store) != healthy; waited_ms += 10) {
        assert_true(waited_ms < WAIT_MS);
        sleep_ms(10);
    }
}

static void stop(struct fixture *fixture)
{
    store_sink_destroy(fixture->store);
    fixture->store = NULL;
}

/* What the keeper makes of a recording whose row is left. */
static void join(struct fixture *fixture, const struct index_recording *row,
                 const struct volumes *volumes, struct recording_summary *summary)
{
    const struct recover_describe describe = {.volumes = volumes};
    struct recording_access access = {.disk = &disk_system};
    struct private_keys *keys = NULL;
    struct signer *signer = NULL;
    struct fault fault = {0};
    char path[BOUND_PATH_BYTES];

    must(private_keys_open(&disk_system, fixture->keys, fixture->master, &keys, &fault), &fault);
    must(public_keys_open(&disk_system, fixture->keys, &access.signers, &fault), &fault);
    must(signer_open(&disk_system, fixture->keys, "keeper", &signer, &fault), &fault);
    access.keys = keys;
    must(volumes_path(volumes, 0, row->path, path), &fault);
    must(recording_recover(&access, path, row->id, signer, &describe, summary, &fault), &fault);
    signer_close(signer);
    public_keys_close(access.signers);
    private_keys_close(keys);
}

static void read_row(struct fixture *fixture, struct uuid id, struct index_recording *row)
{
    struct index *index = NULL;
    struct fault fault = {0};

    must(index_open(fixture->index_path, &index, &fault), &fault);
    must(recordings_get(index, id, NULL, row, &fault), &fault);
    index_close(index);
}

/* The stream of the finished file. */
static void read_audio(struct fixture *fixture, const struct index_recording *row,
                       const struct volumes *volumes, struct bytes *audio)
{
    struct recording_access access = {.disk = &disk_system};
    struct recording_reader *reader = NULL;
    struct fault fault = {0};
    char path[BOUND_PATH_BYTES];

    must(private_keys_open(&disk_system, fixture->keys, fixture->master, &access.keys, &fault),
         &fault);
    must(public_keys_open(&disk_system, fixture->keys, &access.signers, &fault), &fault);
    must(recording_find(&disk_system, volumes, row->path, path, &fault), &fault);
    must(recording_reader_open(&access, path, row->id, &reader, &fault), &fault);
    must(recording_reader_verify(reader, &fault), &fault);
    size_t bytes = (size_t)recording_reader_summary(reader)->audio_bytes;
    must(bytes_reserve(audio, bytes), &fault);
    must(recording_reader_read(reader, 0, audio->data, bytes, &fault), &fault);
    audio->len = bytes;
    recording_reader_close(reader);
    public_keys_close(access.signers);
    private_keys_close(access.keys);
}

/* All that was sent is there, bit for bit, in one recording; how many had to be joined. */
static int expect_all(struct fixture *fixture, struct sent *sent)
{
    const struct volumes volumes = volumes_of(&fixture->config);
    int joined = 0;

    for (int i = 0; i < CALLS; i++) {
        struct recording_summary summary = {.holes = 0};
        struct index_recording row;
        struct bytes audio;
        read_row(fixture, sent[i].id, &row);
        if (row.state == RECORDING_STATE_RECORDING) {
            join(fixture, &row, &volumes, &summary);
            joined++;
        }
        assert_int_equal(summary.holes, 0);
        assert_false(summary.damaged);
        bytes_init(&audio, 64U << 20);
        read_audio(fixture, &row, &volumes, &audio);
        assert_true(audio.len >= sent[i].stream.bytes.len);
        assert_memory_equal(audio.data, sent[i].stream.bytes.data, sent[i].stream.bytes.len);
        bytes_deinit(&audio);
        stream_deinit(&sent[i].stream);
    }
    return joined;
}

static void a_sync_that_fails_once_costs_nothing_and_calls_are_taken_on(void **state)
{
    struct fixture *fixture = *state;
    struct sent sent[CALLS];

    start(fixture);
    begin_all(fixture, sent);
    talk_for_syncs(fixture, sent, 2);
    atomic_store(&fixture->bad.syncfs_fails, 1);
    talk_for_failures(fixture, sent, 1);
    talk_for_syncs(fixture, sent, 2);
    assert_int_equal(atomic_load(&fixture->bad.failed), 1);
    assert_true(store_sink_healthy(fixture->store));
    end_all(fixture, sent);
    stop(fixture);
    assert_int_equal(atomic_load(&fixture->bad.touched), 0);
    assert_int_equal(expect_all(fixture, sent), CALLS);
}

static void syncs_that_fail_for_a_while_cost_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct sent sent[CALLS];
    mono_time since;

    start(fixture);
    begin_all(fixture, sent);
    talk_for_syncs(fixture, sent, 2);
    since = clock_mono_now();
    atomic_store(&fixture->bad.syncfs_fails, -1);
    talk_for_failures(fixture, sent, 1);
    wait_for_health(fixture, false);
    /* one at once, one after a while, not at every pass */
    talk_until(fixture, sent, &fixture->bad.trials, 2);
    assert_true(clock_mono_now().ns - since.ns >= STORE_RETRY_MS * CLOCK_NS_PER_MS);
    atomic_store(&fixture->bad.syncfs_fails, 0);
    wait_for_health(fixture, true);
    talk_for_syncs(fixture, sent, 2);
    end_all(fixture, sent);
    stop(fixture);
    assert_int_equal(atomic_load(&fixture->bad.touched), 0);
    assert_int_equal(expect_all(fixture, sent), CALLS);
}

static void while_no_volume_takes_writes_calls_are_refused_and_what_was_durable_stays(void **state)
{
    struct fixture *fixture = *state;
    struct sent sent[CALLS];
    struct sent refused;
    size_t durable[CALLS];

    start(fixture);
    begin_all(fixture, sent);
    talk_for_syncs(fixture, sent, 1);
    wait_for_syncs(fixture);
    for (int i = 0; i < CALLS; i++)
        durable[i] = sent[i].stream.bytes.len;
    atomic_store(&fixture->bad.syncfs_fails, -1);
    talk_for_failures(fixture, sent, 1);
    wait_for_health(fixture, false);
    assert_int_not_equal(begin(fixture, &refused), STATUS_OK);
    fixture->sink->abort(fixture->sink->context, refused.handle);
    end_all(fixture, sent);
    sleep_ms(1000);
    stop(fixture);
    for (int i = 0; i < CALLS; i++)
        sent[i].stream.bytes.len = durable[i];
    assert_int_equal(expect_all(fixture, sent), CALLS);
    stream_deinit(&refused.stream);
}

static void a_call_that_ends_while_no_volume_takes_writes_is_sealed_when_one_does(void **state)
{
    struct fixture *fixture = *state;
    struct sent sent[CALLS];

    start(fixture);
    begin_all(fixture, sent);
    talk_for_syncs(fixture, sent, 2);
    atomic_store(&fixture->bad.syncfs_fails, -1);
    talk_for_failures(fixture, sent, 1);
    wait_for_health(fixture, false);
    end_all(fixture, sent);
    sleep_ms(300);
    atomic_store(&fixture->bad.syncfs_fails, 0);
    wait_for_health(fixture, true);
    sleep_ms(500);
    stop(fixture);
    assert_int_equal(expect_all(fixture, sent), CALLS);
}

static void an_end_whose_sync_fails_is_sealed_in_a_new_segment(void **state)
{
    struct fixture *fixture = *state;
    struct sent sent[CALLS];

    start(fixture);
    begin_all(fixture, sent);
    talk_for_syncs(fixture, sent, 2);
    atomic_store(&fixture->bad.fsync_fails, 1);
    end_all(fixture, sent);
    stop(fixture);
    assert_int_equal(atomic_load(&fixture->bad.failed), 1);
    assert_int_equal(expect_all(fixture, sent), 1); /* the others are sealed as they are */
}

static void a_write_that_fails_moves_its_recording_alone(void **state)
{
    struct fixture *fixture = *state;
    struct sent sent[CALLS];

    start(fixture);
    begin_all(fixture, sent);
    talk_for_syncs(fixture, sent, 2);
    atomic_store(&fixture->bad.pwrite_fails, 1);
    talk_for_failures(fixture, sent, 1);
    talk_for_syncs(fixture, sent, 2);
    end_all(fixture, sent);
    stop(fixture);
    assert_int_equal(expect_all(fixture, sent), 1);
}

static void use_second(struct fixture *fixture)
{
    fixture->config.volumes = (struct config_list){1, {fixture->second}};
}

static void recordings_go_on_on_another_volume_and_new_ones_begin_there(void **state)
{
    struct fixture *fixture = *state;
    struct sent sent[CALLS];
    struct sent more[CALLS];

    use_second(fixture);
    start(fixture);
    begin_all(fixture, sent);
    talk_for_syncs(fixture, sent, 2);
    atomic_store(&fixture->bad.syncfs_fails, -1);
    talk_for_failures(fixture, sent, 1);
    talk_for_syncs(fixture, sent, 2);
    assert_true(store_sink_healthy(fixture->store));
    begin_all(fixture, more);
    talk_for_syncs(fixture, more, 2);
    end_all(fixture, sent);
    end_all(fixture, more);
    stop(fixture);
    assert_int_equal(expect_all(fixture, sent), CALLS);
    assert_int_equal(expect_all(fixture, more), 0);
}

static void where_a_volume_is_full_recordings_go_on_on_another(void **state)
{
    struct fixture *fixture = *state;
    struct sent sent[CALLS];

    use_second(fixture);
    start(fixture);
    begin_all(fixture, sent);
    talk_for_syncs(fixture, sent, 2);
    atomic_store(&fixture->bad.pwrite_errno, ENOSPC);
    atomic_store(&fixture->bad.pwrite_fails, -1);
    talk_for_failures(fixture, sent, 1);
    talk_for_syncs(fixture, sent, 2);
    assert_true(store_sink_healthy(fixture->store));
    end_all(fixture, sent);
    stop(fixture);
    assert_int_equal(expect_all(fixture, sent), CALLS);
}

static void a_full_disk_that_has_room_again_is_gone_on_with_at_the_same_place(void **state)
{
    struct fixture *fixture = *state;
    struct sent sent[CALLS];

    start(fixture);
    begin_all(fixture, sent);
    talk_for_syncs(fixture, sent, 2);
    atomic_store(&fixture->bad.pwrite_errno, ENOSPC);
    atomic_store(&fixture->bad.pwrite_fails, -1);
    talk_for_failures(fixture, sent, 1);
    wait_for_health(fixture, false);
    end_all(fixture, sent);
    sleep_ms(300);
    atomic_store(&fixture->bad.pwrite_fails, 0);
    wait_for_health(fixture, true);
    sleep_ms(1000);
    stop(fixture);
    assert_int_equal(expect_all(fixture, sent), 0); /* sealed, not joined */
}

static void a_volume_that_is_not_mounted_is_not_written_to(void **state)
{
    struct fixture *fixture = *state;
    struct sent sent[CALLS];
    char path[128];

    use_second(fixture);
    (void)snprintf(path, sizeof path, "%s/" VOLUME_MARK_NAME, fixture->second);
    assert_int_equal(unlink(path), 0); /* as a directory that the mount would hide */
    start(fixture);
    begin_all(fixture, sent);
    talk_for_syncs(fixture, sent, 1);
    end_all(fixture, sent);
    stop(fixture);
    assert_int_equal(expect_all(fixture, sent), 0);
    (void)snprintf(path, sizeof path, "%s/recordings", fixture->second);
    assert_int_equal(rmdir(path), 0); /* nothing is in it */
}

int main(void)
{
#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WITH_STORE(a_sync_that_fails_once_costs_nothing_and_calls_are_taken_on),
        WITH_STORE(syncs_that_fail_for_a_while_cost_nothing),
        WITH_STORE(while_no_volume_takes_writes_calls_are_refused_and_what_was_durable_stays),
        WITH_STORE(a_call_that_ends_while_no_volume_takes_writes_is_sealed_when_one_does),
        WITH_STORE(an_end_whose_sync_fails_is_sealed_in_a_new_segment),
        WITH_STORE(a_write_that_fails_moves_its_recording_alone),
        WITH_STORE(recordings_go_on_on_another_volume_and_new_ones_begin_there),
        WITH_STORE(where_a_volume_is_full_recordings_go_on_on_another),
        WITH_STORE(a_full_disk_that_has_room_again_is_gone_on_with_at_the_same_place),
        WITH_STORE(a_volume_that_is_not_mounted_is_not_written_to),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
