/**
 * source_options: what a command line says of a source. Where it is wrong the line that says so is
 * printed.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_SOURCE_OPTIONS_H
#define RECORDER_TOOLS_RECORDERCTL_SOURCE_OPTIONS_H

#include "storage/index/customers.h"
#include "tools/recorderctl/command.h"

/* Of a struct command: what is understood here. */
#define SOURCE_OPTIONS                                                                             \
    {"certificate", 0, "CN|sha256:HEX", "its TLS client certificate; \"\" for none"},              \
        {"customer", 0, "CUSTOMER", "whose its calls are when no number says so; \"\" for none"},  \
        {"plain-calls", 0, NULL, "record calls without SIPREC too: forked media, plain SIP"},      \
        {"plain-keys", 0, NULL, "take SRTP keys over UDP and TCP too, not over TLS alone"},        \
        {"calls", 0, "COUNT", "recordings at a time; 0 for no limit of its own"},                  \
        {"dialogs", 0, "COUNT", "SIP dialogs at a time; 0 for no limit"},                          \
        {"pause-code", 0, "DIGITS", "pressed on a call, it pauses the recording; \"\" for none"},  \
        {"resume-code", 0, "DIGITS", "it resumes the recording; may be the same, in turns"},       \
        {"channels", 0, "COUNT",                                                                   \
         "legs recorded each alone too, 0 to 8; 0: where a call needs it"},                        \
    {                                                                                              \
        "rate", 0, "COUNT", "INVITE and OPTIONS a second, twice that in a burst; 0: no limit"      \
    }

/** Take a source's name, an argument. EXIT_DONE, EXIT_USAGE (source untouched). */
enum exit_code source_options_name(const struct context *context, const char *name,
                                   struct source *source);

/**
 * Take the network, the second argument, where there is one, and all options.
 *
 * source  what it is so far; what is not given stays as it is.
 *
 * EXIT_DONE, EXIT_USAGE (source half changed). Whether it can be stored the index says.
 */
enum exit_code source_options_take(const struct context *context,
                                   const struct invocation *invocation, struct source *source);

#endif
