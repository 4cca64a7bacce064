/**
 * sender_clock: how far the clocks of senders are from ours, as they tell the time in their reports
 * (RFC 3550 section 6.4.1). All that one sender sends goes by one clock, so that its legs lie as it
 * says, to the sample, however differently they were delayed.
 *
 * Owned by one thread. Private to this folder. Times of senders are in units of audio/line.h since
 * 1900.
 */
#ifndef RECORDER_SESSION_SENDER_CLOCK_H
#define RECORDER_SESSION_SENDER_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "audio/clock_offset.h"

enum { SENDER_CLOCKS_MAX = 8 };

/* One sender. */
struct sender_clock {
    char *name;
    struct clock_offset offset; /* of our clock to its, by its packets: arrival less sending */
};

/* Those of a recording; all zero is none. */
struct sender_clocks {
    struct sender_clock *list[SENDER_CLOCKS_MAX];
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

#endif
