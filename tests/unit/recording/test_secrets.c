/* What a writer leaves behind: its process cannot open a finished recording, and no plaintext or
 * key is in any file. The writer runs in a child, whose whole memory is then searched. */
#include "support.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/recording/header.h"
#include "storage/recording/opening.h"

static struct store store;

static int open_store(void **state)
{
    (void)state;
    store_open(&store);
    return 0;
}

static int close_store(void **state)
{
    (void)state;
    store_close(&store);
    return 0;
}

/* How often a needle is in the memory of a process. */
static size_t count_in_memory(pid_t pid, const uint8_t *needle, size_t needle_bytes)
{
    char path[64];
    char line[512];
    size_t found = 0;

    (void)snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    FILE *maps = fopen(path, "r");
    (void)snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
    FILE *memory = fopen(path, "rb");
    assert_non_null(maps);
    assert_non_null(memory);
    while (fgets(line, sizeof line, maps)) {
        unsigned long start;
        unsigned long end;
        char mode[5];
        if (sscanf(line, "%lx-%lx %4s", &start, &end, mode) != 3 || mode[0] != 'r' ||
            mode[1] != 'w' || end - start > (256UL << 20))
            continue;
        uint8_t *content = malloc(end - start);
        if (fseek(memory, (long)start, SEEK_SET) == 0 &&
            fread(content, 1, end - start, memory) == end - start)
            for (uint8_t *at = content; at + needle_bytes <= content + (end - start); at++) {
                at = memmem(at, (size_t)(content + (end - start) - at), needle, needle_bytes);
                if (!at)
                    break;
                found++;
            }
        free(content);
    }
    (void)fclose(maps);
    (void)fclose(memory);
    return found;
}

struct shared {
    struct made made;
    uint8_t audio[9000];
};

static void answer(int fd)
{
    if (write(fd, "", 1) != 1)
        _exit(3);
}

static void await(int fd)
{
    char byte;
    if (read(fd, &byte, 1) != 1)
        _exit(3);
}

/* In the child: as recorder-ingest does it, with public keys and a signer alone. */
static void write_one(struct shared *shared, bool finish, int asked, int answering)
{
    struct recording_finish end = {.state = RECORDING_STATE_SEALED};
    struct made *made = &shared->made;
    struct fault fault;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* of a test that failed nobody waits for the rest */
    private_keys_close(store.private_keys);
    store.private_keys = NULL;
    store_begin(&store, made);
    for (int i = 0; i < 3; i++) {
        if (recording_writer_append(made->writer, shared->audio + 3000 * i, 3000, i + 1) !=
                STATUS_OK ||
            recording_writer_flush(made->writer, &fault) != STATUS_OK)
            _exit(2);
        recording_writer_confirm(made->writer);
    }
    answer(answering); /* in progress: its key is there */
    await(asked);
    if (finish && recording_writer_finish(made->writer, &end, store.ingest, &made->summary,
                                          &fault) != STATUS_OK)
        _exit(2);
    if (!finish)
        recording_writer_destroy(made->writer);
    answer(answering);
    await(asked);
    _exit(0);
}

static void look_for_keys(const struct shared *shared, pid_t pid, size_t expected)
{
    const struct made *made = &shared->made;
    struct header header;
    struct bytes file;
    struct fault fault = {0};
    uint8_t dek[KEY_DEK_BYTES];
    uint8_t key[SEAL_KEY_BYTES];
    struct key_id id;

    bytes_init(&file, 1 << 20);
    file_read(made->path, &file);
    assert_int_equal(header_parse(file.data, &header, &fault), STATUS_OK);
    memcpy(id.b, header.unit + 512 + 8, sizeof id.b);
    assert_int_equal(private_keys_open_dek(store.private_keys, store.customer, id, 202611,
                                           header.unit + 512 + 72, dek, &fault),
                     STATUS_OK);
    seal_frame_key(dek, header.unit, FORMAT_H0_BYTES, key);
    assert_int_equal(count_in_memory(pid, dek, 16), 0);
    assert_int_equal(count_in_memory(pid, dek + 16, 16), 0);
    if (expected)
        assert_in_range(count_in_memory(pid, key, sizeof key), expected, 3);
    else
        assert_int_equal(count_in_memory(pid, key, 16) + count_in_memory(pid, key + 16, 16), 0);
    bytes_deinit(&file);
}

static void run(bool finish)
{
    struct shared *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int ask[2];
    int answers[2];
    int status = -1;

    assert_ptr_not_equal(shared, MAP_FAILED);
    memset(shared, 0, sizeof *shared);
    fill_pattern(shared->audio, sizeof shared->audio, 11);
    assert_int_equal(pipe(ask) | pipe(answers), 0);
    pid_t pid = fork();
    if (pid == 0)
        write_one(shared, finish, ask[0], answers[1]);
    (void)close(answers[1]);
    char byte;
    assert_int_equal(read(answers[0], &byte, 1), 1);
    look_for_keys(shared, pid, 1); /* the search finds what is there */
    answer(ask[1]);
    assert_int_equal(read(answers[0], &byte, 1), 1);
    look_for_keys(shared, pid, 0);
    answer(ask[1]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    (void)close(answers[0]);
    (void)close(ask[0]);
    (void)close(ask[1]);
    (void)munmap(shared, sizeof *shared);
}

static void after_finish_nothing_in_memory_opens_the_recording(void **state)
{
    (void)state;
    run(true);
}

static void after_destroy_nothing_in_memory_opens_the_recording(void **state)
{
    (void)state;
    run(false);
}

static void no_plaintext_is_on_disk_while_recording_or_after(void **state)
{
    struct made made;
    struct stream stream;
    struct bytes file;
    struct fault fault = {0};
    (void)state;

    bytes_init(&file, 1 << 20);
    stream_init(&stream);
    store_begin(&store, &made);
    stream_head(&stream);
    stream_append(&stream, &made);
    for (int i = 0; i < 5; i++) {
        stream_page(&stream, 1500);
        stream_append(&stream, &made);
        assert_int_equal(recording_writer_flush(made.writer, &fault), STATUS_OK);
        const char *paths[] = {made.path, made.tail};
        for (int k = 0; k < 2; k++) {
            file_read(paths[k], &file);
            assert_null(memmem(file.data, file.len, "OggS", 4));
            assert_null(memmem(file.data, file.len, "OpusHead", 8));
        }
    }
    store_finish(&store, &made);
    file_read(made.path, &file);
    assert_null(memmem(file.data, file.len, "OggS", 4));
    assert_null(memmem(file.data, file.len, stream.bytes.data + stream.last + 40, 16));
    stream_deinit(&stream);
    bytes_deinit(&file);
}

static void the_public_keys_and_signer_open_nothing(void **state)
{
    struct recording_reader *reader = NULL;
    struct private_keys *keys = NULL;
    struct fault fault = {0};
    struct made made;
    char path[1024];
    (void)state;

    store_make(&store, (const uint8_t *)"OggS", 4, 4, &made);
    /* all that recorder-ingest's user can read, and a master key of its own making */
    (void)snprintf(path, sizeof path, "cp -r %s/public %s/signing %s", store.keys_dir,
                   store.keys_dir, store.directory);
    assert_int_equal(system(path), 0);
    (void)snprintf(path, sizeof path, "%s/guess", store.directory);
    assert_int_equal(keys_init(&disk_system, store.directory, path, &fault), STATUS_OK);
    assert_int_equal(private_keys_open(&disk_system, store.directory, path, &keys, &fault),
                     STATUS_OK);
    assert_int_equal(
        recording_reader_open(&(struct recording_access){&disk_system, keys, store.public_keys},
                              made.path, made.id, &reader, &fault),
        STATUS_NO_KEY);
    private_keys_close(keys);
}

static void without_the_months_key_nothing_opens(void **state)
{
    struct recording_reader *reader = NULL;
    struct recording_summary summary;
    struct fault fault = {0};
    struct made made;
    char path[500];
    char customer[UUID_TEXT_BYTES];
    (void)state;

    store_make(&store, (const uint8_t *)"OggS", 4, 4, &made);
    uuid_format(store.customer, customer);
    (void)snprintf(path, sizeof path, "%s/private/%s/2026-11.key", store.keys_dir, customer);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(store_read(&store, &made, &reader, &fault), STATUS_NO_KEY);
    assert_int_equal(store_recover(&store, &made, &summary, &fault), STATUS_NO_KEY);
    assert_non_null(strstr(fault.text, "2026-11"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(after_finish_nothing_in_memory_opens_the_recording),
        cmocka_unit_test(after_destroy_nothing_in_memory_opens_the_recording),
        cmocka_unit_test(no_plaintext_is_on_disk_while_recording_or_after),
        cmocka_unit_test(the_public_keys_and_signer_open_nothing),
        cmocka_unit_test(without_the_months_key_nothing_opens), /* last: shreds the key */
    };

    return cmocka_run_group_tests_name("secrets", tests, open_store, close_store);
}
