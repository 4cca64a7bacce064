/* libre's headers want these of whoever includes them */
#define HAVE_INTTYPES_H
#define HAVE_STDBOOL_H
#define HAVE_INET6

#include "unit/sip/support_hang_up.h"

#include "sip/server_private.h"

void support_hang_up(struct sip_call *call)
{
    call_shut_down(call);
}
