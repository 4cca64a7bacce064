/**
 * doctor_finding: putting a finding into words. Private to the judging of doctor.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_DOCTOR_FINDING_H
#define RECORDER_TOOLS_RECORDERCTL_DOCTOR_FINDING_H

#include "tools/recorderctl/doctor.h"

/** One that is well, so far, and says nothing. check: its stable name, static. */
struct finding finding_of(const char *check);

/** Print what was found, or what to do; cut where it is too long. */
void finding_say(char text[static DOCTOR_TEXT_BYTES], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
