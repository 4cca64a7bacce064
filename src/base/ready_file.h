/**
 * ready_file: tell whoever started a program that it is up, and where.
 */
#ifndef RECORDER_BASE_READY_FILE_H
#define RECORDER_BASE_READY_FILE_H

#include "base/fault.h"
#include "base/status.h"

/**
 * Write one line to a file that appears whole or not at all (temporary name, then rename).
 *
 * path  NULL: nothing is written.
 * line  JSON object, without its newline.
 *
 * STATUS_OK, STATUS_IO (fault says at which step), STATUS_NOMEM.
 */
enum status ready_file_write(const char *path, const char *line, struct fault *fault) MUST_CHECK;

#endif
