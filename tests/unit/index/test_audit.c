/* The audit log is append-only, whatever connection asks. */
#include "support.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "storage/index/audit.h"

static void append(struct fixture *fixture, const char *action, const struct uuid *recording)
{
    const struct audit_entry entry = {.at = clock_wall_from_us(1700000000000000),
                                      .actor = "operator:root",
                                      .action = action,
                                      .recording = recording,
                                      .address = recording ? "10.0.0.9" : NULL,
                                      .detail = recording ? "{\"range\":\"bytes=0-\"}" : NULL};
    struct fault fault = {0};

    assert_ok(audit_append(fixture->index, &entry, &fault), &fault);
}

static void note(void *context, const struct audit_entry *entry)
{
    char *seen = context;
    char id[UUID_TEXT_BYTES] = "-";

    if (entry->recording)
        uuid_format(*entry->recording, id);
    (void)sprintf(seen + strlen(seen), "%lld %s %s %s '%s' %s %lld\n", (long long)entry->sequence,
                  entry->actor, entry->action, id, entry->address, entry->detail,
                  (long long)clock_wall_us(entry->at));
}

static void entries_are_numbered_and_read_back_in_order(void **state)
{
    struct fixture *fixture = *state;
    struct uuid id;
    struct fault fault = {0};
    char seen[1024] = "";

    assert_ok(uuid_parse("01934567-89ab-7cde-8123-456789abcdef", &id), &fault);
    append(fixture, "sign_in", NULL);
    append(fixture, "listen", &id);
    append(fixture, "sign_out", NULL);
    assert_ok(audit_list(fixture->index, 0, 2, note, seen, &fault), &fault);
    assert_string_equal(seen, "1 operator:root sign_in - '' {} 1700000000000000\n"
                              "2 operator:root listen 01934567-89ab-7cde-8123-456789abcdef "
                              "'10.0.0.9' {\"range\":\"bytes=0-\"} 1700000000000000\n");
    seen[0] = '\0';
    assert_ok(audit_list(fixture->index, 2, 10, note, seen, &fault), &fault);
    assert_string_equal(seen, "3 operator:root sign_out - '' {} 1700000000000000\n");
}

static void an_entry_cannot_be_changed_deleted_replaced_or_put_elsewhere(void **state)
{
    struct fixture *fixture = *state;
    static const char *const attempts[] = {
        "UPDATE audit SET actor = 'nobody'",
        "UPDATE audit SET sequence = 9 WHERE sequence = 1",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE sequence = 2",
        "INSERT OR REPLACE INTO audit VALUES (1, 0, 'x', 'x', NULL, '', '{}')",
        ("INSERT INTO audit VALUES (1, 0, 'x', 'x', NULL, '', '{}')"
         " ON CONFLICT (sequence) DO UPDATE SET actor = 'x'"),
        "INSERT INTO audit VALUES (-7, 0, 'x', 'x', NULL, '', '{}')",
        "INSERT INTO audit VALUES (0, 0, 'x', 'x', NULL, '', '{}')",
        "INSERT INTO audit VALUES (4, 0, 'x', 'x', NULL, '', '{}')",
        "INSERT INTO audit VALUES (9223372036854775807, 0, 'x', 'x', NULL, '', '{}')",
    };
    struct fault fault = {0};
    char before[1024] = "";
    char after[1024] = "";

    append(fixture, "sign_in", NULL);
    append(fixture, "listen", NULL);
    assert_ok(audit_list(fixture->index, 0, 10, note, before, &fault), &fault);
    for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++) {
        if (run_sql(fixture->files.path, attempts[i]) != SQLITE_CONSTRAINT)
            fail_msg("done: %s", attempts[i]);
    }
    assert_ok(audit_list(fixture->index, 0, 10, note, after, &fault), &fault);
    assert_string_equal(after, before);
}

static void an_entry_in_a_transaction_that_is_undone_leaves_no_gap(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    char seen[1024] = "";

    assert_ok(index_begin(fixture->index, &fault), &fault);
    append(fixture, "lost", NULL);
    index_rollback(fixture->index);
    append(fixture, "kept", NULL);
    assert_ok(audit_list(fixture->index, 0, 10, note, seen, &fault), &fault);
    assert_string_equal(seen, "1 operator:root kept - '' {} 1700000000000000\n");
}

int main(void)
{
#define WITH_INDEX(test) cmocka_unit_test_setup_teardown(test, fixture_set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        WITH_INDEX(entries_are_numbered_and_read_back_in_order),
        WITH_INDEX(an_entry_cannot_be_changed_deleted_replaced_or_put_elsewhere),
        WITH_INDEX(an_entry_in_a_transaction_that_is_undone_leaves_no_gap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
