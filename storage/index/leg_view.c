#include "storage/index/leg_view.h"

enum { SIDES = 2 };

/* The stream in which a leg is heard alone (FORMAT.md section 3.1), or -1. */
static int stream_of(const struct index_recording *recording, size_t leg, size_t streams)
{
    if (leg >= recording->legs)
        return -1;
    const struct index_leg *asked = &recording->leg[leg];
    if (asked->own_channel && asked->own_channel <= streams - SIDES)
        return (int)(SIDES + asked->own_channel - 1);
    /* who came later than the INVITE is in no row that a crash left, but may be on that side */
    if (recording->state == RECORDING_STATE_RECOVERED)
        return -1;
    for (size_t i = 0; i < recording->legs; i++)
        if (i != leg && recording->leg[i].right == asked->right)
            return -1;
    return asked->right;
}

static void choose_all(struct view *view)
{
    uint8_t stream[VIEW_CHANNELS_MAX];
    size_t own = view->streams - SIDES;

    if (own > VIEW_CHANNELS_MAX)
        own = VIEW_CHANNELS_MAX;
    for (size_t i = 0; i < own; i++)
        stream[i] = (uint8_t)(SIDES + i);
    if (own)
        view_choose(view, stream, own);
}

enum status leg_view_make(const struct index_recording *recording,
                          const struct recording_reader *reader, int wanted, struct view *view,
                          struct fault *fault)
{
    view_as_stored(view, reader);
    if (wanted == LEG_VIEW_STORED)
        return STATUS_OK;
    enum status status = view_read_header(view, reader, fault);
    if (status == STATUS_UNSUPPORTED)
        return fault_set(fault, STATUS_NOT_FOUND, 0, "no leg of it can be told apart");
    if (status != STATUS_OK)
        return status;
    if (wanted == LEG_VIEW_ALL) {
        choose_all(view);
        return STATUS_OK;
    }
    int stream = stream_of(recording, (size_t)wanted, view->streams);
    if (stream < 0)
        return fault_set(fault, STATUS_NOT_FOUND, 0, "leg %d is not kept alone", wanted);
    view_choose(view, (const uint8_t[]){(uint8_t)stream}, 1);
    return STATUS_OK;
}
