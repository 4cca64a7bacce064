/*
 * fuzz: any bytes as SIPREC metadata, a line "--next--" between the documents of one call; the
 * questions asked of each, and of all merged, must have sound answers.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "body/siprec_metadata.h"

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
        assert(strlen(one->number) <= BOUND_METADATA_TEXT);
        assert(strlen(one->name) <= BOUND_METADATA_TEXT);
    }
    for (size_t i = 0; i < metadata->streams; i++)
        assert(metadata->stream[i].id && metadata->stream[i].label);
    for (size_t i = 0; i < metadata->senders; i++) {
        assert(metadata->sender[i].participant < metadata->participants);
        assert(metadata->sender[i].stream < metadata->streams);
    }
    assert(metadata->session_id && metadata->sip_session_id && metadata->group_id);
}

static void check_answers(const struct siprec_metadata *metadata)
{
    static const char *const labels[] = {"1", "2", ""};

    check_items(metadata);
    for (size_t count = 0; count <= 3; count++) {
        struct siprec_parties parties = siprec_parties(metadata, labels, count);

        check_participant(metadata, parties.caller);
        check_participant(metadata, parties.called);
        assert(!parties.caller || parties.caller != parties.called);
        for (size_t i = 0; i <= count; i++)
            check_participant(metadata, siprec_speaker(metadata, labels, count, i, NULL));
    }
}

struct states {
    const struct siprec_metadata *before;
    const struct siprec_metadata *after;
};

static void check_change(void *context, enum siprec_change change,
                         const struct siprec_participant *participant)
{
    const struct states *states = context;

    assert(!participant->left);
    check_participant(change == SIPREC_LEFT ? states->before : states->after, participant);
}

static void refuse_change(void *context, enum siprec_change change,
                          const struct siprec_participant *participant)
{
    (void)context;
    (void)change;
    (void)participant;
    assert(0);
}

/* *state becomes what is known after one more document; it is destroyed. */
static void merge(struct siprec_metadata **state, struct siprec_metadata *owned_document)
{
    struct siprec_metadata *merged = NULL;
    enum status status = siprec_metadata_merge(*state, owned_document, &merged, NULL);

    siprec_metadata_destroy(owned_document);
    assert(status == STATUS_OK);
    struct states states = {.before = *state, .after = merged};
    siprec_metadata_compare(*state, merged, check_change, &states);
    siprec_metadata_compare(merged, merged, refuse_change, NULL);
    check_answers(merged);
    siprec_metadata_destroy(*state);
    *state = merged;
}

static void read_and_merge(struct siprec_metadata **state, const uint8_t *xml, size_t xml_bytes)
{
    struct siprec_metadata *document = NULL;
    struct fault fault;

    if (siprec_metadata_read((const char *)xml, xml_bytes, &document, &fault) != STATUS_OK) {
        assert(!document);
        return;
    }
    check_answers(document);
    merge(state, document);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char separator[] = "\n--next--\n";
    struct siprec_metadata *state = NULL;

    for (;;) {
        const uint8_t *end = size ? memmem(data, size, separator, sizeof separator - 1) : NULL;
        size_t bytes = end ? (size_t)(end - data) : size;

        read_and_merge(&state, data, bytes);
        if (!end)
            break;
        data = end + sizeof separator - 1;
        size -= bytes + sizeof separator - 1;
    }
    siprec_metadata_destroy(state);
    return 0;
}
