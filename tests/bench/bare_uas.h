/**
 * bare_uas: the least that answers calls with libre's own session layer (sipsess), for
 * bench_call_setup to compare with. One per process; a file of its own because libre's headers and
 * ours name SDP types alike.
 */
#ifndef RECORDER_TESTS_BENCH_BARE_UAS_H
#define RECORDER_TESTS_BENCH_BARE_UAS_H

#include <sys/socket.h>

/** Listen on a free UDP port of 127.0.0.1. Returns 0, or errno. */
int bare_uas_open(struct sockaddr_storage *address);

/** Answer every INVITE by 200 until killed. */
void bare_uas_run(void);

#endif
