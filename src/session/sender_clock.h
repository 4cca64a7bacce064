/**
 * sender_clock: how far the clocks of senders are from ours, as they tell the time in their reports
 * (RFC 3550 section 6.4.1). All that one sender sends goes by one clock, so that its legs lie as it
 * says, to the sample, however differently they were delayed. And how far each leg of a recording
 * lies from its sender's clock, so that legs are not moved apart from each other.
 *
 * Owned by one thread. Private to this folder. Times of senders are in units of audio/line.h since
 * 1900.
 */
#ifndef RECORDER_SESSION_SENDER_CLOCK_H
#define RECORDER_SESSION_SENDER_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "audio/clock_offset.h"
#include "base/bounds.h"

enum { SENDER_CLOCKS_MAX = 8 };

/* One sender. */
struct sender_clock {
    char *name;
    struct clock_offset offset; /* of our clock to its, by its packets: arrival less sending */
};

/* Those of a recording; all zero is none. */
struct sender_clocks {
    struct sender_clock *list[SENDER_CLOCKS_MAX];
    size_t legs;
    int64_t due[BOUND_CALL_STREAMS]; /* of each leg: by how much what it says is to lie later */
};

/** Free them; none is left. */
void sender_clocks_deinit(struct sender_clocks *clocks);

/**
 * The clock of a sender, known by its CNAME, or where it has none by its address. Borrowed, lives
 * as long as the list.
 *
 * cname  "" where it told none.
 *
 * Returns NULL where there is no room or memory for one more.
 */
struct sender_clock *sender_clocks_find(struct sender_clocks *clocks, const char *cname,
                                        const struct sockaddr_storage *from);

/** One more leg, that is to lie together with the others; returns its number. At most
 *  BOUND_CALL_STREAMS. */
size_t sender_clocks_join(struct sender_clocks *clocks);

/** A leg now knows by how much what it says is to lie later, or below 0 earlier. */
void sender_clocks_tell(struct sender_clocks *clocks, size_t leg, int64_t due);

/**
 * How far a leg lies apart from that other one which lies farthest from it, by what both told; 0
 * where that is farther off its place than this one: it is for that one to be moved.
 */
int64_t sender_clocks_apart(const struct sender_clocks *clocks, size_t leg);

#endif
