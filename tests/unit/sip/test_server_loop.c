/* A server whose loop fails: what other threads post is still run, and the end is an orderly one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "net/address.h"
#include "sip/server.h"

enum { DESCRIPTORS = 64, WAIT_MS = 10000, LETTERS = 3 };

struct broken {
    struct sip_server *server;
    struct sip_letter letter[LETTERS];
    unsigned run;
};

/* What libre waits on is no epoll set any more: epoll_wait fails from now on. */
static void break_loop(void *arg)
{
    int *broken = arg;
    int other = open("/dev/null", O_RDONLY | O_CLOEXEC);

    assert_true(other >= 0);
    for (int i = 0; i < DESCRIPTORS; i++) {
        char path[64];
        char name[64] = "";
        (void)snprintf(path, sizeof path, "/proc/self/fd/%d", i);
        if (readlink(path, name, sizeof name - 1) > 0 && strstr(name, "[eventpoll]")) {
            assert_int_equal(dup3(other, i, O_CLOEXEC), i);
            (*broken)++;
        }
    }
    close(other);
}

static void take(void *arg)
{
    struct broken *broken = arg;

    broken->run++;
}

static void *post(void *arg)
{
    struct broken *broken = arg;

    for (size_t i = 0; i < LETTERS; i++) {
        broken->letter[i] = (struct sip_letter){.function = take, .arg = broken};
        sip_server_post_letter(broken->server, &broken->letter[i]);
    }
    return NULL;
}

static struct sip_admission admit(void *context, const struct sip_peer *peer, const char *method)
{
    (void)context;
    (void)peer;
    (void)method;
    return (struct sip_admission){.code = 503, .reason = "No"};
}

static void what_is_posted_is_run_though_the_loop_has_failed(void **state)
{
    struct sip_server_options options = {.listens = 1, .calls_max = 1, .handler = {.admit = admit}};
    struct broken broken = {0};
    struct fault fault = {0};
    pthread_t thread;
    int sets = 0;

    (void)state;
    assert_int_equal(address_parse("127.0.0.1:0", 0, &options.listen[0]), STATUS_OK);
    assert_int_equal(sip_server_create(&options, &broken.server, &fault), STATUS_OK);
    assert_int_equal(sip_server_post(broken.server, break_loop, &sets), STATUS_OK);
    assert_int_equal(sip_server_run(broken.server, &fault), STATUS_IO);
    assert_int_equal(sets, 1);
    assert_non_null(strstr(fault.text, "SIP event loop"));
    /* nothing waits */
    sip_server_run_posted(broken.server, 0);
    assert_int_equal(broken.run, 0);
    assert_int_equal(pthread_create(&thread, NULL, post, &broken), 0);
    while (broken.run < LETTERS) {
        unsigned before = broken.run;
        sip_server_run_posted(broken.server, WAIT_MS);
        /* woken in vain at most once: by a letter that was taken with the one before */
        if (broken.run == before)
            sip_server_run_posted(broken.server, WAIT_MS);
        assert_true(broken.run > before);
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
    sip_server_destroy(broken.server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_posted_is_run_though_the_loop_has_failed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
