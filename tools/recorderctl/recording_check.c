#include "tools/recorderctl/recording_check.h"

#include <string.h>

#include "tools/recorderctl/recording_json.h"

const char *recording_difference(const struct recording_summary *summary,
                                 const struct index_recording *row)
{
    static const struct uuid none;

    if (!uuid_equal(summary->recording, row->id))
        return "the file bears another id than its row";
    bool due = !uuid_equal(row->owner_due, none); /* to another than it is sealed to: keeper.h */
    bool resealed = due && uuid_equal(summary->customer, row->owner_due); /* its row not yet */
    if (!due && !uuid_equal(summary->customer, row->customer))
        return "the file belongs to another customer than its row";
    if (summary->state != row->state)
        return "the file's state differs from its row's";
    if (summary->audio_bytes != row->audio_bytes)
        return "the file's length of audio differs from its row's";
    if (summary->duration_ms != row->duration_ms)
        return "the file's duration differs from its row's";
    if ((!resealed &&
         memcmp(summary->sha256_cipher, row->sha256_cipher, sizeof row->sha256_cipher) != 0) ||
        memcmp(summary->sha256_plain, row->sha256_plain, sizeof row->sha256_plain) != 0)
        return "the file's hashes differ from its row's";
    return NULL;
}

enum status recording_check(struct context *context, const struct index_recording *row,
                            struct fault *fault)
{
    struct recording_reader *reader = NULL;
    enum status status = recording_open_file(context, row, &reader, fault);

    if (status == STATUS_OK)
        status = recording_reader_verify(reader, fault);
    const char *differs =
        status == STATUS_OK ? recording_difference(recording_reader_summary(reader), row) : NULL;
    if (differs)
        status = fault_set(fault, STATUS_CORRUPT, 0, "%s", differs);
    recording_reader_close(reader);
    return status;
}
