#include "ingest/call_places.h"

#include <stdio.h>
#include <string.h>

static bool is_known(const struct recording_party *party)
{
    return party->number[0] || party->name[0];
}

static bool is_same_party(const struct recording_party *one, const struct recording_party *other)
{
    if (one->number[0] && other->number[0])
        return strcmp(one->number, other->number) == 0;
    return one->name[0] && strcmp(one->name, other->name) == 0;
}

bool call_places_agree(const struct recording_stream *told, const struct recording_stream *stream)
{
    bool known = is_known(&told->party);

    if (known && is_known(&stream->party))
        return is_same_party(&told->party, &stream->party);
    if (told->label[0] && stream->label[0])
        return strcmp(told->label, stream->label) == 0;
    return !known && !is_known(&stream->party);
}

/* The first that is free, of that channel or of any, and agrees or need not; count where none. */
static size_t find_free(const struct call_places *places, const struct recording_stream *stream,
                        bool any_channel, bool any_stream)
{
    size_t i = 0;

    while (i < places->count &&
           (places->taken[i] || (!any_channel && places->told[i].channel != stream->channel) ||
            (!any_stream && !call_places_agree(&places->told[i], stream))))
        i++;
    return i;
}

size_t call_places_choose(const struct call_places *places, const struct recording_stream *stream,
                          size_t own)
{
    if (own < places->count && !places->taken[own] &&
        places->told[own].channel == stream->channel &&
        call_places_agree(&places->told[own], stream))
        return own;
    size_t found = find_free(places, stream, false, false);
    if (found < places->count || places->count < BOUND_CALL_STREAMS)
        return found;
    found = find_free(places, stream, false, true);
    if (found == places->count)
        found = find_free(places, stream, true, true);
    return found < places->count ? found : CALL_PLACES_NONE;
}

static const char *who(const struct recording_party *party)
{
    if (!is_known(party))
        return "unknown";
    return party->number[0] ? party->number : party->name;
}

void call_places_describe(const struct recording_stream *told,
                          const struct recording_stream *stream, char text[CALL_PLACES_TEXT_BYTES])
{
    (void)snprintf(text, CALL_PLACES_TEXT_BYTES, "%s%s%s -> %s%s%s", told->label,
                   told->label[0] ? ", " : "", who(&told->party), stream->label,
                   stream->label[0] ? ", " : "", who(&stream->party));
}
