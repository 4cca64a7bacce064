/* store_controls: what is asked is handed on, what took effect is in the audit log and answered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include "ingest/store_controls.h"
#include "storage/index/audit.h"
#include "storage/index/controls.h"
#include "storage/recording/writer.h"
#include "unit/index_files.h"

enum { ENTRIES = 8, TEXT = 256, BUSY_MS = 10 };

static const char NODE[] = "node";

/* One entry of the audit log; its texts in one. */
struct entry {
    char text[TEXT]; /* "actor action address detail" */
    bool of_recording;
};

struct fixture {
    struct index_files files;
    struct index *index;
    struct index *asker; /* of the programs that ask */
    struct store_controls *controls;
    struct uuid recording;
    size_t asked; /* as the listener had it */
    struct uuid asked_of;
    struct recording_control control;
    char detail[TEXT];
    size_t entries;
    struct entry entry[ENTRIES];
};

static void assert_ok(enum status status, const struct fault *fault)
{
    if (status != STATUS_OK)
        fail_msg("%s: %s", status_name(status), fault->text);
}

static void on_asked(void *context, const struct uuid *recording,
                     const struct recording_control *control)
{
    struct fixture *fixture = context;

    fixture->asked++;
    fixture->asked_of = *recording;
    fixture->control = *control;
    (void)snprintf(fixture->detail, sizeof fixture->detail, "%s", control->detail);
}

static void add_recording(struct fixture *fixture)
{
    struct index_recording row = {.started = clock_wall_now(), .state = RECORDING_STATE_RECORDING};
    struct customer unassigned;
    struct fault fault = {0};

    assert_ok(customers_find(fixture->index, CUSTOMER_UNASSIGNED, &unassigned, &fault), &fault);
    row.customer = unassigned.id;
    row.id = uuid_new(row.started);
    (void)snprintf(row.node, sizeof row.node, "%s", NODE);
    recording_path(row.id, row.started, row.path);
    assert_ok(recordings_insert(fixture->index, &row, &fault), &fault);
    fixture->recording = row.id;
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct fault fault = {0};

    assert_non_null(fixture);
    fixture->index = index_files_make(&fixture->files);
    assert_ok(index_open(fixture->files.path, &fixture->asker, &fault), &fault);
    index_set_patience(fixture->index, BUSY_MS);
    add_recording(fixture);
    assert_ok(store_controls_create(fixture->index, NODE, &fixture->controls, &fault), &fault);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    store_controls_destroy(fixture->controls);
    index_close(fixture->asker);
    index_close(fixture->index);
    index_files_remove(&fixture->files);
    free(fixture);
    return 0;
}

static int64_t ask(struct fixture *fixture, bool pause, enum policy_parties parties)
{
    struct control control = {.recording = fixture->recording,
                              .pause = pause,
                              .parties = parties,
                              .limit_s = pause ? 90 : 0,
                              .actor = "customer:10020030",
                              .reason = "card \"number\"",
                              .address = "192.0.2.7",
                              .asked = clock_wall_now()};
    struct fault fault = {0};

    assert_ok(controls_ask(fixture->asker, &control, &fault), &fault);
    return control.id;
}

static struct control answer(struct fixture *fixture, int64_t id)
{
    struct control control;
    struct fault fault = {0};

    assert_ok(controls_get(fixture->asker, id, &control, &fault), &fault);
    return control;
}

static void hear(struct fixture *fixture, struct store_listener *listener)
{
    *listener = (struct store_listener){fixture, on_asked};
    store_controls_listen(fixture->controls, listener);
}

static void see_entry(void *context, const struct audit_entry *entry)
{
    struct fixture *fixture = context;

    assert_true(fixture->entries < ENTRIES);
    struct entry *seen = &fixture->entry[fixture->entries++];
    (void)snprintf(seen->text, sizeof seen->text, "%s %s %s %s", entry->actor, entry->action,
                   entry->address, entry->detail);
    seen->of_recording = entry->recording && uuid_equal(*entry->recording, fixture->recording);
}

/* All of the log. */
static size_t read_log(struct fixture *fixture)
{
    struct fault fault = {0};

    fixture->entries = 0;
    assert_ok(audit_list(fixture->asker, 0, ENTRIES, see_entry, fixture, &fault), &fault);
    return fixture->entries;
}

static void write_all(struct fixture *fixture)
{
    while (store_controls_write(fixture->controls))
        ;
}

static void effect(struct fixture *fixture, const struct recording_control *control, int64_t at_ms)
{
    assert_int_equal(store_controls_effect(fixture->controls, &fixture->recording, control, at_ms),
                     STATUS_OK);
}

static void what_is_asked_is_handed_on_once_with_who_and_why(void **state)
{
    struct fixture *fixture = *state;
    struct store_listener listener;
    int64_t id = ask(fixture, true, POLICY_CALLED);

    hear(fixture, &listener);
    store_controls_take(fixture->controls);
    store_controls_take(fixture->controls);
    assert_int_equal(fixture->asked, 1);
    assert_true(uuid_equal(fixture->asked_of, fixture->recording));
    assert_true(fixture->control.paused);
    assert_int_equal(fixture->control.channels, 1 << RECORDING_RIGHT);
    assert_int_equal(fixture->control.by, RECORDING_CONTROL_API);
    assert_int_equal(fixture->control.request, id);
    assert_int_equal(fixture->control.limit_ms, 90000);
    assert_string_equal(fixture->detail, "customer:10020030: card \"number\"");
    assert_int_equal(answer(fixture, id).state, CONTROL_TAKEN);
}

static void who_asked_is_answered_when_it_took_effect_and_not_before(void **state)
{
    struct fixture *fixture = *state;
    struct store_listener listener;
    int64_t id = ask(fixture, true, POLICY_CALLER);

    hear(fixture, &listener);
    store_controls_take(fixture->controls);
    write_all(fixture);
    assert_int_equal(answer(fixture, id).state, CONTROL_TAKEN);
    assert_int_equal(read_log(fixture), 0);

    fixture->control.detail = fixture->detail;
    effect(fixture, &fixture->control, 4321);
    assert_true(store_controls_wait(fixture->controls));
    write_all(fixture);
    assert_false(store_controls_wait(fixture->controls));
    const struct control done = answer(fixture, id);
    assert_int_equal(done.state, CONTROL_DONE);
    assert_int_equal(done.at_ms, 4321);
    assert_int_equal(read_log(fixture), 1);
    assert_true(fixture->entry[0].of_recording);
    assert_string_equal(fixture->entry[0].text,
                        "customer:10020030 recording.pause 192.0.2.7 {\"channels\":\"caller\","
                        "\"reason\":\"card \\\"number\\\"\",\"at_ms\":4321,\"limit_s\":90}");
}

static void what_nobody_asked_for_is_in_the_audit_log_by_its_means(void **state)
{
    static const struct recording_control controls[] = {
        {true, RECORDING_BOTH, RECORDING_CONTROL_SIP, 0, 0, "INFO"},
        {true, 1 << RECORDING_LEFT, RECORDING_CONTROL_DIGITS, 0, 0, "code"},
        {false, RECORDING_BOTH, RECORDING_CONTROL_LIMIT, 0, 0, NULL}};
    static const char *const texts[] = {
        "sip recording.pause  {\"channels\":\"both\",\"reason\":\"INFO\",\"at_ms\":0}",
        "digits recording.pause  {\"channels\":\"caller\",\"reason\":\"code\",\"at_ms\":1}",
        "limit recording.resume  {\"channels\":\"both\",\"reason\":\"\",\"at_ms\":2}"};
    struct fixture *fixture = *state;

    for (int i = 0; i < 3; i++)
        effect(fixture, &controls[i], i);
    write_all(fixture);
    assert_int_equal(read_log(fixture), 3);
    for (int i = 0; i < 3; i++)
        assert_string_equal(fixture->entry[i].text, texts[i]);
}

static void what_nobody_listens_to_or_cannot_do_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct store_listener listener;
    int64_t unheard = ask(fixture, true, POLICY_BOTH);

    store_controls_take(fixture->controls);
    write_all(fixture);
    assert_int_equal(answer(fixture, unheard).state, CONTROL_REFUSED);

    int64_t refused = ask(fixture, false, POLICY_BOTH);
    hear(fixture, &listener);
    store_controls_take(fixture->controls);
    assert_int_equal(store_controls_refuse(fixture->controls, refused), STATUS_OK);
    write_all(fixture);
    assert_int_equal(answer(fixture, refused).state, CONTROL_REFUSED);
    store_controls_listen(fixture->controls, NULL);
    int64_t late = ask(fixture, false, POLICY_BOTH);
    store_controls_take(fixture->controls);
    assert_int_equal(fixture->asked, 1);
    write_all(fixture);
    assert_int_equal(answer(fixture, late).state, CONTROL_REFUSED);
    assert_int_equal(read_log(fixture), 0);
}

static void index_that_is_busy_is_waited_for_and_nothing_is_lost(void **state)
{
    static const struct recording_control pause = {
        .paused = true, .channels = RECORDING_BOTH, .detail = "INFO"};
    static const struct recording_control resume = {.channels = RECORDING_BOTH, .detail = "INFO"};
    struct fixture *fixture = *state;
    struct store_listener listener;
    struct fault fault = {0};
    int64_t id = ask(fixture, true, POLICY_BOTH);

    hear(fixture, &listener);
    assert_ok(index_begin(fixture->asker, &fault), &fault);
    store_controls_take(fixture->controls);
    assert_int_equal(fixture->asked, 0);
    effect(fixture, &pause, 1000);
    effect(fixture, &resume, 2000);
    write_all(fixture);
    assert_true(store_controls_wait(fixture->controls));
    index_rollback(fixture->asker);

    store_controls_take(fixture->controls);
    assert_int_equal(fixture->asked, 1);
    assert_int_equal(answer(fixture, id).state, CONTROL_TAKEN);
    write_all(fixture);
    assert_false(store_controls_wait(fixture->controls));
    assert_int_equal(read_log(fixture), 2);
    assert_non_null(strstr(fixture->entry[0].text, "recording.pause"));
    assert_non_null(strstr(fixture->entry[1].text, "recording.resume"));
}

/* What an earlier process took it can answer no more. */
static void what_was_taken_before_the_start_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct store_listener listener;
    struct fault fault = {0};
    int64_t id = ask(fixture, true, POLICY_BOTH);

    hear(fixture, &listener);
    store_controls_take(fixture->controls);
    assert_int_equal(answer(fixture, id).state, CONTROL_TAKEN);
    store_controls_destroy(fixture->controls);
    fixture->controls = NULL;
    assert_ok(store_controls_create(fixture->index, NODE, &fixture->controls, &fault), &fault);
    assert_int_equal(answer(fixture, id).state, CONTROL_REFUSED);
}

/* Whoever asked may not have looked yet. */
static void what_was_done_before_the_start_is_still_said_to_be_done(void **state)
{
    struct fixture *fixture = *state;
    struct store_listener listener;
    struct fault fault = {0};
    int64_t id = ask(fixture, true, POLICY_BOTH);

    hear(fixture, &listener);
    store_controls_take(fixture->controls);
    fixture->control.detail = fixture->detail;
    effect(fixture, &fixture->control, 4321);
    write_all(fixture);
    store_controls_destroy(fixture->controls);
    fixture->controls = NULL;
    assert_ok(store_controls_create(fixture->index, NODE, &fixture->controls, &fault), &fault);
    assert_int_equal(answer(fixture, id).state, CONTROL_DONE);
    assert_int_equal(answer(fixture, id).at_ms, 4321);
}

static void as_many_wait_as_may_and_one_more_is_told_so(void **state)
{
    static const struct recording_control pause = {
        .paused = true, .channels = RECORDING_BOTH, .detail = ""};
    struct fixture *fixture = *state;

    for (int i = 0; i < STORE_CONTROLS_MAX; i++)
        effect(fixture, &pause, i);
    assert_int_equal(store_controls_effect(fixture->controls, &fixture->recording, &pause, 0),
                     STATUS_LIMIT);
    assert_int_equal(store_controls_refuse(fixture->controls, 1), STATUS_LIMIT);
    for (int i = STORE_CONTROLS_BATCH; i < STORE_CONTROLS_MAX; i += STORE_CONTROLS_BATCH)
        assert_true(store_controls_write(fixture->controls));
    assert_false(store_controls_write(fixture->controls));
    assert_false(store_controls_wait(fixture->controls));
    effect(fixture, &pause, 0);
}

/* What a destroyed store_controls writes to the log. */
static void destroy_logging(struct fixture *fixture, char *text, size_t text_bytes)
{
    FILE *log = tmpfile();
    int before = dup(STDERR_FILENO);

    assert_non_null(log);
    assert_true(before >= 0 && dup2(fileno(log), STDERR_FILENO) >= 0);
    store_controls_destroy(fixture->controls);
    assert_true(dup2(before, STDERR_FILENO) >= 0);
    (void)close(before);
    fixture->controls = NULL;
    rewind(log);
    text[fread(text, 1, text_bytes - 1, log)] = '\0';
    (void)fclose(log);
}

static void what_is_unwritten_at_the_end_is_told(void **state)
{
    static const struct recording_control pause = {
        .paused = true, .channels = RECORDING_BOTH, .detail = ""};
    struct fixture *fixture = *state;
    struct fault fault = {0};
    char text[TEXT];

    effect(fixture, &pause, 1);
    effect(fixture, &pause, 2);
    destroy_logging(fixture, text, sizeof text);
    assert_non_null(strstr(text, "control.dropped count=2"));
    assert_ok(store_controls_create(fixture->index, NODE, &fixture->controls, &fault), &fault);
    destroy_logging(fixture, text, sizeof text);
    assert_string_equal(text, "");
}

#define WITH_INDEX(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_INDEX(what_is_asked_is_handed_on_once_with_who_and_why),
        WITH_INDEX(who_asked_is_answered_when_it_took_effect_and_not_before),
        WITH_INDEX(what_nobody_asked_for_is_in_the_audit_log_by_its_means),
        WITH_INDEX(what_nobody_listens_to_or_cannot_do_is_refused),
        WITH_INDEX(index_that_is_busy_is_waited_for_and_nothing_is_lost),
        WITH_INDEX(what_was_taken_before_the_start_is_refused),
        WITH_INDEX(what_was_done_before_the_start_is_still_said_to_be_done),
        WITH_INDEX(what_is_unwritten_at_the_end_is_told),
        WITH_INDEX(as_many_wait_as_may_and_one_more_is_told_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
