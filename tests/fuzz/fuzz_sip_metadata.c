/* fuzz: any bytes as SIPREC metadata; the questions asked of it must have sound answers. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "sip/siprec_metadata.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_participant(const struct siprec_metadata *metadata,
                              const struct siprec_participant *participant)
{
    if (!participant)
        return;
    assert(participant >= metadata->participant);
    assert(participant < metadata->participant + metadata->participants);
}

static void check_items(const struct siprec_metadata *metadata)
{
    assert(metadata->participants <= BOUND_METADATA_ITEMS);
    assert(metadata->streams <= BOUND_METADATA_ITEMS);
    for (size_t i = 0; i < metadata->participants; i++) {
        const struct siprec_participant *one = &metadata->participant[i];

        assert(strlen(one->id) <= BOUND_METADATA_TEXT && strlen(one->aor) <= BOUND_METADATA_TEXT);
        assert(strlen(one->number) <= strlen(one->aor));
        assert(strlen(one->name) <= BOUND_METADATA_TEXT);
    }
    for (size_t i = 0; i < metadata->streams; i++)
        assert(metadata->stream[i].id && metadata->stream[i].label);
    for (size_t i = 0; i < metadata->senders; i++) {
        assert(metadata->sender[i].participant < metadata->participants);
        assert(metadata->sender[i].stream < metadata->streams);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const labels[] = {"1", "2", ""};
    struct siprec_metadata *metadata = NULL;
    struct fault fault;

    if (siprec_metadata_read((const char *)data, size, &metadata, &fault) != STATUS_OK) {
        assert(!metadata);
        return 0;
    }
    check_items(metadata);
    for (size_t count = 0; count <= 3; count++) {
        struct siprec_parties parties = siprec_parties(metadata, labels, count);

        check_participant(metadata, parties.caller);
        check_participant(metadata, parties.called);
        assert(!parties.caller || parties.caller != parties.called);
        for (size_t i = 0; i <= count; i++)
            check_participant(metadata, siprec_speaker(metadata, labels, count, i, NULL));
    }
    siprec_metadata_destroy(metadata);
    return 0;
}
