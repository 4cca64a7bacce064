/* libsrtp2 without memory. */
#include <dlfcn.h>
#include <stddef.h>

#include <srtp2/srtp.h>

#include "unit/session/support.h"

static unsigned creations_to_fail;

void fail_srtp_creations(unsigned count)
{
    creations_to_fail = count;
}

/* In place of the library's own, which it hands on to. */
srtp_err_status_t srtp_create(srtp_t *session, const srtp_policy_t *policy)
{
    srtp_err_status_t (*real)(srtp_t *, const srtp_policy_t *);

    if (creations_to_fail) {
        creations_to_fail--;
        return srtp_err_status_alloc_fail;
    }
    *(void **)&real = dlsym(RTLD_NEXT, "srtp_create");
    return real(session, policy);
}
