/*
 * Two thousand tamperings with finished files, chosen by a seed: bits, bytes, sectors, units, ends,
 * and pieces of other recordings of the same customer and of another. Each is refused or reported
 * by opening, reading or verifying, and nothing is read but what was recorded. Then with files that
 * are not finished, and their tails, which are recovered: nothing is kept but what was recorded.
 */
#include "disk/life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/recording/reader.h"

enum {
    TAMPERINGS = 2000,
    TAMPERINGS_UNFINISHED = 600,
    FILES = 4, /* two of each customer */
    UNIT = FORMAT_UNIT_BYTES,
    SECTOR = FORMAT_SLOT_BYTES,
    READ_BYTES = 1500,
    ID_END = 32, /* of the recording's id in H0 */
};

/* Where a tampering was found. */
enum found { AT_OPEN, AT_READ, AT_VERIFY, FOUND };

struct file {
    struct life life;
    struct bytes content;
    struct bytes tail; /* as it was before the end: older copies of frames */
    struct bytes details;
    struct bytes documents;
};

static struct life_keys keys;
static struct memory_disk *memory;
static struct file files[FILES];
static struct file unfinished[2];
static uint64_t random_state;

static size_t chance(size_t below)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t)(random_state >> 33) % below;
}

static void take_file(const char *path, struct bytes *out)
{
    const uint8_t *data = NULL;
    size_t data_bytes = 0;

    bytes_init(out, 1 << 22);
    assert_true(memory_disk_get(memory, path, &data, &data_bytes));
    assert_int_equal(bytes_append(out, data, data_bytes), STATUS_OK);
}

static const char *tail_path(const struct file *file)
{
    static char path[BOUND_PATH_BYTES + 8];

    (void)snprintf(path, sizeof path, "%s.tail", file->life.path);
    return path;
}

static struct recording_reader *open_reader(const struct file *file, enum status *status)
{
    const struct recording_access access = {memory_disk_disk(memory), keys.private_keys,
                                            keys.public_keys};
    struct recording_reader *reader = NULL;
    struct fault fault = {0};

    *status = recording_reader_open(&access, file->life.path, file->life.id, &reader, &fault);
    return reader;
}

static void take_section(const struct recording_reader *reader, enum section_kind kind,
                         struct bytes *out)
{
    struct fault fault = {0};

    bytes_init(out, BOUND_SECTION_BYTES);
    assert_int_equal(recording_reader_section(reader, kind, out, &fault), STATUS_OK);
}

static void make_file(struct file *file, size_t number, bool finish)
{
    struct fault fault = {0};
    struct life *life = &file->life;
    enum status status;

    life_init(life, &keys, memory_disk_disk(memory), 0);
    life->customer = number / 2;
    assert_true(life_begin(life));
    life_go_on_by_chance(life, (uint32_t)number + 3);
    life_go_on(life, life_usual, life_usual_steps);
    assert_int_equal(recording_writer_flush(life->writer, &fault), STATUS_OK);
    take_file(tail_path(file), &file->tail);
    if (finish)
        life_finish(life);
    recording_writer_destroy(life->writer);
    life->writer = NULL;
    disk_close(&life->directory);
    take_file(life->path, &file->content);
    if (!finish)
        return;
    struct recording_reader *reader = open_reader(file, &status);
    assert_int_equal(status, STATUS_OK);
    take_section(reader, SECTION_DETAILS, &file->details);
    take_section(reader, SECTION_DOCUMENTS, &file->documents);
    recording_reader_close(reader);
}

static int make_files(void **state)
{
    (void)state;
    life_keys_open(&keys);
    memory = life_disk();
    for (size_t i = 0; i < FILES; i++)
        make_file(&files[i], i, true);
    for (size_t i = 0; i < 2; i++)
        make_file(&unfinished[i], i + 1, false);
    return 0;
}

static void drop_file(struct file *file)
{
    life_deinit(&file->life);
    bytes_deinit(&file->content);
    bytes_deinit(&file->tail);
    bytes_deinit(&file->details);
    bytes_deinit(&file->documents);
}

static int drop_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < FILES; i++)
        drop_file(&files[i]);
    for (size_t i = 0; i < 2; i++)
        drop_file(&unfinished[i]);
    memory_disk_destroy(memory);
    life_keys_close(&keys);
    return 0;
}

/* --- what is done to a file ------------------------------------------------------------------ */

static void append(struct bytes *image, const uint8_t *data, size_t data_bytes)
{
    assert_int_equal(bytes_append(image, data, data_bytes), STATUS_OK);
}

static uint8_t *some_unit(const struct bytes *bytes)
{
    return bytes->data + chance(bytes->len / UNIT) * UNIT;
}

static uint8_t *some_sector(const struct bytes *bytes)
{
    return bytes->data + chance(bytes->len / SECTOR) * SECTOR;
}

/* The number of a unit behind the header that both have. */
static size_t common_unit(const struct bytes *one, const struct bytes *two)
{
    return 1 + chance((one->len < two->len ? one->len : two->len) / UNIT - 1);
}

static void noise(uint8_t *data, size_t data_bytes)
{
    fill_pattern(data, data_bytes, (uint32_t)chance(1U << 30));
}

static void flip_bit(struct bytes *image, const struct file *file, const struct file *other)
{
    (void)file;
    (void)other;
    image->data[chance(image->len)] ^= (uint8_t)(1U << chance(8));
}

static void overwrite_bytes(struct bytes *image, const struct file *file, const struct file *other)
{
    size_t at = chance(image->len);
    size_t count = 1 + chance(64);

    (void)file;
    (void)other;
    noise(image->data + at, count < image->len - at ? count : image->len - at);
}

static void zero_sector(struct bytes *image, const struct file *file, const struct file *other)
{
    (void)file;
    (void)other;
    memset(some_sector(image), 0, SECTOR);
}

static void random_sector(struct bytes *image, const struct file *file, const struct file *other)
{
    (void)file;
    (void)other;
    noise(some_sector(image), SECTOR);
}

static void swap(uint8_t *one, uint8_t *two, size_t bytes)
{
    uint8_t kept[UNIT];

    memcpy(kept, one, bytes);
    memcpy(one, two, bytes);
    memcpy(two, kept, bytes);
}

/* Not two slots: that is not to be seen (FORMAT.md section 7), and plays the same. */
static void swap_sectors(struct bytes *image, const struct file *file, const struct file *other)
{
    size_t behind = image->len / SECTOR - UNIT / SECTOR;

    (void)file;
    (void)other;
    swap(some_sector(image), image->data + UNIT + chance(behind) * SECTOR, SECTOR);
}

static void swap_units(struct bytes *image, const struct file *file, const struct file *other)
{
    (void)file;
    (void)other;
    swap(some_unit(image), some_unit(image), UNIT);
}

static void repeat_unit(struct bytes *image, const struct file *file, const struct file *other)
{
    (void)file;
    (void)other;
    memmove(some_unit(image), some_unit(image), UNIT);
}

static void take_unit_out(struct bytes *image, const struct file *file, const struct file *other)
{
    uint8_t *unit = some_unit(image);
    const uint8_t *end = image->data + image->len;

    (void)file;
    (void)other;
    memmove(unit, unit + UNIT, (size_t)(end - unit) - UNIT);
    image->len -= UNIT;
}

static void put_unit_in(struct bytes *image, const struct file *file, const struct file *other)
{
    size_t at = (size_t)(some_unit(image) - image->data);
    size_t rest = image->len - at;
    uint8_t unit[UNIT];

    (void)file;
    memcpy(unit, some_unit(chance(2) ? image : &other->content), UNIT);
    append(image, unit, UNIT);
    memmove(image->data + at + UNIT, image->data + at, rest);
    memcpy(image->data + at, unit, UNIT);
}

static void cut_at_byte(struct bytes *image, const struct file *file, const struct file *other)
{
    (void)file;
    (void)other;
    image->len = chance(image->len);
}

static void cut_at_unit(struct bytes *image, const struct file *file, const struct file *other)
{
    (void)file;
    (void)other;
    image->len = chance(image->len / UNIT) * UNIT;
}

/* By anything, by a unit of another or of its own, by all of another. */
static void lengthen(struct bytes *image, const struct file *file, const struct file *other)
{
    size_t what = chance(4);
    uint8_t unit[UNIT];

    (void)file;
    noise(unit, sizeof unit);
    if (what == 0) {
        append(image, unit, 1 + chance(UNIT));
    } else if (what == 1) {
        append(image, some_unit(&other->content), UNIT);
    } else if (what == 2) {
        append(image, other->content.data, other->content.len);
    } else {
        memcpy(unit, image->data + image->len - UNIT, UNIT); /* its own footer once more */
        append(image, unit, UNIT);
    }
}

/* A copy that the tail once had, into the unit of its frame, or of another. */
static void roll_frame_back(struct bytes *image, const struct file *file, const struct file *other)
{
    size_t last = file->life.stream.bytes.len / FORMAT_FRAME_DATA_BYTES;
    size_t unit =
        1 + (chance(4) && last + 1 < image->len / UNIT ? last : chance(image->len / UNIT - 1));

    (void)other;
    memcpy(image->data + unit * UNIT, some_unit(&file->tail), UNIT);
}

/* Mostly into its own place. */
static void frame_of_other(struct bytes *image, const struct file *file, const struct file *other)
{
    size_t unit = common_unit(image, &other->content);
    const uint8_t *from =
        chance(3) ? other->content.data + unit * UNIT : some_unit(&other->content);

    (void)file;
    memcpy(image->data + unit * UNIT, from, UNIT);
}

static void header_of_other(struct bytes *image, const struct file *file, const struct file *other)
{
    (void)file;
    memcpy(image->data, other->content.data, UNIT);
}

/* All of it, or all but the id, so that it looks like this one. */
static void h0_of_other(struct bytes *image, const struct file *file, const struct file *other)
{
    size_t from = chance(2) ? 0 : ID_END;

    (void)file;
    memcpy(image->data + from, other->content.data + from, FORMAT_H0_BYTES - from);
}

static void commitment_of_other(struct bytes *image, const struct file *file,
                                const struct file *other)
{
    (void)file;
    memcpy(image->data + FORMAT_H0_BYTES, other->content.data + FORMAT_H0_BYTES,
           FORMAT_COMMITMENT_BYTES);
}

/* Into the place of the one that is in use; with its commitment, or without. */
static void slot_of_other(struct bytes *image, const struct file *file, const struct file *other)
{
    memcpy(image->data + SECTOR, other->content.data + SECTOR, SECTOR);
    if (chance(2))
        commitment_of_other(image, file, other);
}

static void footer_of_other(struct bytes *image, const struct file *file, const struct file *other)
{
    (void)file;
    memcpy(image->data + image->len - UNIT, other->content.data + other->content.len - UNIT, UNIT);
}

static void end_of_other(struct bytes *image, const struct file *file, const struct file *other)
{
    size_t start = common_unit(image, &other->content) * UNIT;

    (void)file;
    image->len = start;
    append(image, other->content.data + start, other->content.len - start);
}

/* As it is, or with the id of this one. */
static void all_of_other(struct bytes *image, const struct file *file, const struct file *other)
{
    (void)file;
    bytes_clear(image);
    append(image, other->content.data, other->content.len);
    if (chance(2))
        memcpy(image->data + ID_END - UUID_BYTES, file->life.id.b, UUID_BYTES);
}

static const struct tampering {
    const char *name;
    void (*apply)(struct bytes *image, const struct file *file, const struct file *other);
} tamperings[] = {
    {"bit flipped", flip_bit},
    {"bytes overwritten", overwrite_bytes},
    {"sector zeroed", zero_sector},
    {"sector random", random_sector},
    {"sectors swapped", swap_sectors},
    {"units swapped", swap_units},
    {"unit repeated", repeat_unit},
    {"unit taken out", take_unit_out},
    {"unit put in", put_unit_in},
    {"cut at a byte", cut_at_byte},
    {"cut at a unit", cut_at_unit},
    {"lengthened", lengthen},
    {"older copy of a frame", roll_frame_back},
    {"frame of another file", frame_of_other},
    {"header of another file", header_of_other},
    {"H0 of another file", h0_of_other},
    {"commitment of another file", commitment_of_other},
    {"slot of another file", slot_of_other},
    {"footer of another file", footer_of_other},
    {"end of another file", end_of_other},
    {"all of another file", all_of_other},
};
enum { KINDS = sizeof tamperings / sizeof tamperings[0] };

static size_t counts[KINDS][FOUND];

/* --- what becomes of it ---------------------------------------------------------------------- */

/* In pieces, so that what can be read is: whether any was refused. */
static bool read_pieces(const struct file *file, const struct recording_reader *reader)
{
    const struct bytes *stream = &file->life.stream.bytes;
    uint8_t piece[READ_BYTES];
    struct fault fault = {0};
    bool refused = false;

    assert_int_equal(recording_reader_summary(reader)->audio_bytes, stream->len);
    for (size_t at = 0; at < stream->len; at += sizeof piece) {
        size_t bytes = stream->len - at < sizeof piece ? stream->len - at : sizeof piece;
        enum status status = recording_reader_read(reader, at, piece, bytes, &fault);
        if (status == STATUS_OK) {
            assert_memory_equal(piece, stream->data + at, bytes);
            continue;
        }
        assert_int_equal(status, STATUS_CORRUPT);
        for (size_t i = 0; i < bytes; i++)
            assert_int_equal(piece[i], 0);
        refused = true;
    }
    return refused;
}

static bool read_section(const struct recording_reader *reader, enum section_kind kind,
                         const struct bytes *expected)
{
    struct bytes got;
    struct fault fault = {0};

    bytes_init(&got, BOUND_SECTION_BYTES);
    enum status status = recording_reader_section(reader, kind, &got, &fault);
    if (status == STATUS_OK) {
        assert_int_equal(got.len, expected->len);
        assert_memory_equal(got.data, expected->data, got.len);
    } else {
        assert_int_equal(status, STATUS_CORRUPT);
        assert_int_equal(got.len, 0);
    }
    bytes_deinit(&got);
    return status != STATUS_OK;
}

static enum found check(const struct file *file, size_t seed, const char *name)
{
    struct fault fault = {0};
    enum status status;
    struct recording_reader *reader = open_reader(file, &status);

    if (status != STATUS_OK) {
        assert_null(reader);
        assert_true(status == STATUS_CORRUPT || status == STATUS_NO_KEY ||
                    status == STATUS_VERSION);
        return AT_OPEN;
    }
    bool refused = read_pieces(file, reader);
    refused |= read_section(reader, SECTION_DETAILS, &file->details);
    refused |= read_section(reader, SECTION_DOCUMENTS, &file->documents);
    status = recording_reader_verify(reader, &fault);
    recording_reader_close(reader);
    if (status != STATUS_CORRUPT || !fault.text[0])
        fail_msg("seed %zu, %s: nobody sees it: %s", seed, name, status_name(status));
    return refused ? AT_READ : AT_VERIFY;
}

static bool is_same(const struct bytes *one, const struct bytes *two)
{
    return one->len == two->len && memcmp(one->data, two->data, one->len) == 0;
}

static void a_finished_file_that_was_tampered_with_plays_nothing_else(void **state)
{
    struct bytes image;
    (void)state;

    bytes_init(&image, 1 << 22);
    for (size_t seed = 0; seed < TAMPERINGS; seed++) {
        const struct file *file = &files[seed % FILES];
        size_t kind = seed / FILES % KINDS;
        random_state = seed;
        do {
            const struct file *other = &files[(seed + 1 + chance(FILES - 1)) % FILES];
            bytes_clear(&image);
            append(&image, file->content.data, file->content.len);
            tamperings[kind].apply(&image, file, other);
        } while (is_same(&image, &file->content)); /* nothing was changed */
        memory_disk_put(memory, file->life.path, image.data, image.len);
        counts[kind][check(file, seed, tamperings[kind].name)]++;
        memory_disk_put(memory, file->life.path, file->content.data, file->content.len);
    }
    bytes_deinit(&image);
    print_message("%-28s %9s %9s %9s\n", "tampering", "at open", "on read", "verify");
    for (size_t i = 0; i < KINDS; i++)
        print_message("%-28s %9zu %9zu %9zu\n", tamperings[i].name, counts[i][AT_OPEN],
                      counts[i][AT_READ], counts[i][AT_VERIFY]);
}

static void what_is_put_back_is_whole_again(void **state)
{
    struct fault fault = {0};
    enum status status;
    (void)state;

    for (size_t i = 0; i < FILES; i++) {
        struct recording_reader *reader = open_reader(&files[i], &status);
        assert_int_equal(status, STATUS_OK);
        assert_false(read_pieces(&files[i], reader));
        assert_int_equal(recording_reader_verify(reader, &fault), STATUS_OK);
        recording_reader_close(reader);
    }
}

/* --- unfinished ones ------------------------------------------------------------------------- */

static void
a_file_that_is_not_finished_and_was_tampered_with_is_recovered_to_nothing_else(void **state)
{
    const struct disk *disk = memory_disk_disk(memory);
    size_t refused = 0;
    size_t holes = 0;
    size_t short_of = 0;
    size_t whole = 0;
    struct bytes image;
    struct bytes tail;
    (void)state;

    bytes_init(&image, 1 << 22);
    bytes_init(&tail, 1 << 22);
    for (size_t seed = 0; seed < TAMPERINGS_UNFINISHED; seed++) {
        struct file *file = &unfinished[seed % 2];
        struct life life = file->life;
        const struct tampering *tampering = &tamperings[seed / 4 % KINDS];
        struct recording_summary summary = {0};
        struct fault fault = {0};
        char damaged[BOUND_PATH_BYTES + 16];
        life.durable = 0; /* it may be lost, but not become another's */
        life.documents_durable = 0;
        life.slots_tampered = true;
        random_state = seed;
        bytes_clear(&image);
        bytes_clear(&tail);
        append(&image, file->content.data, file->content.len);
        append(&tail, file->tail.data, file->tail.len);
        const struct file *other = chance(2) ? &unfinished[1 - seed % 2] : &files[chance(FILES)];
        tampering->apply(seed / 2 % 2 ? &tail : &image, file, other);
        memory_disk_put(memory, life.path, image.data, image.len);
        memory_disk_put(memory, tail_path(file), tail.data, tail.len);
        (void)snprintf(life.note, sizeof life.note, "seed %zu, %s", seed, tampering->name);
        enum status status = life_recover(&life, disk, &summary, &fault);
        if (status == STATUS_OK) {
            life_check_file(&life, disk, life.customer);
            if (summary.holes)
                holes++;
            else if (summary.audio_bytes < life.stream.bytes.len)
                short_of++;
            else
                whole++;
        } else {
            assert_true(status == STATUS_CORRUPT || status == STATUS_NO_KEY ||
                        status == STATUS_VERSION);
            refused++;
        }
        (void)snprintf(damaged, sizeof damaged, "%s.damaged", life.path);
        (void)disk->unlink(disk->context, damaged);
        (void)disk->unlink(disk->context, life.path);
    }
    bytes_deinit(&image);
    bytes_deinit(&tail);
    print_message("unfinished: %zu refused, %zu recovered with holes, %zu as after a crash, %zu "
                  "whole\n",
                  refused, holes, short_of, whole);
    assert_true(refused && holes && short_of && whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_finished_file_that_was_tampered_with_plays_nothing_else),
        cmocka_unit_test(what_is_put_back_is_whole_again),
        cmocka_unit_test(
            a_file_that_is_not_finished_and_was_tampered_with_is_recovered_to_nothing_else),
    };

    return cmocka_run_group_tests_name("tampering_seeded", tests, make_files, drop_files);
}
