/* source_table: which source a peer is, and what stays when the sources change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/source_table.h"
#include "net/address.h"

#define PRINT_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define PRINT_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static struct source source_of(const char *name, const char *network, unsigned prefix_bits,
                               const char *certificate)
{
    struct source source = {.prefix_bits = prefix_bits};

    (void)snprintf(source.name, sizeof source.name, "%s", name);
    (void)snprintf(source.certificate, sizeof source.certificate, "%s", certificate);
    source.address.ss_family = AF_UNSPEC;
    if (network)
        assert_int_equal(address_parse(network, 0, &source.address), STATUS_OK);
    return source;
}

static struct sip_peer peer_of(const char *address, const char *name, const char *fingerprint)
{
    struct sip_peer peer = {.transport = *fingerprint ? SIP_OVER_TLS : SIP_OVER_UDP,
                            .certificate_name = name,
                            .certificate_fingerprint = fingerprint};

    assert_int_equal(address_parse(address, 5060, &peer.address), STATUS_OK);
    return peer;
}

static const char *found(const struct source_table *table, const char *address, const char *name,
                         const char *fingerprint)
{
    const struct sip_peer peer = peer_of(address, name, fingerprint);
    const struct call_source *source = source_table_find(table, &peer);

    return source ? source->settings.name : "none";
}

static struct source_table *table_of(const struct source *sources, size_t count)
{
    struct source_table *table = NULL;

    assert_int_equal(source_table_create(&table), STATUS_OK);
    assert_int_equal(source_table_replace(table, sources, count), STATUS_OK);
    return table;
}

static void longest_network_that_holds_the_address_wins(void **state)
{
    const struct source sources[] = {
        source_of("wide", "10.0.0.0", 8, ""), source_of("narrow", "10.1.128.0", 17, ""),
        source_of("one", "10.1.128.9", 32, ""), source_of("six", "2001:db8::", 33, "")};
    struct source_table *table = table_of(sources, 4);

    (void)state;
    assert_string_equal(found(table, "10.1.127.255", "", ""), "wide");
    assert_string_equal(found(table, "10.1.128.0", "", ""), "narrow");
    assert_string_equal(found(table, "10.1.255.255", "", ""), "narrow");
    assert_string_equal(found(table, "10.1.128.9", "", ""), "one");
    assert_string_equal(found(table, "11.0.0.0", "", ""), "none");
    assert_string_equal(found(table, "[::ffff:10.1.128.9]", "", ""), "one");
    assert_string_equal(found(table, "[2001:db8:7fff::1]", "", ""), "six");
    assert_string_equal(found(table, "[2001:db8:8000::1]", "", ""), "none");
    source_table_destroy(table);
}

static void everybody_is_in_a_network_of_no_bits_of_their_family(void **state)
{
    const struct source sources[] = {source_of("all", "0.0.0.0", 0, "")};
    struct source_table *table = table_of(sources, 1);

    (void)state;
    assert_string_equal(found(table, "192.0.2.1", "", ""), "all");
    assert_string_equal(found(table, "[::1]", "", ""), "none");
    source_table_destroy(table);
}

static void certificate_alone_network_alone_and_both_are_told_apart(void **state)
{
    const struct source sources[] = {
        source_of("by name", NULL, 0, "sbc.example.com"),
        source_of("by print", NULL, 0, "sha256:" PRINT_A),
        source_of("both", "192.0.2.0", 24, "sha256:" PRINT_A),
        source_of("network", "192.0.2.7", 32, ""),
    };
    struct source_table *table = table_of(sources, 4);

    (void)state;
    assert_string_equal(found(table, "198.51.100.1", "SBC.example.com", PRINT_B), "by name");
    assert_string_equal(found(table, "198.51.100.1", "other", PRINT_A), "by print");
    assert_string_equal(found(table, "192.0.2.7", "other", PRINT_A), "both");
    assert_string_equal(found(table, "192.0.2.7", "other", PRINT_B), "network");
    assert_string_equal(found(table, "192.0.2.8", "other", PRINT_B), "none");
    assert_string_equal(found(table, "192.0.2.7", "sbc.example.com", PRINT_B), "by name");
    source_table_destroy(table);
}

static void name_without_a_verified_certificate_is_nobodys(void **state)
{
    const struct source sources[] = {source_of("by name", NULL, 0, "sbc"),
                                     source_of("by print", NULL, 0, "sha256:" PRINT_A)};
    struct source_table *table = table_of(sources, 2);

    (void)state;
    assert_string_equal(found(table, "192.0.2.7", "sbc", ""), "none");
    assert_string_equal(found(table, "192.0.2.7", "", ""), "none");
    source_table_destroy(table);
}

/* Also where they are told in another order, and where one that is gone has calls still. */
static void of_equal_matches_the_first_by_name_is_meant(void **state)
{
    const struct source sources[] = {source_of("pbx-b", "10.0.0.0", 8, ""),
                                     source_of("pbx-c", "10.0.0.0", 8, ""),
                                     source_of("pbx-a", "10.0.0.0", 8, "")};
    struct source_table *table = table_of(sources, 3);
    struct sip_peer peer = peer_of("10.1.2.3", "", "");
    struct call_source *first = source_table_find(table, &peer);

    (void)state;
    assert_string_equal(first->settings.name, "pbx-a");
    first->dialogs = 1;
    assert_int_equal(source_table_replace(table, sources, 2), STATUS_OK);
    assert_string_equal(found(table, "10.1.2.3", "", ""), "pbx-b");
    assert_int_equal(source_table_replace(table, sources, 3), STATUS_OK);
    assert_ptr_equal(source_table_find(table, &peer), first);
    first->dialogs = 0;
    source_table_destroy(table);
}

static void changed_source_keeps_its_place_and_counts(void **state)
{
    struct source sources[] = {source_of("pbx", "192.0.2.7", 32, ""),
                               source_of("new", "192.0.2.8", 32, "")};
    struct source_table *table = table_of(sources, 1);
    const struct sip_peer peer = peer_of("192.0.2.7", "", "");
    struct call_source *source = source_table_find(table, &peer);

    (void)state;
    source->dialogs = 3;
    sources[0].calls_max = 9;
    assert_int_equal(source_table_replace(table, sources, 2), STATUS_OK);
    assert_ptr_equal(source_table_find(table, &peer), source);
    assert_int_equal(source->dialogs, 3);
    assert_int_equal(source->settings.calls_max, 9);
    assert_string_equal(found(table, "192.0.2.8", "", ""), "new");
    source_table_destroy(table);
}

static void removed_source_takes_no_calls_and_is_kept_while_it_has_some(void **state)
{
    const struct source sources[] = {source_of("pbx", "192.0.2.7", 32, "")};
    struct source_table *table = table_of(sources, 1);
    const struct sip_peer peer = peer_of("192.0.2.7", "", "");
    struct call_source *source = source_table_find(table, &peer);

    (void)state;
    source->dialogs = 1;
    assert_int_equal(source_table_replace(table, NULL, 0), STATUS_OK);
    assert_null(source_table_find(table, &peer));
    assert_int_equal(source->dialogs, 1); /* still there: asan would tell */
    assert_int_equal(source_table_replace(table, sources, 1), STATUS_OK);
    assert_ptr_equal(source_table_find(table, &peer), source);
    source->dialogs = 0;
    assert_int_equal(source_table_replace(table, NULL, 0), STATUS_OK);
    assert_null(source_table_find(table, &peer));
    source_table_destroy(table);
}

static bool is_still(const struct source_table *table, const struct call_source *source,
                     const struct source *was, const char *address, const char *fingerprint)
{
    const struct sip_peer peer = peer_of(address, "other", fingerprint);

    return source_table_is(table, source, was, &peer);
}

static void node_of_a_source_is_that_source_and_of_another_is_not(void **state)
{
    const struct source sources[] = {source_of("cluster", "10.0.0.0", 24, ""),
                                     source_of("guest", "10.0.0.9", 32, ""),
                                     source_of("sealed", NULL, 0, "sha256:" PRINT_A)};
    struct source_table *table = table_of(sources, 3);
    const struct sip_peer peer = peer_of("10.0.0.1", "other", "");
    const struct sip_peer sealed_peer = peer_of("192.0.2.1", "other", PRINT_A);
    const struct call_source *cluster = source_table_find(table, &peer);
    const struct call_source *sealed = source_table_find(table, &sealed_peer);

    (void)state;
    assert_true(is_still(table, cluster, &sources[0], "10.0.0.1", ""));
    assert_true(is_still(table, cluster, &sources[0], "10.0.0.2", ""));
    assert_true(is_still(table, cluster, &sources[0], "10.0.0.2", PRINT_B));
    /* in its network, and yet another's */
    assert_false(is_still(table, cluster, &sources[0], "10.0.0.9", ""));
    assert_false(is_still(table, cluster, &sources[0], "10.0.0.1", PRINT_A));
    assert_false(is_still(table, cluster, &sources[0], "10.0.1.1", ""));
    assert_true(is_still(table, sealed, &sources[2], "198.51.100.1", PRINT_A));
    assert_false(is_still(table, sealed, &sources[2], "192.0.2.1", PRINT_B));
    assert_false(is_still(table, sealed, &sources[2], "192.0.2.1", ""));
    source_table_destroy(table);
}

static void source_that_is_changed_or_gone_is_still_who_it_was(void **state)
{
    const struct source before[] = {source_of("pbx", "192.0.2.7", 32, "")};
    const struct source moved[] = {source_of("pbx", "192.0.2.8", 32, ""),
                                   source_of("wide", "192.0.2.0", 24, "")};
    const struct source renamed[] = {source_of("new-name", "192.0.2.7", 32, "")};
    struct source_table *table = table_of(before, 1);
    const struct sip_peer peer = peer_of("192.0.2.7", "", "");
    struct call_source *source = source_table_find(table, &peer);

    (void)state;
    source->dialogs = 1;
    assert_int_equal(source_table_replace(table, moved, 2), STATUS_OK);
    assert_true(is_still(table, source, before, "192.0.2.7", ""));
    assert_true(is_still(table, source, before, "192.0.2.8", ""));
    assert_false(is_still(table, source, before, "192.0.2.9", ""));
    assert_int_equal(source_table_replace(table, renamed, 1), STATUS_OK);
    assert_true(is_still(table, source, before, "192.0.2.7", ""));
    assert_false(is_still(table, source, before, "192.0.2.8", ""));
    assert_int_equal(source_table_replace(table, NULL, 0), STATUS_OK);
    assert_true(is_still(table, source, before, "192.0.2.7", ""));
    assert_false(is_still(table, source, before, "192.0.2.9", ""));
    source->dialogs = 0;
    source_table_destroy(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(longest_network_that_holds_the_address_wins),
        cmocka_unit_test(everybody_is_in_a_network_of_no_bits_of_their_family),
        cmocka_unit_test(certificate_alone_network_alone_and_both_are_told_apart),
        cmocka_unit_test(name_without_a_verified_certificate_is_nobodys),
        cmocka_unit_test(of_equal_matches_the_first_by_name_is_meant),
        cmocka_unit_test(changed_source_keeps_its_place_and_counts),
        cmocka_unit_test(removed_source_takes_no_calls_and_is_kept_while_it_has_some),
        cmocka_unit_test(node_of_a_source_is_that_source_and_of_another_is_not),
        cmocka_unit_test(source_that_is_changed_or_gone_is_still_who_it_was),
    };

    return cmocka_run_group_tests_name("source_table", tests, NULL, NULL);
}
