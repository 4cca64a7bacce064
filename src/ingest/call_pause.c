#include "ingest/call_pause.h"

#include <strings.h>

#include "body/siprec_hold.h"

static bool all_inactive(const struct sdp_description *description)
{
    for (size_t i = 0; i < description->media_lines; i++) {
        const struct sdp_media *media = &description->media[i];

        if (strcasecmp(media->kind, "audio") != 0 || !media->port)
            continue;
        if (media->direction != SDP_DIRECTION_INACTIVE || media->no_address)
            return false;
    }
    return true;
}

void call_pause_mark(struct call_streams *streams, const struct sdp_description *description,
                     bool siprec, const struct siprec_metadata *document)
{
    bool pauses = siprec && all_inactive(description) && !(document && siprec_tells_hold(document));

    for (size_t i = 0; i < streams->count; i++)
        streams->stream[i].hold_is_pause = pauses && streams->accepted[i];
}
