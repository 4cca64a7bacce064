/* Connections and the wall clock, which libre's own limits on idle ones follow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdatomic.h>
#include <sys/time.h>
#include <time.h>

#include "unit/sip/support.h"

static _Atomic long step_s;

/* In place of libc's, which libre asks for its timers. */
int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
    struct timespec now;

    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    time->tv_sec = now.tv_sec + atomic_load(&step_s);
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}

static void ask(struct client *client, const char *call_id)
{
    request_send(client, &(struct request){.method = "OPTIONS", .call_id = call_id});
    client_expect(client, 200);
}

/*
 * Past the 15 minutes after which libre closes a silent connection: half of the session interval of
 * RFC 4028, when a client refreshes.
 */
static void a_connection_that_has_spoken_outlives_an_hour_of_silence(void **state)
{
    (void)state;
    struct stage stage = {.t1_ms = 10};
    stage_start(&stage);
    struct client *client = client_open(&stage, true);
    ask(client, "before");
    /* connections were looked at since: one that said nothing is gone */
    struct client *mute = client_open(&stage, true);
    assert_true(client_is_closed(mute));
    client_close(mute);
    atomic_store(&step_s, 3600);
    /* libre's timers run before what it reads next; twice, for one round may have begun */
    ask(client, "after");
    ask(client, "after-2");
    atomic_store(&step_s, 0);
    client_close(client);
    stage_stop(&stage);
}

/* The limit on mute connections is ours, not libre's: it does not stop with the wall clock. */
static void a_mute_connection_is_closed_when_the_clock_was_set_back(void **state)
{
    (void)state;
    struct stage stage = {.t1_ms = 10};
    stage_start(&stage);
    struct client *mute = client_open(&stage, true);
    atomic_store(&step_s, -3600);
    assert_true(client_is_closed(mute));
    atomic_store(&step_s, 0);
    client_close(mute);
    stage_stop(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connection_that_has_spoken_outlives_an_hour_of_silence),
        cmocka_unit_test(a_mute_connection_is_closed_when_the_clock_was_set_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
