#include "ingest/media_address.h"

#include <string.h>
#include <strings.h>

#include "net/address.h"

static enum status read_list(const struct config_list *list, const char *name,
                             struct sockaddr_storage *v4, struct sockaddr_storage *v6,
                             struct fault *fault)
{
    v4->ss_family = AF_UNSPEC;
    v6->ss_family = AF_UNSPEC;
    for (size_t i = 0; i < list->count; i++) {
        struct sockaddr_storage address;
        if (address_parse(list->item[i], 0, &address) != STATUS_OK)
            return fault_set(fault, STATUS_INVALID, 0,
                             "configuration: %s \"%s\" is not an IP address", name, list->item[i]);
        struct sockaddr_storage *place = address.ss_family == AF_INET6 ? v6 : v4;
        if (place->ss_family != AF_UNSPEC)
            return fault_set(fault, STATUS_INVALID, 0,
                             "configuration: %s has two addresses of one family", name);
        *place = address;
    }
    return STATUS_OK;
}

enum status media_addresses_read(const struct config *config, struct media_addresses *addresses,
                                 struct fault *fault)
{
    memset(addresses, 0, sizeof *addresses);
    enum status status = read_list(&config->rtp_address, "rtp_address", &addresses->bind_v4,
                                   &addresses->bind_v6, fault);
    if (status == STATUS_OK)
        status = read_list(&config->rtp_advertise, "rtp_advertise", &addresses->say_v4,
                           &addresses->say_v6, fault);
    return status;
}

/* Where its audio comes from; NULL where that is not said. */
static const struct sockaddr_storage *audio_sender(const struct sdp_description *offer)
{
    for (size_t i = 0; offer && i < offer->media_lines; i++) {
        const struct sdp_media *media = &offer->media[i];
        if (media->port && strcasecmp(media->kind, "audio") == 0 &&
            media->address.ss_family != AF_UNSPEC)
            return &media->address;
    }
    return NULL;
}

static void choose(const struct media_addresses *addresses, const struct sockaddr_storage *facing,
                   struct media_address *chosen)
{
    bool is_v6 = facing->ss_family == AF_INET6;
    const struct sockaddr_storage *bind = is_v6 ? &addresses->bind_v6 : &addresses->bind_v4;
    const struct sockaddr_storage *say = is_v6 ? &addresses->say_v6 : &addresses->say_v4;

    chosen->bind = bind->ss_family == AF_UNSPEC ? *facing : *bind;
    chosen->say = say->ss_family != AF_UNSPEC     ? *say
                  : address_is_any(&chosen->bind) ? *facing
                                                  : chosen->bind;
}

void media_address_choose(const struct media_addresses *addresses,
                          const struct sdp_description *offer, const struct sockaddr_storage *local,
                          struct media_address *chosen)
{
    const struct sockaddr_storage *sender = audio_sender(offer);

    if (!sender || !media_address_choose_for(addresses, sender, local, chosen))
        choose(addresses, local, chosen);
}

bool media_address_choose_for(const struct media_addresses *addresses,
                              const struct sockaddr_storage *sender,
                              const struct sockaddr_storage *local, struct media_address *chosen)
{
    struct sockaddr_storage facing = *local;

    /* signalling of the one family and media of the other */
    if (sender->ss_family != local->ss_family && address_facing(sender, &facing, NULL) != STATUS_OK)
        return false;
    choose(addresses, &facing, chosen);
    return true;
}
