/* The same flags as CMakeLists.txt gives src/sip, so that this program sees the same structs. */
#define HAVE_INTTYPES_H
#define HAVE_STDBOOL_H
#define HAVE_INET6

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sip/libre.h"

static const char TEXT[] = "INVITE sip:rec@[2001:db8::1]:5070 SIP/2.0\r\n"
                           "Via: SIP/2.0/TCP [2001:db8::2]:5071;branch=z9hG4bKx\r\n"
                           "From: <sip:a@b>;tag=f\r\nTo: <sip:c@d>\r\nCall-ID: id\r\n"
                           "CSeq: 77 INVITE\r\nContent-Type: application/sdp\r\n"
                           "Content-Length: 3\r\n\r\nabc";

/* A decoded message fills its struct from the first field to the last: all must be where we look.
 */
static void libre_fills_the_message_struct_that_our_flags_describe(void **state)
{
    (void)state;
    struct mbuf *mb = mbuf_alloc(sizeof TEXT);
    struct sip_msg *msg = NULL;
    assert_int_equal(mbuf_write_mem(mb, (const uint8_t *)TEXT, sizeof TEXT - 1), 0);
    mb->pos = 0;
    assert_int_equal(sip_msg_decode(&msg, mb), 0);
    assert_true(msg->req);
    assert_ptr_equal(msg->mb, mb);
    assert_null(msg->sock);
    assert_int_equal(msg->cseq.num, 77);
    assert_int_equal(pl_strcmp(&msg->cseq.met, "INVITE"), 0);
    assert_int_equal(pl_strcmp(&msg->callid, "id"), 0);
    assert_int_equal(pl_strcmp(&msg->clen, "3"), 0);
    assert_int_equal(pl_strcmp(&msg->from.tag, "f"), 0);
    assert_int_equal(pl_strcmp(&msg->ctyp.subtype, "sdp"), 0);
    assert_int_equal(msg->via.tp, SIP_TRANSP_TCP);
    assert_int_equal(sa_af(&msg->via.addr), AF_INET6);
    assert_int_equal(sa_port(&msg->via.addr), 5071);
    assert_int_equal(msg->uri.port, 5070);
    assert_int_equal(mbuf_get_left(mb), 3);
    mem_deref(msg);
    mem_deref(mb);
}

static void ipv6_addresses_have_the_size_that_libre_gives_them(void **state)
{
    (void)state;
    struct sa address;
    assert_int_equal(sizeof address, 32);
    assert_int_equal(sa_set_str(&address, "::1", 5060), 0);
    assert_int_equal(address.len, sizeof(struct sockaddr_in6));
    assert_true(sa_is_loopback(&address));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(libre_fills_the_message_struct_that_our_flags_describe),
        cmocka_unit_test(ipv6_addresses_have_the_size_that_libre_gives_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
