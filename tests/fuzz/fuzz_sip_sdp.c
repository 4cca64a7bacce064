/* fuzz: any bytes as an SDP offer; the answer to one that is read must itself be readable. */
#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sip/sdp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void answer_to(const struct sdp_offer *offer, struct sdp_answer *answer)
{
    struct sockaddr_in address = {.sin_family = AF_INET};

    memset(answer, 0, sizeof *answer);
    memcpy(&answer->address, &address, sizeof address);
    answer->media_lines = offer->media_lines;
    for (size_t i = 0; i < offer->media_lines; i++) {
        answer->media[i].accepted =
            sdp_choose_format(&offer->media[i], &answer->media[i].format) == STATUS_OK;
        answer->media[i].port = 20000;
    }
}

static void check_answer(const struct sdp_offer *offer, const struct sdp_answer *answer,
                         const struct bytes *text, struct sdp_offer *again)
{
    enum status status = sdp_read_offer((const char *)text->data, text->len, again);
    size_t format;

    assert(status == STATUS_OK);
    assert(again->media_lines == offer->media_lines);
    for (size_t i = 0; i < offer->media_lines; i++) {
        if (!answer->media[i].accepted) {
            assert(!again->media[i].port);
            continue;
        }
        assert(sdp_choose_format(&again->media[i], &format) == STATUS_OK);
        assert(strcmp(again->media[i].label, offer->media[i].label) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sdp_offer *offer = malloc(sizeof *offer);
    struct sdp_offer *again = malloc(sizeof *again);
    struct sdp_answer answer;
    struct bytes text;

    bytes_init(&text, 65536);
    if (offer && again && sdp_read_offer((const char *)data, size, offer) == STATUS_OK) {
        answer_to(offer, &answer);
        if (sdp_write_answer(offer, &answer, &text) == STATUS_OK)
            check_answer(offer, &answer, &text, again);
    }
    bytes_deinit(&text);
    free(again);
    free(offer);
    return 0;
}
