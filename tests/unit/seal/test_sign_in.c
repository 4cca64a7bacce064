/* The sign-in key: what it binds is good for one customer, and for nobody who has another key. */
#include <string.h>

#include "storage/seal/key_file.h"
#include "storage/seal/rotation.h"
#include "storage/seal/sign_in.h"
#include "support.h"

#define KEY_FILE SEAL_KEYS "/private/sign-in.key"

static const char hash[SIGN_IN_PIN_BYTES] = "$argon2id$v=19$m=19456,t=2,p=1$a hash";

static struct sign_in_key *open_key(struct seal_store *store)
{
    struct sign_in_key *key = NULL;
    struct fault fault = {0};

    if (sign_in_open(store->disk, SEAL_KEYS, &key, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    return key;
}

static enum status open_pin(struct seal_store *store, struct uuid customer, const char *number,
                            const struct sealed_pin *pin)
{
    struct sign_in_key *key = open_key(store);
    char opened[SIGN_IN_PIN_BYTES];
    enum status status = sign_in_open_pin(key, customer, number, pin, opened);

    sign_in_close(key);
    assert_string_equal(opened, status == STATUS_OK ? hash : "");
    return status;
}

static void a_pin_opens_for_its_customer_alone(void **state)
{
    struct seal_store *store = *state;
    struct sign_in_key *key = open_key(store);
    struct sealed_pin pin;
    const struct uuid other = uuid_new(clock_wall_now());

    sign_in_seal_pin(key, store->customer, "88303080", hash, &pin);
    sign_in_close(key);
    assert_int_equal(open_pin(store, store->customer, "88303080", &pin), STATUS_OK);
    assert_int_equal(open_pin(store, other, "88303080", &pin), STATUS_CORRUPT);
    assert_int_equal(open_pin(store, store->customer, "88303081", &pin), STATUS_CORRUPT);
    for (size_t i = 0; i < sizeof pin.b; i++) {
        pin.b[i] ^= 0x10;
        assert_int_equal(open_pin(store, store->customer, "88303080", &pin), STATUS_CORRUPT);
        pin.b[i] ^= 0x10;
    }
    assert_int_equal(open_pin(store, store->customer, "88303080", &pin), STATUS_OK);
}

static void what_is_sealed_does_not_show_the_hash(void **state)
{
    struct seal_store *store = *state;
    struct sign_in_key *key = open_key(store);
    struct sealed_pin first;
    struct sealed_pin second;

    sign_in_seal_pin(key, store->customer, "1", hash, &first);
    sign_in_seal_pin(key, store->customer, "1", hash, &second);
    sign_in_close(key);
    assert_null(memmem(first.b, sizeof first.b, "argon2", 6));
    for (size_t i = 0; i + 8 <= sizeof first.b; i++)
        assert_memory_not_equal(first.b + i, second.b + i, 8);
}

static void a_proof_is_of_one_token_customer_and_beginning(void **state)
{
    struct seal_store *store = *state;
    struct sign_in_key *key = open_key(store);
    const struct sign_in_session session = {{1}, store->customer, 77};
    struct sign_in_session other;
    uint8_t proof[SIGN_IN_PROOF_BYTES];
    uint8_t again[SIGN_IN_PROOF_BYTES];

    sign_in_prove(key, &session, proof);
    sign_in_prove(key, &session, again);
    assert_memory_equal(proof, again, sizeof proof);
    for (int i = 0; i < 3; i++) {
        other = session;
        other.token_hash[31] ^= i == 0;
        other.customer.b[15] ^= i == 1;
        other.created_us += i == 2;
        sign_in_prove(key, &other, again);
        assert_memory_not_equal(proof, again, sizeof proof);
    }
    sign_in_close(key);
}

/* `init` may be said again at any time, and a master key is rotated now and then. */
static void what_is_bound_stays_good_when_keys_are_made_again_or_rotated(void **state)
{
    struct seal_store *store = *state;
    struct sign_in_key *key = open_key(store);
    struct rotation_report report;
    struct fault fault = {0};
    struct sealed_pin pin;

    sign_in_seal_pin(key, store->customer, "1", hash, &pin);
    sign_in_close(key);
    assert_int_equal(keys_init(store->disk, SEAL_KEYS, SEAL_MASTER, &fault), STATUS_OK);
    assert_int_equal(keys_rotate(store->keys, NULL, &report, &fault), STATUS_OK);
    assert_int_equal(open_pin(store, store->customer, "1", &pin), STATUS_OK);
}

static void another_key_opens_and_proves_nothing_of_the_first_ones(void **state)
{
    const struct sign_in_session session = {{1}, {{0}}, 77};
    struct seal_store *store = *state;
    struct sign_in_key *key = open_key(store);
    struct fault fault = {0};
    struct sealed_pin pin;
    uint8_t proof[SIGN_IN_PROOF_BYTES];
    uint8_t other[SIGN_IN_PROOF_BYTES];

    sign_in_seal_pin(key, store->customer, "1", hash, &pin);
    sign_in_prove(key, &session, proof);
    sign_in_close(key);
    assert_int_equal(store->disk->unlink(store->disk->context, KEY_FILE), 0);
    assert_int_equal(sign_in_make(store->disk, SEAL_KEYS, &fault), STATUS_OK);
    assert_int_equal(open_pin(store, store->customer, "1", &pin), STATUS_CORRUPT);
    key = open_key(store);
    sign_in_prove(key, &session, other);
    assert_memory_not_equal(proof, other, sizeof proof);
    sign_in_close(key);
}

static void a_key_that_is_damaged_or_not_there_is_refused(void **state)
{
    struct seal_store *store = *state;
    struct sign_in_key *key = NULL;
    struct fault fault = {0};
    uint8_t data[KEY_FILE_SIGN_IN_BYTES];

    assert_int_equal(key_file_read(store->disk, KEY_FILE, data, sizeof data, &fault), STATUS_OK);
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] ^= 0x80;
        memory_disk_put(store->memory, KEY_FILE, data, sizeof data);
        assert_int_equal(sign_in_open(store->disk, SEAL_KEYS, &key, &fault), STATUS_CORRUPT);
        data[i] ^= 0x80;
    }
    memory_disk_put(store->memory, KEY_FILE, data, sizeof data - 1);
    assert_int_equal(sign_in_open(store->disk, SEAL_KEYS, &key, &fault), STATUS_CORRUPT);
    assert_int_equal(store->disk->unlink(store->disk->context, KEY_FILE), 0);
    assert_int_equal(sign_in_open(store->disk, SEAL_KEYS, &key, &fault), STATUS_NO_KEY);
    assert_non_null(strstr(fault.text, "recorderctl init"));
    assert_null(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SEAL_STORE(a_pin_opens_for_its_customer_alone),
        WITH_SEAL_STORE(what_is_sealed_does_not_show_the_hash),
        WITH_SEAL_STORE(a_proof_is_of_one_token_customer_and_beginning),
        WITH_SEAL_STORE(what_is_bound_stays_good_when_keys_are_made_again_or_rotated),
        WITH_SEAL_STORE(another_key_opens_and_proves_nothing_of_the_first_ones),
        WITH_SEAL_STORE(a_key_that_is_damaged_or_not_there_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
