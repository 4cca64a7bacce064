#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/index/leg_view.h"
#include "tools/recorderctl/output.h"
#include "tools/recorderctl/recording_json.h"
#include "tools/recorderctl/recordings.h"
#include "tools/recorderctl/room.h"

enum {
    EXPORT_BLOCK_BYTES = 65536,
    EXPORT_MODE = 0600,
    EXPORT_NAME_BYTES = BOUND_PATH_BYTES + 32, /* a document's */
};

static enum status write_block(int file, const uint8_t *data, size_t bytes, struct fault *fault)
{
    while (bytes) {
        ssize_t written = write(file, data, bytes);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return fault_set(fault, errno == ENOSPC ? STATUS_FULL : STATUS_IO, errno,
                             "write audio");
        data += written;
        bytes -= (size_t)written;
    }
    return STATUS_OK;
}

/* What a file is to hold. */
struct content {
    const struct recording_reader *reader; /* its audio; NULL where it is a document */
    const struct view *view;               /* of the audio */
    const uint8_t *data;
    size_t data_bytes;
};

static enum status copy_audio(const struct content *content, int file, struct fault *fault)
{
    uint64_t total = content->view->bytes;
    uint8_t *block = malloc(EXPORT_BLOCK_BYTES);
    enum status status = block ? STATUS_OK : fault_set(fault, STATUS_NOMEM, 0, "out of memory");

    for (uint64_t offset = 0; status == STATUS_OK && offset < total;) {
        size_t bytes =
            total - offset < EXPORT_BLOCK_BYTES ? (size_t)(total - offset) : EXPORT_BLOCK_BYTES;
        status = view_read(content->view, content->reader, offset, block, bytes, fault);
        if (status == STATUS_OK)
            status = write_block(file, block, bytes, fault);
        offset += bytes;
    }
    if (block)
        sodium_memzero(block, EXPORT_BLOCK_BYTES);
    free(block);
    return status;
}

/* Takes the final name only where nobody has it, whatever happened since the first look. */
static enum status take_name(const char *temporary, const char *name, struct fault *fault)
{
    if (renameat2(AT_FDCWD, temporary, AT_FDCWD, name, RENAME_NOREPLACE) == 0)
        return STATUS_OK;
    if (errno == EEXIST)
        return fault_set(fault, STATUS_EXISTS, 0, "%s is there already", name);
    /* A file system without RENAME_NOREPLACE (NFS, say) can at least link. */
    if ((errno == EINVAL || errno == ENOSYS) && link(temporary, name) == 0) {
        (void)unlink(temporary);
        return STATUS_OK;
    }
    return fault_set(fault, errno == EEXIST ? STATUS_EXISTS : STATUS_IO, errno, "name %s", name);
}

static enum status write_content(const struct content *content, int file, struct fault *fault)
{
    enum status status = content->reader
                             ? copy_audio(content, file, fault)
                             : write_block(file, content->data, content->data_bytes, fault);

    if (status == STATUS_OK && fsync(file))
        status = fault_set(fault, STATUS_IO, errno, "sync file");
    return status;
}

static enum status write_file(const struct content *content, const char *name, struct fault *fault)
{
    char temporary[EXPORT_NAME_BYTES + 16];

    (void)snprintf(temporary, sizeof temporary, "%s.part-XXXXXX", name);
    int file = mkostemp(temporary, O_CLOEXEC); /* 0600 */
    if (file < 0)
        return fault_set(fault, STATUS_IO, errno, "create %s", temporary);
    enum status status = fchmod(file, EXPORT_MODE)
                             ? fault_set(fault, STATUS_IO, errno, "set mode of %s", temporary)
                             : write_content(content, file, fault);
    if (close(file) && status == STATUS_OK)
        status = fault_set(fault, STATUS_IO, errno, "close %s", temporary);
    if (status == STATUS_OK)
        status = take_name(temporary, name, fault);
    if (status != STATUS_OK)
        (void)unlink(temporary);
    return status;
}

/* Each document in a file of its own, "NAME.document-1" and on. */
static enum status write_documents(const struct bytes *section, const char *name,
                                   struct fault *fault)
{
    char own_name[EXPORT_NAME_BYTES];
    struct document document;
    enum status status = STATUS_OK;
    size_t offset = 0;

    for (unsigned i = 1; status == STATUS_OK; i++) {
        status = documents_next(section->data, section->len, &offset, &document);
        if (status == STATUS_END)
            return STATUS_OK;
        if (status != STATUS_OK)
            return fault_set(fault, status, 0, "document %u breaks its layout", i);
        (void)snprintf(own_name, sizeof own_name, "%s.document-%u", name, i);
        const struct content content = {.data = document.data, .data_bytes = document.data_bytes};
        status = write_file(&content, own_name, fault);
    }
    return status;
}

/* What an export is to be, and what it was. */
struct export
{
    const char *name;
    int wanted;           /* of its channels, as leg_view_make */
    const char *channels; /* the same in a word for the audit log: "all", "leg 3" */
    bool with_documents;
    uint64_t audio_bytes;
    json_t *documents; /* owned; NULL without them */
};

static enum status export_documents(const struct recording_reader *reader, struct export *export,
                                    struct fault *fault)
{
    struct bytes section;

    bytes_init(&section, BOUND_SECTION_BYTES);
    enum status status = documents_read(reader, &section, fault);
    if (status == STATUS_OK)
        status = write_documents(&section, export->name, fault);
    if (status == STATUS_OK)
        export->documents = recording_json_documents(&section);
    bytes_wipe(&section);
    bytes_deinit(&section);
    return status;
}

/* The entry is durable before a byte of audio is on its way. */
static enum status audited_export(struct context *context, const struct index_recording *row,
                                  struct export *export, struct fault *fault)
{
    struct recording_reader *reader = NULL;
    struct view view;
    const char *name = export->name;
    enum status status = recording_open_file(context, row, &reader, fault);

    if (status == STATUS_OK)
        status = recording_reader_verify_content(reader, fault);
    if (status == STATUS_OK)
        status = leg_view_make(row, reader, export->wanted, &view, fault);
    if (status == STATUS_NOT_FOUND && reader)
        status = STATUS_INVALID; /* the file is there */
    if (status == STATUS_OK)
        status = context_audit(context, "export", &row->id,
                               json_pack("{s:o, s:b, s:s}", "file", output_text(name), "documents",
                                         export->with_documents, "channels", export->channels),
                               fault);
    const struct content audio = {.reader = reader, .view = &view};
    if (status == STATUS_OK)
        status = write_file(&audio, name, fault);
    if (status == STATUS_OK)
        export->audio_bytes = view.bytes;
    if (status == STATUS_OK && export->with_documents)
        status = export_documents(reader, export, fault);
    recording_reader_close(reader);
    return status;
}

/* "stereo", "all", or a leg's number; false where it is none of them. */
static bool read_channels(const char *text, struct export *export)
{
    static const char *const legs[] = {"leg 0", "leg 1", "leg 2", "leg 3",
                                       "leg 4", "leg 5", "leg 6", "leg 7"};

    export->wanted = LEG_VIEW_STORED;
    export->channels = "stereo";
    if (!text || strcmp(text, "stereo") == 0)
        return true;
    if (strcmp(text, "all") == 0) {
        export->wanted = LEG_VIEW_ALL;
        export->channels = "all";
        return true;
    }
    if (text[0] < '0' || text[0] > '7' || text[1])
        return false;
    export->wanted = text[0] - '0';
    export->channels = legs[export->wanted];
    return true;
}

enum exit_code recordings_export(struct context *context, const struct invocation *invocation)
{
    const char *name = command_option(invocation, "output");
    char id[UUID_TEXT_BYTES];
    char own_name[UUID_TEXT_BYTES + sizeof ".opus"];
    struct index_recording row;
    struct fault fault = {0};

    if (name && (!*name || strlen(name) >= BOUND_PATH_BYTES))
        return context_fail(context, EXIT_USAGE, "the file's path is empty or too long",
                            "give another with -o FILE");
    struct export export = {.with_documents = command_option(invocation, "documents") != NULL};
    if (!read_channels(command_option(invocation, "channels"), &export))
        return context_fail(context, EXIT_USAGE, "--channels is not stereo, all or a leg's number",
                            "legs count from 0, in the order of `recordings show`");
    enum exit_code code = context_need_keys(context);
    if (code == EXIT_DONE)
        code = recording_find_row(context, invocation->argument[0], &row);
    if (code != EXIT_DONE)
        return code;
    if (!name) {
        uuid_format(row.id, id);
        (void)snprintf(own_name, sizeof own_name, "%s.opus", id);
        name = own_name;
    }
    if (faccessat(AT_FDCWD, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        return context_fail(context, EXIT_REFUSED, "the file is there already",
                            "name another; nothing is overwritten");
    code = room_for_export(context, name);
    if (code != EXIT_DONE)
        return code;
    export.name = name;
    enum status status = audited_export(context, &row, &export, &fault);
    if (status == STATUS_NOT_FOUND)
        return context_fail(context, EXIT_SYSTEM, fault.text, "restore the file from a copy");
    if (status != STATUS_OK)
        return context_fail_status(context, status, &fault, NULL);
    return output_object(context,
                         json_pack("{s:s, s:o, s:I, s:o*}", "id", invocation->argument[0], "file",
                                   output_text(name), "audio_bytes",
                                   (json_int_t) export.audio_bytes, "documents", export.documents));
}
