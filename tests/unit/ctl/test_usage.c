/* The command line: errors in one line, exit codes, help, JSON. */
#include "support.h"

#include <stdio.h>
#include <string.h>

static char *const wrong_lines[][6] = {
    {NULL},
    {"--bogus"},
    {"-x"},
    {"--config"},
    {"nonsense"},
    {"customer"},
    {"customer", "nonsense"},
    {"init", "extra"},
    {"init", "--bogus"},
    {"customer", "add"},
    {"customer", "add", "5"},
    {"customer", "add", "5", "--name"},
    {"customer", "add", "5", "--name", ""},
    {"customer", "add", "5", "6", "--name", "x"},
    {"customer", "add", "a b", "--name", "x"},
    {"customer", "add", "5", "--name",
     "K\xf8"
     "benhavn"},
    {"customer", "add", "5", "--name", "two\nlines"},
    {"source", "add",
     "\xc2\x9b"
     "1m",
     "10.0.0.1"},
    {"customer", "pin"},
    {"customer", "pin", "5", "6"},
    {"customer", "list", "extra"},
    {"number", "add", CTL_CUSTOMER},
    {"number", "add", CTL_CUSTOMER, "anna"},
    {"number", "add", CTL_CUSTOMER, "1-2-3"},
    {"number", "add", CTL_CUSTOMER, "20-9"},
    {"number", "add", CTL_CUSTOMER, "29-20"},
    {"number", "add", CTL_CUSTOMER, "-"},
    {"number", "list", "--json=yes"},
    {"source", "add"},
    {"source", "add", "pbx"}, /* neither network nor certificate */
    {"source", "add", "pbx", "any"},
    {"source", "add", "pbx", "--certificate", ""},
    {"source", "add", "pbx", "--certificate", "sha256:00"},
    {"source", "add", "pbx", "--certificate", "two\nlines"},
    {"source", "add", "pbx", "10.0.0.1", "--calls", "-1"},
    {"source", "add", "pbx", "10.0.0.1", "--rate", "100001"},
    {"source", "add", "pbx", "10.0.0.1", "--plain-calls=yes"},
    {"source", "add", "pbx", "10.0.0.1", "--channels=9"},
    {"source", "add", "pbx", "10.0.0.1", "--pause-code=*"},
    {"source", "add", "pbx", "10.0.0.1", "--pause-code=*1A"},
    {"source", "add", "pbx", "10.0.0.1", "--resume-code=12345678"},
    {"customer", "show"},
    {"customer", "set"},
    {"customer", "set", CTL_CUSTOMER},
    {"customer", "set", CTL_CUSTOMER, "--mask=all"},
    {"customer", "set", CTL_CUSTOMER, "--pause-limit=86401"},
    {"customer", "set", CTL_CUSTOMER, "--encoder=best"},
    {"customer", "set", CTL_CUSTOMER, "--bitrate=5999"},
    {"customer", "set", CTL_CUSTOMER, "--bitrate=128001"},
    {"customer", "set", CTL_CUSTOMER, "--complexity=11"},
    {"source", "change"},
    {"source", "remove"},
    {"source", "remove", "a", "b"},
    {"source", "add", "pbx", "nowhere"},
    {"source", "add", "pbx", "10.0.0.1/24"},
    {"source", "add", "pbx", "10.0.0.0/33"},
    {"source", "add", "pbx", "10.0.0.0/"},
    {"source", "add", "pbx", "10.0.0.0/8x"},
    {"source", "add", "pbx", "10.0.0.0:5060"},
    {"source", "add", "", "10.0.0.1"},
    {"source", "list", "extra"},
    {"recordings", "list", "--limit", "0"},
    {"recordings", "list", "--limit", "501"},
    {"recordings", "list", "--limit", "-1"},
    {"recordings", "list", "--from", "yesterday"},
    {"recordings", "list", "--to", "2026-13-01"},
    {"recordings", "list", "--state", "lost"},
    {"recordings", "list", "--number", "anna"},
    {"recordings", "list", "extra"},
    {"recordings", "show"},
    {"recordings", "show", "5"},
    {"recordings", "verify", "5"},
    {"recordings", "verify", "01934567-89ab-7cde-8123-456789abcdef", "--all"},
    {"recordings", "export", "01934567-89ab-7cde-8123-456789abcdef", "-o", ""},
    {"recordings", "export", "-o", "/tmp/x"},
    {"recordings", "export", "5", "-o", "/tmp/x"},
    {"recordings", "mend"},
    {"recordings", "mend", "5"},
    {"recordings", "reseal"},
    {"recordings", "reseal", "5", "--to", "hold"},
    {"keys", "status", "a", "b"},
    {"keys", "rotate", "--new-master", ""},
    {"keys", "recover", "brk1"},
    {"keys", "shred", CTL_CUSTOMER},
    {"keys", "recovery-new", "--shares", "3"},
    {"receipt", "verify"},
    {"receipt", "verify", "a", "b"},
    {"receipt", "verify", "a", "--signer", "1"},
    {"keeper", "extra"},
    {"keeper", "--ready-file"},
    {"status", "extra"},
};

static void wrong_usage_is_exit_2_with_one_line(void **state)
{
    struct ctl *ctl = *state;

    for (size_t i = 0; i < sizeof wrong_lines / sizeof wrong_lines[0]; i++) {
        int code = ctl_run(ctl, wrong_lines[i][0], wrong_lines[i][1], wrong_lines[i][2],
                           wrong_lines[i][3], wrong_lines[i][4], NULL);
        if (code != 2)
            fail_msg("line %zu, '%s': exit %d: %s", i, wrong_lines[i][0] ? wrong_lines[i][0] : "",
                     code, ctl->err);
        ctl_expect_error(ctl, ";");
    }
}

static void what_is_not_there_is_exit_3(void **state)
{
    struct ctl *ctl = *state;
    static char id[] = "01934567-89ab-7cde-8123-456789abcdef";

    assert_int_equal(ctl_run(ctl, "customer", "pin", "9", NULL), 3);
    ctl_expect_error(ctl, "customer list");
    assert_int_equal(ctl_run(ctl, "customer", "show", "9", NULL), 3);
    ctl_expect_error(ctl, "customer list");
    assert_int_equal(ctl_run(ctl, "customer", "set", "9", "--mask", "both", NULL), 3);
    ctl_expect_error(ctl, "customer list");
    assert_int_equal(ctl_run(ctl, "number", "add", "9", "4512", NULL), 3);
    ctl_expect_error(ctl, "customer list");
    assert_int_equal(ctl_run(ctl, "source", "add", "x", "::1", "--customer", "9", NULL), 3);
    ctl_expect_error(ctl, "customer list");
    assert_int_equal(ctl_run(ctl, "source", "change", "x", "--calls", "5", NULL), 3);
    ctl_expect_error(ctl, "source list");
    assert_int_equal(ctl_run(ctl, "source", "remove", "x", NULL), 3);
    ctl_expect_error(ctl, "source list");
    assert_int_equal(ctl_run(ctl, "recordings", "list", "--customer", "9", NULL), 3);
    ctl_expect_error(ctl, "customer list");
    assert_int_equal(ctl_run(ctl, "recordings", "show", id, NULL), 3);
    ctl_expect_error(ctl, "recordings list");
    assert_int_equal(ctl_run(ctl, "recordings", "verify", id, NULL), 3);
    ctl_expect_error(ctl, "recordings list");
    assert_int_equal(ctl_run(ctl, "recordings", "export", id, "-o", "/tmp/unit-ctl-none", NULL), 3);
    ctl_expect_error(ctl, "recordings list");
}

static void what_is_there_already_is_exit_4(void **state)
{
    struct ctl *ctl = *state;

    assert_int_equal(ctl_run(ctl, "customer", "add", CTL_CUSTOMER, "--name", "x", NULL), 4);
    ctl_expect_error(ctl, "already there");
    assert_int_equal(ctl_run(ctl, "customer", "pin", "unassigned", NULL), 4);
    assert_int_equal(ctl_run(ctl, "number", "add", CTL_CUSTOMER, "4510-4519", NULL), 0);
    assert_int_equal(ctl_run(ctl, "number", "add", CTL_CUSTOMER, "4515", NULL), 4);
    ctl_expect_error(ctl, "4510-4519");
    assert_int_equal(ctl_run(ctl, "source", "add", "pbx", "10.0.0.1", NULL), 0);
    assert_int_equal(ctl_run(ctl, "source", "add", "pbx", "10.0.0.2", NULL), 4);
    ctl_expect_error(ctl, "already there");
}

static void a_refused_customer_leaves_no_keys_and_no_audit_entry(void **state)
{
    struct ctl *ctl = *state;
    int64_t entries = ctl_sql(ctl, "SELECT count(*) FROM audit");

    assert_int_equal(ctl_run(ctl, "customer", "add", CTL_CUSTOMER, "--name", "x", NULL), 4);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM audit"), entries);
}

static void a_store_that_is_not_set_up_is_exit_5_and_names_init(void **state)
{
    struct ctl *ctl = *state;

    assert_int_equal(ctl_run(ctl, "status", NULL), 5);
    ctl_expect_error(ctl, "recorderctl init");
    assert_int_equal(ctl_run(ctl, "keeper", "--once", NULL), 5);
    assert_int_equal(ctl_run(ctl, "customer", "list", NULL), 5);
}

static void rewrite_config(struct ctl *ctl, const char *text)
{
    FILE *file = fopen(ctl->config, "w");

    assert_non_null(file);
    (void)fprintf(file, "%s", text);
    assert_int_equal(fclose(file), 0);
}

static void configuration_errors_name_file_line_and_remedy(void **state)
{
    struct ctl *ctl = *state;

    rewrite_config(ctl, "store = \"/tmp/x\"\nstoer = 5\n");
    assert_int_equal(ctl_run(ctl, "status", NULL), 5);
    ctl_expect_error(ctl, "recorder.conf: line 2");
    ctl_expect_error(ctl, "README.md");
    rewrite_config(ctl, "keeper_period_s = 0\n");
    assert_int_equal(ctl_run(ctl, "status", NULL), 5);
    ctl_expect_error(ctl, "keeper_period_s");
    assert_int_equal(ctl_run(ctl, "status", "--config", "/nowhere/x.conf", NULL), 5);
    ctl_expect_error(ctl, "/nowhere/x.conf");
    ctl_expect_error(ctl, "--config FILE");
}

static void help_is_there_for_the_tool_and_every_command(void **state)
{
    struct ctl *ctl = *state;
    static char *const commands[][2] = {
        {"init", NULL},           {"customer", "add"},      {"customer", "list"},
        {"customer", "pin"},      {"number", "add"},        {"number", "list"},
        {"source", "change"},     {"source", "remove"},     {"source", "add"},
        {"source", "list"},       {"recordings", "list"},   {"recordings", "show"},
        {"keys", "status"},       {"keys", "rotate"},       {"keys", "recover"},
        {"keys", "shred"},        {"keys", "recovery-new"}, {"recordings", "reseal"},
        {"recordings", "verify"}, {"recordings", "export"}, {"keeper", NULL},
        {"status", NULL},         {"customer", "show"},     {"customer", "set"},
        {"receipt", "verify"},    {"recordings", "mend"},
    };

    assert_int_equal(ctl_run(ctl, "--help", NULL), 0);
    assert_non_null(strstr(ctl->out, "Exit codes:"));
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        assert_non_null(strstr(ctl->out, commands[i][0]));
        if (commands[i][1])
            assert_int_equal(ctl_run(ctl, commands[i][0], commands[i][1], "--help", NULL), 0);
        else
            assert_int_equal(ctl_run(ctl, commands[i][0], "--help", NULL), 0);
        assert_non_null(strstr(ctl->out, "Usage: recorderctl"));
        assert_non_null(strstr(ctl->out, "Exit codes:"));
        assert_string_equal(ctl->err, "");
        assert_int_equal(ctl_run(ctl, "--help", NULL), 0);
    }
    assert_int_equal(ctl_run(ctl, "recordings", "--help", NULL), 0);
    assert_non_null(strstr(ctl->out, "verify"));
    assert_int_equal(ctl_run(ctl, "--version", NULL), 0);
    assert_non_null(strstr(ctl->out, RECORDER_VERSION));
}

static void expect_json(struct ctl *ctl, json_type type, char *group, char *verb, char *first)
{
    assert_int_equal(ctl_run(ctl, "--json", group, verb, first, NULL), 0);
    json_t *value = ctl_json(ctl);
    assert_int_equal(json_typeof(value), type);
    json_decref(value);
}

static void every_command_prints_one_json_value(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 3600);

    expect_json(ctl, JSON_OBJECT, "init", NULL, NULL);
    expect_json(ctl, JSON_ARRAY, "customer", "list", NULL);
    expect_json(ctl, JSON_OBJECT, "customer", "pin", CTL_CUSTOMER);
    expect_json(ctl, JSON_OBJECT, "customer", "show", CTL_CUSTOMER);
    expect_json(ctl, JSON_ARRAY, "number", "list", NULL);
    expect_json(ctl, JSON_ARRAY, "source", "list", NULL);
    expect_json(ctl, JSON_ARRAY, "recordings", "list", NULL);
    expect_json(ctl, JSON_OBJECT, "recordings", "show", recording.id_text);
    expect_json(ctl, JSON_OBJECT, "recordings", "verify", recording.id_text);
    expect_json(ctl, JSON_OBJECT, "recordings", "verify", "--all");
    expect_json(ctl, JSON_OBJECT, "recordings", "verify", NULL);
    expect_json(ctl, JSON_OBJECT, "recordings", "reseal", recording.id_text);
    expect_json(ctl, JSON_OBJECT, "recordings", "mend", recording.id_text);
    expect_json(ctl, JSON_OBJECT, "keys", "status", CTL_CUSTOMER);
    expect_json(ctl, JSON_OBJECT, "keys", "recovery-new", NULL);
    expect_json(ctl, JSON_OBJECT, "keys", "rotate", NULL);
    expect_json(ctl, JSON_OBJECT, "keeper", "--once", NULL);
    expect_json(ctl, JSON_OBJECT, "status", NULL, NULL);
    assert_int_equal(ctl_run(ctl, "number", "add", CTL_CUSTOMER, "4512", "--json", NULL), 0);
    json_decref(ctl_json(ctl));
    assert_int_equal(ctl_run(ctl, "source", "--json", NULL), 2);
    assert_int_equal(ctl_run(ctl, "source", "add", "--json", "pbx", "::1", NULL), 0);
    json_t *value = ctl_json(ctl);
    assert_string_equal(json_string_value(json_object_get(value, "network")), "::1/128");
    json_decref(value);
}

static void init_again_keeps_everything_and_says_so(void **state)
{
    struct ctl *ctl = *state;

    assert_int_equal(ctl_run(ctl, "--json", "init", NULL), 0);
    json_t *value = ctl_json(ctl);
    assert_int_equal(json_array_size(json_object_get(value, "created")), 6);
    json_decref(value);
    assert_int_equal(ctl_run(ctl, "--json", "init", NULL), 0);
    value = ctl_json(ctl);
    assert_int_equal(json_array_size(json_object_get(value, "created")), 0);
    assert_int_equal(json_array_size(json_object_get(value, "kept")), 6);
    json_decref(value);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM audit WHERE action = 'init'"), 1);
}

static void changes_are_audited_with_the_operator(void **state)
{
    struct ctl *ctl = *state;

    assert_int_equal(ctl_run(ctl, "customer", "pin", CTL_CUSTOMER, NULL), 0);
    assert_int_equal(ctl_run(ctl, "number", "add", CTL_CUSTOMER, "4512", NULL), 0);
    assert_int_equal(ctl_run(ctl, "source", "add", "pbx", "10.0.0.1", NULL), 0);
    assert_int_equal(ctl_sql(ctl, "SELECT count(DISTINCT action) FROM audit WHERE action IN"
                                  " ('init', 'customer_add', 'pin_set', 'number_add',"
                                  " 'source_add') AND actor LIKE 'operator:_%'"
                                  " AND json_valid(detail)"),
                     5);
}

static void the_audit_log_is_read_page_by_page(void **state)
{
    struct ctl *ctl = *state;

    assert_int_equal(ctl_run(ctl, "number", "add", CTL_CUSTOMER, "4512", NULL), 0);
    assert_int_equal(ctl_run(ctl, "--json", "audit", "list", NULL), 0);
    json_t *list = ctl_json(ctl);
    size_t entries = json_array_size(list);
    assert_int_equal(entries, ctl_sql(ctl, "SELECT count(*) FROM audit"));
    const json_t *last = json_array_get(list, entries - 1);
    assert_string_equal(json_string_value(json_object_get(last, "action")), "number_add");
    assert_memory_equal(json_string_value(json_object_get(last, "actor")), "operator:", 9);
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(last, "detail"), "first")), "4512");
    json_decref(list);
    assert_int_equal(ctl_run(ctl, "audit", "list", "--limit", "1", NULL), 0);
    assert_non_null(strstr(ctl->err, "there are more"));
    assert_non_null(strstr(ctl->out, "operator:"));
    assert_int_equal(ctl_run(ctl, "--json", "audit", "list", "--after", "1", "--limit", "1", NULL),
                     0);
    list = ctl_json(ctl);
    assert_int_equal(json_array_size(list), 1);
    assert_int_equal(json_integer_value(json_object_get(json_array_get(list, 0), "sequence")), 2);
    json_decref(list);
    assert_int_equal(ctl_run(ctl, "audit", "list", "--after", "9223372036854775807", NULL), 0);
    assert_null(strstr(ctl->out, "operator:"));
}

static void audit_list_refuses_numbers_out_of_range(void **state)
{
    static const char *const wrong[][2] = {
        {"--limit", "0"},  {"--limit", "10001"}, {"--limit", ""},
        {"--limit", "1x"}, {"--after", "-1"},    {"--after", "9223372036854775808"},
        {"--after", " 1"},
    };
    struct ctl *ctl = *state;

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(ctl_run(ctl, "audit", "list", wrong[i][0], wrong[i][1], NULL), 2);
        ctl_expect_error(ctl, wrong[i][0]);
    }
}

/* A member of the only source. */
static json_t *source_member(struct ctl *ctl, const char *name)
{
    assert_int_equal(ctl_run(ctl, "--json", "source", "list", NULL), 0);
    json_t *list = ctl_json(ctl);
    assert_int_equal(json_array_size(list), 1);
    json_t *value = json_incref(json_object_get(json_array_get(list, 0), name));
    json_decref(list);
    return value;
}

static void expect_member(struct ctl *ctl, const char *name, json_t *owned_expected)
{
    json_t *value = source_member(ctl, name);

    assert_true(json_equal(value, owned_expected));
    json_decref(value);
    json_decref(owned_expected);
}

#define DIGEST "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"
#define COLONS                                                                                     \
    "sha256:00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77:88:99:AA:BB:"  \
    "CC:DD:EE:FF"

static void a_source_is_changed_where_it_is_said_and_stays_elsewhere(void **state)
{
    struct ctl *ctl = *state;

    assert_int_equal(ctl_run(ctl, "source", "add", "sbc", "10.0.0.0/8", "--certificate",
                             "sbc.example.net", "--customer", CTL_CUSTOMER, "--plain-calls",
                             "--plain-keys", "--calls", "100", "--dialogs", "200", "--rate", "30",
                             NULL),
                     0);
    expect_member(ctl, "network", json_string("10.0.0.0/8"));
    expect_member(ctl, "certificate", json_string("sbc.example.net"));
    expect_member(ctl, "plain_calls", json_true());
    expect_member(ctl, "dialogs_max", json_integer(200));
    assert_int_equal(ctl_run(ctl, "source", "change", "sbc", "--no-plain-keys", "--calls", "0",
                             "--certificate", COLONS, NULL),
                     0);
    expect_member(ctl, "network", json_string("10.0.0.0/8"));
    expect_member(ctl, "certificate",
                  json_string("sha256:"
                              "00112233445566778899aabbccddeeff"
                              "00112233445566778899aabbccddeeff"));
    expect_member(ctl, "customer", json_string(CTL_CUSTOMER));
    expect_member(ctl, "plain_calls", json_true());
    expect_member(ctl, "plain_keys", json_false());
    expect_member(ctl, "calls_max", json_null());
    expect_member(ctl, "rate_per_s", json_integer(30));
    assert_int_equal(ctl_run(ctl, "source", "change", "sbc", "any", "--customer", "", NULL), 0);
    expect_member(ctl, "network", json_null());
    expect_member(ctl, "customer", json_null());
    assert_int_equal(ctl_run(ctl, "source", "change", "sbc", "--certificate", "", NULL), 2);
    ctl_expect_error(ctl, "needs a network");
    assert_int_equal(ctl_run(ctl, "source", "remove", "sbc", NULL), 0);
    assert_int_equal(ctl_run(ctl, "source", "list", NULL), 0);
    assert_null(strstr(ctl->out, "sbc"));
    assert_int_equal(ctl_sql(ctl, "SELECT count(DISTINCT action) FROM audit WHERE action IN"
                                  " ('source_add', 'source_change', 'source_remove')"
                                  " AND json_extract(detail, '$.name') = 'sbc'"),
                     3);
}

static void the_codes_and_channels_of_a_source_are_set_and_taken_away(void **state)
{
    struct ctl *ctl = *state;

    assert_int_equal(ctl_run(ctl, "source", "add", "sbc", "10.0.0.0/8", "--pause-code", "*1",
                             "--resume-code", "#0123*9", "--channels", "8", NULL),
                     0);
    expect_member(ctl, "pause_code", json_string("*1"));
    expect_member(ctl, "resume_code", json_string("#0123*9"));
    expect_member(ctl, "channels", json_integer(8));
    assert_int_equal(ctl_run(ctl, "source", "change", "sbc", "--resume-code", "9*1", NULL), 2);
    ctl_expect_error(ctl, "part of the other");
    expect_member(ctl, "resume_code", json_string("#0123*9"));
    assert_int_equal(
        ctl_run(ctl, "source", "change", "sbc", "--resume-code", "*1", "--channels", "0", NULL), 0);
    expect_member(ctl, "resume_code", json_string("*1"));
    expect_member(ctl, "channels", json_null());
    assert_int_equal(
        ctl_run(ctl, "source", "change", "sbc", "--pause-code", "", "--resume-code", "", NULL), 0);
    expect_member(ctl, "pause_code", json_null());
    expect_member(ctl, "resume_code", json_null());
}

/* What `customer show` says. */
static void expect_policy(struct ctl *ctl, const char *mask, json_int_t pause_limit_s,
                          const char *encoder, json_int_t bitrate, json_int_t complexity)
{
    assert_int_equal(ctl_run(ctl, "--json", "customer", "show", CTL_CUSTOMER, NULL), 0);
    json_t *policy = ctl_json(ctl);
    assert_string_equal(json_string_value(json_object_get(policy, "customer")), CTL_CUSTOMER);
    assert_string_equal(json_string_value(json_object_get(policy, "mask")), mask);
    assert_string_equal(json_string_value(json_object_get(policy, "encoder")), encoder);
    assert_int_equal(json_integer_value(json_object_get(policy, "pause_limit_s")), pause_limit_s);
    assert_int_equal(json_integer_value(json_object_get(policy, "bitrate")), bitrate);
    assert_int_equal(json_integer_value(json_object_get(policy, "complexity")), complexity);
    json_decref(policy);
}

static void a_policy_is_changed_where_it_is_said_and_each_change_is_audited(void **state)
{
    struct ctl *ctl = *state;

    expect_policy(ctl, "nobody", 0, "lowdelay", 0, 0);
    assert_int_equal(ctl_run(ctl, "customer", "set", CTL_CUSTOMER, "--mask", "called",
                             "--pause-limit", "86400", "--encoder", "speech", "--bitrate", "6000",
                             "--complexity", "10", NULL),
                     0);
    expect_policy(ctl, "called", 86400, "speech", 6000, 10);
    assert_int_equal(
        ctl_run(ctl, "customer", "set", CTL_CUSTOMER, "--mask", "both", "--bitrate", "0", NULL), 0);
    expect_policy(ctl, "both", 86400, "speech", 0, 10);
    assert_int_equal(ctl_run(ctl, "customer", "set", CTL_CUSTOMER, "--pause-limit", "0",
                             "--complexity", "11", NULL),
                     2);
    ctl_expect_error(ctl, "0 to 10");
    expect_policy(ctl, "both", 86400, "speech", 0, 10);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM audit WHERE action = 'policy_set' AND"
                                  " actor LIKE 'operator:%' AND"
                                  " json_extract(detail, '$.customer') = '" CTL_CUSTOMER "'"),
                     2);
    assert_int_equal(ctl_sql(ctl, "SELECT json_extract(detail, '$.mask') = 'both' FROM audit"
                                  " WHERE action = 'policy_set' ORDER BY sequence DESC"),
                     1);
}

static void the_word_before_the_digits_of_a_fingerprint_may_be_in_capitals(void **state)
{
    struct ctl *ctl = *state;

    assert_int_equal(ctl_run(ctl, "source", "add", "sbc", "--certificate", "SHA256:" DIGEST, NULL),
                     0);
    expect_member(ctl, "certificate",
                  json_string("sha256:"
                              "00112233445566778899aabbccddeeff"
                              "00112233445566778899aabbccddeeff"));
}

static void a_new_pin_signs_out_who_has_the_old_one(void **state)
{
    struct ctl *ctl = *state;

    assert_int_equal(ctl_run(ctl, "customer", "add", "77", "--name", "x", NULL), 0);
    (void)ctl_sql(ctl, "INSERT INTO sessions SELECT randomblob(32), id, 0, 0, x'' FROM customers");
    assert_int_equal(ctl_run(ctl, "customer", "pin", "77", NULL), 0);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM sessions"), 2);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM sessions JOIN customers ON id = customer"
                                  " WHERE number = '77'"),
                     0);
}

static void a_pin_is_eight_digits_and_stored_as_a_sealed_hash_only(void **state)
{
    struct ctl *ctl = *state;

    assert_int_equal(ctl_run(ctl, "--json", "customer", "add", "77", "--name", "Å", NULL), 0);
    json_t *value = ctl_json(ctl);
    const char *pin = json_string_value(json_object_get(value, "pin"));
    assert_int_equal(strlen(pin), 8);
    assert_int_equal(strspn(pin, "0123456789"), 8);
    json_decref(value);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM customers WHERE number = '77' AND"
                                  " length(pin) = 168 AND hex(pin) NOT LIKE '%6172676F6E32%'"),
                     1);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM audit WHERE detail LIKE '%pin%'"), 0);
}

int main(void)
{
#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, ctl_set_up, ctl_tear_down)
#define WITHOUT_STORE(test) cmocka_unit_test_setup_teardown(test, ctl_set_up_empty, ctl_tear_down)
    const struct CMUnitTest tests[] = {
        WITH_STORE(wrong_usage_is_exit_2_with_one_line),
        WITH_STORE(what_is_not_there_is_exit_3),
        WITH_STORE(what_is_there_already_is_exit_4),
        WITH_STORE(a_refused_customer_leaves_no_keys_and_no_audit_entry),
        WITHOUT_STORE(a_store_that_is_not_set_up_is_exit_5_and_names_init),
        WITHOUT_STORE(configuration_errors_name_file_line_and_remedy),
        WITHOUT_STORE(help_is_there_for_the_tool_and_every_command),
        WITH_STORE(every_command_prints_one_json_value),
        WITHOUT_STORE(init_again_keeps_everything_and_says_so),
        WITH_STORE(changes_are_audited_with_the_operator),
        WITH_STORE(the_audit_log_is_read_page_by_page),
        WITH_STORE(audit_list_refuses_numbers_out_of_range),
        WITH_STORE(a_source_is_changed_where_it_is_said_and_stays_elsewhere),
        WITH_STORE(the_codes_and_channels_of_a_source_are_set_and_taken_away),
        WITH_STORE(a_policy_is_changed_where_it_is_said_and_each_change_is_audited),
        WITH_STORE(the_word_before_the_digits_of_a_fingerprint_may_be_in_capitals),
        WITH_STORE(a_new_pin_signs_out_who_has_the_old_one),
        WITH_STORE(a_pin_is_eight_digits_and_stored_as_a_sealed_hash_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
