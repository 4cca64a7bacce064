/*
 * bench_store [DIRECTORY [FILES]]: what the store costs.
 *
 * - frames sealed per second, beside bare libsodium: the same cipher over as many bytes with as
 *   many random nonces. By turns, so that what else the machine does hits both; CPU time.
 * - the pass that the store thread makes once a second, with 100, 1000 and 3000 open recordings:
 *   each gets a second of audio, is flushed, then one syncfs, and each is confirmed.
 * - the recovery of FILES (10000) recordings that a crash left, of 10 s each: recording_recover
 *   alone, which syncs each of them. The keeper decodes them for their pictures, and writes their
 *   rows, besides.
 *
 * The files are made in a directory of their own in DIRECTORY (TMPDIR, or /tmp), and removed
 * however it ends: a process of its own works on them. What syncfs takes depends on what others
 * write to the same file system.
 */
#include <fcntl.h>
#include <linux/magic.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "encode/ogg_page.h"
#include "encode/opus_frame.h"
#include "storage/recording/frame.h"
#include "storage/recording/recover.h"
#include "storage/recording/writer.h"
#include "tests/bench/own_folder.h"

enum {
    FILES_DEFAULT = 10000,
    FILES_MAX = 1000000,
    RECOVERED_S = 10, /* of audio in each file that is recovered */
    SEAL_FRAMES = 4000,
    SEAL_ROUNDS = 15,
    SYNC_ROUNDS = 20,
    OPEN_MAX = 3000,
    PACKET_BYTES = 125, /* of 20 ms of both sides, at 2 * 24 kbit/s and the spare streams */
    DESCRIPTORS_OF_OURS = 100,
};

/* A store with the keys of one customer. */
struct bench_store {
    char directory[OWN_FOLDER_PATH_BYTES];
    struct uuid customer;
    struct public_keys *public_keys;
    struct private_keys *private_keys;
    struct signer *signer;
    struct customer_key key;
    wall_time now;
};

/* A recording in progress: its writer and its Ogg stream. */
struct growing {
    struct recording_writer *writer;
    struct ogg_page page;
    int64_t granule;
};

static void must(enum status status, const struct fault *fault)
{
    if (status == STATUS_OK)
        return;
    (void)fprintf(stderr, "bench_store: %s %s\n", status_name(status), fault->text);
    exit(EXIT_FAILURE);
}

static double seconds(clockid_t clock)
{
    struct timespec now;

    (void)clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int ascending(const void *one, const void *other)
{
    double left = *(const double *)one;
    double right = *(const double *)other;

    return (left > right) - (left < right);
}

/* Sorts them. */
static double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, ascending);
    return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

/* --- the cipher --- */
static double seal_ours(const uint8_t *key, const uint8_t *data, uint8_t *unit)
{
    double began = seconds(CLOCK_PROCESS_CPUTIME_ID);

    for (uint64_t i = 0; i < SEAL_FRAMES; i++)
        frame_seal(key, FRAME_AUDIO, i, data, FORMAT_FRAME_DATA_BYTES, unit);
    return SEAL_FRAMES / (seconds(CLOCK_PROCESS_CPUTIME_ID) - began);
}

static double seal_bare(const uint8_t *key, const uint8_t *data, uint8_t *unit)
{
    uint8_t aad[16] = {0};
    double began = seconds(CLOCK_PROCESS_CPUTIME_ID);

    for (uint64_t i = 0; i < SEAL_FRAMES; i++) {
        randombytes_buf(unit, SEAL_NONCE_BYTES);
        (void)crypto_aead_xchacha20poly1305_ietf_encrypt(unit + SEAL_NONCE_BYTES, NULL, data,
                                                         FORMAT_FRAME_DATA_BYTES, aad, sizeof aad,
                                                         NULL, unit, key);
    }
    return SEAL_FRAMES / (seconds(CLOCK_PROCESS_CPUTIME_ID) - began);
}

static void bench_seal(void)
{
    static uint8_t data[FORMAT_FRAME_DATA_BYTES];
    static uint8_t unit[FORMAT_UNIT_BYTES];
    double ours[SEAL_ROUNDS];
    double bare[SEAL_ROUNDS];
    double ratio[SEAL_ROUNDS];
    uint8_t key[SEAL_KEY_BYTES];

    randombytes_buf(key, sizeof key);
    randombytes_buf(data, sizeof data);
    for (size_t i = 0; i < SEAL_ROUNDS; i++) {
        ours[i] = seal_ours(key, data, unit);
        bare[i] = seal_bare(key, data, unit);
        ratio[i] = ours[i] / bare[i];
    }
    (void)printf("frames sealed per second of CPU: %.0f, bare libsodium %.0f, ratio %.3f\n",
                 median(ours, SEAL_ROUNDS), median(bare, SEAL_ROUNDS), median(ratio, SEAL_ROUNDS));
}

/* --- recordings --- */
static void open_store(struct bench_store *store)
{
    struct fault fault = {0};
    char keys[300];
    char master[320];
    char month[KEY_MONTH_BYTES];

    (void)snprintf(keys, sizeof keys, "%s/keys", store->directory);
    (void)snprintf(master, sizeof master, "%s/master.key", keys);
    store->now = clock_wall_now();
    store->customer = uuid_new(store->now);
    keys_month(store->now, month);
    must(keys_init(&disk_system, keys, master, &fault), &fault);
    must(private_keys_open(&disk_system, keys, master, &store->private_keys, &fault), &fault);
    must(private_keys_make_month(store->private_keys, store->customer, month, &fault), &fault);
    must(public_keys_open(&disk_system, keys, &store->public_keys, &fault), &fault);
    must(public_keys_customer(store->public_keys, store->customer, store->now, &store->key, &fault),
         &fault);
    must(signer_open(&disk_system, keys, "keeper", &store->signer, &fault), &fault);
}

static void close_store(struct bench_store *store)
{
    signer_close(store->signer);
    public_keys_close(store->public_keys);
    private_keys_close(store->private_keys);
}

static void append_page(struct growing *growing)
{
    const uint8_t *bytes;
    struct fault fault = {0};
    size_t page_bytes = ogg_page_close(&growing->page, growing->granule, false, &bytes);

    must(recording_writer_append(growing->writer, bytes, page_bytes,
                                 growing->granule ? growing->granule : -1),
         &fault);
}

static void append_packet(struct growing *growing, const void *packet, size_t packet_bytes)
{
    struct fault fault = {0};

    must(ogg_page_add(&growing->page, packet, packet_bytes), &fault);
}

/* As a call has it: OpusHead of two streams, OpusTags. Returns the id. */
static struct uuid begin(struct bench_store *store, struct growing *growing)
{
    static const uint8_t head[23] = {'O',  'p',  'u', 's', 'H', 'e', 'a', 'd', 1, 2, 0x78, 0,
                                     0x40, 0x1f, 0,   0,   0,   0,   1,   2,   0, 0, 1};
    static const uint8_t tags[16] = "OpusTags"; /* no vendor, no comments */
    struct fault fault = {0};
    const struct recording_writer_spec spec = {.disk = &disk_system,
                                               .recording = uuid_new(clock_wall_now()),
                                               .customer = store->customer,
                                               .created = store->now,
                                               .created_mono = clock_mono_now(),
                                               .key = &store->key};

    *growing = (struct growing){0};
    must(recording_writer_create(store->directory, &spec, &growing->writer, &fault), &fault);
    ogg_page_init(&growing->page, 4711);
    append_packet(growing, head, sizeof head);
    append_page(growing);
    append_packet(growing, tags, sizeof tags);
    append_page(growing);
    return spec.recording;
}

static void say_a_second(struct growing *growing)
{
    uint8_t packet[PACKET_BYTES];

    randombytes_buf(packet, sizeof packet);
    packet[0] = 0; /* one frame in each stream, as bytes go: nobody decodes it here */
    for (int i = 0; i < OPUS_FRAMES_PER_SECOND; i++)
        append_packet(growing, packet, sizeof packet);
    growing->granule += OPUS_RATE_HZ;
    append_page(growing);
}

/* --- the pass of the store thread --- */
static void sync_directory(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 || syncfs(fd) != 0) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    (void)close(fd);
}

/* How long a pass takes, in ms, and of that the syncfs. */
static double pass(const struct bench_store *store, struct growing *growing, size_t count,
                   double *sync_ms)
{
    struct fault fault = {0};
    double began = seconds(CLOCK_MONOTONIC);

    for (size_t i = 0; i < count; i++)
        must(recording_writer_flush(growing[i].writer, &fault), &fault);
    double flushed = seconds(CLOCK_MONOTONIC);
    sync_directory(store->directory);
    double synced = seconds(CLOCK_MONOTONIC);
    for (size_t i = 0; i < count; i++)
        recording_writer_confirm(growing[i].writer);
    *sync_ms = (synced - flushed) * 1e3;
    return (seconds(CLOCK_MONOTONIC) - began) * 1e3;
}

static void bench_sync(struct bench_store *store, size_t count)
{
    struct growing *growing = calloc(count, sizeof *growing);
    double all[SYNC_ROUNDS];
    double sync[SYNC_ROUNDS];

    if (!growing)
        exit(EXIT_FAILURE);
    for (size_t i = 0; i < count; i++)
        (void)begin(store, &growing[i]);
    sync_directory(store->directory);
    for (size_t round = 0; round < SYNC_ROUNDS; round++) {
        for (size_t i = 0; i < count; i++)
            say_a_second(&growing[i]);
        all[round] = pass(store, growing, count, &sync[round]);
    }
    for (size_t i = 0; i < count; i++)
        recording_writer_destroy(growing[i].writer);
    free(growing);
    double middle = median(all, SYNC_ROUNDS);
    (void)printf("pass over %4zu open recordings: median %.1f ms (syncfs %.1f), worst %.1f ms\n",
                 count, middle, median(sync, SYNC_ROUNDS), all[SYNC_ROUNDS - 1]);
}

/* --- recovery --- */
static struct uuid leave_behind(struct bench_store *store)
{
    struct growing growing;
    struct fault fault = {0};
    struct uuid id = begin(store, &growing);

    for (int second = 0; second < RECOVERED_S; second++) {
        say_a_second(&growing);
        must(recording_writer_flush(growing.writer, &fault), &fault);
        recording_writer_confirm(growing.writer);
    }
    recording_writer_destroy(growing.writer);
    return id;
}

static void recover(struct bench_store *store, struct uuid id)
{
    const struct recording_access access = {&disk_system, store->private_keys, store->public_keys};
    struct recording_summary summary;
    struct fault fault = {0};
    char below[BOUND_PATH_BYTES];
    char path[BOUND_PATH_BYTES + sizeof store->directory];

    recording_path(id, store->now, below);
    (void)snprintf(path, sizeof path, "%s/%s", store->directory, below);
    must(recording_recover(&access, path, id, store->signer, NULL, &summary, &fault), &fault);
    if (summary.duration_ms < RECOVERED_S * 1000 - 100) {
        (void)fprintf(stderr, "bench_store: %lld ms were recovered\n",
                      (long long)summary.duration_ms);
        exit(EXIT_FAILURE);
    }
}

static void bench_recovery(struct bench_store *store, size_t files)
{
    struct uuid *id = calloc(files, sizeof *id);
    double *each = calloc(files, sizeof *each);

    if (!id || !each)
        exit(EXIT_FAILURE);
    for (size_t i = 0; i < files; i++)
        id[i] = leave_behind(store);
    sync_directory(store->directory);
    double began = seconds(CLOCK_MONOTONIC);
    double before = began;
    for (size_t i = 0; i < files; i++) {
        recover(store, id[i]);
        double now = seconds(CLOCK_MONOTONIC);
        each[i] = (now - before) * 1e3;
        before = now;
    }
    double middle = median(each, files);
    (void)printf(
        "recovery of %zu unfinished files of %d s, of the files alone (no picture, no row): "
        "%.1f s in all; each: median %.2f ms, worst %.1f ms\n",
        files, RECOVERED_S, before - began, middle, each[files - 1]);
    free(each);
    free(id);
}

/* What a figure of a sync is worth. */
static void tell_file_system(const char *directory)
{
    struct statfs about;

    if (statfs(directory, &about) != 0) {
        perror(directory);
        exit(EXIT_FAILURE);
    }
    (void)printf("files are on a file system of type 0x%lx%s\n", (unsigned long)about.f_type,
                 about.f_type == TMPFS_MAGIC ? ", which is memory: a sync of it tells nothing"
                                             : "");
}

static void bench_all(const char *directory, const void *arg)
{
    const long *files = arg;
    static const size_t open_counts[] = {100, 1000, OPEN_MAX};
    struct bench_store store = {0};
    struct fault fault = {0};
    unsigned long limit = 0;

    must(seal_ready(&fault), &fault);
    must(descriptor_limit_raise(&limit, &fault), &fault);
    bench_seal();
    (void)snprintf(store.directory, sizeof store.directory, "%s", directory);
    tell_file_system(directory);
    open_store(&store);
    for (size_t i = 0; i < sizeof open_counts / sizeof open_counts[0]; i++) {
        if (limit >= 2 * open_counts[i] + DESCRIPTORS_OF_OURS)
            bench_sync(&store, open_counts[i]);
        else
            (void)printf("pass over %4zu open recordings: not done, %lu descriptors are allowed\n",
                         open_counts[i], limit);
        (void)fflush(stdout);
    }
    bench_recovery(&store, (size_t)*files);
    close_store(&store);
}

int main(int argc, char **argv)
{
    const char *base = argc > 1 ? argv[1] : getenv("TMPDIR");
    long files = argc > 2 ? strtol(argv[2], NULL, 10) : FILES_DEFAULT;

    if (argc > 3 || files < 1 || files > FILES_MAX) {
        (void)fputs("usage: bench_store [DIRECTORY [FILES]]\n", stderr);
        return 2;
    }
    return own_folder_run(base ? base : "/tmp", "bench-store", bench_all, &files);
}
