/* Requests that name a call and come from somebody else; and its INVITE, come by another way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "unit/sip/support.h"

static const char *const METHODS[] = {"INVITE", "UPDATE", "BYE", "OPTIONS", "PRACK", "INFO"};

enum { METHODS_COUNT = sizeof METHODS / sizeof METHODS[0] };

static void set_standing(struct stage *stage, enum sip_standing standing)
{
    pthread_mutex_lock(&stage->lock);
    stage->standing = standing;
    pthread_mutex_unlock(&stage->lock);
}

static void within(struct client *client, const char *method, const char *to_tag, unsigned cseq)
{
    request_send(client, &(struct request){.method = method,
                                           .call_id = "named",
                                           .to_tag = to_tag,
                                           .cseq = cseq,
                                           .type = SIPREC_TYPE,
                                           .body = SIPREC_BODY});
}

/* The start line of the answer to a request; repetitions of other answers are passed over. */
static void expect_answer(struct client *client, const char *method, unsigned cseq, int code)
{
    char line[64];

    (void)snprintf(line, sizeof line, "\r\nCSeq: %u %s\r\n", cseq, method);
    do {
        assert_non_null(client_receive(client, 5000));
    } while (!strstr(client->message, line) || strstr(client->message, "SIP/2.0 1"));
    (void)snprintf(line, sizeof line, "SIP/2.0 %d ", code);
    assert_memory_equal(client->message, line, strlen(line));
}

static void all_are_answered_alike(enum sip_standing standing, int code)
{
    struct stage stage = {0};
    stage_start(&stage);
    struct client *own = client_open(&stage, false);
    struct client *other = client_open(&stage, true);
    unsigned cseq = 100;
    call_establish(own, "named");
    set_standing(&stage, standing);
    for (unsigned i = 0; i < METHODS_COUNT; i++) {
        within(other, METHODS[i], own->to_tag, ++cseq);
        expect_answer(other, METHODS[i], cseq, code);
        within(other, METHODS[i], "no-such-tag", ++cseq);
        expect_answer(other, METHODS[i], cseq, code);
    }
    assert_int_equal(stage.updates, 0);
    assert_int_equal(stage_calls(&stage), 1);
    /* not even its CSeq was taken over */
    set_standing(&stage, SIP_STANDING_OWN);
    within(own, "UPDATE", own->to_tag, 2);
    expect_answer(own, "UPDATE", 2, 200);
    assert_int_equal(stage.updates, 1);
    within(own, "BYE", own->to_tag, 3);
    expect_answer(own, "BYE", 3, 200);
    client_close(own);
    client_close(other);
    stage_stop(&stage);
}

static void another_clients_requests_are_481_as_where_there_is_no_call(void **state)
{
    (void)state;
    all_are_answered_alike(SIP_STANDING_OTHER, 481);
}

static void a_strangers_requests_are_403_whatever_they_name(void **state)
{
    (void)state;
    all_are_answered_alike(SIP_STANDING_STRANGER, 403);
}

static void anothers_ack_is_dropped(void **state)
{
    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    within(client, "INVITE", NULL, 1);
    client_expect(client, 200);
    set_standing(&stage, SIP_STANDING_OTHER);
    within(client, "ACK", client->to_tag, 1);
    assert_int_equal(stage_calls(&stage), 1); /* behind the ACK */
    client_drain(client, 0);
    client_expect(client, 200); /* still repeated */
    assert_int_equal(stage.updates, 0);
    set_standing(&stage, SIP_STANDING_OWN);
    within(client, "ACK", client->to_tag, 1);
    stage_wait(&stage, &stage.updates, 1);
    client_close(client);
    stage_stop(&stage);
}

static void cancel(struct client *client, const char *call_id)
{
    request_send(client, &(struct request){
                             .method = "CANCEL", .call_id = call_id, .branch = "named.1.INVITE"});
}

/* libre would find the INVITE by its branch alone. */
static void a_cancel_by_another_leaves_the_call(void **state)
{
    static const char *const call_ids[] = {"named", "any"};
    static const enum sip_standing standings[] = {SIP_STANDING_OTHER, SIP_STANDING_STRANGER};
    (void)state;
    struct stage stage = {.answer = STAGE_LATER};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    within(client, "INVITE", NULL, 1);
    assert_has(client_receive(client, 5000), "SIP/2.0 100");
    for (unsigned i = 0; i < 4; i++) {
        set_standing(&stage, standings[i / 2]);
        cancel(client, call_ids[i % 2]);
        expect_answer(client, "CANCEL", 1, i / 2 ? 403 : 481);
    }
    assert_int_equal(stage.ends, 0);
    set_standing(&stage, SIP_STANDING_OWN);
    cancel(client, "named");
    expect_answer(client, "CANCEL", 1, 200);
    client_expect(client, 487);
    /* again, to a call that has ended */
    cancel(client, "named");
    expect_answer(client, "CANCEL", 1, 200);
    assert_int_equal(stage.ends, 1);
    client_close(client);
    stage_stop(&stage);
}

/* As a proxy has sent it on by another way, to another Request-URI. */
static void invite_by_another_way(struct client *client, unsigned cseq, const char *branch)
{
    const struct request request = {.method = "INVITE",
                                    .call_id = "named",
                                    .branch = branch,
                                    .cseq = cseq,
                                    .type = SIPREC_TYPE,
                                    .body = SIPREC_BODY};
    static const char uri[] = "INVITE sip:way";
    char *text = malloc(CLIENT_BYTES);

    assert_non_null(text);
    size_t bytes = request_write(client, &request, text);
    assert_memory_equal(text, "INVITE sip:recorder", 19);
    memcpy(text + 5, uri, sizeof uri - 1); /* shorter by 5 than what it takes the place of */
    client_send(client, text + 5, bytes - 5);
    free(text);
}

static void an_invite_that_comes_by_another_way_is_482_also_after_its_ack(void **state)
{
    (void)state;
    struct stage stage = {.t1_ms = 2000};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    char to_tag[sizeof client->to_tag];
    within(client, "INVITE", NULL, 1);
    client_expect(client, 200);
    memcpy(to_tag, client->to_tag, sizeof to_tag);
    invite_by_another_way(client, 1, "before-the-ack");
    client_expect(client, 482);
    within(client, "ACK", to_tag, 1);
    stage_wait(&stage, &stage.updates, 1);
    client_drain(client, 0);
    invite_by_another_way(client, 1, "after-it");
    expect_answer(client, "INVITE", 1, 482);
    assert_int_equal(stage.invites, 1);
    /* another INVITE of that client is another call */
    invite_by_another_way(client, 2, "another-call");
    expect_answer(client, "INVITE", 2, 200);
    assert_int_equal(stage.invites, 2);
    client_close(client);
    stage_stop(&stage);
}

/* A client that numbers all its calls alike, and never said BYE, is not locked out for good. */
static void an_invite_that_comes_again_long_after_its_ack_is_a_call(void **state)
{
    (void)state;
    struct stage stage = {.t1_ms = 2};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    int code = 482;
    within(client, "INVITE", NULL, 1);
    client_expect(client, 200);
    within(client, "ACK", client->to_tag, 1);
    stage_wait(&stage, &stage.updates, 1);
    for (unsigned i = 0; i < 200 && code == 482; i++) {
        char branch[16];
        (void)snprintf(branch, sizeof branch, "again-%u", i);
        client_drain(client, 20);
        invite_by_another_way(client, 1, branch);
        do {
            assert_non_null(client_receive(client, 5000));
        } while (!strstr(client->message, branch) ||
                 sscanf(client->message, "SIP/2.0 %d", &code) != 1 || code == 100);
    }
    assert_int_equal(code, 200);
    assert_int_equal(stage.invites, 2);
    client_close(client);
    stage_stop(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_clients_requests_are_481_as_where_there_is_no_call),
        cmocka_unit_test(a_strangers_requests_are_403_whatever_they_name),
        cmocka_unit_test(anothers_ack_is_dropped),
        cmocka_unit_test(a_cancel_by_another_leaves_the_call),
        cmocka_unit_test(an_invite_that_comes_by_another_way_is_482_also_after_its_ack),
        cmocka_unit_test(an_invite_that_comes_again_long_after_its_ack_is_a_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
