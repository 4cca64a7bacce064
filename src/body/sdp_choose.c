#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "body/sdp.h"

enum transport { TRANSPORT_OTHER, TRANSPORT_PLAIN, TRANSPORT_SECURE };

static enum transport transport_of(const struct sdp_media *media)
{
    static const struct {
        const char *protocol;
        enum transport transport;
    } known[] = {{"RTP/AVP", TRANSPORT_PLAIN},
                 {"RTP/AVPF", TRANSPORT_PLAIN},
                 {"RTP/SAVP", TRANSPORT_SECURE},
                 {"RTP/SAVPF", TRANSPORT_SECURE}};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcasecmp(media->protocol, known[i].protocol) == 0)
            return known[i].transport;
    }
    return TRANSPORT_OTHER;
}

/* Index of the first format that can be recorded; media->formats where none can. */
static size_t first_format(const struct sdp_media *media, const struct sdp_abilities *abilities)
{
    for (size_t i = 0; i < media->formats; i++) {
        const struct sdp_format *format = &media->format[i];

        if (abilities->records(abilities->context, format->encoding, format->clock_rate_hz,
                               format->channels))
            return i;
    }
    return media->formats;
}

enum status sdp_choose(const struct sdp_media *media, const struct sdp_abilities *abilities,
                       struct sdp_choice *choice)
{
    enum transport transport = transport_of(media);
    struct sdp_choice chosen = {.crypto = NULL};

    if (!media->port || strcasecmp(media->kind, "audio") != 0)
        return STATUS_NOT_FOUND;
    chosen.format = first_format(media, abilities);
    if (transport == TRANSPORT_OTHER || chosen.format == media->formats)
        return STATUS_UNSUPPORTED;
    if (transport == TRANSPORT_SECURE) {
        if (!media->cryptos)
            return STATUS_UNSUPPORTED;
        chosen.crypto = &media->crypto[0];
        if (!abilities->srtp)
            return STATUS_DENIED;
    }
    *choice = chosen;
    return STATUS_OK;
}

void sdp_description_wipe(struct sdp_description *description)
{
    for (size_t i = 0; description && i < description->media_lines; i++)
        explicit_bzero(description->media[i].crypto, sizeof description->media[i].crypto);
}

void sdp_description_deinit(struct sdp_description *description)
{
    if (!description)
        return;
    sdp_description_wipe(description);
    free(description->media);
    *description = (struct sdp_description){0};
}

void sdp_local_copy(struct sdp_local *to, const struct sdp_local *from)
{
    to->address = from->address;
    to->session_id = from->session_id;
    to->session_version = from->session_version;
    to->media_lines = from->media_lines;
    memcpy(to->media, from->media, from->media_lines * sizeof from->media[0]);
}

void sdp_local_wipe(struct sdp_local *local)
{
    for (size_t i = 0; local && i < BOUND_SDP_MEDIA; i++)
        srtp_key_wipe(&local->media[i].crypto.key);
}
