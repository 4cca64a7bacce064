#include "web/api/pin_check.h"

#include <pthread.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

struct pin_check {
    pthread_mutex_t lock;
    pthread_cond_t freed;
    unsigned running;
    unsigned waiting;
    char dummy[crypto_pwhash_STRBYTES];
};

enum status pin_check_create(struct pin_check **out)
{
    struct pin_check *check = calloc(1, sizeof *check);
    uint8_t nobody_knows[16];

    if (!check)
        return STATUS_NOMEM;
    check->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    check->freed = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
    randombytes_buf(nobody_knows, sizeof nobody_knows);
    int failed = crypto_pwhash_str_alg(check->dummy, (const char *)nobody_knows,
                                       sizeof nobody_knows, PIN_CHECK_PASSES,
                                       PIN_CHECK_MEMORY_BYTES, crypto_pwhash_ALG_ARGON2ID13);
    sodium_memzero(nobody_knows, sizeof nobody_knows);
    if (failed) {
        pin_check_destroy(check);
        return STATUS_NOMEM;
    }
    *out = check;
    return STATUS_OK;
}

void pin_check_destroy(struct pin_check *owned_check)
{
    if (!owned_check)
        return;
    (void)pthread_cond_destroy(&owned_check->freed);
    (void)pthread_mutex_destroy(&owned_check->lock);
    free(owned_check);
}

/* Wait for one of the places, but not for long. */
static enum status enter(struct pin_check *check)
{
    struct timespec until;
    enum status status = STATUS_OK;

    int64_t until_ns = clock_wall_now().ns + PIN_CHECK_WAIT_MS * CLOCK_NS_PER_MS;
    until.tv_sec = (time_t)(until_ns / CLOCK_NS_PER_S);
    until.tv_nsec = (long)(until_ns % CLOCK_NS_PER_S);
    (void)pthread_mutex_lock(&check->lock);
    if (check->running == PIN_CHECK_AT_ONCE && check->waiting == PIN_CHECK_WAITING)
        status = STATUS_BUSY;
    check->waiting += status == STATUS_OK;
    while (status == STATUS_OK && check->running == PIN_CHECK_AT_ONCE) {
        if (pthread_cond_timedwait(&check->freed, &check->lock, &until) != 0 &&
            check->running == PIN_CHECK_AT_ONCE) {
            check->waiting--;
            status = STATUS_BUSY;
        }
    }
    if (status == STATUS_OK) {
        check->waiting--;
        check->running++;
    }
    (void)pthread_mutex_unlock(&check->lock);
    return status;
}

static void leave(struct pin_check *check)
{
    (void)pthread_mutex_lock(&check->lock);
    check->running--;
    (void)pthread_cond_signal(&check->freed);
    (void)pthread_mutex_unlock(&check->lock);
}

enum status pin_check_verify(struct pin_check *check, const char *hash, const char *pin)
{
    bool known = hash && *hash;
    enum status status = enter(check);

    if (status != STATUS_OK)
        return status;
    int wrong = crypto_pwhash_str_verify(known ? hash : check->dummy, pin, strlen(pin));
    leave(check);
    return known && wrong == 0 ? STATUS_OK : STATUS_DENIED;
}
