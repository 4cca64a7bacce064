#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "storage/index/details.h"
#include "storage/recording/recover.h"
#include "tools/recorderctl/output.h"
#include "tools/recorderctl/recording_json.h"
#include "tools/recorderctl/recordings.h"
#include "tools/recorderctl/recovered_facts.h"
#include "tools/recorderctl/recovered_sections.h"

/* A recording that is mended. */
struct mending {
    struct context *context;
    struct signer *signer; /* the keeper's */
    const struct index_recording *row;
    char path[BOUND_PATH_BYTES];
    struct index_recording made; /* the row as it is to be */
    struct index_fact *facts;    /* owned; of the new file */
    size_t fact_count;
    bool mended; /* false: the file was whole */
};

/* What the row says of it goes into the new file's details. */
static enum status make_file(struct mending *mending, struct recording_summary *summary,
                             struct fault *fault)
{
    struct context *context = mending->context;
    const struct recording_access access = recording_access(context);
    const struct volumes volumes = volumes_of(context->config);
    struct recovered_sections *sections = NULL;
    struct index_fact *told = NULL;
    size_t told_count = 0;
    enum status status =
        recordings_facts(context->index, mending->row->id, &told, &told_count, fault);

    if (status == STATUS_OK && recovered_sections_create(mending->row, &sections) != STATUS_OK)
        status = fault_set(fault, STATUS_NOMEM, 0, "out of memory");
    if (status == STATUS_OK) {
        recovered_sections_tell(sections, told, told_count);
        struct recover_describe describer = recovered_sections_describer(sections);
        describer.volumes = &volumes;
        describer.give_up_unreadable = true;
        describer.mend = true;
        status = recording_recover(&access, mending->path, mending->row->id, mending->signer,
                                   &describer, summary, fault);
    }
    recovered_sections_destroy(sections);
    free(told);
    return status;
}

/* Whether what was kept of an earlier damage is there: another file, not this one under a further
 * name, which one who was cut off has given it. */
static bool has_damaged(const struct mending *mending)
{
    char damaged[BOUND_PATH_BYTES + sizeof ".damaged"];
    struct stat kept;
    struct stat present;

    (void)snprintf(damaged, sizeof damaged, "%s.damaged", mending->path);
    return stat(damaged, &kept) == 0 &&
           (stat(mending->path, &present) != 0 || kept.st_ino != present.st_ino);
}

/* Facts, as the new file tells them. */
static enum status read_facts(struct mending *mending, struct fault *fault)
{
    struct recording_reader *reader = NULL;
    struct index_recording said = mending->made;
    struct bytes section;
    enum status status = recording_open_file(mending->context, &mending->made, &reader, fault);

    bytes_init(&section, BOUND_SECTION_BYTES);
    if (status == STATUS_OK)
        status = recording_reader_section(reader, SECTION_DETAILS, &section, fault);
    if (status == STATUS_OK) {
        status = details_read((const char *)section.data, section.len, &said, &mending->facts,
                              &mending->fact_count);
        if (status != STATUS_OK)
            (void)fault_set(fault, status, 0, "what it says of itself cannot be read");
    }
    bytes_deinit(&section);
    recording_reader_close(reader);
    return status;
}

static json_t *detail_of(const struct mending *mending)
{
    char before[2 * sizeof mending->row->sha256_cipher + 1];
    char after[sizeof before];

    (void)sodium_bin2hex(before, sizeof before, mending->row->sha256_cipher,
                         sizeof mending->row->sha256_cipher);
    (void)sodium_bin2hex(after, sizeof after, mending->made.sha256_cipher,
                         sizeof mending->made.sha256_cipher);
    return json_pack("{s:s, s:I, s:s, s:s}", "step", "done", "lost_ms",
                     (json_int_t)recovered_lost_ms(mending->facts, mending->fact_count),
                     "sha256_cipher_before", before, "sha256_cipher", after);
}

/* The row and the entry of the audit log, both or none. */
static enum status write_row(const struct mending *mending, struct fault *fault)
{
    struct index *index = mending->context->index;
    enum status status = index_begin(index, fault);

    if (status != STATUS_OK)
        return status;
    status = recordings_mended(index, &mending->made, mending->row->sha256_cipher, mending->facts,
                               mending->fact_count, fault);
    if (status == STATUS_OK)
        status =
            context_audit(mending->context, "mend", &mending->row->id, detail_of(mending), fault);
    if (status == STATUS_OK)
        return index_commit(index, fault);
    index_rollback(index);
    return status;
}

/* What recovery says of the file: that it is whole, or has been made anew, now or by one who was
 * cut off before the row said so. */
static enum status take_summary(struct mending *mending, const struct recording_summary *summary,
                                bool cut_off, struct fault *fault)
{
    struct index_recording *made = &mending->made;

    *made = *mending->row;
    if (memcmp(summary->sha256_cipher, made->sha256_cipher, sizeof made->sha256_cipher) == 0)
        return STATUS_OK;
    if (!summary->damaged && !cut_off)
        return fault_set(fault, STATUS_CONFLICT, 0,
                         "the file is whole, but not the one that its row tells of");
    mending->mended = true;
    made->state = summary->state;
    made->duration_ms = summary->duration_ms;
    made->audio_bytes = summary->audio_bytes;
    memcpy(made->sha256_cipher, summary->sha256_cipher, sizeof made->sha256_cipher);
    memcpy(made->sha256_plain, summary->sha256_plain, sizeof made->sha256_plain);
    return read_facts(mending, fault);
}

static bool is_whole(const struct mending *mending)
{
    struct recording_reader *reader = NULL;
    struct fault fault = {0};
    enum status status = recording_open_file(mending->context, mending->row, &reader, &fault);

    if (status == STATUS_OK)
        status = recording_reader_verify_content(reader, &fault);
    recording_reader_close(reader);
    return status == STATUS_OK;
}

static enum status mend(struct mending *mending, struct fault *fault)
{
    struct recording_summary summary;
    bool beside = has_damaged(mending);
    enum status status = STATUS_OK;

    if (beside && !is_whole(mending))
        return fault_set(fault, STATUS_EXISTS, 0, "%s.damaged is there, of an earlier damage",
                         mending->path);
    status = context_audit(mending->context, "mend", &mending->row->id,
                           json_pack("{s:s}", "step", "begin"), fault);
    if (status == STATUS_OK)
        status = make_file(mending, &summary, fault);
    if (status == STATUS_OK)
        status = take_summary(mending, &summary, beside, fault);
    if (status == STATUS_OK && mending->mended)
        status = write_row(mending, fault);
    return status;
}

static enum exit_code fail(const struct context *context, enum status status,
                           const struct fault *fault)
{
    switch ((int)status) {
    case STATUS_BUSY:
        return context_fail(context, EXIT_REFUSED, fault->text, "try again in a moment");
    case STATUS_EXISTS:
        return context_fail(context, EXIT_REFUSED, fault->text,
                            "move it away first: it is kept as evidence");
    case STATUS_CORRUPT:
    case STATUS_NOT_FOUND:
    case STATUS_CONFLICT:
        return context_fail_status(context, status, fault, "restore the file from a backup");
    default:
        return context_fail_status(context, status, fault, NULL);
    }
}

static enum exit_code print(const struct mending *mending)
{
    char id[UUID_TEXT_BYTES];
    int64_t lost_ms = recovered_lost_ms(mending->facts, mending->fact_count);

    uuid_format(mending->row->id, id);
    return output_object(mending->context,
                         json_pack("{s:s, s:b, s:s, s:I}", "id", id, "mended", mending->mended,
                                   "state", recording_state_name(mending->made.state), "lost_ms",
                                   (json_int_t)lost_ms));
}

static enum exit_code check_row(const struct context *context, const struct index_recording *row)
{
    static const struct uuid none;

    if (row->state != RECORDING_STATE_SEALED && row->state != RECORDING_STATE_RECOVERED)
        return context_fail(context, EXIT_REFUSED, "it is not finished, or has failed",
                            "the keeper looks after those");
    if (!uuid_equal(row->owner_due, none))
        return context_fail(context, EXIT_REFUSED,
                            "it turned out to be another customer's, and is sealed to that one now",
                            "try again when the keeper has done so");
    return EXIT_DONE;
}

enum exit_code recordings_mend(struct context *context, const struct invocation *invocation)
{
    struct index_recording row;
    struct mending mending = {.context = context, .row = &row};
    struct fault fault = {0};
    enum exit_code code = context_need_keys(context);

    if (code == EXIT_DONE)
        code = recording_find_row(context, invocation->argument[0], &row);
    if (code == EXIT_DONE)
        code = check_row(context, &row);
    if (code != EXIT_DONE)
        return code;
    enum status status = recording_file_path(context, &row, mending.path, &fault);
    if (status == STATUS_OK)
        status =
            signer_open(&disk_system, context->config->keys, "keeper", &mending.signer, &fault);
    if (status == STATUS_OK)
        status = mend(&mending, &fault);
    code = status == STATUS_OK ? print(&mending) : fail(context, status, &fault);
    signer_close(mending.signer);
    free(mending.facts);
    return code;
}
