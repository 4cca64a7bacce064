/* source_watch: a source that another program adds, changes or removes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <unistd.h>

#include "ingest/source_watch.h"
#include "net/address.h"

struct store {
    char directory[64];
    char path[96];
    struct index *operator_index; /* of recorderctl, so to say */
    struct source_table *table;
    struct source_watch *watch;
};

static int open_store(void **state)
{
    struct store *store = calloc(1, sizeof *store);

    assert_non_null(store);
    (void)snprintf(store->directory, sizeof store->directory, "/tmp/recorder-watch-XXXXXX");
    assert_non_null(mkdtemp(store->directory));
    (void)snprintf(store->path, sizeof store->path, "%s/index.sqlite", store->directory);
    assert_int_equal(index_create(&disk_system, store->path, NULL), STATUS_OK);
    assert_int_equal(index_open(store->path, &store->operator_index, NULL), STATUS_OK);
    assert_int_equal(source_table_create(&store->table), STATUS_OK);
    assert_int_equal(source_watch_open(store->path, store->table, &store->watch, NULL), STATUS_OK);
    *state = store;
    return 0;
}

static int close_store(void **state)
{
    struct store *store = *state;
    char command[128];

    source_watch_close(store->watch);
    source_table_destroy(store->table);
    index_close(store->operator_index);
    (void)snprintf(command, sizeof command, "rm -r %s", store->directory);
    assert_int_equal(system(command), 0);
    free(store);
    return 0;
}

static struct source loopback(const char *name)
{
    struct source source = {.prefix_bits = 32};

    (void)snprintf(source.name, sizeof source.name, "%s", name);
    assert_int_equal(address_parse("127.0.0.1", 0, &source.address), STATUS_OK);
    return source;
}

static struct call_source *find(struct store *store)
{
    struct sip_peer peer = {.certificate_name = "", .certificate_fingerprint = ""};

    assert_int_equal(address_parse("127.0.0.1", 5060, &peer.address), STATUS_OK);
    return source_table_find(store->table, &peer);
}

static void source_added_changed_and_removed_is_seen_by_the_next_look(void **state)
{
    struct store *store = *state;
    struct source source = loopback("pbx");
    mono_time now = {CLOCK_NS_PER_S};

    assert_int_equal(source_watch_look(store->watch, now, NULL), STATUS_OK);
    assert_null(find(store));
    assert_int_equal(sources_add(store->operator_index, &source, NULL), STATUS_OK);
    now.ns += SOURCE_WATCH_AGAIN_MS * CLOCK_NS_PER_MS;
    assert_int_equal(source_watch_look(store->watch, now, NULL), STATUS_OK);
    assert_non_null(find(store));
    source.calls_max = 4;
    source.plain_calls = true;
    assert_int_equal(sources_change(store->operator_index, &source, NULL), STATUS_OK);
    now.ns += CLOCK_NS_PER_S;
    assert_int_equal(source_watch_look(store->watch, now, NULL), STATUS_OK);
    assert_int_equal(find(store)->settings.calls_max, 4);
    assert_true(find(store)->settings.plain_calls);
    assert_int_equal(sources_remove(store->operator_index, "pbx", NULL), STATUS_OK);
    now.ns += CLOCK_NS_PER_S;
    assert_int_equal(source_watch_look(store->watch, now, NULL), STATUS_OK);
    assert_null(find(store));
}

static void a_writer_in_the_middle_of_its_work_is_not_waited_for(void **state)
{
    struct store *store = *state;
    struct source source = loopback("pbx");

    assert_int_equal(sources_add(store->operator_index, &source, NULL), STATUS_OK);
    assert_int_equal(index_begin(store->operator_index, NULL), STATUS_OK);
    assert_int_equal(source_watch_look(store->watch, (mono_time){CLOCK_NS_PER_S}, NULL), STATUS_OK);
    assert_non_null(find(store));
    index_rollback(store->operator_index);
}

static void looks_that_follow_each_other_closely_are_one(void **state)
{
    struct store *store = *state;
    struct source source = loopback("pbx");
    mono_time now = {CLOCK_NS_PER_S};

    assert_int_equal(source_watch_look(store->watch, now, NULL), STATUS_OK);
    assert_int_equal(sources_add(store->operator_index, &source, NULL), STATUS_OK);
    now.ns += SOURCE_WATCH_AGAIN_MS * CLOCK_NS_PER_MS - 1;
    assert_int_equal(source_watch_look(store->watch, now, NULL), STATUS_OK);
    assert_null(find(store));
    now.ns += 1;
    assert_int_equal(source_watch_look(store->watch, now, NULL), STATUS_OK);
    assert_non_null(find(store));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(source_added_changed_and_removed_is_seen_by_the_next_look,
                                        open_store, close_store),
        cmocka_unit_test_setup_teardown(a_writer_in_the_middle_of_its_work_is_not_waited_for,
                                        open_store, close_store),
        cmocka_unit_test_setup_teardown(looks_that_follow_each_other_closely_are_one, open_store,
                                        close_store),
    };

    return cmocka_run_group_tests_name("source_watch", tests, NULL, NULL);
}
