/*
 * Keys are made on a disk that fails, and with the power cut at every moment: what was said to be
 * made is there, nothing is ever sealed to a key that could be lost, and doing it again makes what
 * is missing.
 */
#include "disk/life.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "disk/faulty.h"
#include "storage/seal/seal.h"

enum { SEEDS = 8, TORN_BYTES = 33 };

#define KEYS "/keys"
#define MASTER "/keys/master.key"

static size_t runs;
static size_t cuts;

static int print_counts(void **state)
{
    (void)state;
    print_message("disk_keys: %zu runs, each with a failure; %zu power cuts\n", runs, cuts);
    return 0;
}

/* How far the making of keys came, and what it said is made. */
struct made_keys {
    uint32_t statuses;
    struct uuid customer;
    char note[96];
    bool init;             /* keys_init said so */
    struct key_id signers; /* ingest's; where init */
    bool month;
    struct customer_key key; /* where month */
};

static void expect_promised(const struct made_keys *made, const char *what, enum status status,
                            const struct fault *fault)
{
    if (status != STATUS_OK && !(made->statuses & UINT32_C(1) << status))
        fail_msg("%s: %s: %s: %s", made->note, what, status_name(status), fault->text);
}

static enum status open_private(const struct disk *disk, struct private_keys **keys,
                                struct fault *fault)
{
    return private_keys_open(disk, KEYS, MASTER, keys, fault);
}

static enum status take_signer(const struct disk *disk, struct key_id *id, struct fault *fault)
{
    struct signer *signer = NULL;
    enum status status = signer_open(disk, KEYS, "ingest", &signer, fault);

    if (status == STATUS_OK)
        *id = signer_id(signer);
    signer_close(signer);
    return status;
}

static enum status take_month(const struct disk *disk, struct uuid customer,
                              struct customer_key *key, struct fault *fault)
{
    struct private_keys *private_keys = NULL;
    struct public_keys *public_keys = NULL;
    char month[KEY_MONTH_BYTES];
    wall_time now = clock_wall_from_us(STARTED_US);

    keys_month(now, month);
    enum status status = open_private(disk, &private_keys, fault);
    if (status == STATUS_OK)
        status = private_keys_make_month(private_keys, customer, month, fault);
    if (status == STATUS_OK)
        status = public_keys_open(disk, KEYS, &public_keys, fault);
    if (status == STATUS_OK)
        status = public_keys_customer(public_keys, customer, now, key, fault);
    public_keys_close(public_keys);
    private_keys_close(private_keys);
    return status;
}

static void make(struct made_keys *made, const struct disk *disk)
{
    struct fault fault = {0};
    enum status status = keys_init(disk, KEYS, MASTER, &fault);

    expect_promised(made, "init", status, &fault);
    if (status == STATUS_OK)
        status = take_signer(disk, &made->signers, &fault);
    expect_promised(made, "signer", status, &fault);
    if (status != STATUS_OK)
        return;
    made->init = true;
    status = take_month(disk, made->customer, &made->key, &fault);
    expect_promised(made, "month", status, &fault);
    made->month = status == STATUS_OK;
}

/* What is sealed to the public key that is there is opened by the private one that is there. */
static void check_pair(const struct made_keys *made, const struct disk *disk)
{
    wall_time now = clock_wall_from_us(STARTED_US);
    struct private_keys *private_keys = NULL;
    struct public_keys *public_keys = NULL;
    struct customer_key key;
    struct fault fault = {0};
    uint8_t dek[KEY_DEK_BYTES];
    uint8_t opened[KEY_DEK_BYTES];
    uint8_t sealed[SEAL_DEK_SEALED_BYTES];

    assert_int_equal(public_keys_open(disk, KEYS, &public_keys, &fault), STATUS_OK);
    enum status status = public_keys_customer(public_keys, made->customer, now, &key, &fault);
    public_keys_close(public_keys);
    if (status == STATUS_NOT_FOUND && !made->month)
        return;
    if (status != STATUS_OK)
        fail_msg("%s: public key: %s", made->note, fault.text);
    if (made->month)
        assert_memory_equal(key.id.b, made->key.id.b, KEY_ID_BYTES);
    seal_dek_new(dek);
    assert_int_equal(seal_dek_to(dek, key.public_key, sealed), STATUS_OK);
    status = open_private(disk, &private_keys, &fault);
    if (status == STATUS_OK)
        status = private_keys_open_dek(private_keys, made->customer, key.id, key.version, sealed,
                                       opened, &fault);
    if (status != STATUS_OK)
        fail_msg("%s: what is sealed to it is lost: %s: %s", made->note, status_name(status),
                 fault.text);
    assert_memory_equal(opened, dek, sizeof dek);
    private_keys_close(private_keys);
}

static void check(const struct made_keys *made, struct memory_disk *memory)
{
    const struct disk *disk = memory_disk_disk(memory);
    struct made_keys again = {.customer = made->customer};
    struct key_id signer;
    struct fault fault = {0};

    if (made->init) {
        if (take_signer(disk, &signer, &fault) != STATUS_OK)
            fail_msg("%s: signer: %s", made->note, fault.text);
        assert_memory_equal(signer.b, made->signers.b, KEY_ID_BYTES);
    }
    check_pair(made, disk);
    (void)snprintf(again.note, sizeof again.note, "%.80s, again", made->note);
    make(&again, disk);
    assert_true(again.month);
    if (made->init)
        assert_memory_equal(again.signers.b, made->signers.b, KEY_ID_BYTES);
    if (made->month)
        assert_memory_equal(again.key.id.b, made->key.id.b, KEY_ID_BYTES);
    check_pair(&again, disk);
    assert_int_equal(memory_disk_open_files(memory), 0);
}

static void check_cuts(const struct made_keys *made, struct memory_disk *memory, uint64_t seed,
                       size_t count)
{
    for (size_t i = 0; i < count; i++, seed++) {
        struct memory_disk *copy = memory_disk_copy(memory);
        memory_disk_cut(copy, (enum memory_disk_cut)(seed % MEMORY_DISK_CUTS), seed);
        check(made, copy);
        memory_disk_destroy(copy);
        cuts++;
    }
}

/* Returns how many calls failed. */
static uint64_t run(const struct faulty_plan *plan)
{
    struct memory_disk *memory = memory_disk_create();
    struct made_keys made = {.statuses = life_statuses_of(plan->sys_errno),
                             .customer = uuid_new(clock_wall_from_us(STARTED_US))};
    struct faulty faulty;

    (void)snprintf(made.note, sizeof made.note, "kinds %06x, call %llu, %llu times, errno %d",
                   (unsigned)plan->kinds, (unsigned long long)plan->nth,
                   (unsigned long long)plan->times, plan->sys_errno);
    faulty_init(&faulty, memory_disk_disk(memory), memory);
    faulty_lay(&faulty, plan);
    make(&made, &faulty.disk);
    faulty_heal(&faulty);
    uint64_t failed = faulty_failed(&faulty);
    assert_true(failed || made.month);
    assert_int_equal(memory_disk_open_files(memory), 0);
    check_cuts(&made, memory, runs, 1);
    check(&made, memory);
    faulty_deinit(&faulty);
    memory_disk_destroy(memory);
    return failed;
}

static void keys_are_made_whatever_call_fails(void **state)
{
    static const int errnos[] = {EIO, ENOSPC};
    static const uint64_t times[] = {1, 0};
    (void)state;

    for (int kind = 0; kind < FAULTY_KINDS; kind++)
        for (size_t i = 0; i < 4; i++) {
            uint64_t failed = 1;
            for (uint64_t nth = 1; failed; nth++) {
                failed = run(&(struct faulty_plan){.kinds = FAULTY_SET(kind),
                                                   .nth = nth,
                                                   .times = times[i / 2],
                                                   .sys_errno = errnos[i % 2],
                                                   .torn_bytes = i % 2 ? TORN_BYTES : 0});
                runs += failed != 0;
            }
        }
}

struct power {
    struct made_keys made;
    struct memory_disk *memory;
    uint64_t seed;
};

static void cut_before(void *arg, enum faulty_kind kind)
{
    struct power *power = arg;

    (void)kind;
    check_cuts(&power->made, power->memory, power->seed, SEEDS);
    power->seed += SEEDS;
}

static void a_power_cut_never_leaves_a_public_key_without_its_private_one(void **state)
{
    struct power power = {
        .made = {.customer = uuid_new(clock_wall_from_us(STARTED_US)), .note = "power cut"},
        .memory = memory_disk_create()};
    struct faulty faulty;
    (void)state;

    faulty_init(&faulty, memory_disk_disk(power.memory), power.memory);
    faulty.before = cut_before;
    faulty.before_arg = &power;
    make(&power.made, &faulty.disk);
    assert_true(power.made.month);
    cut_before(&power, FAULTY_FSYNC);
    assert_true(power.seed > 300);
    faulty_deinit(&faulty);
    memory_disk_destroy(power.memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_made_whatever_call_fails),
        cmocka_unit_test(a_power_cut_never_leaves_a_public_key_without_its_private_one),
    };

    return cmocka_run_group_tests_name("disk_keys", tests, NULL, print_counts);
}
