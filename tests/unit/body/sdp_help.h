/* What the tests of sdp share: reading a text, and abilities to choose by. */
#ifndef RECORDER_TESTS_SDP_HELP_H
#define RECORDER_TESTS_SDP_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "body/sdp.h"

#define SESSION "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\n"

/* Reads from a copy of exactly that size, so that the sanitizer sees one byte too many. */
static inline enum status read_bytes(const char *text, size_t text_bytes,
                                     struct sdp_description *description)
{
    char *copy = malloc(text_bytes ? text_bytes : 1);

    assert_non_null(copy);
    memcpy(copy, text, text_bytes);
    enum status status = sdp_read(copy, text_bytes, description);
    free(copy);
    return status;
}

/* What stands in the description before is garbage, as far as its reader knows. */
static inline struct sdp_description *read_offer(const char *text)
{
    struct sdp_description *description = malloc(sizeof *description);

    assert_non_null(description);
    memset(description, 0x5a, sizeof *description);
    assert_int_equal(read_bytes(text, strlen(text), description), STATUS_OK);
    return description;
}

static inline void drop_offer(struct sdp_description *description)
{
    sdp_description_deinit(description);
    free(description);
}

/* Mono at 8 kHz, of the encodings that the context lists: a NULL-ended array. */
static inline bool records_listed(const void *context, const char *encoding, uint32_t clock_rate_hz,
                                  uint8_t channels)
{
    for (const char *const *listed = context; *listed; listed++)
        if (strcasecmp(encoding, *listed) == 0)
            return clock_rate_hz == 8000 && channels == 1;
    return false;
}

static const char *const g711[] = {"PCMU", "PCMA", NULL};
static const struct sdp_abilities plain = {.records = records_listed, .context = g711};
static const struct sdp_abilities secure = {
    .records = records_listed, .context = g711, .srtp = true};

#endif
