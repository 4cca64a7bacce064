/**
 * support_drift: two senders whose clocks run too fast or too slow, who never stop to send, for
 * hours of simulated time.
 *
 * What is said is lossless (L16), and each sample tells which of its sender's it is: so where it is
 * heard is known to the sample, and none goes or comes without being seen.
 */
#ifndef TESTS_MEDIA_SUPPORT_DRIFT_H
#define TESTS_MEDIA_SUPPORT_DRIFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DRIFT_LEGS = 2 };

/* How a sender sends. */
struct manner {
    uint32_t rate_hz;
    double ppm; /* its clock runs too fast by so much */
    double path_ms;
    double jitter_ms;
    uint32_t outlier_of; /* one of so many packets is delayed by up to outlier_ms; 0: none */
    double outlier_ms;
    int64_t talk_ms;  /* loud for so long, by its own clock, */
    int64_t quiet_ms; /* then quiet for so long; both are sent */
    bool reports;
    bool reports_of_last;   /* their timestamp is that of the packet sent last */
    int64_t longer_from_ms; /* from then on its path is longer */
    double longer_ms;       /* by so much */
    uint32_t lose_of;       /* one of so many packets is lost; 0: none */
};

/* What became of one leg. */
struct drifted_leg {
    uint64_t moved_in_silence; /* how often its line was moved where it was quiet */
    uint64_t moved_in_speech;  /* likewise where it was loud before and behind */
    size_t forced;             /* facts that tell so */
    double unheard_ms;         /* of what came, loud or quiet */
    uint64_t lost;
    uint64_t late;
    uint64_t displaced;
};

struct drifted {
    struct drifted_leg leg[DRIFT_LEGS];
    double apart_ms; /* by how much what was said at one moment is heard apart at most, settled */
    double apart_at_ms; /* when that was */
};

/** Play two senders into two legs for so long, and print what became of them under that name. */
struct drifted drift_play(const char *name, const struct manner manners[DRIFT_LEGS], uint64_t seed,
                          int64_t length_ms);

#endif
