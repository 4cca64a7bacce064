/* Whose packets are heard: the senders that recorders really meet, and those that want to be. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/bounds.h"
#include "base/clock.h"
#include "net/address.h"
#include "rtp/source_lock.h"

enum { HEARD_MAX = 4096, STEP_MS = 20 };

#define NAMED "192.0.2.1:4000"
#define NAT "203.0.113.7:61000"
#define STRANGER "198.51.100.66:9"

struct heard {
    uint32_t ssrc;
    uint16_t number;
    int64_t arrival_ns;
    char from[ADDRESS_TEXT_BYTES];
};

/* A lock, and what it let through. */
struct ear {
    struct source_lock *lock;
    int64_t now_ms;
    uint64_t refused;
    size_t count;
    struct heard heard[HEARD_MAX];
};

static void on_admit(void *context, const struct source_lock_packet *packet)
{
    struct ear *ear = context;
    struct heard *heard = &ear->heard[ear->count++];

    assert_true(ear->count <= HEARD_MAX);
    heard->ssrc = packet->ssrc;
    heard->number = packet->sequence;
    heard->arrival_ns = packet->arrival_ns;
    address_format(packet->from, true, heard->from);
    /* the data are those of that packet, also where they were kept */
    assert_int_equal(packet->data_bytes, 6);
    assert_memory_equal(packet->data, &packet->ssrc, 4);
    assert_memory_equal(packet->data + 4, &packet->sequence, 2);
}

static struct sockaddr_storage address(const char *text)
{
    struct sockaddr_storage parsed;

    assert_int_equal(address_parse(text, 0, &parsed), STATUS_OK);
    return parsed;
}

static void ear_open(struct ear *ear, const char *named)
{
    memset(ear, 0, sizeof *ear);
    ear->now_ms = 1000000;
    assert_int_equal(source_lock_create(&ear->lock), STATUS_OK);
    if (named) {
        struct sockaddr_storage name = address(named);
        source_lock_name(ear->lock, &name);
    }
}

static void ear_close(struct ear *ear)
{
    source_lock_destroy(ear->lock);
}

static void rename_sender(struct ear *ear, const char *named)
{
    struct sockaddr_storage name = address(named);

    source_lock_name(ear->lock, &name);
}

static void offer(struct ear *ear, const char *from, uint32_t ssrc, uint16_t number, bool authentic)
{
    uint8_t data[6];
    struct sockaddr_storage source = address(from);
    struct source_lock_packet packet = {
        .from = &source,
        .ssrc = ssrc,
        .sequence = number,
        .authentic = authentic,
        .data = data,
        .data_bytes = sizeof data,
        .arrival_ns = ear->now_ms * CLOCK_NS_PER_MS,
    };

    memcpy(data, &ssrc, 4);
    memcpy(data + 4, &number, 2);
    source_lock_offer(ear->lock, &packet, on_admit, ear, &ear->refused);
}

/* One packet, and the time that it takes to the next. */
static void speak(struct ear *ear, const char *from, uint32_t ssrc, uint16_t number)
{
    offer(ear, from, ssrc, number, false);
    ear->now_ms += STEP_MS;
}

static size_t heard_of(const struct ear *ear, const char *from)
{
    size_t count = 0;

    for (size_t i = 0; i < ear->count; i++)
        count += strcmp(ear->heard[i].from, from) == 0;
    return count;
}

static void assert_numbers(const struct ear *ear, size_t first, const uint16_t *numbers,
                           size_t count)
{
    assert_int_equal(ear->count, first + count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(ear->heard[first + i].number, numbers[i]);
}

static void the_named_sender_is_heard_from_its_first_packet(void **state)
{
    (void)state;
    struct ear ear;

    ear_open(&ear, NAMED);
    speak(&ear, NAMED, 1, 65535);
    assert_int_equal(ear.count, 1);
    speak(&ear, NAMED, 1, 40); /* whatever its numbers do afterwards */
    assert_int_equal(ear.count, 2);
    assert_int_equal(ear.refused + source_lock_finish(ear.lock), 0);
    ear_close(&ear);
}

static void another_address_is_heard_after_two_packets_and_loses_nothing(void **state)
{
    (void)state;
    static const char *const names[] = {NAMED, NULL, "0.0.0.0:4000", "192.0.2.1:0", "[::]:4000"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct ear ear;

        ear_open(&ear, names[i]);
        speak(&ear, NAT, 1, 500);
        assert_int_equal(ear.count, 0);
        speak(&ear, NAT, 1, 501);
        speak(&ear, NAT, 1, 502);
        assert_numbers(&ear, 0, (const uint16_t[]){500, 501, 502}, 3);
        /* each with its own time of arrival */
        assert_true(ear.heard[0].arrival_ns == 1000000 * CLOCK_NS_PER_MS);
        assert_true(ear.heard[1].arrival_ns == 1000020 * CLOCK_NS_PER_MS);
        assert_int_equal(ear.refused, 0);
        ear_close(&ear);
    }
}

static void the_right_address_with_another_port_needs_probation_too(void **state)
{
    (void)state;
    struct ear ear;

    ear_open(&ear, "[2001:db8::1]:4000");
    speak(&ear, "[2001:db8::1]:4002", 1, 7);
    assert_int_equal(ear.count, 0);
    speak(&ear, "[2001:db8::1]:4002", 1, 8);
    assert_int_equal(ear.count, 2);
    ear_close(&ear);
}

static void numbers_may_wrap_and_come_in_any_order_in_probation(void **state)
{
    (void)state;
    static const uint16_t orders[][4] = {
        {65534, 65535, 0, 1}, {65535, 0, 1, 2}, {1, 3, 2, 4}, {2, 1, 4, 3}, {0, 65535, 2, 1}};

    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        struct ear ear;

        ear_open(&ear, NULL);
        for (size_t at = 0; at < 4; at++)
            speak(&ear, NAT, 1, orders[i][at]);
        assert_numbers(&ear, 0, orders[i], 4);
        ear_close(&ear);
    }
}

static void numbers_that_do_not_follow_are_not_heard(void **state)
{
    (void)state;
    struct ear ear;

    ear_open(&ear, NULL);
    for (uint16_t i = 0; i < 20; i++)
        speak(&ear, STRANGER, 1, (uint16_t)(i * 1000));
    speak(&ear, STRANGER, 1, 19000); /* nor is the same one again */
    assert_int_equal(ear.count, 0);
    assert_int_equal(ear.refused + source_lock_finish(ear.lock), 21);
    ear_close(&ear);
}

static void a_stranger_is_not_heard_while_the_sender_speaks(void **state)
{
    (void)state;
    static const char *const genuine[] = {NAMED, NAT};

    for (size_t i = 0; i < 2; i++) {
        struct ear ear;

        ear_open(&ear, NAMED);
        for (uint16_t number = 0; number < 500; number++) {
            speak(&ear, genuine[i], 1, number);
            speak(&ear, STRANGER, 2, number);
        }
        assert_int_equal(heard_of(&ear, STRANGER), 0);
        assert_int_equal(heard_of(&ear, genuine[i]), 500);
        assert_int_equal(ear.refused + source_lock_finish(ear.lock), 500);
        ear_close(&ear);
    }
}

static void the_same_ssrc_from_elsewhere_is_a_stranger(void **state)
{
    (void)state;
    struct ear ear;

    ear_open(&ear, NAMED);
    for (uint16_t number = 0; number < 100; number += 2) {
        speak(&ear, NAMED, 1, number);
        speak(&ear, STRANGER, 1, (uint16_t)(number + 1));
    }
    assert_int_equal(heard_of(&ear, STRANGER), 0);
    ear_close(&ear);
}

static void of_two_before_the_named_one_the_first_is_heard_until_it_sends(void **state)
{
    (void)state;
    struct ear ear;

    ear_open(&ear, NAMED);
    for (uint16_t number = 0; number < 50; number++) {
        speak(&ear, NAT, 1, number);
        speak(&ear, STRANGER, 2, number);
    }
    assert_int_equal(heard_of(&ear, NAT), 50);
    assert_int_equal(heard_of(&ear, STRANGER), 0);
    for (uint16_t number = 0; number < 50; number++) {
        speak(&ear, NAMED, 3, number);
        speak(&ear, NAT, 1, (uint16_t)(50 + number));
        speak(&ear, STRANGER, 2, (uint16_t)(50 + number));
    }
    assert_int_equal(heard_of(&ear, NAMED), 50);
    assert_int_equal(heard_of(&ear, NAT), 50);
    assert_int_equal(heard_of(&ear, STRANGER), 0);
    ear_close(&ear);
}

/* A NAT that binds anew, or an SBC that fails over: nothing of it is lost, nor said before its
 * time. */
static void a_sender_that_moves_without_a_word_loses_nothing(void **state)
{
    (void)state;
    struct ear ear;

    ear_open(&ear, NAMED);
    for (uint16_t number = 0; number < 300; number++)
        speak(&ear, number < 100 ? NAMED : number < 200 ? NAT : "203.0.113.7:61001", 1, number);
    assert_int_equal(ear.count, 300);
    for (uint16_t number = 0; number < 300; number++)
        assert_int_equal(ear.heard[number].number, number);
    assert_int_equal(ear.refused, 0);
    ear_close(&ear);
}

static void a_moved_sender_is_heard_only_when_the_other_is_quiet(void **state)
{
    (void)state;
    struct ear ear;

    ear_open(&ear, NULL);
    speak(&ear, NAT, 1, 0);
    offer(&ear, NAT, 1, 1, false);
    size_t before = ear.count;
    ear.now_ms += SOURCE_LOCK_HOLD_MS - 1;
    offer(&ear, STRANGER, 2, 0, false);
    ear.now_ms++;
    offer(&ear, STRANGER, 2, 1, false);
    assert_int_equal(ear.count, before);
    ear.now_ms++;
    offer(&ear, STRANGER, 2, 2, false);
    assert_numbers(&ear, before, (const uint16_t[]){0, 1, 2}, 3);
    ear_close(&ear);
}

/* Senders that suppress silence pause all the time: a pause is no invitation. */
static void a_stranger_is_not_heard_in_the_pauses_of_the_named_sender(void **state)
{
    (void)state;
    static const char *const genuine[] = {NAMED, "192.0.2.1:4444", NAMED};
    /* the last: what is left of another call over the same host */
    static const char *const others[] = {STRANGER, STRANGER, "192.0.2.1:4666"};

    for (size_t i = 0; i < 3; i++) {
        struct ear ear;
        uint16_t stray = 0;

        ear_open(&ear, NAMED);
        for (uint16_t number = 0; number < 250; number++) {
            speak(&ear, genuine[i], 1, number);
            for (int pause = 0; number % 50 == 49 && pause < 400; pause++)
                speak(&ear, others[i], 2, stray++);
        }
        assert_int_equal(heard_of(&ear, others[i]), 0);
        assert_int_equal(heard_of(&ear, genuine[i]), 250);
        ear_close(&ear);
    }
}

/* Nor is it an invitation to stay. */
static void who_speaks_into_a_pause_does_not_shut_the_sender_out(void **state)
{
    (void)state;
    static const char *const named[] = {NAMED, NULL};

    for (size_t i = 0; i < 2; i++) {
        struct ear ear;
        uint16_t stray = 0;

        ear_open(&ear, named[i]);
        for (uint16_t number = 0; number < 200; number++) {
            speak(&ear, NAT, 1, number);
            if (number % 50 == 49)
                for (int pause = 0; pause < 100; pause++)
                    speak(&ear, STRANGER, 2, stray++);
            else
                offer(&ear, STRANGER, 2, stray++, false);
        }
        assert_int_equal(heard_of(&ear, NAT), 200);
        uint16_t next = 0;
        for (size_t at = 0; at < ear.count; at++)
            if (ear.heard[at].ssrc == 1)
                assert_int_equal(ear.heard[at].number, next++);
        ear_close(&ear);
    }
}

/* Many recording clients name a port that they never send from. */
static void the_named_host_takes_over_from_another_after_probation(void **state)
{
    (void)state;
    struct ear ear;

    ear_open(&ear, NAMED);
    for (uint16_t number = 0; number < 10; number++)
        speak(&ear, STRANGER, 2, number);
    for (uint16_t number = 0; number < 100; number++) {
        offer(&ear, "192.0.2.1:4444", 1, number, false);
        speak(&ear, STRANGER, 2, (uint16_t)(10 + number));
    }
    assert_int_equal(heard_of(&ear, "192.0.2.1:4444"), 100);
    assert_int_equal(heard_of(&ear, STRANGER), 11); /* one more during the probation */
    ear_close(&ear);
}

static void a_stranger_is_heard_when_the_named_sender_has_been_quiet_for_long(void **state)
{
    (void)state;
    struct ear ear;
    uint16_t number = 0;

    ear_open(&ear, NAMED);
    for (uint16_t spoken = 0; spoken < SOURCE_LOCK_SPOKEN; spoken++)
        offer(&ear, NAMED, 1, spoken, false);
    while (ear.now_ms <= 1000000 + SOURCE_LOCK_STRANGE_MS) {
        assert_int_equal(ear.count, SOURCE_LOCK_SPOKEN);
        speak(&ear, NAT, 2, number++);
    }
    speak(&ear, NAT, 2, number++);
    /* with what was kept */
    assert_int_equal(heard_of(&ear, NAT), SOURCE_LOCK_KEPT + 1);
    assert_int_equal(ear.heard[ear.count - 1].number, number - 1);
    assert_int_equal(ear.refused + ear.count, number + SOURCE_LOCK_SPOKEN);
    ear_close(&ear);
}

static void the_named_sender_takes_over_at_once_after_a_silence(void **state)
{
    (void)state;
    struct ear ear;

    ear_open(&ear, NAMED);
    speak(&ear, NAMED, 1, 0);
    for (uint16_t number = 0; number < 100; number++)
        speak(&ear, NAT, 2, number);
    assert_int_equal(heard_of(&ear, NAT), 100);
    speak(&ear, NAMED, 1, 100);
    assert_int_equal(heard_of(&ear, NAMED), 2);
    speak(&ear, NAT, 2, 100);
    speak(&ear, NAT, 2, 101);
    speak(&ear, NAMED, 1, 101);
    assert_int_equal(heard_of(&ear, NAT), 100);
    assert_int_equal(heard_of(&ear, NAMED), 3);
    ear_close(&ear);
}

/* Some send a packet now and then from the address they name, and speech from another. */
static void a_sign_of_life_of_the_named_sender_costs_the_real_one_nothing(void **state)
{
    (void)state;
    struct ear ear;

    ear_open(&ear, NAMED);
    for (uint16_t number = 0; number < 3000; number++) {
        if (number % 50 == 10)
            offer(&ear, NAMED, 9, number, false);
        speak(&ear, NAT, 1, number);
    }
    assert_int_equal(heard_of(&ear, NAMED), 60);
    assert_int_equal(heard_of(&ear, NAT), 3000);
    assert_int_equal(ear.refused, 0);
    ear_close(&ear);
}

static void a_new_ssrc_is_heard_after_two_packets_and_loses_nothing(void **state)
{
    (void)state;
    struct ear ear;

    ear_open(&ear, NAMED);
    for (uint16_t number = 0; number < 10; number++)
        speak(&ear, NAMED, 1, number);
    speak(&ear, NAMED, 2, 1001); /* its first two came in the wrong order */
    speak(&ear, NAMED, 1, 10);   /* and one more of the old */
    assert_int_equal(ear.count, 11);
    speak(&ear, NAMED, 2, 1000);
    speak(&ear, NAMED, 2, 1002);
    assert_numbers(&ear, 11, (const uint16_t[]){1001, 1000, 1002}, 3);
    assert_int_equal(ear.refused, 0);
    ear_close(&ear);
}

static void a_single_packet_of_a_new_ssrc_is_refused_in_the_end(void **state)
{
    (void)state;
    struct ear ear;

    ear_open(&ear, NAMED);
    speak(&ear, NAMED, 1, 0);
    offer(&ear, NAMED, 2, 77, false);
    ear.now_ms += SOURCE_LOCK_PROBATION_MS;
    offer(&ear, NAMED, 1, 1, false);
    assert_int_equal(ear.refused, 0);
    ear.now_ms++;
    offer(&ear, NAMED, 1, 2, false);
    assert_int_equal(ear.refused, 1);
    offer(&ear, NAMED, 2, 78, false); /* the one that would have followed begins anew */
    assert_int_equal(ear.count, 3);
    assert_int_equal(source_lock_finish(ear.lock), 1);
    assert_int_equal(source_lock_finish(ear.lock), 0);
    ear_close(&ear);
}

static void several_ssrcs_of_the_sender_speak_at_a_time(void **state)
{
    (void)state;
    struct ear ear;

    ear_open(&ear, NAMED);
    for (uint16_t number = 0; number < 100; number++)
        for (uint32_t ssrc = 1; ssrc <= 5; ssrc++)
            offer(&ear, NAMED, ssrc, number, false);
    assert_int_equal(ear.count, 500);
    assert_int_equal(ear.refused, 0);
    for (uint32_t ssrc = 1; ssrc <= 5; ssrc++) {
        uint16_t next = 0;

        for (size_t i = 0; i < ear.count; i++)
            if (ear.heard[i].ssrc == ssrc)
                assert_int_equal(ear.heard[i].number, next++);
        assert_int_equal(next, 100);
    }
    ear_close(&ear);
}

static void forged_ssrcs_do_not_drive_out_the_one_that_speaks(void **state)
{
    (void)state;
    struct ear ear;

    ear_open(&ear, NAMED);
    for (uint16_t number = 0; number < 200; number++) {
        speak(&ear, NAMED, 1, number);
        for (uint32_t i = 0; i < 20; i++) { /* from its own address, and even consecutive */
            uint32_t forged = 1000 + number * 20u + i;
            offer(&ear, NAMED, forged, 1, false);
            offer(&ear, NAMED, forged, 2, false);
        }
    }
    uint16_t next = 0;
    for (size_t i = 0; i < ear.count; i++)
        if (ear.heard[i].ssrc == 1)
            assert_int_equal(ear.heard[i].number, next++);
    assert_int_equal(next, 200);
    ear_close(&ear);
}

/* One call after the other over the same address: each with its SSRC, none of them stuck. */
static void ssrcs_that_are_quiet_make_room(void **state)
{
    (void)state;
    struct ear ear;

    ear_open(&ear, NAMED);
    for (uint32_t ssrc = 1; ssrc <= SOURCE_LOCK_SSRCS + 5; ssrc++)
        for (uint16_t number = 0; number < 10; number++)
            speak(&ear, NAMED, ssrc, number);
    assert_int_equal(ear.count, (SOURCE_LOCK_SSRCS + 5) * 10);
    assert_int_equal(ear.refused, 0);
    ear_close(&ear);
}

/* All places taken by SSRCs that speak: one more waits, and is heard once one of them stops. */
static void one_ssrc_too_many_waits_for_a_place(void **state)
{
    (void)state;
    struct ear ear;

    ear_open(&ear, NAMED);
    for (uint16_t number = 0; number < 40; number++) {
        for (uint32_t ssrc = 1; ssrc <= SOURCE_LOCK_SSRCS; ssrc++)
            if (ssrc > 1 || number < 4)
                offer(&ear, NAMED, ssrc, number, false);
        if (number >= 2)
            offer(&ear, NAMED, 99, number, false);
        ear.now_ms += STEP_MS;
    }
    uint16_t next = 2;
    for (size_t i = 0; i < ear.count; i++)
        if (ear.heard[i].ssrc == 99)
            assert_int_equal(ear.heard[i].number, next++);
    assert_int_equal(next, 40);
    assert_int_equal(ear.refused, 0);
    ear_close(&ear);
}

static void strangers_do_not_keep_a_moved_sender_out(void **state)
{
    (void)state;
    struct ear ear;
    char scanner[ADDRESS_TEXT_BYTES];

    ear_open(&ear, NAMED);
    for (uint16_t number = 0; number < 100; number++) {
        speak(&ear, NAT, 1, number);
        if (number % 2 == 0) {
            (void)snprintf(scanner, sizeof scanner, "198.51.100.%u:5", number);
            offer(&ear, scanner, number, number, false);
        }
    }
    assert_int_equal(heard_of(&ear, NAT), 100);
    assert_int_equal(ear.count, 100);
    ear_close(&ear);
}

static void a_renamed_sender_is_heard_at_once_and_the_old_one_until_then(void **state)
{
    (void)state;
    struct ear ear;

    ear_open(&ear, NAMED);
    for (uint16_t number = 0; number < 10; number++)
        speak(&ear, NAMED, 1, number);
    rename_sender(&ear, "192.0.2.2:5000");
    for (uint16_t number = 10; number < 20; number++)
        speak(&ear, NAMED, 1, number);
    assert_int_equal(ear.count, 20);
    speak(&ear, "192.0.2.2:5000", 2, 0);
    assert_int_equal(ear.count, 21);
    speak(&ear, NAMED, 1, 20);
    speak(&ear, NAMED, 1, 21);
    speak(&ear, "192.0.2.2:5000", 2, 1);
    assert_int_equal(ear.count, 22);
    assert_int_equal(ear.refused, 2);
    ear_close(&ear);
}

/* Media is often faster than signalling: the new address sends before the re-INVITE names it. */
static void what_came_before_the_new_name_is_heard_too(void **state)
{
    (void)state;
    struct ear ear;

    ear_open(&ear, NAMED);
    speak(&ear, NAMED, 1, 0);
    speak(&ear, "192.0.2.2:5000", 2, 100);
    speak(&ear, "192.0.2.2:5000", 2, 101);
    assert_int_equal(ear.count, 1);
    rename_sender(&ear, "192.0.2.2:5000");
    speak(&ear, "192.0.2.2:5000", 2, 102);
    assert_numbers(&ear, 1, (const uint16_t[]){100, 101, 102}, 3);
    ear_close(&ear);
}

static void naming_the_same_again_changes_nothing(void **state)
{
    (void)state;
    struct ear ear;

    ear_open(&ear, NAMED);
    speak(&ear, NAMED, 1, 0);
    rename_sender(&ear, NAMED);
    speak(&ear, NAMED, 2, 50); /* not its first SSRC any more */
    assert_int_equal(ear.count, 1);
    speak(&ear, NAMED, 1, 1);
    assert_int_equal(ear.count, 2);
    ear_close(&ear);
}

static void on_hold_the_sender_is_still_heard(void **state)
{
    (void)state;
    struct ear ear;

    ear_open(&ear, NAMED);
    speak(&ear, NAMED, 1, 0);
    rename_sender(&ear, "0.0.0.0:4000");
    speak(&ear, NAMED, 1, 1);
    speak(&ear, STRANGER, 2, 1);
    speak(&ear, STRANGER, 2, 2);
    speak(&ear, NAMED, 1, 2);
    assert_int_equal(heard_of(&ear, NAMED), 3);
    assert_int_equal(heard_of(&ear, STRANGER), 0);
    ear_close(&ear);
}

static void what_a_key_proves_is_heard_from_anywhere_at_once(void **state)
{
    (void)state;
    struct ear ear;

    ear_open(&ear, NAMED);
    offer(&ear, NAMED, 1, 0, true);
    offer(&ear, NAT, 2, 5, true);
    offer(&ear, NAMED, 1, 1, true);
    for (uint32_t ssrc = 10; ssrc < 40; ssrc++)
        offer(&ear, NAT, ssrc, 1, true);
    assert_int_equal(ear.count, 33);
    assert_int_equal(ear.refused, 0);
    speak(&ear, STRANGER, 3, 1);
    speak(&ear, STRANGER, 3, 2);
    assert_int_equal(ear.count, 33);
    ear_close(&ear);
}

static void no_more_is_kept_than_the_maximum(void **state)
{
    (void)state;
    struct ear ear;

    ear_open(&ear, NULL);
    for (uint16_t number = 0; number <= SOURCE_LOCK_KEPT; number++) {
        assert_int_equal(ear.refused, 0);
        offer(&ear, STRANGER, 1, (uint16_t)(number * 2), false);
    }
    assert_int_equal(ear.refused, 1);
    offer(&ear, STRANGER, 1, SOURCE_LOCK_KEPT * 2 + 1, false);
    assert_int_equal(ear.count, SOURCE_LOCK_KEPT + 1);
    assert_int_equal(ear.heard[0].number, 2); /* the oldest was given up */
    ear_close(&ear);
}

static void count_admitted(void *context, const struct source_lock_packet *packet)
{
    size_t *count = context;

    assert_int_equal(packet->data_bytes, BOUND_RTP_PACKET_BYTES);
    ++*count;
}

static void no_more_bytes_are_kept_than_the_maximum(void **state)
{
    (void)state;
    enum { FIT = SOURCE_LOCK_KEPT_BYTES / BOUND_RTP_PACKET_BYTES };
    static const uint8_t data[BOUND_RTP_PACKET_BYTES];
    struct sockaddr_storage source = address(STRANGER);
    struct source_lock_packet packet = {
        .from = &source, .ssrc = 1, .data = data, .data_bytes = sizeof data};
    struct ear ear;
    size_t heard = 0;

    ear_open(&ear, NULL);
    for (int i = 0; i <= FIT; i++) {
        assert_int_equal(ear.refused, 0);
        packet.sequence = (uint16_t)(2 * i);
        source_lock_offer(ear.lock, &packet, count_admitted, &heard, &ear.refused);
    }
    assert_int_equal(ear.refused, 1);
    packet.sequence++;
    source_lock_offer(ear.lock, &packet, count_admitted, &heard, &ear.refused);
    assert_int_equal(heard, FIT + 1);
    assert_int_equal(ear.refused, 1);
    ear_close(&ear);
}

static bool is_expected(const struct ear *ear, const char *from)
{
    struct sockaddr_storage source = address(from);

    return source_lock_expects(ear->lock, &source);
}

static void the_named_host_and_who_is_heard_are_expected_and_nobody_else(void **state)
{
    (void)state;
    struct ear ear;

    ear_open(&ear, NULL);
    assert_false(is_expected(&ear, NAT));
    speak(&ear, NAT, 1, 1);
    assert_false(is_expected(&ear, NAT));
    speak(&ear, NAT, 1, 2);
    assert_true(is_expected(&ear, NAT));
    rename_sender(&ear, NAMED);
    assert_true(is_expected(&ear, NAT));
    assert_true(is_expected(&ear, NAMED));
    assert_true(is_expected(&ear, "192.0.2.1:4001"));
    assert_false(is_expected(&ear, STRANGER));
    ear_close(&ear);
}

static void the_candidate_quiet_longest_makes_room(void **state)
{
    (void)state;
    struct ear ear;

    ear_open(&ear, NULL);
    for (uint32_t ssrc = 1; ssrc <= SOURCE_LOCK_CANDIDATES; ssrc++)
        speak(&ear, NAT, ssrc, 1);
    assert_int_equal(ear.refused, 0);
    speak(&ear, NAT, 99, 1);
    assert_int_equal(ear.refused, 1);
    speak(&ear, NAT, 2, 2);
    assert_numbers(&ear, 0, (const uint16_t[]){1, 2}, 2);
    assert_int_equal(ear.heard[0].ssrc, 2);
    ear_close(&ear);
}

static void a_clock_that_is_set_back_shuts_nobody_out(void **state)
{
    (void)state;
    struct ear ear;

    ear_open(&ear, NAMED);
    speak(&ear, NAMED, 1, 0);
    ear.now_ms -= 500000;
    speak(&ear, NAT, 2, 0);
    speak(&ear, NAT, 2, 1);
    assert_int_equal(heard_of(&ear, NAT), 2);
    speak(&ear, NAMED, 1, 1);
    assert_int_equal(heard_of(&ear, NAMED), 2);
    ear_close(&ear);
}

static void an_empty_lock_can_be_destroyed(void **state)
{
    (void)state;
    source_lock_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_named_sender_is_heard_from_its_first_packet),
        cmocka_unit_test(another_address_is_heard_after_two_packets_and_loses_nothing),
        cmocka_unit_test(the_right_address_with_another_port_needs_probation_too),
        cmocka_unit_test(numbers_may_wrap_and_come_in_any_order_in_probation),
        cmocka_unit_test(numbers_that_do_not_follow_are_not_heard),
        cmocka_unit_test(a_stranger_is_not_heard_while_the_sender_speaks),
        cmocka_unit_test(the_same_ssrc_from_elsewhere_is_a_stranger),
        cmocka_unit_test(of_two_before_the_named_one_the_first_is_heard_until_it_sends),
        cmocka_unit_test(a_sender_that_moves_without_a_word_loses_nothing),
        cmocka_unit_test(a_moved_sender_is_heard_only_when_the_other_is_quiet),
        cmocka_unit_test(a_stranger_is_not_heard_in_the_pauses_of_the_named_sender),
        cmocka_unit_test(who_speaks_into_a_pause_does_not_shut_the_sender_out),
        cmocka_unit_test(the_named_host_takes_over_from_another_after_probation),
        cmocka_unit_test(a_stranger_is_heard_when_the_named_sender_has_been_quiet_for_long),
        cmocka_unit_test(the_named_sender_takes_over_at_once_after_a_silence),
        cmocka_unit_test(a_sign_of_life_of_the_named_sender_costs_the_real_one_nothing),
        cmocka_unit_test(a_new_ssrc_is_heard_after_two_packets_and_loses_nothing),
        cmocka_unit_test(a_single_packet_of_a_new_ssrc_is_refused_in_the_end),
        cmocka_unit_test(several_ssrcs_of_the_sender_speak_at_a_time),
        cmocka_unit_test(forged_ssrcs_do_not_drive_out_the_one_that_speaks),
        cmocka_unit_test(ssrcs_that_are_quiet_make_room),
        cmocka_unit_test(one_ssrc_too_many_waits_for_a_place),
        cmocka_unit_test(strangers_do_not_keep_a_moved_sender_out),
        cmocka_unit_test(a_renamed_sender_is_heard_at_once_and_the_old_one_until_then),
        cmocka_unit_test(what_came_before_the_new_name_is_heard_too),
        cmocka_unit_test(naming_the_same_again_changes_nothing),
        cmocka_unit_test(on_hold_the_sender_is_still_heard),
        cmocka_unit_test(what_a_key_proves_is_heard_from_anywhere_at_once),
        cmocka_unit_test(no_more_is_kept_than_the_maximum),
        cmocka_unit_test(no_more_bytes_are_kept_than_the_maximum),
        cmocka_unit_test(the_named_host_and_who_is_heard_are_expected_and_nobody_else),
        cmocka_unit_test(the_candidate_quiet_longest_makes_room),
        cmocka_unit_test(a_clock_that_is_set_back_shuts_nobody_out),
        cmocka_unit_test(an_empty_lock_can_be_destroyed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
