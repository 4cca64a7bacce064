/**
 * conversations_help: calls that begin and end, and whether they are together.
 */
#ifndef RECORDER_TESTS_UNIT_INDEX_CONVERSATIONS_HELP_H
#define RECORDER_TESTS_UNIT_INDEX_CONVERSATIONS_HELP_H

#include "support.h"

/* A call with nothing that ties it to another. */
static inline struct index_recording call_at(struct uuid customer, int64_t started_s)
{
    struct index_recording row =
        make_recording(customer, (1000000 + started_s) * 1000000, "1", "2");

    row.session_id[0] = row.sip_session_id[0] = row.group_id[0] = '\0';
    return row;
}

static inline void end_after(struct fixture *fixture, struct index_recording *row, int64_t seconds)
{
    struct fault fault = {0};

    row->state = RECORDING_STATE_SEALED;
    row->ended.ns = row->started.ns + seconds * CLOCK_NS_PER_S;
    assert_ok(recordings_finish(fixture->index, row, NULL, 0, &fault), &fault);
}

static inline struct uuid conversation_of(struct fixture *fixture,
                                          const struct index_recording *row)
{
    return read_call(fixture, row).conversation;
}

static inline void expect_together(struct fixture *fixture, const struct index_recording *first,
                                   const struct index_recording *second)
{
    assert_true(uuid_equal(conversation_of(fixture, first), first->id));
    assert_true(uuid_equal(conversation_of(fixture, second), first->id));
}

static inline void expect_apart(struct fixture *fixture, const struct index_recording *first,
                                const struct index_recording *second)
{
    assert_true(uuid_equal(conversation_of(fixture, first), first->id));
    assert_true(uuid_equal(conversation_of(fixture, second), second->id));
}

#endif
