#include "tools/recorderctl/rebuild_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storage/index/details.h"
#include "storage/recording/find.h"
#include "storage/recording/peek.h"
#include "storage/recording/reader.h"

#define RECORDING_SUFFIX ".crec"
#define TAIL_SUFFIX ".tail"

enum {
    NAME_BYTES = 64, /* longer names are not ours */
    PATH_MORE_BYTES = BOUND_PATH_BYTES + 64,
    DEPTH_OF_FILES = 3, /* below "recordings": year, month, day */
};

/* "unassigned", whose id every store shares (storage/index/schema.c). */
static const struct uuid unassigned = {{0, 0, 0, 0, 0, 0, 0x80, 0, 0x80}};

/* A file of a recording: its first segment, or a further one. */
struct segment_name {
    struct uuid id;
    bool first;
};

/* "<uuid>.crec", "<uuid>.<n>.crec" */
static bool read_name(const char *name, struct segment_name *segment)
{
    enum { ID_CHARACTERS = UUID_TEXT_BYTES - 1 };
    char text[UUID_TEXT_BYTES];
    size_t length = strlen(name);
    size_t suffix = sizeof RECORDING_SUFFIX - 1;

    if (length < ID_CHARACTERS + suffix || strcmp(name + length - suffix, RECORDING_SUFFIX) != 0)
        return false;
    memcpy(text, name, ID_CHARACTERS);
    text[ID_CHARACTERS] = '\0';
    const char *between = name + ID_CHARACTERS;
    size_t digits = length - suffix - ID_CHARACTERS;
    segment->first = digits == 0;
    if (digits &&
        (between[0] != '.' || digits < 2 || strspn(between + 1, "0123456789") != digits - 1))
        return false;
    return uuid_parse(text, &segment->id) == STATUS_OK;
}

static void complain(struct rebuild_files *files, struct uuid id, const char *why)
{
    char text[UUID_TEXT_BYTES];

    uuid_format(id, text);
    progress_clear(files->progress);
    (void)fprintf(files->context->err, "recorderctl: recording %s: %s\n", text, why);
}

static enum status count_added(struct rebuild_files *files, enum status status, uint64_t *count,
                               struct uuid id, struct fault *fault)
{
    *count += status == STATUS_OK;
    if (status != STATUS_EXISTS)
        return status;
    files->duplicates++;
    complain(files, id, "there is another file of this id; this one is left out");
    fault_clear(fault);
    return STATUS_OK;
}

static enum status take_unfinished(struct rebuild_files *files, struct index_recording *row,
                                   const char *path, struct fault *fault)
{
    struct recording_peek peek;
    enum status status = recording_peek(&disk_system, path, &peek, fault);

    if (status == STATUS_OK && peek.in_use)
        return fault_set(fault, STATUS_BUSY, 0, "%s is being written", path);
    if (status == STATUS_OK) {
        row->customer = peek.customer;
        row->started = peek.created;
        status = index_rebuild_add_unfinished(files->rebuild, row, fault);
        return count_added(files, status, &files->unfinished, row->id, fault);
    }
    return status;
}

/* The first 48 bits of a version 7 id are its moment, in milliseconds. */
static wall_time moment_of(struct uuid id)
{
    int64_t ms = 0;

    for (size_t i = 0; i < 6; i++)
        ms = ms << 8 | id.b[i];
    return clock_wall_from_us(ms * 1000);
}

/* What the other index knew of it, else that there is such a file: nothing is passed over. It has
 * failed until the keeper can read it. */
static enum status take_unreadable(struct rebuild_files *files, struct index_recording *row,
                                   const char *path, const char *why, struct fault *fault)
{
    struct recording_peek peek = {.customer = unassigned, .created = moment_of(row->id)};
    bool found = false;

    complain(files, row->id, why);
    enum status status = index_rebuild_keep(files->rebuild, row->id, &found, fault);
    if (status == STATUS_OK && !found) {
        if (recording_peek(&disk_system, path, &peek, NULL) == STATUS_OK && peek.in_use)
            return fault_set(fault, STATUS_BUSY, 0, "%s is being written", path);
        row->customer = peek.customer;
        row->started = peek.created;
        row->state = RECORDING_STATE_FAILED;
        status = index_rebuild_add(files->rebuild, row, NULL, 0, fault);
    }
    return count_added(files, status, &files->unreadable, row->id, fault);
}

static void take_summary(const struct recording_summary *summary, struct index_recording *row)
{
    row->customer = summary->customer;
    row->started = summary->started;
    row->state = summary->state;
    row->duration_ms = summary->duration_ms;
    row->ended = summary->ended;
    if (summary->state == RECORDING_STATE_RECOVERED) /* as the keeper has it */
        row->ended.ns = row->started.ns + summary->duration_ms * CLOCK_NS_PER_MS;
    row->audio_bytes = summary->audio_bytes;
    memcpy(row->sha256_cipher, summary->sha256_cipher, sizeof row->sha256_cipher);
    memcpy(row->sha256_plain, summary->sha256_plain, sizeof row->sha256_plain);
}

static enum status take_finished(struct rebuild_files *files, const struct recording_reader *reader,
                                 struct index_recording *row, struct fault *fault)
{
    struct index_fact *facts = NULL;
    size_t fact_count = 0;
    struct bytes section;

    bytes_init(&section, BOUND_SECTION_BYTES);
    enum status status = recording_reader_section(reader, SECTION_DETAILS, &section, fault);
    if (status == STATUS_OK)
        status = details_read((const char *)section.data, section.len, row, &facts, &fact_count);
    bytes_deinit(&section);
    if (status == STATUS_NOMEM)
        return status;
    if (status != STATUS_OK) {
        files->without_details++;
        complain(files, row->id, "what it says of itself cannot be read");
        fault_clear(fault);
    }
    take_summary(recording_reader_summary(reader), row);
    status = index_rebuild_add(files->rebuild, row, facts, fact_count, fault);
    free(facts);
    return count_added(files, status, &files->finished, row->id, fault);
}

static bool is_there(const char *path)
{
    return faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static enum status take_opened(struct rebuild_files *files, struct index_recording *row,
                               const char *path, struct fault *fault)
{
    const struct context *context = files->context;
    const struct recording_access access = {&disk_system, context->private_keys,
                                            context->public_keys};
    struct recording_reader *reader = NULL;
    struct fault why = {0};
    enum status status = recording_reader_open(&access, path, row->id, &reader, &why);

    if (status == STATUS_CONFLICT)
        return take_unfinished(files, row, path, fault);
    /* a right or a descriptor that is lacking: it would be so of others too */
    bool ours = status == STATUS_IO && !disk_is_unreadable(why.sys_errno);
    if (status == STATUS_NOMEM || ours)
        return fault_set(fault, status, 0, "%s", why.text);
    if (status != STATUS_OK)
        return take_unreadable(files, row, path, why.text, fault);
    status = take_finished(files, reader, row, fault);
    recording_reader_close(reader);
    return status;
}

static enum status take_file(struct rebuild_files *files, struct index_recording *row,
                             const char *path, struct fault *fault)
{
    char tail[PATH_MORE_BYTES];
    char why[FAULT_TEXT_BYTES];
    enum status status = STATUS_OK;

    (void)snprintf(tail, sizeof tail, "%s" TAIL_SUFFIX, path);
    if (is_there(tail)) /* the sync of its end is not known to have been done */
        status = take_unfinished(files, row, path, fault);
    else
        status = take_opened(files, row, path, fault);
    bool unreadable = status == STATUS_IO && disk_is_unreadable(fault->sys_errno);
    if (status != STATUS_CORRUPT && status != STATUS_VERSION && !unreadable)
        return status;
    (void)snprintf(why, sizeof why, "%s", fault->text); /* of an unfinished one's header */
    fault_clear(fault);
    return take_unreadable(files, row, path, why, fault);
}

/* Of one whose first segment is lost the keeper joins what there is, where the first one was. */
static enum status take_segment(struct rebuild_files *files, struct index_recording *row,
                                const char *directory, const char *path, struct fault *fault)
{
    char text[UUID_TEXT_BYTES];
    char first[BOUND_PATH_BYTES];

    uuid_format(row->id, text);
    int length = snprintf(row->path, sizeof row->path, "%s/%s" RECORDING_SUFFIX, directory, text);
    if (length < 0 || (size_t)length >= sizeof row->path)
        return fault_set(fault, STATUS_LIMIT, 0, "%s: path too long", directory);
    enum status status = recording_find(&disk_system, &files->volumes, row->path, first, fault);
    if (status != STATUS_OK || is_there(first))
        return status;
    return take_unfinished(files, row, path, fault);
}

static enum status look_at(struct rebuild_files *files, const char *directory, const char *name,
                           struct fault *fault)
{
    struct index_recording row = {.state = RECORDING_STATE_RECORDING};
    struct segment_name segment;
    char path[BOUND_PATH_BYTES];

    if (!read_name(name, &segment))
        return STATUS_OK;
    row.id = segment.id;
    int length = snprintf(row.path, sizeof row.path, "%s/%s", directory, name);
    if (length < 0 || (size_t)length >= sizeof row.path)
        return fault_set(fault, STATUS_LIMIT, 0, "%s: path too long", directory);
    progress_show(files->progress, "recordings read",
                  files->finished + files->unfinished + files->unreadable, 0);
    enum status status = recording_find(&disk_system, &files->volumes, row.path, path, fault);
    if (status != STATUS_OK)
        return status;
    return segment.first ? take_file(files, &row, path, fault)
                         : take_segment(files, &row, directory, path, fault);
}

/* --- directories --- */

/* What is in a directory, on any volume. */
struct names {
    char (*name)[NAME_BYTES]; /* owned */
    size_t count;
    bool out_of_memory;
};

static void add_name(void *context, const char *name)
{
    struct names *names = context;
    size_t length = strlen(name);

    if (length >= NAME_BYTES || names->out_of_memory)
        return;
    if ((names->count & (names->count - 1)) == 0) { /* a power of two: it is full */
        size_t more = names->count ? 2 * names->count : 1;
        void *grown = reallocarray(names->name, more, sizeof *names->name);
        names->out_of_memory = !grown;
        if (!grown)
            return;
        names->name = grown;
    }
    memcpy(names->name[names->count++], name, length + 1);
}

static int by_name(const void *one, const void *other)
{
    return strcmp(one, other);
}

static enum status list_names(struct rebuild_files *files, const char *directory,
                              struct names *names, struct fault *fault)
{
    char path[BOUND_PATH_BYTES];

    for (size_t i = 0; i < files->volumes.count; i++) {
        enum status status = volumes_path(&files->volumes, i, directory, path);
        if (status != STATUS_OK)
            return fault_set(fault, status, 0, "%s: path too long", directory);
        if (disk_system.list(disk_system.context, path, add_name, names) != 0 && errno != ENOENT &&
            errno != ENOTDIR)
            return disk_fault(fault, "read", path);
    }
    if (names->out_of_memory)
        return fault_set(fault, STATUS_NOMEM, 0, "read %s: out of memory", directory);
    if (names->count)
        qsort(names->name, names->count, sizeof *names->name, by_name);
    return STATUS_OK;
}

/* Directories are years, months and days, names begin with their moment: by name is by time. */
static enum status walk(struct rebuild_files *files, const char *directory, int depth,
                        struct fault *fault)
{
    char below[BOUND_PATH_BYTES];
    struct names names = {.count = 0};
    enum status status = list_names(files, directory, &names, fault);

    for (size_t i = 0; status == STATUS_OK && i < names.count; i++) {
        if (i && strcmp(names.name[i], names.name[i - 1]) == 0)
            continue; /* on another volume too */
        if (depth == DEPTH_OF_FILES) {
            status = look_at(files, directory, names.name[i], fault);
            continue;
        }
        int length = snprintf(below, sizeof below, "%s/%s", directory, names.name[i]);
        if (length > 0 && (size_t)length < sizeof below)
            status = walk(files, below, depth + 1, fault);
    }
    free(names.name);
    return status;
}

enum status rebuild_files_read(struct rebuild_files *files, struct fault *fault)
{
    enum status status = volumes_missing(&disk_system, &files->volumes, fault);

    if (status == STATUS_NOT_FOUND) /* its recordings would seem to be gone */
        status = fault_set(fault, STATUS_IO, 0, "%s", fault->text[0] ? fault->text : "no volume");
    return status == STATUS_OK ? walk(files, "recordings", 0, fault) : status;
}
