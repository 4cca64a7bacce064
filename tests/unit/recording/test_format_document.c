/* FORMAT.md's worked example, read from its own text, is what this program makes and opens; and a
 * reader written from the document alone opens what this program makes. */
#include "support.h"

#include <ctype.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/recording/footer.h"
#include "storage/recording/frame.h"
#include "storage/recording/header.h"

enum { EXAMPLE_AUDIO_BYTES = 4060 };

static struct bytes document;
static struct bytes example;
static uint8_t audio[EXAMPLE_AUDIO_BYTES];

static void path_from_tests(const char *name, char *path, size_t path_bytes)
{
    const char *vectors = getenv("VECTORS");

    assert_non_null(vectors); /* set by ctest: tests/vectors */
    assert_in_range(snprintf(path, path_bytes, "%s/../%s", vectors, name), 1, path_bytes - 1);
}

static int load(void **state)
{
    char path[1024];
    (void)state;

    bytes_init(&document, 1 << 20);
    bytes_init(&example, 1 << 20);
    path_from_tests("../storage/FORMAT.md", path, sizeof path);
    file_read(path, &document);
    assert_int_equal(bytes_append(&document, "", 1), STATUS_OK);
    path_from_tests("vectors/format/worked.crec", path, sizeof path);
    file_read(path, &example);
    for (size_t i = 0; i < sizeof audio; i++)
        audio[i] = (uint8_t)(i % 251);
    return 0;
}

static int unload(void **state)
{
    (void)state;
    bytes_deinit(&document);
    bytes_deinit(&example);
    return 0;
}

/* The bytes of block "```hex name". */
static void block(const char *name, uint8_t *out, size_t out_bytes)
{
    char opening[64];
    size_t done = 0;

    (void)snprintf(opening, sizeof opening, "```hex %s\n", name);
    const char *text = strstr((const char *)document.data, opening);
    if (!text)
        fail_msg("FORMAT.md has no block %s", name);
    for (text += strlen(opening); *text != '`';) {
        if (isspace((unsigned char)*text)) {
            text++;
            continue;
        }
        unsigned byte;
        assert_true(done < out_bytes);
        assert_int_equal(sscanf(text, "%2x", &byte), 1);
        out[done++] = (uint8_t)byte;
        text += 2;
    }
    assert_int_equal(done, out_bytes);
}

/* The key files of the document in a directory; and what they are opened as. */
struct example_keys {
    struct store store; /* only its key members */
    struct made made;
};

static void write_block(const char *name, size_t size, const char *directory, const char *below)
{
    uint8_t data[KEY_DEK_BYTES * 8];
    char path[1024];

    block(name, data, size);
    (void)snprintf(path, sizeof path, "%s/%s", directory, below);
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(path, 0700);
        *slash = '/';
    }
    (void)unlink(path);
    file_write(path, data, size);
    assert_int_equal(chmod(path, 0400), 0);
}

#define EXAMPLE_CUSTOMER "01936f2e-0000-7000-8000-0000000000c1"

static void open_example(struct example_keys *keys)
{
    struct store *store = &keys->store;
    struct fault fault = {0};

    store_open(store); /* makes a store of its own; the document's key files are put into it */
    private_keys_close(store->private_keys);
    signer_close(store->ingest);
    write_block("master", 32, store->keys_dir, "master.key");
    write_block("customer-public-file", 80, store->keys_dir,
                "public/customers/" EXAMPLE_CUSTOMER "/2026-11.pub");
    write_block("customer-private-file", 120, store->keys_dir,
                "private/" EXAMPLE_CUSTOMER "/2026-11.key");
    write_block("signer-public-file", 80, store->keys_dir,
                "public/signers/0e934e02183f97e0cd83ad10d6c4be5a.pub");
    write_block("signing-file", 80, store->keys_dir, "signing/ingest.key");
    assert_int_equal(private_keys_open(&disk_system, store->keys_dir, store->master,
                                       &store->private_keys, &fault),
                     STATUS_OK);
    assert_int_equal(signer_open(&disk_system, store->keys_dir, "ingest", &store->ingest, &fault),
                     STATUS_OK);
    assert_int_equal(uuid_parse(EXAMPLE_CUSTOMER, &store->customer), STATUS_OK);
    assert_int_equal(uuid_parse("01936f2e-0000-7000-8000-000000000001", &keys->made.id), STATUS_OK);
    (void)snprintf(keys->made.path, sizeof keys->made.path, "%s/worked.crec", store->directory);
    file_write(keys->made.path, example.data, example.len);
}

static void the_documents_keys_and_header_are_what_we_make(void **state)
{
    uint8_t dek[32];
    uint8_t h0[64];
    uint8_t expected[32];
    uint8_t made[32];
    uint8_t slot[152];
    (void)state;

    block("dek", dek, sizeof dek);
    block("h0", h0, sizeof h0);
    block("commitment", expected, sizeof expected);
    seal_commitment(dek, h0, sizeof h0, made);
    assert_memory_equal(made, expected, sizeof made);
    assert_memory_equal(example.data, h0, sizeof h0);
    assert_memory_equal(example.data + 64, expected, sizeof expected);
    block("frame-key", expected, sizeof expected);
    seal_frame_key(dek, h0, sizeof h0, made);
    assert_memory_equal(made, expected, sizeof made);
    block("slot", slot, sizeof slot);
    assert_memory_equal(example.data + 512, slot, sizeof slot);
    block("sha256", expected, sizeof expected);
    (void)crypto_hash_sha256(made, example.data, example.len);
    assert_memory_equal(made, expected, sizeof made);
}

static void the_header_we_make_differs_only_in_its_sealed_key(void **state)
{
    struct header header;
    struct uuid recording;
    struct uuid customer;
    struct customer_key key = {.version = 202611};
    struct fault fault = {0};
    uint8_t dek[32];
    (void)state;

    block("dek", dek, sizeof dek);
    block("customer-public", key.public_key, sizeof key.public_key);
    (void)crypto_generichash(key.id.b, sizeof key.id.b, key.public_key, 32, NULL, 0);
    assert_int_equal(uuid_parse("01936f2e-0000-7000-8000-000000000001", &recording), STATUS_OK);
    assert_int_equal(uuid_parse(EXAMPLE_CUSTOMER, &customer), STATUS_OK);
    wall_time created = clock_wall_from_us(INT64_C(1795356000000000));
    const struct header_spec spec = {recording, customer, created, 0};
    assert_int_equal(header_make(&spec, dek, &key, &header, &fault), STATUS_OK);
    assert_memory_equal(header.unit, example.data, 512 + 72);
    assert_memory_equal(header.unit + 512 + 152, example.data + 512 + 152, 4096 - 512 - 152);
}

static void the_documents_frames_are_what_we_make(void **state)
{
    uint8_t key[32];
    uint8_t nonce[24];
    uint8_t unit[FORMAT_UNIT_BYTES];
    uint8_t start[64];
    uint8_t tag[16];
    (void)state;

    block("frame-key", key, sizeof key);
    for (uint64_t i = 0; i < 2; i++) {
        size_t offset = (size_t)i * FORMAT_FRAME_DATA_BYTES;
        memset(nonce, 0xa0 + (int)i, sizeof nonce);
        frame_seal_with_nonce(key, nonce, FRAME_AUDIO, i, audio + offset,
                              i ? EXAMPLE_AUDIO_BYTES - offset : FORMAT_FRAME_DATA_BYTES, unit);
        assert_memory_equal(unit, example.data + frame_offset(i), sizeof unit);
    }
    block("frame-1-start", start, sizeof start);
    block("frame-1-tag", tag, sizeof tag);
    assert_memory_equal(unit, start, sizeof start);
    assert_memory_equal(unit + 4080, tag, sizeof tag);
}

static void the_documents_footer_is_what_we_make(void **state)
{
    struct example_keys keys;
    struct footer footer;
    struct fault fault = {0};
    uint8_t expected[FOOTER_BYTES];
    uint8_t made[FOOTER_BYTES];
    (void)state;

    open_example(&keys);
    block("footer", expected, sizeof expected);
    assert_int_equal(footer_get(expected, sizeof expected, 4, &footer, &fault), STATUS_OK);
    assert_int_equal(footer_verify(expected, example.data, keys.store.public_keys, &fault),
                     STATUS_OK);
    footer_put(&footer, example.data, keys.store.ingest, made);
    assert_memory_equal(made, expected, sizeof made);
    store_close(&keys.store);
}

static void the_documents_file_opens_with_the_documents_keys(void **state)
{
    struct recording_reader *reader = NULL;
    struct example_keys keys;
    struct fault fault = {0};
    struct bytes out;
    (void)state;

    open_example(&keys);
    store_expect(&keys.store, &keys.made, audio, sizeof audio);
    assert_int_equal(store_read(&keys.store, &keys.made, &reader, &fault), STATUS_OK);
    const struct recording_summary *summary = recording_reader_summary(reader);
    assert_int_equal(summary->duration_ms, 493);
    assert_int_equal(summary->loss.packets_received, 50);
    assert_int_equal(summary->loss.packets_duplicate, 2);
    bytes_init(&out, 100);
    assert_int_equal(recording_reader_section(reader, SECTION_DETAILS, &out, &fault), STATUS_OK);
    assert_memory_equal(out.data, "{}", 2);
    bytes_deinit(&out);
    recording_reader_close(reader);
    store_close(&keys.store);
}

/* Run tests/format_reader.py with the document's customer key and that signer's; its output goes to
 * a file. */
static int read_signed_by(const uint8_t signer[static KEY_PUBLIC_BYTES], const char *path,
                          const char *output, bool documents)
{
    char script[1024];
    char private_hex[65];
    char signer_hex[65];
    uint8_t private_key[32];

    path_from_tests("format_reader.py", script, sizeof script);
    block("customer-private", private_key, sizeof private_key);
    (void)sodium_bin2hex(private_hex, sizeof private_hex, private_key, sizeof private_key);
    (void)sodium_bin2hex(signer_hex, sizeof signer_hex, signer, KEY_PUBLIC_BYTES);
    pid_t child = fork();
    if (child == 0) {
        if (!freopen(output, "wb", stdout) || !freopen("/dev/null", "wb", stderr))
            _exit(9);
        (void)unsetenv("LD_PRELOAD");
        (void)execl("/usr/bin/python3", "python3", script, path, private_hex, signer_hex,
                    documents ? "--documents" : (char *)NULL, (char *)NULL);
        _exit(9);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The document's signer: its public half is behind the head of its file. */
static int read_independently(const char *path, const char *output, bool documents)
{
    uint8_t file[80];

    block("signer-public-file", file, sizeof file);
    return read_signed_by(file + 48, path, output, documents);
}

static void expect_documents_read(const char *path, const char *output)
{
    static const char expected[] = "0 12 INVITE application/rs-metadata+xml\n<recording/>"
                                   "700 0 UPDATE \n";
    struct bytes got;

    bytes_init(&got, 1 << 20);
    assert_int_equal(read_independently(path, output, true), 0);
    file_read(output, &got);
    assert_int_equal(got.len, sizeof expected - 1);
    assert_memory_equal(got.data, expected, sizeof expected - 1);
    bytes_deinit(&got);
}

static void a_reader_from_the_document_alone_opens_what_we_write(void **state)
{
    struct example_keys keys;
    struct fault fault = {0};
    struct made made;
    struct bytes got;
    char output[400];
    uint8_t stream[20000];
    (void)state;

    open_example(&keys);
    assert_int_equal(public_keys_customer(keys.store.public_keys, keys.store.customer,
                                          clock_wall_from_us(STARTED_US), &keys.store.key, &fault),
                     STATUS_OK);
    (void)snprintf(output, sizeof output, "%s/out", keys.store.directory);
    fill_pattern(stream, sizeof stream, 9);
    bytes_init(&got, 1 << 20);
    for (size_t length = 0; length <= sizeof stream; length += 4000) {
        store_make(&keys.store, stream, length, 1500, &made);
        assert_int_equal(read_independently(made.path, output, false), 0);
        file_read(output, &got);
        assert_int_equal(got.len, length);
        if (length)
            assert_memory_equal(got.data, stream, length);
    }
    store_begin(&keys.store, &made);
    assert_int_equal(recording_writer_document(made.writer, 0, "INVITE",
                                               "application/rs-metadata+xml",
                                               (const uint8_t *)"<recording/>", 12),
                     STATUS_OK);
    assert_int_equal(recording_writer_document(made.writer, 700, "UPDATE", "", NULL, 0), STATUS_OK);
    store_finish(&keys.store, &made);
    expect_documents_read(made.path, output);
    assert_int_equal(read_signed_by(keys.store.key.public_key, made.path, output, false), 1);
    file_flip(made.path, 9000, 1);
    assert_int_equal(read_independently(made.path, output, false), 1);
    bytes_deinit(&got);
    store_close(&keys.store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_documents_keys_and_header_are_what_we_make),
        cmocka_unit_test(the_header_we_make_differs_only_in_its_sealed_key),
        cmocka_unit_test(the_documents_frames_are_what_we_make),
        cmocka_unit_test(the_documents_footer_is_what_we_make),
        cmocka_unit_test(the_documents_file_opens_with_the_documents_keys),
        cmocka_unit_test(a_reader_from_the_document_alone_opens_what_we_write),
    };

    return cmocka_run_group_tests_name("FORMAT.md", tests, load, unload);
}
