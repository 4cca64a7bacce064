/* What is gone of a stream: where it was, silence in its place, and what recovery tells of it. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bounds.h"
#include "storage/recording/fill.h"
#include "storage/recording/frame.h"
#include "storage/recording/holes.h"
#include "storage/recording/pages.h"

enum { FRAME_GRANULE = 960, PAGE_FRAMES = 50, PACKET_BYTES = 120, SERIAL = 0x12345678 };

static struct store store;

static int open_store(void **state)
{
    (void)state;
    store_open(&store);
    return 0;
}

static int close_store(void **state)
{
    (void)state;
    store_close(&store);
    return 0;
}

/* A page of a second, of packets of 20 ms as a recorder writes them. */
static void second_page(struct stream *stream)
{
    uint8_t page[27 + PAGE_FRAMES + PAGE_FRAMES * PACKET_BYTES] = "OggS";
    ogg_page made = {page, 27 + PAGE_FRAMES, page + 27 + PAGE_FRAMES, PAGE_FRAMES * PACKET_BYTES};

    stream->granule += PAGE_FRAMES * FRAME_GRANULE;
    bytes_put_u64(page + 6, (uint64_t)stream->granule);
    bytes_put_u32(page + 14, SERIAL);
    bytes_put_u32(page + 18, stream->sequence++);
    page[26] = PAGE_FRAMES;
    memset(page + 27, PACKET_BYTES, PAGE_FRAMES);
    fill_pattern(made.body, (size_t)made.body_len, stream->sequence);
    ogg_page_checksum_set(&made);
    stream->last = stream->bytes.len;
    assert_int_equal(bytes_append(&stream->bytes, page, sizeof page), STATUS_OK);
}

static struct pages_page page_of(uint32_t sequence, int64_t granule, size_t packets)
{
    return (struct pages_page){.sequence = sequence, .granule = granule, .packets = packets};
}

static void a_gap_is_known_by_the_pages_around_it(void **state)
{
    static struct holes holes;
    struct holes_gap gap;
    (void)state;

    memset(&holes, 0, sizeof holes);
    const struct pages_page pages[] = {page_of(0, 0, 1), page_of(1, 0, 1), page_of(2, 48000, 50),
                                       page_of(3, 96000, 50), page_of(6, 240000, 50)};
    for (size_t i = 0; i < 4; i++) {
        gap = holes_follow(&holes, &pages[i]);
        assert_int_equal(gap.pages, 0);
        assert_int_equal(gap.start, gap.end);
    }
    gap = holes_follow(&holes, &pages[4]);
    assert_int_equal(gap.pages, 2);
    assert_int_equal(gap.sequence, 4);
    assert_int_equal(gap.start, 96000);
    assert_int_equal(gap.end, 192000);
    assert_int_equal(holes.count, 1);
    /* an empty last page, and numbers that begin anew, are no hole */
    const struct pages_page last = page_of(7, -1, 0);
    assert_int_equal(holes_follow(&holes, &last).pages, 0);
    const struct pages_page again = page_of(0, 240000, 50);
    assert_int_equal(holes_follow(&holes, &again).pages, 0);
    assert_int_equal(holes.count, 1);
}

static void more_holes_than_can_be_kept_are_one_with_the_last(void **state)
{
    static struct holes holes;
    (void)state;

    memset(&holes, 0, sizeof holes);
    for (uint32_t i = 0; i <= HOLES_MAX + 1; i++) {
        const struct pages_page page = page_of(2 * i, (int64_t)i * 96000 + 48000, 50);
        (void)holes_follow(&holes, &page);
    }
    assert_int_equal(holes.count, HOLES_MAX);
    assert_int_equal(holes.list[HOLES_MAX - 2].end - holes.list[HOLES_MAX - 2].start, 48000);
    assert_int_equal(holes.list[HOLES_MAX - 1].end, (int64_t)(HOLES_MAX + 1) * 96000);
}

static void silence_fills_a_gap_without_a_seam(void **state)
{
    uint8_t made[FILL_PAGE_BYTES_MAX];
    struct pages_page page;
    struct pages pages;
    struct fill fill;
    (void)state;

    for (unsigned streams = 0; streams <= BOUND_OPUS_STREAMS; streams++) {
        const struct holes_gap gap = {.sequence = 9, .pages = 3, .start = 960, .end = 960 * 148};
        int64_t granule = gap.start;
        uint32_t sequence = gap.sequence;
        size_t frames = 0;
        pages_init(&pages);
        fill_begin(&fill, &gap, SERIAL, streams);
        while (fill_next(&fill, made, &page) == STATUS_OK) {
            struct pages_page read;
            struct pages_packet packet;
            size_t segment = 0;
            size_t offset = 0;
            assert_int_equal(pages_feed(&pages, made, page.head_bytes + page.payload_bytes),
                             STATUS_OK);
            assert_int_equal(pages_next(&pages, &read), STATUS_OK); /* its checksum is right */
            assert_int_equal(read.sequence, sequence++);
            granule += (int64_t)read.packets * FRAME_GRANULE;
            assert_int_equal(read.granule, granule);
            while (pages_packet(&read, &segment, &offset, &packet) == STATUS_OK) {
                assert_int_equal(packet.data_bytes, streams ? 4 * streams - 1 : 3);
                assert_memory_equal(packet.data + packet.data_bytes - 3, "\x98\xff\xfe", 3);
                frames++;
            }
        }
        assert_int_equal(frames, 147);
        assert_int_equal(granule, gap.end);
        assert_int_equal(sequence, gap.sequence + gap.pages);
        pages_deinit(&pages);
    }
}

/* What recovery told its describer. */
struct told {
    size_t packets;
    size_t silent;
    size_t holes;
    struct recover_hole hole[8];
    int64_t pre_skip;
    bool found_before_details;
    bool details;
};

static void take_packet(void *context, const struct recover_packet *packet)
{
    static const uint8_t silence[] = {0x98, 0x02, 0xff, 0xfe, 0x98, 0xff, 0xfe};
    struct told *told = context;

    assert_int_equal(packet->streams, 2);
    assert_int_equal(packet->pre_skip, 312);
    told->packets++;
    if (packet->data_bytes == sizeof silence && !memcmp(packet->data, silence, sizeof silence))
        told->silent++;
    else
        assert_int_equal(packet->data_bytes, PACKET_BYTES);
}

static enum status take_found(void *context, const struct recover_found *found)
{
    struct told *told = context;

    told->found_before_details = !told->details;
    told->holes = found->holes;
    assert_true(found->holes <= 8);
    memcpy(told->hole, found->hole, found->holes * sizeof *found->hole);
    told->pre_skip = found->pre_skip;
    return STATUS_OK;
}

static enum status give_details(void *context, const struct recording_summary *so_far,
                                const char **details, size_t *details_bytes)
{
    struct told *told = context;

    (void)so_far;
    told->details = true;
    *details = "{}";
    *details_bytes = 2;
    return STATUS_OK;
}

static enum status give_sections(void *context, struct recording_section *section, size_t *sections)
{
    static const uint8_t pixels[] = {1, 2, 3, 4};

    (void)context;
    section[0] = (struct recording_section){SECTION_CHANNEL_PEAKS, pixels, sizeof pixels};
    section[1] = (struct recording_section){SECTION_PEAKS, pixels, sizeof pixels};
    *sections = 2;
    return STATUS_OK;
}

static struct told recover(struct call *call, struct recording_summary *summary)
{
    const struct recording_access access = {
        .disk = &disk_system, .keys = store.private_keys, .signers = store.public_keys};
    struct told told = {0};
    const struct recover_describe describe = {.context = &told,
                                              .packet = take_packet,
                                              .found = take_found,
                                              .details = give_details,
                                              .sections = give_sections};
    struct fault fault = {0};

    enum status status = recording_recover(&access, call->image.path, call->image.id, store.keeper,
                                           &describe, summary, &fault);
    if (status != STATUS_OK)
        fail_msg("%s", fault.text);
    return told;
}

/* The recovered stream plays on through every hole: numbers and granules without a jump. */
static void assert_seamless(struct call *call, const struct recording_summary *summary)
{
    struct recording_reader *reader = NULL;
    struct fault fault = {0};
    struct pages_page page;
    struct pages pages;
    uint8_t *data = malloc(summary->audio_bytes);
    int64_t granule = 0;
    uint32_t sequence = 0;

    assert_int_equal(store_read(&store, &call->image, &reader, &fault), STATUS_OK);
    assert_int_equal(recording_reader_verify(reader, &fault), STATUS_OK);
    assert_int_equal(recording_reader_read(reader, 0, data, summary->audio_bytes, &fault),
                     STATUS_OK);
    pages_init(&pages);
    assert_int_equal(pages_feed(&pages, data, summary->audio_bytes), STATUS_OK);
    while (pages_next(&pages, &page) == STATUS_OK) {
        assert_int_equal(page.sequence, sequence++);
        if (page.granule <= 0)
            continue;
        granule += (int64_t)page.packets * FRAME_GRANULE;
        assert_int_equal(page.granule, granule);
    }
    assert_true(pages.ended);
    pages_deinit(&pages);
    free(data);
    recording_reader_close(reader);
}

static void recovery_tells_holes_fills_them_and_takes_the_sections(void **state)
{
    enum { SECONDS = 12 };
    struct recording_summary summary;
    struct recording_reader *reader = NULL;
    struct fault fault = {0};
    struct bytes section;
    struct call call;
    (void)state;

    call_begin(&store, &call);
    for (int i = 0; i < SECONDS; i++) {
        second_page(&call.stream);
        stream_append(&call.stream, &call.made);
    }
    call_flush(&call, true);
    call_image(&call);
    struct told told = recover(&call, &summary);
    assert_int_equal(told.packets, SECONDS * PAGE_FRAMES);
    assert_int_equal(told.silent, 0);
    assert_int_equal(told.holes, 0);
    assert_true(told.found_before_details);
    assert_seamless(&call, &summary);

    call_image(&call);
    file_flip(call.image.path, frame_offset(4) + 100, 1);  /* bytes 16208 to 20259 */
    file_flip(call.image.path, frame_offset(11) + 100, 1); /* bytes 44572 to 48623 */
    told = recover(&call, &summary);
    assert_int_equal(summary.holes, 2);
    assert_int_equal(told.holes, 2);
    assert_int_equal(told.packets, SECONDS * PAGE_FRAMES);
    assert_int_equal(told.pre_skip, 312);
    int64_t gone = 0;
    for (size_t i = 0; i < told.holes; i++) {
        assert_int_equal(told.hole[i].start % 48000, 0); /* whole pages went */
        assert_true(told.hole[i].end > told.hole[i].start);
        gone += told.hole[i].end - told.hole[i].start;
    }
    assert_int_equal(told.silent, gone / FRAME_GRANULE);
    assert_in_range(gone, 2 * 48000, 5 * 48000);
    assert_int_equal(summary.duration_ms, (SECONDS * 48000 - 312) / 48);
    assert_seamless(&call, &summary);

    bytes_init(&section, 64);
    assert_int_equal(store_read(&store, &call.image, &reader, &fault), STATUS_OK);
    assert_int_equal(recording_reader_section(reader, SECTION_PEAKS, &section, &fault), STATUS_OK);
    assert_int_equal(recording_reader_section(reader, SECTION_CHANNEL_PEAKS, &section, &fault),
                     STATUS_OK);
    assert_memory_equal(section.data, "\1\2\3\4\1\2\3\4", 8);
    recording_reader_close(reader);
    bytes_deinit(&section);
    call_end(&call);
}

/* The first frame begins with the header pages: they are in the tail once more. */
static void without_its_first_frame_a_recording_plays_all_the_same(void **state)
{
    enum { SECONDS = 12 };
    struct recording_summary summary;
    struct recording_reader *reader = NULL;
    struct fault fault = {0};
    struct call call;
    (void)state;

    call_begin(&store, &call);
    size_t head_bytes = call.stream.bytes.len;
    uint8_t *head = malloc(head_bytes);
    for (int i = 0; i < SECONDS; i++) {
        second_page(&call.stream);
        stream_append(&call.stream, &call.made);
        call_flush(&call, true);
    }
    call_image(&call);
    file_flip(call.image.path, frame_offset(0) + 100, 1);
    const struct told told = recover(&call, &summary);
    assert_true(summary.damaged);
    assert_int_equal(summary.holes, 1);
    assert_int_equal(told.holes, 1);
    assert_int_equal(told.hole[0].start, 0);
    assert_int_equal(told.packets, SECONDS * PAGE_FRAMES);
    assert_int_equal(told.silent, told.hole[0].end / FRAME_GRANULE);
    assert_in_range(told.silent, 1, 2 * PAGE_FRAMES);
    assert_int_equal(summary.duration_ms, (SECONDS * 48000 - 312) / 48);
    assert_seamless(&call, &summary);
    assert_int_equal(store_read(&store, &call.image, &reader, &fault), STATUS_OK);
    assert_int_equal(recording_reader_read(reader, 0, head, head_bytes, &fault), STATUS_OK);
    assert_memory_equal(head, call.stream.bytes.data, head_bytes);
    recording_reader_close(reader);
    free(head);
    call_end(&call);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gap_is_known_by_the_pages_around_it),
        cmocka_unit_test(more_holes_than_can_be_kept_are_one_with_the_last),
        cmocka_unit_test(silence_fills_a_gap_without_a_seam),
        cmocka_unit_test(recovery_tells_holes_fills_them_and_takes_the_sections),
        cmocka_unit_test(without_its_first_frame_a_recording_plays_all_the_same),
    };

    return cmocka_run_group_tests(tests, open_store, close_store);
}
