#include "storage/index/transfers.h"

#include <string.h>

#include "base/text.h"
#include "storage/index/conversations.h"
#include "storage/index/row.h"

enum {
    /* Calls of one number that are looked at on each side, newest first: a bound where one number
     * calls all the time. */
    CALLS_MAX = 16,
    /* Audio that was on its way when the BYE came is still the call's, so that its end may lie
     * behind the INVITE of the next. */
    TAIL_MS = 200,
};

/* What is asked of a row. */
struct call {
    struct uuid id;
    struct uuid customer;
    char source[sizeof((struct index_recording *)0)->source];
    wall_time started;
    wall_time ended;
    bool running;
    bool by_bye;
    bool due; /* to another customer: nobody's in between */
    struct uuid conversation;
    char outside[BOUND_NUMBER_BYTES]; /* digits; "" where nobody is known by it */
};

#define CALL_COLUMNS                                                                               \
    "r.id, r.customer, r.source, r.started_us, r.ended_us, r.state, r.end_cause, r.owner_due,"     \
    " r.conversation, r.direction, r.caller_digits, r.called_digits"

/* Calls with a number on either side are two ranges of indexes, walked by time. */
#define SIDE(party, window, order)                                                                 \
    "SELECT * FROM (SELECT " CALL_COLUMNS " FROM recordings r WHERE r.customer = ?1"               \
    " AND r." party "_digits = ?2 AND " window " ORDER BY r.started_us " order " LIMIT ?5)"
#define BOTH_SIDES(window, order)                                                                  \
    SIDE("caller", window, order) " UNION ALL " SIDE("called", window, order)

static const char key_sql[] = "SELECT " CALL_COLUMNS " FROM recordings r WHERE r.id = ?1";
static const char before_sql[] = BOTH_SIDES("r.started_us >= ?3 AND r.started_us <= ?4", "DESC");
static const char after_sql[] = BOTH_SIDES("r.started_us >= ?3 AND r.started_us <= ?4", "ASC");

static wall_time plus_ms(wall_time time, int64_t ms)
{
    return (wall_time){time.ns + ms * CLOCK_NS_PER_MS};
}

/* Who is outside: see recordings_find_conversation. */
static const char *outside_of(enum call_direction direction, const char *caller, const char *called)
{
    size_t digits_min = CONVERSATION_NUMBER_DIGITS_MIN;
    const char *outside = caller;

    if (direction == CALL_INTERNAL)
        return "";
    if (direction == CALL_OUT)
        outside = called;
    if (direction == CALL_UNKNOWN) {
        digits_min = CONVERSATION_OUTSIDE_DIGITS_MIN;
        outside = strlen(called) > strlen(caller) ? called : caller;
    }
    const char one_digit[] = {outside[0], '\0'};
    if (strlen(outside) < digits_min || strspn(outside, one_digit) == strlen(outside))
        return "";
    return outside;
}

static void read_call(struct statement *statement, struct call *call)
{
    static const struct uuid nobody;
    char end_cause[24];
    char caller[BOUND_NUMBER_BYTES];
    char called[BOUND_NUMBER_BYTES];

    memset(call, 0, sizeof *call);
    call->id = statement_read_uuid(statement);
    call->customer = statement_read_uuid(statement);
    statement_read_text(statement, call->source, sizeof call->source);
    call->started = statement_read_time(statement);
    call->ended = statement_read_time(statement);
    call->running = statement_read_integer(statement) == RECORDING_STATE_RECORDING;
    statement_read_text(statement, end_cause, sizeof end_cause);
    call->by_bye = strcmp(end_cause, "bye") == 0;
    struct uuid due = statement_read_uuid(statement);
    call->due = !uuid_equal(due, nobody);
    call->conversation = statement_read_uuid(statement);
    enum call_direction direction = (enum call_direction)statement_read_integer(statement);
    statement_read_text(statement, caller, sizeof caller);
    statement_read_text(statement, called, sizeof called);
    text_copy(call->outside, sizeof call->outside, outside_of(direction, caller, called));
}

static enum status read_key(struct index *index, const struct uuid *id, struct call *call,
                            struct fault *fault)
{
    struct statement statement;
    bool row = false;
    enum status status = statement_begin(index, STATEMENT_TRANSFER_KEY, key_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    memset(call, 0, sizeof *call);
    statement_uuid(&statement, id);
    status = statement_step(&statement, &row, fault, "read call");
    if (status == STATUS_OK && row)
        read_call(&statement, call);
    statement_end(&statement);
    return status;
}

/* Other calls of the same customer, source and outside party. */
struct calls {
    size_t count;
    struct call call[(size_t)2 * CALLS_MAX];
};

static bool is_alike(const struct call *one, const struct call *other)
{
    return !uuid_equal(one->id, other->id) && !other->due &&
           strcmp(one->source, other->source) == 0 && strcmp(one->outside, other->outside) == 0;
}

/* Those that began within a span of time; of those begun before a moment the newest. */
static enum status find_alike(struct index *index, bool before, const struct call *one,
                              wall_time from, wall_time until, struct calls *calls,
                              struct fault *fault)
{
    struct statement statement;
    struct call other;
    bool row = false;
    enum status status =
        statement_begin(index, before ? STATEMENT_TRANSFER_BEFORE : STATEMENT_TRANSFER_AFTER,
                        before ? before_sql : after_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    calls->count = 0;
    statement_uuid(&statement, &one->customer);
    statement_text(&statement, one->outside);
    statement_time(&statement, from);
    statement_time(&statement, until);
    statement_integer(&statement, CALLS_MAX);
    while ((status = statement_step(&statement, &row, fault, "find transfer")) == STATUS_OK &&
           row) {
        read_call(&statement, &other);
        if (is_alike(one, &other) && calls->count < sizeof calls->call / sizeof *calls->call)
            calls->call[calls->count++] = other;
    }
    statement_end(&statement);
    return status;
}

/* The one that ended last before a call began, by a BYE and not long before; NULL where there is
 * none, or another goes on. */
static const struct call *choose_former(const struct calls *calls, const struct call *call)
{
    wall_time latest = plus_ms(call->started, TAIL_MS);
    wall_time earliest = plus_ms(call->started, -CONVERSATION_TRANSFER_MS);
    const struct call *former = NULL;

    for (size_t i = 0; i < calls->count; i++) {
        const struct call *other = &calls->call[i];
        if (other->running || other->ended.ns > latest.ns)
            return NULL;
        if (other->by_bye && other->ended.ns >= earliest.ns &&
            (!former || other->ended.ns > former->ended.ns))
            former = other;
    }
    return former;
}

/* `recordings` are to join it; *found false where there is none, or it is too long. */
static enum status find_former(struct index *index, const struct call *call, int64_t recordings,
                               bool *found, struct uuid *conversation, struct fault *fault)
{
    static const wall_time beginning = {INT64_MIN};
    struct calls calls;
    int64_t size = 0;

    *found = false;
    if (!call->outside[0])
        return STATUS_OK;
    enum status status = find_alike(index, true, call, beginning, call->started, &calls, fault);
    const struct call *former = status == STATUS_OK ? choose_former(&calls, call) : NULL;
    if (!former || uuid_equal(former->conversation, call->conversation))
        return status;
    status = conversations_size(index, &former->conversation, &size, fault);
    if (status != STATUS_OK || size + recordings > CONVERSATION_RECORDINGS_MAX)
        return status;
    *conversation = former->conversation;
    *found = true;
    return STATUS_OK;
}

enum status transfers_find(struct index *index, const struct index_recording *recording,
                           bool *found, struct uuid *conversation, struct fault *fault)
{
    struct call call = {.id = recording->id,
                        .customer = recording->customer,
                        .started = recording->started,
                        .conversation = recording->id};
    char caller[2][BOUND_NUMBER_BYTES];
    char called[2][BOUND_NUMBER_BYTES];

    row_digits(recording->caller.number, caller[0], caller[1]);
    row_digits(recording->called.number, called[0], called[1]);
    text_copy(call.source, sizeof call.source, recording->source);
    text_copy(call.outside, sizeof call.outside,
              outside_of(recording->direction, caller[0], called[0]));
    return find_former(index, &call, 1, found, conversation, fault);
}

/* Put a call, with all that is tied to it, behind the one that it was passed on from. One that is
 * not the first of its conversation is where it belongs. */
static enum status link_to_former(struct index *index, const struct call *call, struct fault *fault)
{
    struct uuid conversation;
    int64_t size = 0;
    bool found = false;

    if (call->due || !uuid_equal(call->conversation, call->id))
        return STATUS_OK;
    enum status status = conversations_size(index, &call->id, &size, fault);
    if (status == STATUS_OK)
        status = find_former(index, call, size, &found, &conversation, fault);
    if (status == STATUS_OK && found)
        status = conversations_move(index, &call->id, &conversation, fault);
    if (status == STATUS_OK && found)
        status = conversations_mark(index, &call->id, true, fault);
    return status;
}

enum status transfers_link(struct index *index, const struct uuid *id, struct fault *fault)
{
    struct call call;
    struct calls later;
    enum status status = read_key(index, id, &call, fault);

    if (status != STATUS_OK || call.due || !call.outside[0])
        return status;
    status = link_to_former(index, &call, fault);
    if (status != STATUS_OK || !call.by_bye)
        return status;
    status = find_alike(index, false, &call, plus_ms(call.ended, -TAIL_MS),
                        plus_ms(call.ended, CONVERSATION_TRANSFER_MS), &later, fault);
    for (size_t i = 0; status == STATUS_OK && i < later.count; i++)
        status = link_to_former(index, &later.call[i], fault);
    return status;
}
