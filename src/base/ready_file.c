#include "base/ready_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum status ready_file_write(const char *path, const char *line, struct fault *fault)
{
    char *temporary = NULL;
    enum status status = STATUS_OK;

    if (!path)
        return STATUS_OK;
    if (asprintf(&temporary, "%s.new", path) < 0)
        return fault_set(fault, STATUS_NOMEM, 0, "write ready file: out of memory");
    FILE *file = fopen(temporary, "w");
    if (!file) {
        status = fault_set(fault, STATUS_IO, errno, "open ready file %s", temporary);
        goto out;
    }
    int failed = fprintf(file, "%s\n", line) < 0;
    if (fclose(file) || failed)
        status = fault_set(fault, STATUS_IO, errno, "write ready file %s", temporary);
    else if (rename(temporary, path))
        status = fault_set(fault, STATUS_IO, errno, "rename to ready file %s", path);
out:
    free(temporary);
    return status;
}
