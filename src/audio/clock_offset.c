#include "audio/clock_offset.h"

#include "base/clock.h"

void clock_offset_init(struct clock_offset *clock)
{
    *clock = (struct clock_offset){0};
}

static struct clock_offset_window *window_at(struct clock_offset *clock, int64_t number)
{
    return &clock->windows[number % CLOCK_OFFSET_WINDOWS];
}

/* Forget the windows that the time has left behind. */
static void advance(struct clock_offset *clock, int64_t number)
{
    if (number - clock->window >= CLOCK_OFFSET_WINDOWS)
        clock->window = number - CLOCK_OFFSET_WINDOWS;
    while (clock->window < number)
        *window_at(clock, ++clock->window) = (struct clock_offset_window){0};
}

void clock_offset_add(struct clock_offset *clock, int64_t at_ns, int64_t offset)
{
    advance(clock, at_ns / (CLOCK_OFFSET_WINDOW_MS * CLOCK_NS_PER_MS));

    struct clock_offset_window *window = window_at(clock, clock->window);
    size_t at = window->count < CLOCK_OFFSET_LEAST ? window->count : CLOCK_OFFSET_LEAST;
    if (window->count < UINT32_MAX)
        window->count++;
    for (; at > 0 && window->least[at - 1] > offset; at--)
        if (at < CLOCK_OFFSET_LEAST)
            window->least[at] = window->least[at - 1];
    if (at < CLOCK_OFFSET_LEAST)
        window->least[at] = offset;
}

void clock_offset_move(struct clock_offset *clock, int64_t by)
{
    for (size_t i = 0; i < CLOCK_OFFSET_WINDOWS; i++)
        for (size_t rank = 0; rank < CLOCK_OFFSET_LEAST; rank++)
            clock->windows[i].least[rank] += by;
}

/* The least that the newest windows tell, those of them that have seen enough. */
static bool least_of(const struct clock_offset *clock, int64_t windows, int64_t *offset)
{
    bool known = false;

    for (int64_t age = 0; age < windows && age <= clock->window; age++) {
        const struct clock_offset_window *window =
            &clock->windows[(clock->window - age) % CLOCK_OFFSET_WINDOWS];
        int64_t told = window->least[CLOCK_OFFSET_LEAST - 1];
        if (window->count >= CLOCK_OFFSET_LEAST && (!known || told < *offset)) {
            *offset = told;
            known = true;
        }
    }
    return known;
}

bool clock_offset_least(const struct clock_offset *clock, int64_t *offset)
{
    return least_of(clock, CLOCK_OFFSET_WINDOWS, offset);
}

bool clock_offset_slow(const struct clock_offset *clock, int64_t *offset)
{
    uint64_t count = 0;

    for (size_t i = 0; i < CLOCK_OFFSET_WINDOWS; i++)
        count += clock->windows[i].count;
    return count >= CLOCK_OFFSET_FULL && clock_offset_least(clock, offset);
}

static uint32_t count_of(const struct clock_offset *clock, int64_t number)
{
    return number < 0 ? 0 : clock->windows[number % CLOCK_OFFSET_WINDOWS].count;
}

bool clock_offset_fast(const struct clock_offset *clock, int64_t *offset)
{
    /* the older may hold nothing but a burst that was held up, so the newest must know better */
    if (count_of(clock, clock->window - 1) < CLOCK_OFFSET_FULL ||
        count_of(clock, clock->window) < CLOCK_OFFSET_FULL / 2)
        return false;
    return least_of(clock, 2, offset);
}
