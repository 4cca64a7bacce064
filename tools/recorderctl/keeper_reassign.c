#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "storage/index/details.h"
#include "storage/recording/reassign.h"
#include "tools/recorderctl/keeper.h"
#include "tools/recorderctl/recording_json.h"

enum { DUE_ROWS = 100 };

struct due_rows {
    size_t count;
    struct index_recording row[DUE_ROWS];
};

static void take_row(void *context, const struct index_recording *row)
{
    struct due_rows *due = context;

    due->row[due->count++] = *row;
}

/* Whose it is now, and the hashes of the file that was and of the one that is: what was told of the
 * old one elsewhere is still to be explained. */
static json_t *audit_detail(const struct index_recording *row, const struct recording_summary *made)
{
    char customer[UUID_TEXT_BYTES];
    char before[2 * sizeof row->sha256_cipher + 1];
    char after[2 * sizeof made->sha256_cipher + 1];

    uuid_format(row->owner_due, customer);
    (void)sodium_bin2hex(before, sizeof before, row->sha256_cipher, sizeof row->sha256_cipher);
    (void)sodium_bin2hex(after, sizeof after, made->sha256_cipher, sizeof made->sha256_cipher);
    return json_pack("{s:s, s:s, s:s}", "customer", customer, "sha256_cipher_before", before,
                     "sha256_cipher", after);
}

/* row  as it was listed. STATUS_BUSY: or another keeper was first. */
static enum status write_row(struct keeper *keeper, const struct index_recording *row,
                             const struct recording_summary *made, struct fault *fault)
{
    struct index_recording new_row = *row;
    struct index *index = keeper->context->index;
    enum status status = index_begin(index, fault);

    if (status != STATUS_OK)
        return status;
    memcpy(new_row.sha256_cipher, made->sha256_cipher, sizeof new_row.sha256_cipher);
    status = recordings_reassign(index, &new_row, fault);
    if (status == STATUS_NOT_FOUND)
        status = STATUS_BUSY;
    if (status == STATUS_OK)
        status = keeper_audit(keeper, "reassign", row->id, audit_detail(row, made), fault);
    if (status == STATUS_OK)
        return index_commit(index, fault);
    index_rollback(index);
    return status;
}

/*
 * recorder-ingest, which faces the telephone network, can write the index, and so could have any
 * recording sealed to anybody. What it sealed is out of its reach: the file itself must say whose
 * it is to be.
 */
static enum status check_due(struct context *context, const struct index_recording *row,
                             struct fault *fault)
{
    struct index_recording said = {.owner_due = {{0}}};
    struct recording_reader *reader = NULL;
    struct index_fact *facts = NULL;
    struct bytes section;
    size_t fact_count = 0;

    bytes_init(&section, BOUND_SECTION_BYTES);
    enum status status = recording_open_file(context, row, &reader, fault);
    if (status == STATUS_OK)
        status = recording_reader_section(reader, SECTION_DETAILS, &section, fault);
    if (status == STATUS_OK) {
        status = details_read((const char *)section.data, section.len, &said, &facts, &fact_count);
        if (status != STATUS_OK)
            (void)fault_set(fault, status, 0, "its details cannot be read");
    }
    if (status == STATUS_OK && !uuid_equal(said.owner_due, row->owner_due))
        status = fault_set(fault, STATUS_DENIED, 0,
                           "the index says to whom it is due, but its file does not");
    free(facts);
    bytes_deinit(&section);
    recording_reader_close(reader);
    return status;
}

/*
 * The file first, then the row: between the two the file is the new customer's already, and the row
 * nobody's. A crash there is gone on from by the next round, which finds the file so.
 */
static enum status reassign(struct keeper *keeper, const struct index_recording *row,
                            struct fault *fault)
{
    struct context *context = keeper->context;
    struct recording_summary summary;
    struct customer_key key;
    char path[BOUND_PATH_BYTES];
    enum status status = recording_file_path(context, row, path, fault);

    if (status == STATUS_OK)
        status = check_due(context, row, fault);
    if (status == STATUS_OK)
        status =
            public_keys_customer(context->public_keys, row->owner_due, row->started, &key, fault);
    const struct reassign_spec spec = {path, row->id, row->owner_due, &key};
    if (status == STATUS_OK)
        status = recording_reassign(
            &spec,
            &(struct recording_access){&disk_system, context->private_keys, context->public_keys},
            keeper->signer, &summary, fault);
    return status == STATUS_OK ? write_row(keeper, row, &summary, fault) : status;
}

static void look_at(struct keeper *keeper, const struct index_recording *row,
                    struct keeper_counts *counts)
{
    struct fault fault = {0};
    char id[UUID_TEXT_BYTES];
    enum status status = reassign(keeper, row, &fault);

    uuid_format(row->id, id);
    if (status == STATUS_OK) {
        counts->reassigned++;
        log_event(LOG_INFO, "keeper.recording_reassigned", "recording=%s", id);
        return;
    }
    if (status == STATUS_BUSY)
        return;
    counts->errors++;
    if (keeper_may_complain(keeper, row->id, clock_mono_now()))
        log_event(LOG_ERROR, "keeper.reassign_failed", "recording=%s status=%s why=\"%s\"", id,
                  status_name(status), fault.text);
}

static enum status reassign_pages(struct keeper *keeper, struct due_rows *due,
                                  struct keeper_counts *counts, struct fault *fault)
{
    struct index_recording last;
    const struct index_recording *after = NULL;

    do {
        due->count = 0;
        enum status status =
            recordings_list_due(keeper->context->index, after, DUE_ROWS, take_row, due, fault);
        if (status != STATUS_OK)
            return status;
        for (size_t i = 0; i < due->count && !keeper_stopping(keeper); i++)
            look_at(keeper, &due->row[i], counts);
        if (due->count)
            last = due->row[due->count - 1];
        after = &last;
    } while (due->count == DUE_ROWS && !keeper_stopping(keeper));
    return STATUS_OK;
}

enum status keeper_reassign(struct keeper *keeper, struct keeper_counts *counts,
                            struct fault *fault)
{
    struct due_rows *due = calloc(1, sizeof *due);

    if (!due)
        return fault_set(fault, STATUS_NOMEM, 0, "list recordings: out of memory");
    enum status status = reassign_pages(keeper, due, counts, fault);
    free(due);
    return status;
}
