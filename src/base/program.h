/**
 * program: what the long-running programs begin alike: their arguments and the process they live
 * in.
 */
#ifndef RECORDER_BASE_PROGRAM_H
#define RECORDER_BASE_PROGRAM_H

#include <signal.h>

#include "base/fault.h"
#include "base/status.h"

/* Exit status, the same for all programs and `recorderctl`. */
enum program_exit { PROGRAM_EXIT_DONE = 0, PROGRAM_EXIT_USAGE = 2, PROGRAM_EXIT_SYSTEM = 5 };

enum { PROGRAM_GO_ON = -1 };

/* Strings of argv. */
struct program_arguments {
    const char *config;
    const char *ready_file; /* NULL: none is written */
};

/**
 * Read `--config FILE [--ready-file FILE]`, `--help`, `--version`.
 *
 * name     of the program; purpose is one sentence for its help; ready says what the ready file
 *          holds. All static.
 *
 * Returns PROGRAM_GO_ON with *arguments set, else the status to exit with: help, version or what is
 * wrong has been printed.
 */
int program_arguments_read(int argc, char **argv, const char *name, const char *purpose,
                           const char *ready, struct program_arguments *arguments);

/**
 * Prepare the process before it has threads: SIGTERM and SIGINT blocked in all of them, to be
 * waited for; SIGPIPE ignored; files for owner and group only, where nobody says otherwise.
 *
 * stops  set to the signals that stop the program.
 *
 * STATUS_OK, STATUS_IO.
 */
enum status program_prepare(sigset_t *stops, struct fault *fault) MUST_CHECK;

#endif
