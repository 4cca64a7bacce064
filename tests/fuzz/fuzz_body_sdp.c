/*
 * fuzz: any bytes as a session description; the answer to one that is read, and an offer of what
 * was read of it, must themselves be readable and say what was meant.
 */
#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "body/sdp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool records(const void *context, const char *encoding, uint32_t clock_rate_hz,
                    uint8_t channels)
{
    (void)context;
    (void)clock_rate_hz;
    (void)channels;
    return strcasecmp(encoding, "PCMA") == 0 || strcasecmp(encoding, "PCMU") == 0 ||
           strcasecmp(encoding, "L16") == 0;
}

static const struct sdp_abilities abilities = {.records = records, .srtp = true};

/* Accept what can be recorded; our key is the peer's, so that it can be compared. */
static void describe(const struct sdp_description *theirs, struct sdp_local *local)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    struct sdp_choice choice;

    memset(local, 0, sizeof *local);
    memcpy(&local->address, &address, sizeof address);
    local->media_lines = theirs->media_lines;
    for (size_t i = 0; i < theirs->media_lines; i++) {
        const struct sdp_media *their_media = &theirs->media[i];
        struct sdp_local_media *media = &local->media[i];

        memcpy(media->kind, their_media->kind, sizeof media->kind);
        memcpy(media->protocol, their_media->protocol, sizeof media->protocol);
        memcpy(media->label, their_media->label, sizeof media->label);
        if (sdp_choose(their_media, &abilities, &choice) != STATUS_OK)
            continue;
        media->accepted = true;
        media->port = 20000;
        media->format = choice.format;
        media->rtcp_mux = their_media->rtcp_mux;
        media->formats = 1;
        media->offered[0] = their_media->format[choice.format];
        if (choice.crypto)
            media->crypto = *choice.crypto;
    }
}

static void check_line(const struct sdp_media *again, const struct sdp_local_media *media)
{
    struct sdp_choice choice;

    if (!media->accepted) {
        assert(!again->port);
        return;
    }
    enum status status = sdp_choose(again, &abilities, &choice);
    assert(status == STATUS_OK);
    assert(choice.format == 0);
    assert(strcmp(again->format[0].encoding, media->offered[0].encoding) == 0);
    assert(again->format[0].channels == media->offered[0].channels);
    assert(strcmp(again->label, media->label) == 0);
    assert(again->rtcp_mux == media->rtcp_mux);
    assert(!choice.crypto == (media->crypto.key.suite == SRTP_SUITE_NONE));
    if (!choice.crypto)
        return;
    struct srtp_key sent = media->crypto.key;
    sent.mki_bytes = 0;
    sent.spares = 0;
    assert(choice.crypto->tag == media->crypto.tag);
    assert(srtp_key_equal(&choice.crypto->key, &sent));
}

static void check(const struct sdp_local *local, const struct bytes *text)
{
    struct sdp_description again;
    enum status status = sdp_read((const char *)text->data, text->len, &again);

    assert(status == STATUS_OK);
    assert(again.media_lines == local->media_lines);
    for (size_t i = 0; i < local->media_lines; i++)
        check_line(&again.media[i], &local->media[i]);
    sdp_description_deinit(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sdp_description theirs = {0};
    struct sdp_local *local = malloc(sizeof *local);
    struct bytes text;

    bytes_init(&text, 65536);
    if (local && sdp_read((const char *)data, size, &theirs) == STATUS_OK) {
        describe(&theirs, local);
        if (sdp_write_answer(&theirs, local, &text) == STATUS_OK)
            check(local, &text);
        bytes_clear(&text);
        if (sdp_write_offer(local, &text) == STATUS_OK)
            check(local, &text);
    }
    bytes_deinit(&text);
    free(local);
    sdp_description_deinit(&theirs);
    return 0;
}
