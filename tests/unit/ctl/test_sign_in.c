/* Customers' PINs: sealed by the sign-in key to whom they were given, and doctor says whose are
 * not. */
#include "support.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storage/index/customers.h"
#include "storage/seal/sign_in.h"
#include "tools/recorderctl/doctor.h"

/* Add a customer; the PIN is put into a buffer of the caller. */
static void add(struct ctl *ctl, const char *number, char pin[static 9])
{
    assert_int_equal(ctl_run(ctl, "--json", "customer", "add", number, "--name", "A", NULL), 0);
    json_t *value = ctl_json(ctl);
    (void)snprintf(pin, 9, "%s", json_string_value(json_object_get(value, "pin")));
    json_decref(value);
}

/* Whether somebody with that number and PIN would be let in. */
static bool opens(struct ctl *ctl, const char *number, const char *pin)
{
    char path[160];
    char hash[SIGN_IN_PIN_BYTES];
    struct index *index = NULL;
    struct sign_in_key *key = NULL;
    struct customer customer;
    struct sealed_pin sealed;
    struct fault fault = {0};

    (void)snprintf(path, sizeof path, "%s/index.sqlite", ctl->store);
    assert_int_equal(index_open(path, &index, &fault), STATUS_OK);
    assert_int_equal(customers_pin(index, number, &customer, &sealed, &fault), STATUS_OK);
    index_close(index);
    (void)snprintf(path, sizeof path, "%s/keys", ctl->store);
    assert_int_equal(sign_in_open(&disk_system, path, &key, &fault), STATUS_OK);
    enum status status = sign_in_open_pin(key, customer.id, number, &sealed, hash);
    sign_in_close(key);
    assert_true(status != STATUS_OK || !strncmp(hash, "$argon2id$v=19$m=19456,t=2,p=1$", 31));
    return status == STATUS_OK && crypto_pwhash_str_verify(hash, pin, strlen(pin)) == 0;
}

static void a_pin_that_was_given_opens_and_the_one_before_it_does_not(void **state)
{
    struct ctl *ctl = *state;
    char first[9];
    char second[9];

    add(ctl, "77", first);
    assert_true(opens(ctl, "77", first));
    assert_int_equal(ctl_run(ctl, "--json", "customer", "pin", "77", NULL), 0);
    json_t *value = ctl_json(ctl);
    (void)snprintf(second, sizeof second, "%s", json_string_value(json_object_get(value, "pin")));
    json_decref(value);
    assert_true(opens(ctl, "77", second));
    assert_false(opens(ctl, "77", first));
}

static void pins_stay_good_when_the_master_key_is_rotated_and_init_is_said_again(void **state)
{
    struct ctl *ctl = *state;
    char pin[9];

    add(ctl, "77", pin);
    assert_int_equal(ctl_run(ctl, "keys", "rotate", NULL), 0);
    assert_int_equal(ctl_run(ctl, "init", NULL), 0);
    assert_true(opens(ctl, "77", pin));
}

/* The only place of an older index's pins, customers and all, is the index itself. */
static void pins_outlive_an_index_that_is_made_anew(void **state)
{
    struct ctl *ctl = *state;
    char pin[9];

    add(ctl, "77", pin);
    assert_int_equal(ctl_run(ctl, "index", "rebuild", NULL), 0);
    assert_true(opens(ctl, "77", pin));
}

static void pins_come_back_with_a_backup_of_the_index_and_of_the_keys(void **state)
{
    struct ctl *ctl = *state;
    char to[160];
    char keys[160];
    char command[160];
    char pin[9];

    add(ctl, "77", pin);
    (void)snprintf(to, sizeof to, "%s/backup", ctl->directory);
    (void)snprintf(keys, sizeof keys, "%s/keys", ctl->directory);
    assert_int_equal(ctl_run(ctl, "backup", to, "--keys", keys, "--master", NULL), 0);
    (void)snprintf(command, sizeof command, "rm -rf '%s'", ctl->store);
    assert_int_equal(system(command), 0); /* NOLINT: a name of our own making */
    assert_int_equal(ctl_run(ctl, "restore", to, "--keys", keys, NULL), 0);
    assert_true(opens(ctl, "77", pin));
}

static void no_pin_is_given_without_the_sign_in_key(void **state)
{
    struct ctl *ctl = *state;
    char path[160];
    char pin[9];

    add(ctl, "77", pin);
    (void)snprintf(path, sizeof path, "%s/keys/private/sign-in.key", ctl->store);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(ctl_run(ctl, "customer", "pin", "77", NULL), 5);
    assert_non_null(strstr(ctl->err, "recorderctl init"));
    assert_int_equal(ctl_run(ctl, "customer", "add", "78", "--name", "B", NULL), 5);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM customers WHERE number = '78'"), 0);
}

/* What doctor says of sign-in; in a buffer of the caller. */
static int doctor(struct ctl *ctl, char found[static 512])
{
    int code = ctl_run(ctl, "doctor", "--json", NULL);
    json_t *report = ctl_json(ctl);
    const json_t *findings = json_object_get(report, "findings");

    found[0] = '\0';
    for (size_t i = 0; i < json_array_size(findings); i++) {
        const json_t *finding = json_array_get(findings, i);
        if (strcmp(json_string_value(json_object_get(finding, "check")), "sign-in") == 0)
            (void)snprintf(found, 512, "%s: %s",
                           json_string_value(json_object_get(finding, "verdict")),
                           json_string_value(json_object_get(finding, "found")));
    }
    json_decref(report);
    return code;
}

static void doctor_says_whose_pins_are_no_good(void **state)
{
    struct ctl *ctl = *state;
    char found[512];
    char path[160];
    char pin[9];

    add(ctl, "77", pin);
    add(ctl, "78", pin);
    assert_int_equal(doctor(ctl, found), 0);
    assert_string_equal(found, "ok: all 3 customers have a PIN");
    (void)ctl_sql(ctl, "UPDATE customers SET pin = x'' WHERE number = '77'");
    assert_int_equal(doctor(ctl, found), 0);
    assert_string_equal(found, "warn: 1 of 3 customers have no PIN, such as 77");
    (void)ctl_sql(ctl, "UPDATE customers SET pin = randomblob(168) WHERE number = '78'");
    assert_int_equal(doctor(ctl, found), 1);
    assert_non_null(strstr(found, "bad: 1 of 3 customers have a PIN that was not given"));
    assert_non_null(strstr(found, "such as 78"));
    (void)snprintf(path, sizeof path, "%s/keys/private/sign-in.key", ctl->store);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(doctor(ctl, found), 1);
    assert_non_null(strstr(found, "bad: the sign-in key"));
}

/* Another key in the place of one that was lost makes all PINs void; that is not silent. */
static void doctor_says_that_the_sign_in_key_is_another_one(void **state)
{
    struct ctl *ctl = *state;
    char found[512];
    char path[160];
    char pin[9];

    add(ctl, "77", pin);
    (void)snprintf(path, sizeof path, "%s/keys/private/sign-in.key", ctl->store);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(ctl_run(ctl, "init", NULL), 0);
    assert_int_equal(doctor(ctl, found), 1);
    assert_non_null(strstr(found, "2 of 2 customers have a PIN that was not given"));
    assert_int_equal(ctl_run(ctl, "customer", "pin", "77", NULL), 0);
    assert_int_equal(ctl_run(ctl, "customer", "pin", "88303080", NULL), 0);
    assert_int_equal(doctor(ctl, found), 0);
}

int main(void)
{
#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, ctl_set_up, ctl_tear_down)
    const struct CMUnitTest tests[] = {
        WITH_STORE(a_pin_that_was_given_opens_and_the_one_before_it_does_not),
        WITH_STORE(pins_stay_good_when_the_master_key_is_rotated_and_init_is_said_again),
        WITH_STORE(pins_outlive_an_index_that_is_made_anew),
        WITH_STORE(pins_come_back_with_a_backup_of_the_index_and_of_the_keys),
        WITH_STORE(no_pin_is_given_without_the_sign_in_key),
        WITH_STORE(doctor_says_whose_pins_are_no_good),
        WITH_STORE(doctor_says_that_the_sign_in_key_is_another_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
