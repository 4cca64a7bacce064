#include "tools/recorderctl/backup_take.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/disk/disk.h"
#include "tools/recorderctl/backup_before.h"
#include "tools/recorderctl/backup_recording.h"
#include "tools/recorderctl/recording_json.h"

/* A recording on its way. */
struct taking {
    struct backup_run *run;
    const struct index_recording *row;
    const struct backup_entry *entry;
    const uint8_t *sha256_cipher; /* by the row; NULL where that knows none */
    char from[BOUND_PATH_BYTES];
    char to[BOUND_PATH_BYTES];
    struct stat source;
    struct backup_entry made;
    struct backup_recording recording;
};

static bool is_hash(const uint8_t *one, const uint8_t *other)
{
    return memcmp(one, other, BACKUP_HASH_BYTES) == 0;
}

static bool looks_as_source(const struct taking *taking)
{
    struct stat about;

    return stat(taking->to, &about) == 0 && S_ISREG(about.st_mode) &&
           about.st_size == taking->source.st_size &&
           backup_mtime_us(&about) == backup_mtime_us(&taking->source);
}

/* Whether what lies in the backup is a whole copy of what the row says. */
static bool is_whole(struct taking *taking, struct backup_digest *digest)
{
    const uint8_t *hash = taking->sha256_cipher;

    return backup_digest_file(taking->to, digest, NULL) == STATUS_OK &&
           (!hash || is_hash(digest->sha256_cipher, hash)) &&
           backup_recording_ask(&taking->recording, taking->to, digest, NULL) == STATUS_OK;
}

/* Where it lies in the backup already, whole: by the list, or left by a run that was cut off. */
static bool is_there(struct taking *taking)
{
    const struct backup_entry *entry = taking->entry;
    struct backup_digest digest;

    if (!looks_as_source(taking))
        return false;
    if (entry && entry->standing != BACKUP_DAMAGED &&
        entry->digest.bytes == (uint64_t)taking->source.st_size &&
        entry->digest.mtime_us == backup_mtime_us(&taking->source) &&
        (!taking->sha256_cipher || is_hash(entry->digest.sha256_cipher, taking->sha256_cipher))) {
        taking->made.digest = entry->digest;
        taking->run->counts.unchanged++;
        return true;
    }
    if (!is_whole(taking, &digest))
        return false;
    taking->made.digest = digest;
    taking->run->counts.resumed++;
    return true;
}

static enum status copy(struct taking *taking, bool as_it_is, enum backup_side *side,
                        struct fault *fault)
{
    struct backup_counts *counts = &taking->run->counts;
    const struct backup_question question = {backup_recording_ask, &taking->recording};
    const struct backup_copy copy = {.from = taking->from,
                                     .to = taking->to,
                                     .mode = BACKUP_FILE_MODE,
                                     .sha256_cipher = as_it_is ? NULL : taking->sha256_cipher,
                                     .question = as_it_is ? NULL : &question,
                                     .as_it_is = as_it_is};
    enum status status = backup_copy_file(&copy, &taking->made.digest, side, fault);

    if (status == STATUS_OK) {
        counts->copied++;
        counts->copied_bytes += taking->made.digest.bytes;
    }
    return status;
}

/* A file that another pass may find in order: its row was changed since the snapshot. */
static bool is_newer_than_snapshot(const struct taking *taking)
{
    const struct index_recording *row = taking->row;
    struct index_recording present;

    return recordings_get(taking->run->context->index, row->id, NULL, &present, NULL) ==
               STATUS_OK &&
           (present.state != row->state || !is_hash(present.sha256_cipher, row->sha256_cipher) ||
            !uuid_equal(present.customer, row->customer) ||
            !uuid_equal(present.owner_due, row->owner_due));
}

/* Between the rename and the row of one that is sealed anew the keeper takes a moment. */
static bool is_due(const struct taking *taking)
{
    static const struct uuid nobody;

    return taking->run->passes == 0 && !uuid_equal(taking->row->owner_due, nobody);
}

static bool may_be_in_order_later(const struct taking *taking, enum status failed)
{
    return failed == STATUS_BUSY ||
           (failed == STATUS_CORRUPT && (is_due(taking) || is_newer_than_snapshot(taking)));
}

/* What is in the backup of it, if anything is, stays: by the last list, or of a run that has none.
 */
static enum status list_what_is_there(struct taking *taking, struct fault *fault)
{
    struct backup_list *after = &taking->run->after;
    struct backup_entry *made = &taking->made;
    struct backup_digest *digest = &made->digest;

    if (taking->entry)
        return backup_list_add(after, taking->entry, fault);
    if (!is_whole(taking, digest)) {
        if (backup_digest_file(taking->to, digest, NULL) != STATUS_OK)
            return STATUS_OK;
        made->standing = taking->sha256_cipher ? BACKUP_DAMAGED : BACKUP_FAILED;
    }
    return backup_list_add(after, made, fault);
}

static enum status note_failure(struct taking *taking, enum status failed, const struct fault *why,
                                struct fault *fault)
{
    struct backup_run *run = taking->run;

    if (failed == STATUS_NOT_FOUND)
        run->counts.missing++;
    else
        run->counts.bad++;
    backup_complain(run, taking->row->path, why->text[0] ? why->text : status_text(failed));
    return list_what_is_there(taking, fault);
}

/* There is nothing of it in the backup: what can be read of it, as it is. */
static enum status keep_as_it_is(struct taking *taking, const struct fault *why,
                                 enum backup_side *side, struct fault *fault)
{
    enum status status = copy(taking, true, side, fault);

    if (status != STATUS_OK)
        return status;
    if (taking->row->state == RECORDING_STATE_FAILED && !taking->made.digest.lost_bytes)
        return STATUS_OK; /* its row says as much */
    taking->made.standing = BACKUP_DAMAGED;
    taking->run->counts.bad++;
    backup_complain(taking->run, taking->row->path, why->text);
    return STATUS_OK;
}

static enum status take_it(struct taking *taking, struct fault *fault)
{
    struct backup_run *run = taking->run;
    enum backup_side side = BACKUP_SOURCE;
    struct fault why = {0};
    enum status status = backup_make_parents(taking->to, BACKUP_DIRECTORY_MODE, fault);

    if (status == STATUS_OK && taking->entry)
        status = backup_before_keep(run->directory, taking->entry, fault);
    if (status != STATUS_OK)
        return status;
    status = copy(taking, false, &side, &why);
    if ((status == STATUS_CORRUPT || status == STATUS_IO) && side == BACKUP_SOURCE &&
        access(taking->to, F_OK) != 0 && !may_be_in_order_later(taking, status)) {
        struct fault first = why;
        status = keep_as_it_is(taking, &first, &side, &why);
    }
    if (status == STATUS_OK)
        return backup_list_add(&run->after, &taking->made, fault);
    if (side == BACKUP_TARGET || status == STATUS_FULL || status == STATUS_NOMEM)
        return fault_set(fault, status == STATUS_CORRUPT ? STATUS_IO : status, 0, "%s", why.text);
    run->stale += may_be_in_order_later(taking, status);
    return note_failure(taking, status, &why, fault);
}

/* Where it is and where it goes; who changes rows is not to say what is written elsewhere. */
static enum status find_places(struct taking *taking, struct fault *why)
{
    const char *path = taking->row->path;

    enum status status = recording_file_path(taking->run->context, taking->row, taking->from, why);
    (void)snprintf(taking->made.path, sizeof taking->made.path, "%s", path);
    if (status == STATUS_OK)
        status = backup_path(taking->run->directory, path, taking->to, why);
    if (status == STATUS_OK && stat(taking->from, &taking->source))
        status = fault_set(why, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO, errno,
                           "its file cannot be read");
    return status;
}

enum status backup_take(struct backup_run *run, const struct index_recording *row,
                        const struct backup_entry *entry, struct fault *fault)
{
    bool failed = row->state == RECORDING_STATE_FAILED;
    struct taking taking = {
        .run = run,
        .row = row,
        .entry = entry,
        .sha256_cipher = failed ? NULL : row->sha256_cipher,
        .made = {.id = row->id,
                 .started = row->started,
                 .standing = failed ? BACKUP_FAILED : BACKUP_WHOLE},
        .recording = {.access = run->access, .id = row->id, .before = taking.to},
    };
    struct fault why = {0};
    enum status status = find_places(&taking, &why);

    if (status == STATUS_NOT_FOUND && failed) {
        run->counts.failed++;
        return list_what_is_there(&taking, fault);
    }
    if (status != STATUS_OK)
        return note_failure(&taking, status, &why, fault);
    return is_there(&taking) ? backup_list_add(&run->after, &taking.made, fault)
                             : take_it(&taking, fault);
}
