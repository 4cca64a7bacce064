#include "web/api/throttle.h"

#include <assert.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKET_WAYS = 8, BUCKETS = THROTTLE_ENTRIES / BUCKET_WAYS };

static_assert(crypto_shorthash_BYTES == sizeof(uint64_t), "a key is one hash");

struct entry {
    uint64_t key;
    int64_t touched_ns;    /* last failure; 0 where the entry is free */
    int64_t not_before_ns; /* next attempt allowed */
    unsigned failures;
};

struct table {
    struct entry entry[BUCKETS][BUCKET_WAYS];
};

struct throttle {
    pthread_mutex_t lock;
    uint8_t hash_key[crypto_shorthash_KEYBYTES];
    struct table addresses;
    struct table customers;
    struct table pairs; /* customer and address; only not_before counts */
};

/* What one attempt is charged to. */
struct attempt {
    uint64_t address;
    uint64_t customer;
    uint64_t pair;
};

enum status throttle_create(struct throttle **out)
{
    struct throttle *throttle = calloc(1, sizeof *throttle);

    if (!throttle)
        return STATUS_NOMEM;
    if (pthread_mutex_init(&throttle->lock, NULL) != 0) {
        free(throttle);
        return STATUS_NOMEM;
    }
    crypto_shorthash_keygen(throttle->hash_key);
    *out = throttle;
    return STATUS_OK;
}

void throttle_destroy(struct throttle *owned_throttle)
{
    if (!owned_throttle)
        return;
    (void)pthread_mutex_destroy(&owned_throttle->lock);
    free(owned_throttle);
}

static uint64_t hash(const struct throttle *throttle, const void *data, size_t data_bytes)
{
    uint64_t key = 0;

    (void)crypto_shorthash((unsigned char *)&key, data, data_bytes, throttle->hash_key);
    return key;
}

/* Whoever has one IPv6 address has its /64. */
static uint64_t hash_address(const struct throttle *throttle,
                             const struct sockaddr_storage *address)
{
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;

    if (address->ss_family == AF_INET)
        return hash(throttle, &v4->sin_addr, sizeof v4->sin_addr);
    if (address->ss_family != AF_INET6)
        return 0;
    if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr))
        return hash(throttle, v6->sin6_addr.s6_addr + 12, 4);
    return hash(throttle, v6->sin6_addr.s6_addr, 8);
}

static struct attempt identify(const struct throttle *throttle,
                               const struct sockaddr_storage *address, const char *customer)
{
    struct attempt attempt = {
        .address = hash_address(throttle, address),
        .customer = hash(throttle, customer, strlen(customer)),
    };
    uint64_t both[2] = {attempt.address, attempt.customer};

    attempt.pair = hash(throttle, both, sizeof both);
    return attempt;
}

static int64_t delay_ns(unsigned failures, unsigned max_s)
{
    if (failures < THROTTLE_FREE_ATTEMPTS)
        return 0;
    unsigned doublings = failures - THROTTLE_FREE_ATTEMPTS;
    unsigned delay_s = doublings > 16 ? max_s : 1U << doublings;
    return (int64_t)(delay_s > max_s ? max_s : delay_s) * CLOCK_NS_PER_S;
}

/* The live entry of a key, or NULL. */
static struct entry *find(struct table *table, uint64_t key, mono_time now)
{
    struct entry *bucket = table->entry[key % BUCKETS];

    for (size_t i = 0; i < BUCKET_WAYS; i++) {
        if (bucket[i].touched_ns == 0 || bucket[i].key != key)
            continue;
        if (now.ns - bucket[i].touched_ns <= THROTTLE_FORGET_S * CLOCK_NS_PER_S)
            return &bucket[i];
        bucket[i].touched_ns = 0;
    }
    return NULL;
}

/* The entry of a key, made in the place of the oldest where it is not there. */
static struct entry *take(struct table *table, uint64_t key, mono_time now)
{
    struct entry *bucket = table->entry[key % BUCKETS];
    struct entry *entry = find(table, key, now);

    if (entry)
        return entry;
    entry = &bucket[0];
    for (size_t i = 1; i < BUCKET_WAYS; i++) {
        if (bucket[i].touched_ns < entry->touched_ns)
            entry = &bucket[i];
    }
    *entry = (struct entry){.key = key, .touched_ns = now.ns};
    return entry;
}

static int64_t wait_of(const struct entry *entry, mono_time now)
{
    return entry && entry->not_before_ns > now.ns ? entry->not_before_ns - now.ns : 0;
}

/* How long this address waits before it may try this customer; starts its wait where it comes for
 * the first time. */
static int64_t customer_wait(struct throttle *throttle, const struct attempt *attempt,
                             mono_time now)
{
    struct entry *customer = find(&throttle->customers, attempt->customer, now);
    int64_t delay = customer ? delay_ns(customer->failures, THROTTLE_CUSTOMER_MAX_S) : 0;
    struct entry *pair = find(&throttle->pairs, attempt->pair, now);

    if (delay == 0)
        return 0;
    if (!pair) {
        pair = take(&throttle->pairs, attempt->pair, now);
        pair->not_before_ns = now.ns + delay;
    }
    return wait_of(pair, now);
}

static void charge(struct throttle *throttle, const struct attempt *attempt, mono_time now)
{
    struct entry *address = take(&throttle->addresses, attempt->address, now);
    struct entry *customer = take(&throttle->customers, attempt->customer, now);
    struct entry *pair = take(&throttle->pairs, attempt->pair, now);

    address->failures++;
    address->touched_ns = now.ns;
    address->not_before_ns = now.ns + delay_ns(address->failures, THROTTLE_ADDRESS_MAX_S);
    customer->failures++;
    customer->touched_ns = now.ns;
    pair->touched_ns = now.ns;
    pair->not_before_ns = now.ns + delay_ns(customer->failures, THROTTLE_CUSTOMER_MAX_S);
}

bool throttle_admit(struct throttle *throttle, const struct sockaddr_storage *address,
                    const char *customer, mono_time now, unsigned *retry_after_s)
{
    struct attempt attempt = identify(throttle, address, customer);

    (void)pthread_mutex_lock(&throttle->lock);
    int64_t wait = wait_of(find(&throttle->addresses, attempt.address, now), now);
    int64_t wait_customer = customer_wait(throttle, &attempt, now);
    if (wait < wait_customer)
        wait = wait_customer;
    if (wait == 0)
        charge(throttle, &attempt, now);
    else
        *retry_after_s = (unsigned)((wait + CLOCK_NS_PER_S - 1) / CLOCK_NS_PER_S);
    (void)pthread_mutex_unlock(&throttle->lock);
    return wait == 0;
}

static void take_back(struct entry *entry, mono_time now)
{
    if (!entry)
        return;
    if (entry->failures > 0)
        entry->failures--;
    entry->not_before_ns = now.ns;
}

void throttle_succeeded(struct throttle *throttle, const struct sockaddr_storage *address,
                        const char *customer, mono_time now)
{
    struct attempt attempt = identify(throttle, address, customer);

    (void)pthread_mutex_lock(&throttle->lock);
    take_back(find(&throttle->addresses, attempt.address, now), now);
    struct entry *failed = find(&throttle->customers, attempt.customer, now);
    if (failed)
        *failed = (struct entry){0};
    take_back(find(&throttle->pairs, attempt.pair, now), now);
    (void)pthread_mutex_unlock(&throttle->lock);
}

void throttle_refund(struct throttle *throttle, const struct sockaddr_storage *address,
                     const char *customer, mono_time now)
{
    struct attempt attempt = identify(throttle, address, customer);

    (void)pthread_mutex_lock(&throttle->lock);
    take_back(find(&throttle->addresses, attempt.address, now), now);
    take_back(find(&throttle->customers, attempt.customer, now), now);
    take_back(find(&throttle->pairs, attempt.pair, now), now);
    (void)pthread_mutex_unlock(&throttle->lock);
}
