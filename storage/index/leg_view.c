#include "storage/index/leg_view.h"

#include <stdbool.h>

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

/* How many own channels there are: up to the last one that a leg has. A crash leaves no row of who
 * came later, and may be in any of them. */
static size_t own_channels(const struct index_recording *recording, size_t streams)
{
    size_t most = streams - SIDES < VIEW_CHANNELS_MAX ? streams - SIDES : VIEW_CHANNELS_MAX;
    size_t own = 0;

    if (recording->state == RECORDING_STATE_RECOVERED)
        return most;
    for (size_t i = 0; i < recording->legs; i++)
        if (recording->leg[i].own_channel > own)
            own = recording->leg[i].own_channel;
    return own < most ? own : most;
}

/* Who is first on a side is heard there until there is an own channel. */
static void swap_first(const struct index_recording *recording, struct view *view)
{
    bool seen[SIDES] = {false};

    for (size_t i = 0; i < recording->legs; i++) {
        const struct index_leg *leg = &recording->leg[i];
        if (!seen[leg->right] && leg->own_channel && leg->own_channel <= view->streams - SIDES)
            view_swap(view, leg->right, SIDES + leg->own_channel - 1);
        seen[leg->right] = true;
    }
}

static void choose_all(const struct index_recording *recording, struct view *view)
{
    uint8_t stream[VIEW_CHANNELS_MAX];
    size_t own = own_channels(recording, view->streams);

    for (size_t i = 0; i < own; i++)
        stream[i] = (uint8_t)(SIDES + i);
    if (!own)
        return;
    view_choose(view, stream, own);
    swap_first(recording, view);
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
        choose_all(recording, view);
        return STATUS_OK;
    }
    int stream = stream_of(recording, (size_t)wanted, view->streams);
    if (stream < 0)
        return fault_set(fault, STATUS_NOT_FOUND, 0, "leg %d is not kept alone", wanted);
    view_choose(view, (const uint8_t[]){(uint8_t)stream}, 1);
    if (stream >= SIDES)
        swap_first(recording, view);
    return STATUS_OK;
}
