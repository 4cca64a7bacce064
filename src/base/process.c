#include "base/process.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/resource.h>

enum status process_protect(struct fault *fault)
{
    static const struct rlimit no_core = {0};

    if (setrlimit(RLIMIT_CORE, &no_core) != 0)
        return fault_set(fault, STATUS_IO, errno, "forbid core dumps");
    if (prctl(PR_SET_DUMPABLE, 0) != 0)
        return fault_set(fault, STATUS_IO, errno, "keep this process's memory from others");
    return STATUS_OK;
}
