/* The keeper: recordings that turned out to be another customer's are sealed to that one. */
#include "support.h"

#include <stdio.h>
#include <string.h>

#include "storage/index/customers.h"

static struct uuid add_seven(struct ctl *ctl)
{
    struct customer customer;
    struct index *index = NULL;
    char path[128];

    assert_int_equal(ctl_run(ctl, "customer", "add", "77", "--name", "Seven", NULL), 0);
    (void)snprintf(path, sizeof path, "%s/index.sqlite", ctl->store);
    assert_int_equal(index_open(path, &index, NULL), STATUS_OK);
    assert_int_equal(customers_find(index, "77", &customer, NULL), STATUS_OK);
    index_close(index);
    return customer.id;
}

/* The index says that every recording is due to them. */
static void make_due(struct ctl *ctl)
{
    (void)ctl_sql(ctl, "UPDATE recordings SET owner_due = (SELECT id FROM customers WHERE number ="
                       " '77'), customer = (SELECT id FROM customers WHERE number = 'unassigned')");
}

static void expect_customer(struct ctl *ctl, const struct ctl_recording *recording,
                            const char *customer, const char *due)
{
    assert_int_equal(ctl_run(ctl, "--json", "recordings", "show", recording->id_text, NULL), 0);
    json_t *value = ctl_json(ctl);
    assert_string_equal(json_string_value(json_object_get(value, "customer")), customer);
    const char *said = json_string_value(json_object_get(value, "owner_due"));
    assert_string_equal(said ? said : "", due);
    json_decref(value);
    assert_int_equal(ctl_run(ctl, "recordings", "verify", recording->id_text, NULL), 0);
}

static void a_recording_that_turned_out_to_be_anothers_is_sealed_to_them(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record_due(ctl, CTL_SEALED, add_seven(ctl));

    expect_customer(ctl, &recording, "unassigned", "77");
    assert_int_equal(ctl_round(ctl, 0, "reassigned"), 1);
    expect_customer(ctl, &recording, "77", "");
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM audit WHERE action = 'reassign' AND"
                                  " actor = 'program:keeper' AND recording IS NOT NULL"
                                  " AND detail LIKE '%\"sha256_cipher\":\"' || lower(hex(("
                                  "SELECT sha256_cipher FROM recordings))) || '\"%'"),
                     1);
    assert_int_equal(ctl_round(ctl, 0, "reassigned"), 0);
}

/* Its writer died between file and row: both are done in one round, and the customer of the INVITE
 * never has it. */
static void a_sealed_file_whose_row_is_behind_goes_to_whom_it_names(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record_due(ctl, CTL_ROW_BEHIND, add_seven(ctl));

    assert_int_equal(ctl_round(ctl, 0, "reassigned"), 1);
    expect_customer(ctl, &recording, "77", "");
}

static void a_crash_between_file_and_row_of_a_reassignment_is_gone_on_from(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record_due(ctl, CTL_SEALED, add_seven(ctl));

    assert_int_equal(ctl_round(ctl, 0, "reassigned"), 1);
    make_due(ctl); /* the file is theirs, the row does not know */
    (void)ctl_sql(ctl, "UPDATE recordings SET sha256_cipher = zeroblob(32)");
    expect_customer(ctl, &recording, "unassigned", "77");
    assert_int_equal(ctl_round(ctl, 0, "reassigned"), 1);
    expect_customer(ctl, &recording, "77", "");
}

/* Whoever writes the index has no say in whose a sealed recording is. */
static void a_recording_whose_file_names_nobody_else_is_not_reassigned(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 60);

    (void)add_seven(ctl);
    make_due(ctl);
    assert_int_equal(ctl_round(ctl, 5, "errors"), 1);
    expect_customer(ctl, &recording, "unassigned", "77");
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM audit WHERE action = 'reassign'"), 0);
}

static void a_reassignment_that_cannot_be_is_an_error_and_tried_again(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record_due(ctl, CTL_SEALED, add_seven(ctl));
    char away[sizeof recording.path + sizeof ".away"];

    (void)snprintf(away, sizeof away, "%s.away", recording.path);
    assert_int_equal(rename(recording.path, away), 0);
    assert_int_equal(ctl_round(ctl, 5, "errors"), 1);
    assert_int_equal(rename(away, recording.path), 0);
    assert_int_equal(ctl_round(ctl, 0, "reassigned"), 1);
}

int main(void)
{
#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, ctl_set_up, ctl_tear_down)
    const struct CMUnitTest tests[] = {
        WITH_STORE(a_recording_that_turned_out_to_be_anothers_is_sealed_to_them),
        WITH_STORE(a_sealed_file_whose_row_is_behind_goes_to_whom_it_names),
        WITH_STORE(a_recording_whose_file_names_nobody_else_is_not_reassigned),
        WITH_STORE(a_crash_between_file_and_row_of_a_reassignment_is_gone_on_from),
        WITH_STORE(a_reassignment_that_cannot_be_is_an_error_and_tried_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
