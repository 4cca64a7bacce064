/**
 * session_timer: session timers (RFC 4028) as numbers: what a message says, and what is agreed on.
 *
 * Lenient: a header that cannot be read is none. Nothing is sent and no time is taken here; that is
 * refresh.c. Pure.
 */
#ifndef RECORDER_SIP_SESSION_TIMER_H
#define RECORDER_SIP_SESSION_TIMER_H

#include <stdbool.h>

#include "sip/libre.h"

enum {
    SESSION_TIMER_MIN_S = 90,       /* the least a session may last (RFC 4028 section 5) */
    SESSION_TIMER_EXPIRES_S = 1800, /* what is recommended (section 4) */
    SESSION_TIMER_MAX_S = 86400,    /* longer ones are shortened to it */
};

enum session_refresher { SESSION_REFRESHER_UNSAID, SESSION_REFRESHER_UAC, SESSION_REFRESHER_UAS };

/* What one message says. */
struct session_timer_said {
    unsigned expires_s; /* Session-Expires; 0 where none, or none that is readable */
    unsigned min_s;     /* Min-SE; 0 likewise */
    enum session_refresher refresher;
    bool supported; /* Supported or Require names "timer" */
};

/* What our side asks for. */
struct session_timer_policy {
    unsigned min_s;     /* >= 1 */
    unsigned expires_s; /* where the client asks for nothing */
};

/* What holds in a dialog; all zero before its first 2xx. */
struct session_timer {
    unsigned interval_s;
    unsigned min_s; /* the client's, 0 where none */
    bool ours;      /* we refresh */
    bool supported; /* the client does session timers */
    bool told;      /* Session-Expires belongs in our 2xx */
};

/** Read a request's or a response's headers. */
void session_timer_read(const struct sip_msg *msg, struct session_timer_said *said);

/** Whether a request is to be answered 422: only a client that supports timers understands it. */
bool session_timer_is_short(const struct session_timer_said *said,
                            const struct session_timer *before,
                            const struct session_timer_policy *policy);

/**
 * Agree, as the UAS of a session refresh request that is answered 2xx (RFC 4028 section 9).
 *
 * - The client's interval is taken; where it names none, the one before, else ours. One below the
 *   minimum of a client that supports no timers is not answered and kept at the minimum.
 * - The client's choice of refresher is taken. Where it makes none: itself if it asked for an
 *   interval, who it was before, else we; and we where it supports no timers.
 *
 * timer  in and out.
 */
void session_timer_answer(const struct session_timer_said *said,
                          const struct session_timer_policy *policy, struct session_timer *timer);

/**
 * Take what a 2xx to our refresh says (RFC 4028 section 7.2). Where it says nothing we go on
 * refreshing at the same interval: the timer then is for our benefit alone.
 */
void session_timer_take_answer(const struct session_timer_said *said, struct session_timer *timer);

/** Seconds after the last refresh at which the session has expired (RFC 4028 section 10). */
unsigned session_timer_expiry_s(const struct session_timer *timer);

#endif
