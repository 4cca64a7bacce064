#include "audio/timeline.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A waiting packet. Only samples [skip, skip + samples) of it are heard; the rest is others'. */
struct node {
    struct node *next;
    struct node *previous;
    int64_t start; /* position of sample `skip` */
    int64_t arrival;
    uint32_t skip;
    uint32_t samples;
    uint32_t run;
    uint32_t ssrc;
    int64_t sequence;
    bool marker;
    const struct audio_codec *codec;
    size_t payload_bytes;
    uint8_t payload[];
};

struct timeline {
    int64_t position;   /* read up to here */
    int64_t contiguous; /* audio without a gap from position to here; position where none */
    struct node *head;
    struct node *tail;
    size_t count;
    /* the packet that was reached last */
    bool any;
    int64_t audio_end;
    uint32_t run_before;
    int64_t sequence_before;
    uint32_t ssrc_before;
    const struct audio_codec *codec_before;
    const int16_t *open; /* its samples that are not read yet, in `decoded` */
    size_t open_samples;
    int16_t decoded[AUDIO_PACKET_SAMPLES_MAX];
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
    assert(!timeline->any && !timeline->head && position >= 0);
    timeline->position = position;
    timeline->contiguous = position;
}

static int64_t node_end(const struct node *node)
{
    return node->start + node->samples;
}

/* Everything before this position is read, or about to be: the open packet is whole. */
static int64_t taken_end(const struct timeline *timeline)
{
    return timeline->position + (int64_t)timeline->open_samples;
}

/* Follow the waiting packets as long as they touch. */
static void extend_contiguous(struct timeline *timeline, const struct node *node)
{
    for (; node && node->start <= timeline->contiguous; node = node->next)
        if (node_end(node) > timeline->contiguous)
            timeline->contiguous = node_end(node);
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
    if (node->start <= timeline->contiguous)
        extend_contiguous(timeline, node);
}

/* The part of a packet that is still free, behind its predecessor and before its successor. */
static enum status free_part(const struct timeline *timeline, const struct timeline_packet *packet,
                             struct node **before, int64_t *start, int64_t *end)
{
    int64_t packet_end =
        packet->position + (int64_t)audio_codec_samples(packet->codec, packet->payload_bytes);
    struct node *node = timeline->tail;

    if (packet_end <= timeline->position)
        return STATUS_LATE;
    while (node && node->start > packet->position)
        node = node->previous;
    /* a predecessor may cover it all; the free part may then begin behind the next one, but a
     * packet is kept in one piece */
    int64_t from = packet->position > taken_end(timeline) ? packet->position : taken_end(timeline);
    if (node && node_end(node) > from)
        from = node_end(node);
    const struct node *after = node ? node->next : timeline->head;
    int64_t to = after && after->start < packet_end ? after->start : packet_end;
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
    int64_t start = 0;
    int64_t end = 0;
    enum status status = free_part(timeline, packet, &before, &start, &end);

    if (status != STATUS_OK)
        return status;
    if (timeline->count >= BOUND_REORDER_PACKETS)
        return STATUS_LIMIT;
    struct node *node = malloc(sizeof *node + packet->payload_bytes);
    if (!node)
        return STATUS_NOMEM;
    *node = (struct node){
        .start = start,
        .arrival = packet->arrival,
        .skip = (uint32_t)(start - packet->position),
        .samples = (uint32_t)(end - start),
        .run = packet->run,
        .ssrc = packet->ssrc,
        .sequence = packet->sequence,
        .marker = packet->marker,
        .codec = packet->codec,
        .payload_bytes = packet->payload_bytes,
    };
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
        if (node->arrival <= arrival)
            return node_end(node);
    return timeline->position;
}

/* Decode the head, which begins at the read position, and tell about it. */
static void open_head(struct timeline *timeline, struct timeline_entry *entry)
{
    struct node *node = timeline->head;

    *entry = (struct timeline_entry){
        .first = !timeline->any,
        .gap_start = timeline->audio_end,
        .gap_end = node->start,
        .run_before = timeline->run_before,
        .sequence_before = timeline->sequence_before,
        .ssrc_before = timeline->ssrc_before,
        .codec_before = timeline->codec_before,
        .run = node->run,
        .sequence = node->sequence,
        .ssrc = node->ssrc,
        .codec = node->codec,
        .marker = node->marker,
        .samples = (uint32_t)audio_codec_samples(node->codec, node->payload_bytes),
    };
    node->codec->decode(node->payload, node->payload_bytes, timeline->decoded);
    timeline->open = timeline->decoded + node->skip;
    timeline->open_samples = node->samples;
    timeline->any = true;
    timeline->audio_end = node_end(node);
    timeline->run_before = node->run;
    timeline->sequence_before = node->sequence;
    timeline->ssrc_before = node->ssrc;
    timeline->codec_before = node->codec;
    timeline->head = node->next;
    if (node->next)
        node->next->previous = NULL;
    else
        timeline->tail = NULL;
    timeline->count--;
    free(node);
}

size_t timeline_read(struct timeline *timeline, int16_t *pcm, size_t samples, bool *reached,
                     struct timeline_entry *entry)
{
    size_t count = samples;

    *reached = false;
    if (!timeline->open_samples && timeline->head && timeline->head->start == timeline->position) {
        open_head(timeline, entry);
        *reached = true;
    }
    if (timeline->open_samples) {
        if (count > timeline->open_samples)
            count = timeline->open_samples;
        memcpy(pcm, timeline->open, count * sizeof *pcm);
        timeline->open += count;
        timeline->open_samples -= count;
    } else {
        if (timeline->head && timeline->head->start < timeline->position + (int64_t)count)
            count = (size_t)(timeline->head->start - timeline->position);
        memset(pcm, 0, count * sizeof *pcm);
    }
    timeline->position += (int64_t)count;
    if (timeline->contiguous < timeline->position) {
        timeline->contiguous = timeline->position;
        extend_contiguous(timeline, timeline->head);
    }
    return count;
}

int64_t timeline_audio_end(const struct timeline *timeline)
{
    return timeline->audio_end;
}

int64_t timeline_occupied_end(const struct timeline *timeline)
{
    return timeline->tail ? node_end(timeline->tail) : taken_end(timeline);
}

size_t timeline_waiting(const struct timeline *timeline)
{
    return timeline->count;
}
