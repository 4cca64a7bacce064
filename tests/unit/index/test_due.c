/* Whose a call turned out to be when its last parties were told. */
#include "support.h"

#include <stdio.h>
#include <string.h>

struct scene {
    struct index *index;
    struct uuid one; /* 4511; the source "pbx" is theirs by default */
    struct uuid two; /* 4522 */
};

static struct scene make_scene(struct fixture *fixture)
{
    struct scene scene = {.index = fixture->index};
    struct source pbx = {.name = "pbx", .certificate = "pbx", .customer = "1"};
    struct source other = {.name = "other", .certificate = "other"};
    struct fault fault = {0};

    scene.one = add_customer(scene.index, "1");
    scene.two = add_customer(scene.index, "2");
    assert_ok(numbers_add(scene.index, "1", "4511", "4511", &fault), &fault);
    assert_ok(numbers_add(scene.index, "2", "4522", "4522", &fault), &fault);
    assert_ok(sources_add(scene.index, &pbx, &fault), &fault);
    assert_ok(sources_add(scene.index, &other, &fault), &fault);
    return scene;
}

/* A call of a source as it begins, with its owner as the store finds it. */
static struct index_recording begin(const struct scene *scene, const char *source,
                                    const char *caller, const char *called)
{
    static int64_t started_s = 1000;
    struct index_recording row =
        make_recording((struct uuid){{0}}, ++started_s * 1000000, caller, called);
    struct call_owner owner;
    struct fault fault = {0};

    (void)snprintf(row.source, sizeof row.source, "%s", source);
    assert_ok(call_owner_find(scene->index, caller, called, source, &owner, &fault), &fault);
    row.customer = owner.customer;
    row.direction = owner.direction;
    assert_ok(recordings_find_conversation(scene->index, &row, &fault), &fault);
    assert_ok(recordings_insert(scene->index, &row, &fault), &fault);
    return row;
}

/* It ends with these parties; returns the row as it is then. */
static struct index_recording end(const struct scene *scene, struct index_recording row,
                                  const char *caller, const char *called)
{
    struct index_recording found;
    struct fault fault = {0};

    row.state = RECORDING_STATE_SEALED;
    row.ended.ns = row.started.ns + CLOCK_NS_PER_S;
    (void)snprintf(row.caller.number, sizeof row.caller.number, "%s", caller);
    (void)snprintf(row.called.number, sizeof row.called.number, "%s", called);
    assert_ok(recordings_find_owner(scene->index, &row, &fault), &fault);
    assert_ok(recordings_finish(scene->index, &row, NULL, 0, &fault), &fault);
    assert_ok(recordings_get(scene->index, row.id, NULL, &found, &fault), &fault);
    return found;
}

static bool is_due(const struct index_recording *row)
{
    static const struct uuid none;

    return !uuid_equal(row->owner_due, none);
}

static void a_call_of_a_stand_in_is_due_to_whom_its_last_parties_name(void **state)
{
    struct scene scene = make_scene(*state);
    struct index_recording row = begin(&scene, "pbx", "conference", "stand-in");

    assert_true(uuid_equal(row.customer, scene.one));
    struct index_recording found = end(&scene, row, "+4522", "+4599");
    assert_true(uuid_equal(found.customer, unassigned(scene.index)));
    assert_true(uuid_equal(found.owner_due, scene.two));
    assert_int_equal(found.direction, CALL_OUT);
    row = begin(&scene, "other", "", "");
    assert_true(uuid_equal(row.customer, unassigned(scene.index)));
    found = end(&scene, row, "", "+4511");
    assert_true(uuid_equal(found.owner_due, scene.one));
    assert_int_equal(found.direction, CALL_IN);
}

static void a_call_that_was_somebodys_by_number_stays_theirs(void **state)
{
    struct scene scene = make_scene(*state);
    struct index_recording row = begin(&scene, "other", "+4511", "+4599");
    struct index_recording found = end(&scene, row, "+4522", "+4599");

    assert_false(is_due(&found));
    assert_true(uuid_equal(found.customer, scene.one));
}

static void a_call_whose_last_parties_name_nobody_stays_where_it_is(void **state)
{
    struct scene scene = make_scene(*state);
    struct index_recording found =
        end(&scene, begin(&scene, "pbx", "conference", ""), "+4599", "+4598");

    assert_false(is_due(&found));
    found = end(&scene, begin(&scene, "other", "conference", ""), "+4599", "+4598");
    assert_false(is_due(&found));
    found = end(&scene, begin(&scene, "pbx", "conference", ""), "", "");
    assert_false(is_due(&found));
}

static void a_default_that_changed_during_the_call_moves_nothing(void **state)
{
    struct scene scene = make_scene(*state);
    struct index_recording row = begin(&scene, "pbx", "conference", "");
    const struct source pbx = {.name = "pbx", .certificate = "pbx", .customer = "2"};
    struct fault fault = {0};

    assert_ok(sources_change(scene.index, &pbx, &fault), &fault);
    struct index_recording found = end(&scene, row, "+4599", "+4598");
    assert_false(is_due(&found));
    assert_true(uuid_equal(found.customer, scene.one));
    row.id = uuid_new(row.started);
    assert_int_equal(recordings_find_owner(scene.index, &row, NULL), STATUS_NOT_FOUND);
}

static void the_direction_is_told_anew_where_the_owner_stays(void **state)
{
    struct scene scene = make_scene(*state);
    struct index_recording row = begin(&scene, "pbx", "conference", "");
    struct index_recording found = end(&scene, row, "+4599", "+4511");

    assert_int_equal(row.direction, CALL_UNKNOWN);
    assert_false(is_due(&found));
    assert_int_equal(found.direction, CALL_IN);
}

static void count_row(void *context, const struct index_recording *row)
{
    (void)row;
    ++*(size_t *)context;
}

static size_t listed(const struct scene *scene, const struct uuid *customer, const char *number)
{
    struct recordings_query query = {.customer = customer, .number = number, .limit = 10};
    struct fault fault = {0};
    size_t count = 0;
    bool more = false;

    assert_ok(recordings_list(scene->index, &query, count_row, &count, &more, &fault), &fault);
    return count;
}

static void what_is_due_to_another_is_nobodys_meanwhile(void **state)
{
    struct scene scene = make_scene(*state);
    struct index_recording row = begin(&scene, "pbx", "conference", "");
    struct index_recording found;
    size_t count = 0;
    struct fault fault = {0};

    assert_int_equal(listed(&scene, &scene.one, NULL), 1);
    (void)end(&scene, row, "+4522", "");
    assert_int_equal(recordings_get(scene.index, row.id, &scene.one, &found, NULL),
                     STATUS_NOT_FOUND);
    assert_int_equal(recordings_get(scene.index, row.id, &scene.two, &found, NULL),
                     STATUS_NOT_FOUND);
    assert_int_equal(listed(&scene, &scene.one, NULL), 0);
    assert_int_equal(listed(&scene, &scene.one, "4522"), 0);
    assert_int_equal(listed(&scene, &scene.one, "45*"), 0);
    assert_int_equal(listed(&scene, &scene.one, "*22"), 0);
    assert_int_equal(listed(&scene, &scene.two, NULL), 0);
    assert_int_equal(listed(&scene, NULL, NULL), 1); /* operators see it */
    assert_ok(
        recordings_list_conversation(scene.index, row.id, &scene.one, count_row, &count, &fault),
        &fault);
    assert_int_equal(count, 0);
}

static void a_reassigned_recording_is_the_new_customers_and_leaves_its_conversation(void **state)
{
    struct scene scene = make_scene(*state);
    struct index_recording rows[4];
    struct index_recording found;
    struct fault fault = {0};
    size_t count = 0;

    for (int i = 0; i < 3; i++) /* one conversation: all have one group */
        rows[i] = begin(&scene, "pbx", "conference", "");
    rows[3] = begin(&scene, "pbx", "+4522", ""); /* customer two's of the same group */
    (void)end(&scene, rows[1], "", "");
    (void)end(&scene, rows[2], "", "");
    (void)end(&scene, rows[3], "", "");
    assert_true(uuid_equal(rows[2].conversation, rows[0].id));
    found = end(&scene, rows[0], "+4522", "");
    memset(found.sha256_cipher, 7, sizeof found.sha256_cipher);
    assert_ok(recordings_list_due(scene.index, NULL, 10, count_row, &count, &fault), &fault);
    assert_int_equal(count, 1);
    assert_ok(recordings_reassign(scene.index, &found, &fault), &fault);
    assert_int_equal(recordings_reassign(scene.index, &found, NULL), STATUS_NOT_FOUND);
    assert_ok(recordings_get(scene.index, rows[0].id, &scene.two, &found, &fault), &fault);
    assert_true(uuid_equal(found.customer, scene.two));
    assert_false(is_due(&found));
    assert_int_equal(found.sha256_cipher[31], 7);
    assert_true(uuid_equal(found.conversation, rows[0].id)); /* with customer two's call now */
    assert_ok(recordings_get(scene.index, rows[3].id, NULL, &found, &fault), &fault);
    assert_true(uuid_equal(found.conversation, rows[0].id));
    for (int i = 1; i < 3; i++) {
        assert_ok(recordings_get(scene.index, rows[i].id, &scene.one, &found, &fault), &fault);
        assert_true(uuid_equal(found.conversation, rows[1].id));
    }
    count = 0;
    assert_ok(recordings_list_due(scene.index, NULL, 10, count_row, &count, &fault), &fault);
    assert_int_equal(count, 0);
}

/* In between it is "unassigned"'s, whose calls are anybody's. */
static void what_is_due_to_another_is_alone_meanwhile(void **state)
{
    struct scene scene = make_scene(*state);
    struct index_recording nobodys = begin(&scene, "other", "", "");
    struct index_recording ones[3];
    struct index_recording found;
    struct fault fault = {0};

    for (int i = 0; i < 2; i++)
        ones[i] = begin(&scene, "pbx", "conference", "");
    (void)snprintf(nobodys.source, sizeof nobodys.source, "pbx");
    assert_true(uuid_equal(ones[1].conversation, ones[0].id));
    (void)snprintf(ones[0].group_id, sizeof ones[0].group_id, "told at the end");
    found = end(&scene, ones[0], "+4522", "");
    assert_true(uuid_equal(found.owner_due, scene.two));
    assert_string_equal(found.group_id, "told at the end");
    assert_true(uuid_equal(found.conversation, found.id));
    assert_ok(recordings_get(scene.index, ones[1].id, NULL, &found, &fault), &fault);
    assert_true(uuid_equal(found.conversation, ones[1].id));
    struct index_recording next = nobodys; /* one that nobody's number names, of the same group */
    next.id = uuid_new(next.started);
    next.started.ns = ones[0].started.ns + CLOCK_NS_PER_S;
    (void)snprintf(next.group_id, sizeof next.group_id, "told at the end");
    assert_ok(recordings_find_conversation(scene.index, &next, &fault), &fault);
    assert_true(uuid_equal(next.conversation, next.id));
}

/* The keeper may find a file sealed and write its row, and seal it to another, before the one who
 * sealed it first comes to the index. */
static void what_has_ended_is_not_ended_again(void **state)
{
    struct scene scene = make_scene(*state);
    struct index_recording row = begin(&scene, "pbx", "conference", "");
    struct index_recording found;
    struct fault fault = {0};

    found = end(&scene, row, "+4522", "");
    memset(found.sha256_cipher, 7, sizeof found.sha256_cipher);
    assert_ok(recordings_reassign(scene.index, &found, &fault), &fault);
    row.state = RECORDING_STATE_SEALED;
    memset(row.sha256_cipher, 1, sizeof row.sha256_cipher);
    assert_int_equal(recordings_finish(scene.index, &row, NULL, 0, &fault), STATUS_CONFLICT);
    assert_ok(recordings_get(scene.index, row.id, &scene.two, &found, &fault), &fault);
    assert_int_equal(found.sha256_cipher[0], 7);
    assert_string_equal(found.caller.number, "+4522");
}

static void the_list_of_what_is_due_goes_on_behind_a_row(void **state)
{
    struct scene scene = make_scene(*state);
    struct index_recording rows[3];
    struct fault fault = {0};
    size_t count = 0;

    for (int i = 0; i < 3; i++)
        rows[i] = end(&scene, begin(&scene, "pbx", "conference", ""), "+4522", "");
    assert_ok(recordings_list_due(scene.index, &rows[0], 10, count_row, &count, &fault), &fault);
    assert_int_equal(count, 2);
    count = 0;
    assert_ok(recordings_list_due(scene.index, NULL, 2, count_row, &count, &fault), &fault);
    assert_int_equal(count, 2);
}

int main(void)
{
#define WITH_INDEX(test) cmocka_unit_test_setup_teardown(test, fixture_set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        WITH_INDEX(a_call_of_a_stand_in_is_due_to_whom_its_last_parties_name),
        WITH_INDEX(a_call_that_was_somebodys_by_number_stays_theirs),
        WITH_INDEX(a_call_whose_last_parties_name_nobody_stays_where_it_is),
        WITH_INDEX(a_default_that_changed_during_the_call_moves_nothing),
        WITH_INDEX(the_direction_is_told_anew_where_the_owner_stays),
        WITH_INDEX(what_is_due_to_another_is_nobodys_meanwhile),
        WITH_INDEX(a_reassigned_recording_is_the_new_customers_and_leaves_its_conversation),
        WITH_INDEX(what_is_due_to_another_is_alone_meanwhile),
        WITH_INDEX(what_has_ended_is_not_ended_again),
        WITH_INDEX(the_list_of_what_is_due_goes_on_behind_a_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
