#include "base/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

enum status descriptor_raise(int *descriptor, struct fault *fault)
{
    int raised = fcntl(*descriptor, F_DUPFD_CLOEXEC, DESCRIPTOR_SIGNALLING_MAX);

    if (raised < 0) {
        int sys_errno = errno;
        /* EINVAL: the limit itself is not above the number asked for */
        if (sys_errno == EINVAL || sys_errno == EMFILE)
            return fault_set(fault, STATUS_IO, sys_errno,
                             "no descriptor left; raise the limit on open files (LimitNOFILE)");
        return fault_set(fault, STATUS_IO, sys_errno, "move descriptor %d", *descriptor);
    }
    (void)close(*descriptor);
    *descriptor = raised;
    return STATUS_OK;
}

enum status descriptor_limit_raise(unsigned long *limit, struct fault *fault)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return fault_set(fault, STATUS_IO, errno, "read the limit on open files");
    if (files.rlim_cur != files.rlim_max) {
        files.rlim_cur = files.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &files) != 0)
            return fault_set(fault, STATUS_IO, errno, "raise the limit on open files");
    }
    *limit = (unsigned long)files.rlim_cur;
    return STATUS_OK;
}
