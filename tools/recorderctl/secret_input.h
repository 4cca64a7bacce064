/**
 * secret_input: secrets from standard input, typed or piped, a line each.
 *
 * What is typed at a terminal is not shown. It is in no memory but the line, which is wiped. A
 * signal that ends or stops the program gives the terminal back first.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_SECRET_INPUT_H
#define RECORDER_TOOLS_RECORDERCTL_SECRET_INPUT_H

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <termios.h>

#include "base/fault.h"
#include "base/status.h"

enum { SECRET_LINE_BYTES = 512 };

struct secret_input {
    char *line;    /* sodium_malloc memory, SECRET_LINE_BYTES; a text without its newline */
    FILE *prompts; /* borrowed */
    bool terminal;
    struct termios before;
    sigset_t signals; /* those that are held back while one types */
    sigset_t mask;    /* as it was */
    int pending;      /* tells when one of them is; -1 */
};

/** Begin: a terminal shows nothing from now on. STATUS_OK, STATUS_NOMEM, STATUS_IO. */
enum status secret_input_init(struct secret_input *input, FILE *prompts,
                              struct fault *fault) MUST_CHECK;

/** End: the terminal is as it was. One that was never begun, all zeros, is accepted. */
void secret_input_deinit(struct secret_input *input);

/**
 * Read a line into input->line; one that is longer than any secret becomes "!".
 *
 * prompt  shown at a terminal.
 *
 * Returns false at the end of the input.
 */
bool secret_input_line(struct secret_input *input, const char *prompt);

#endif
