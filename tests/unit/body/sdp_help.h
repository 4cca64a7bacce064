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

/* G.711 as good as each other, G.722 better. */
static inline int rank_codec(const char *encoding, uint32_t clock_rate_hz, uint8_t channels)
{
    if (clock_rate_hz != 8000 || channels != 1)
        return 0;
    if (strcasecmp(encoding, "G722") == 0)
        return 20;
    return strcasecmp(encoding, "PCMU") == 0 || strcasecmp(encoding, "PCMA") == 0 ? 10 : 0;
}

/* G.711 only. */
static inline int rank_g711(const char *encoding, uint32_t clock_rate_hz, uint8_t channels)
{
    return strcasecmp(encoding, "G722") == 0 ? 0 : rank_codec(encoding, clock_rate_hz, channels);
}

static const struct sdp_abilities plain = {.rank = rank_g711, .srtp = false};
static const struct sdp_abilities secure = {.rank = rank_g711, .srtp = true};

#endif
