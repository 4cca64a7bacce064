#include "tools/recorderctl/doctor_finding.h"

#include <stdarg.h>
#include <stdio.h>

struct finding finding_of(const char *check)
{
    return (struct finding){.check = check};
}

void finding_say(char text[static DOCTOR_TEXT_BYTES], const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, DOCTOR_TEXT_BYTES, format, args);
    va_end(args);
}
