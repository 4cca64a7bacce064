/* Steps of the wall clock, which libre's own timers follow, must not touch calls. */
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

static void repetition_goes_on_after_a_step(long seconds)
{
    struct stage stage = {.t1_ms = 50};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    request_send(client, &(struct request){.method = "INVITE",
                                           .call_id = "step",
                                           .type = SIPREC_TYPE,
                                           .body = SIPREC_BODY});
    client_expect(client, 200);
    atomic_store(&step_s, seconds);
    for (int i = 0; i < 3; i++)
        client_expect(client, 200);
    request_send(client,
                 &(struct request){.method = "ACK", .call_id = "step", .to_tag = client->to_tag});
    assert_int_equal(stage_calls(&stage), 1);
    assert_int_equal(stage.ends, 0);
    atomic_store(&step_s, 0);
    client_close(client);
    stage_stop(&stage);
}

static void a_step_backwards_does_not_stop_repetition(void **state)
{
    (void)state;
    repetition_goes_on_after_a_step(-3600);
}

static void a_step_forwards_does_not_end_a_call_that_waits_for_its_ack(void **state)
{
    (void)state;
    repetition_goes_on_after_a_step(3600);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_backwards_does_not_stop_repetition),
        cmocka_unit_test(a_step_forwards_does_not_end_a_call_that_waits_for_its_ack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
