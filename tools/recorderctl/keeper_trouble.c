/* Recordings that cannot be worked on now: when that was logged last, and since when their disk
 * does not give them to be read. */
#include <stdlib.h>

#include "tools/recorderctl/keeper.h"

enum { TROUBLES_FIRST = 64 };

static struct keeper_trouble *find(const struct keeper_troubles *troubles, struct uuid recording)
{
    for (size_t i = 0; i < troubles->count; i++)
        if (uuid_equal(troubles->list[i].recording, recording))
            return &troubles->list[i];
    return NULL;
}

/* What it says is over: it would be logged again, and its disk gave no error. */
static bool is_over(const struct keeper_trouble *trouble, mono_time now)
{
    return !trouble->unreadable &&
           (!trouble->logged || now.ns - trouble->logged_at.ns >= KEEPER_REMIND_S * CLOCK_NS_PER_S);
}

static bool grow(struct keeper_troubles *troubles)
{
    size_t room = troubles->room ? troubles->room * 2 : TROUBLES_FIRST;

    if (room > KEEPER_TROUBLES)
        return false;
    struct keeper_trouble *list = reallocarray(troubles->list, room, sizeof *list);
    if (!list)
        return false;
    troubles->list = list;
    troubles->room = room;
    return true;
}

/* An entry of a recording that has none; NULL: there is no room. */
static struct keeper_trouble *add(struct keeper_troubles *troubles, struct uuid recording,
                                  mono_time now)
{
    struct keeper_trouble *trouble = NULL;

    for (size_t i = 0; i < troubles->count && !trouble; i++)
        if (is_over(&troubles->list[i], now))
            trouble = &troubles->list[i];
    if (!trouble && (troubles->count < troubles->room || grow(troubles)))
        trouble = &troubles->list[troubles->count++];
    if (trouble)
        *trouble = (struct keeper_trouble){.recording = recording};
    return trouble;
}

bool keeper_may_complain(struct keeper *keeper, struct uuid recording, mono_time now)
{
    struct keeper_trouble *trouble = find(&keeper->troubles, recording);

    if (!trouble)
        trouble = add(&keeper->troubles, recording, now);
    if (!trouble)
        return true;
    if (trouble->logged && now.ns - trouble->logged_at.ns < KEEPER_REMIND_S * CLOCK_NS_PER_S)
        return false;
    trouble->logged = true;
    trouble->logged_at = now;
    return true;
}

void keeper_note_read(struct keeper *keeper, struct uuid recording, bool unreadable, mono_time now)
{
    struct keeper_trouble *trouble = find(&keeper->troubles, recording);

    if (!trouble && unreadable)
        trouble = add(&keeper->troubles, recording, now);
    if (!trouble)
        return;
    if (unreadable && !trouble->unreadable)
        trouble->unreadable_since = now;
    trouble->unreadable = unreadable;
}

bool keeper_gives_up(const struct keeper *keeper, struct uuid recording, mono_time now)
{
    const struct keeper_trouble *trouble = find(&keeper->troubles, recording);

    return trouble && trouble->unreadable &&
           now.ns - trouble->unreadable_since.ns >= KEEPER_GIVE_UP_S * CLOCK_NS_PER_S;
}
