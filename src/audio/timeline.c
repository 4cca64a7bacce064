#include "audio/timeline.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "audio/line.h"

/* A waiting packet. The entry comes first: what is handed out is the node. */
struct node {
    struct timeline_entry entry;
    struct node *next;
    struct node *previous;
    uint8_t payload[];
};

struct timeline {
    int64_t position;   /* read up to here */
    int64_t contiguous; /* packets without a gap from position to here; position where none */
    struct node *head;
    struct node *tail;
    size_t count;
};

enum status timeline_create(struct timeline **out)
{
    struct timeline *timeline = calloc(1, sizeof *timeline);

    if (!timeline)
        return STATUS_NOMEM;
    *out = timeline;
    return STATUS_OK;
}

void timeline_destroy(struct timeline *owned_timeline)
{
    if (!owned_timeline)
        return;
    struct node *node = owned_timeline->head;
    while (node) {
        struct node *next = node->next;
        free(node);
        node = next;
    }
    free(owned_timeline);
}

void timeline_begin(struct timeline *timeline, int64_t position)
{
    assert(!timeline->head && position >= timeline->position);
    timeline->position = position;
    timeline->contiguous = position;
}

/* Follow the waiting packets as long as they touch. */
static void extend_contiguous(struct timeline *timeline, const struct node *node)
{
    for (; node && node->entry.heard_start <= timeline->contiguous; node = node->next)
        timeline->contiguous = node->entry.heard_end;
}

static void link_after(struct timeline *timeline, struct node *before, struct node *node)
{
    node->previous = before;
    node->next = before ? before->next : timeline->head;
    if (node->next)
        node->next->previous = node;
    else
        timeline->tail = node;
    if (before)
        before->next = node;
    else
        timeline->head = node;
    timeline->count++;
    if (node->entry.heard_start <= timeline->contiguous)
        extend_contiguous(timeline, node);
}

/* Take the first node out of the list; there is one. */
static struct node *unlink_head(struct timeline *timeline)
{
    struct node *node = timeline->head;

    timeline->head = node->next;
    if (node->next)
        node->next->previous = NULL;
    else
        timeline->tail = NULL;
    timeline->count--;
    return node;
}

/* The greatest place of the grid that is not above a position; below 0 too. */
static int64_t grid_below(int64_t position)
{
    int64_t beyond = position % LINE_GRID;

    return position - (beyond < 0 ? beyond + LINE_GRID : beyond);
}

/* The part of a packet that is still free, behind its predecessor and before its successor. */
static enum status free_part(const struct timeline *timeline, const struct timeline_packet *packet,
                             struct node **before, int64_t *start, int64_t *end)
{
    struct node *node = timeline->tail;

    if (packet->end <= timeline->position)
        return STATUS_LATE;
    while (node && node->entry.heard_start > packet->start)
        node = node->previous;
    /* a predecessor may cover it all; the free part may then begin behind the next one, but a
     * packet is kept in one piece */
    int64_t from = packet->start > timeline->position ? packet->start : timeline->position;
    if (node && node->entry.heard_end > from)
        from = node->entry.heard_end;
    const struct node *after = node ? node->next : timeline->head;
    int64_t to =
        after && after->entry.heard_start < packet->end ? after->entry.heard_start : packet->end;
    if (from >= to)
        return STATUS_EXISTS;
    *before = node;
    *start = from;
    *end = to;
    return STATUS_OK;
}

enum status timeline_place(struct timeline *timeline, const struct timeline_packet *packet)
{
    struct node *before = NULL;
    struct timeline_packet placed = *packet;
    int64_t start = 0;
    int64_t end = 0;

    assert(packet->start < packet->end);
    if (!packet->codec) {
        placed.start = grid_below(packet->start);
        placed.end = grid_below(packet->end);
    }
    enum status status = free_part(timeline, &placed, &before, &start, &end);
    if (status != STATUS_OK)
        return status;
    if (timeline->count >= BOUND_REORDER_PACKETS)
        return STATUS_LIMIT;
    struct node *node = malloc(sizeof *node + packet->payload_bytes);
    if (!node)
        return STATUS_NOMEM;
    *node = (struct node){
        .entry = {.packet = placed, .heard_start = start, .heard_end = end},
    };
    node->entry.packet.payload = node->payload;
    if (packet->payload_bytes)
        memcpy(node->payload, packet->payload, packet->payload_bytes);
    link_after(timeline, before, node);
    return STATUS_OK;
}

int64_t timeline_ready(const struct timeline *timeline, int64_t passed)
{
    return timeline->contiguous > passed ? timeline->contiguous : passed;
}

int64_t timeline_due(const struct timeline *timeline, int64_t arrival)
{
    /* from the end: only what came lately is looked at in vain */
    for (const struct node *node = timeline->tail; node; node = node->previous)
        if (node->entry.packet.arrival <= arrival)
            return node->entry.heard_end;
    return timeline->position;
}

const struct timeline_entry *timeline_head(const struct timeline *timeline)
{
    return timeline->head ? &timeline->head->entry : NULL;
}

/* Read up to a position that no waiting packet lies before. */
static void move_on(struct timeline *timeline, int64_t position)
{
    timeline->position = position;
    if (timeline->contiguous < position) {
        timeline->contiguous = position;
        extend_contiguous(timeline, timeline->head);
    }
}

struct timeline_entry *timeline_take(struct timeline *timeline)
{
    assert(timeline->head && timeline->head->entry.heard_start == timeline->position);
    struct node *node = unlink_head(timeline);
    move_on(timeline, node->entry.heard_end);
    return &node->entry;
}

void timeline_free(struct timeline_entry *owned_entry)
{
    free(owned_entry); /* the node's first member */
}

void timeline_pass(struct timeline *timeline, int64_t position)
{
    assert(position >= timeline->position);
    assert(!timeline->head || position <= timeline->head->entry.heard_start);
    move_on(timeline, position);
}

static void move_node(struct node *node, int64_t by, int64_t position)
{
    struct timeline_entry *entry = &node->entry;

    entry->packet.start += by;
    entry->packet.end += by;
    entry->heard_start += by;
    entry->heard_end += by;
    if (entry->heard_start < position)
        entry->heard_start = position;
}

size_t timeline_shift(struct timeline *timeline, int64_t by)
{
    size_t dropped = 0;

    assert(by % LINE_GRID == 0);
    for (struct node *node = timeline->head; node; node = node->next)
        move_node(node, by, timeline->position);
    while (timeline->head && timeline->head->entry.heard_end <= timeline->position) {
        free(unlink_head(timeline));
        dropped++;
    }
    timeline->contiguous = timeline->position;
    extend_contiguous(timeline, timeline->head);
    return dropped;
}

/* Put a node that was taken out in the place of its packet; returns whether there is room. */
static bool put_back(struct timeline *timeline, struct node *node)
{
    struct node *before = NULL;
    struct timeline_entry *entry = &node->entry;

    if (free_part(timeline, &entry->packet, &before, &entry->heard_start, &entry->heard_end) !=
        STATUS_OK)
        return false;
    link_after(timeline, before, node);
    return true;
}

size_t timeline_recount(struct timeline *timeline, uint32_t run, int64_t origin, uint32_t from_hz,
                        uint32_t to_hz)
{
    struct node *node = timeline->head;
    size_t dropped = 0;

    timeline->head = timeline->tail = NULL;
    timeline->count = 0;
    timeline->contiguous = timeline->position;
    while (node) {
        struct node *next = node->next;
        struct timeline_packet *packet = &node->entry.packet;
        int64_t by = (packet->start - origin) * from_hz / to_hz - (packet->start - origin);

        if (packet->run == run) {
            packet->start += by;
            packet->end += by;
        }
        if (!put_back(timeline, node)) {
            free(node);
            dropped++;
        }
        node = next;
    }
    return dropped;
}

int64_t timeline_position(const struct timeline *timeline)
{
    return timeline->position;
}

int64_t timeline_occupied_end(const struct timeline *timeline)
{
    return timeline->tail ? timeline->tail->entry.heard_end : timeline->position;
}

size_t timeline_waiting(const struct timeline *timeline)
{
    return timeline->count;
}
