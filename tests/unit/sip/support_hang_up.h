/* support_hang_up: what the server does by itself, done when a test wants it. */
#ifndef RECORDER_TESTS_SIP_SUPPORT_HANG_UP_H
#define RECORDER_TESTS_SIP_SUPPORT_HANG_UP_H

#include "sip/server.h"

/* On the server's thread: end a call as the server's own end does. */
void support_hang_up(struct sip_call *call);

#endif
