/**
 * message_help: a SIP message decoded by libre, for tests of what reads it. Include it first: the
 * flags decide what libre's structs look like.
 */
#ifndef RECORDER_TESTS_SIP_MESSAGE_HELP_H
#define RECORDER_TESTS_SIP_MESSAGE_HELP_H

#define HAVE_INTTYPES_H
#define HAVE_STDBOOL_H
#define HAVE_INET6

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sip/libre.h"

/* An INVITE with some header lines; freed by mem_deref. */
static inline struct sip_msg *message_decode(const char *headers)
{
    struct mbuf *mb = mbuf_alloc(2048);
    struct sip_msg *msg = NULL;

    assert_non_null(mb);
    assert_int_equal(mbuf_printf(mb,
                                 "INVITE sip:r@x SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n"
                                 "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: id\r\n"
                                 "CSeq: 1 INVITE\r\n%s\r\n",
                                 headers),
                     0);
    mb->pos = 0;
    assert_int_equal(sip_msg_decode(&msg, mb), 0);
    mem_deref(mb);
    return msg;
}

#endif
