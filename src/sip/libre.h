/**
 * libre: the parts of libre that the server is built on, in the order they depend on each other.
 *
 * Private to this folder. <re.h> is not used: its SDP types have the names of body/sdp.h. The three
 * HAVE_ flags of CMakeLists.txt decide the layout of libre's structs; test_server_layout.c checks
 * that they agree with the installed library.
 */
#ifndef RECORDER_SIP_LIBRE_H
#define RECORDER_SIP_LIBRE_H

/* clang-format off */
#include <re_types.h>
#include <re_fmt.h>
#include <re_mbuf.h>
#include <re_mem.h>
#include <re_list.h>
#include <re_hash.h>
#include <re_sa.h>
#include <re_net.h>
#include <re_uri.h>
#include <re_msg.h>
#include <re_tmr.h>
#include <re_main.h>
#include <re_mqueue.h>
#include <re_sys.h>
#include <re_udp.h>
#include <re_sip.h>
/* clang-format on */

#endif
