#include "base/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum status fault_set(struct fault *fault, enum status status, int sys_errno, const char *format,
                      ...)
{
    if (fault) {
        va_list args;
        va_start(args, format);
        (void)vsnprintf(fault->text, sizeof fault->text, format, args);
        va_end(args);
        if (sys_errno) {
            size_t used = strlen(fault->text);
            char reason[96];
            (void)snprintf(fault->text + used, sizeof fault->text - used, ": %s",
                           strerror_r(sys_errno, reason, sizeof reason));
        }
        fault->status = status;
        fault->sys_errno = sys_errno;
    }
    return status;
}

void fault_wrap(struct fault *fault, const char *format, ...)
{
    char inner[FAULT_TEXT_BYTES];
    va_list args;

    if (!fault)
        return;
    memcpy(inner, fault->text, sizeof inner);
    va_start(args, format);
    (void)vsnprintf(fault->text, sizeof fault->text, format, args);
    va_end(args);
    size_t used = strlen(fault->text);
    (void)snprintf(fault->text + used, sizeof fault->text - used, ": %s", inner);
}

void fault_clear(struct fault *fault)
{
    if (fault) {
        fault->status = STATUS_OK;
        fault->sys_errno = 0;
        fault->text[0] = '\0';
    }
}
