/**
 * options: the command line of callgen.
 */
#ifndef RECORDER_CALLGEN_OPTIONS_H
#define RECORDER_CALLGEN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "tools/callgen/codec.h"
#include "tools/callgen/plan.h"

enum {
    OPTIONS_CALLS_MAX = 10000,
    OPTIONS_SECONDS_MAX = 3600,
    OPTIONS_DELAY_MS_MAX = 10000,
    OPTIONS_LABEL_BYTES = 32,
};

enum options_source { OPTIONS_TONE, OPTIONS_SPEECH, OPTIONS_FILES };

/* Strings are borrowed from argv or static. */
struct options {
    const char *to; /* HOST:PORT */
    bool tcp;
    bool help;
    unsigned calls;   /* 1..OPTIONS_CALLS_MAX */
    double seconds;   /* 0.02..OPTIONS_SECONDS_MAX, of audio */
    double rate;      /* calls started a second, > 0 */
    uint32_t packets; /* of one stream, from seconds */
    enum options_source source;
    const char *left; /* sound files, for OPTIONS_FILES */
    const char *right;
    const struct codec *codec;
    const char *digits; /* that the caller presses; NULL for none */
    bool noise;         /* silence is sent as comfort noise */
    const char *caller; /* each '#' is a digit of the call's index */
    const char *called;
    const char *caller_name;
    const char *called_name;
    struct plan_impairment impairment;
    uint64_t seed;
    const char *report;   /* file, "-" for standard output, NULL for none */
    const char *sent_dir; /* NULL for none */
    char label[2][OPTIONS_LABEL_BYTES];
    uint32_t bye_wait_ms;
};

/**
 * Read the command line.
 *
 * STATUS_OK       *options set; nothing else in it counts where options->help.
 * STATUS_INVALID  fault says what is wrong with which option; *options untouched.
 */
enum status options_read(int argument_count, char *const arguments[], struct options *options,
                         struct fault *fault) MUST_CHECK;

/** What --help prints; a static string. */
const char *options_help(void);

#endif
