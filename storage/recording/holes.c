#include "storage/recording/holes.h"

static void add_hole(struct holes *holes, int64_t start, int64_t end)
{
    if (holes->count == HOLES_MAX)
        holes->list[HOLES_MAX - 1].end = end;
    else
        holes->list[holes->count++] = (struct recover_hole){start, end};
}

struct holes_gap holes_follow(struct holes *holes, const struct pages_page *page)
{
    struct holes_gap gap = {.sequence = holes->begun ? holes->sequence + 1 : 0};
    int64_t start = page->granule - (int64_t)page->packets * PAGES_PACKET_GRANULES;

    /* a number that goes back is of no page that could be missing */
    uint32_t missing = page->sequence > gap.sequence ? page->sequence - gap.sequence : 0;
    gap.start = gap.end = holes->granule;
    if (missing && page->granule > 0 && start > holes->granule) {
        gap.end = start;
        add_hole(holes, gap.start, gap.end);
    }
    if (holes->begun) /* without its first page a stream does not play: nothing goes before it */
        gap.pages = missing;
    holes->begun = true;
    holes->sequence = page->sequence;
    if (page->granule > holes->granule)
        holes->granule = page->granule;
    return gap;
}
