/* Other streams of a recording as channels: a header made anew, and every other byte as stored. */
#include <ogg/ogg.h>
#include <stdlib.h>
#include <string.h>

#include "storage/recording/view.h"
#include "unit/recording/support.h"

enum { HEAD_PAGE_BYTES = 51, HEAD_AT = 28, STREAMS = 10, PAGES = 30 };

static struct store store;

static int set_up(void **state)
{
    (void)state;
    store_open(&store);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    store_close(&store);
    return 0;
}

/* A finished recording of so many streams in each packet, and its reader. */
struct scene {
    struct stream stream;
    struct made made;
    struct recording_reader *reader;
};

static void patch(struct stream *stream, size_t at, uint8_t value)
{
    ogg_page page = {stream->bytes.data, HEAD_AT, stream->bytes.data + HEAD_AT,
                     HEAD_PAGE_BYTES - HEAD_AT};

    stream->bytes.data[at] = value;
    ogg_page_checksum_set(&page);
}

static void scene_make(struct scene *scene)
{
    struct fault fault = {0};

    store_make(&store, scene->stream.bytes.data, scene->stream.bytes.len, 5000, &scene->made);
    assert_int_equal(store_read(&store, &scene->made, &scene->reader, &fault), STATUS_OK);
}

static void scene_init(struct scene *scene, uint8_t streams)
{
    stream_init(&scene->stream);
    stream_head(&scene->stream);
    for (size_t i = 0; i < PAGES; i++)
        stream_page(&scene->stream, 3000 + 100 * i);
    patch(&scene->stream, HEAD_AT + 19, streams);
    scene_make(scene);
}

static void scene_deinit(struct scene *scene)
{
    recording_reader_close(scene->reader);
    stream_deinit(&scene->stream);
}

static uint8_t *read_all(const struct scene *scene, const struct view *view)
{
    struct fault fault = {0};
    uint8_t *all = malloc(view->bytes);

    assert_non_null(all);
    assert_int_equal(view_read(view, scene->reader, 0, all, view->bytes, &fault), STATUS_OK);
    return all;
}

static void stored_view_is_what_is_stored_and_looks_at_nothing(void **state)
{
    (void)state;
    struct scene scene;
    struct view view;

    scene_init(&scene, STREAMS);
    view_as_stored(&view, scene.reader);
    assert_int_equal(view.bytes, scene.stream.bytes.len);
    uint8_t *all = read_all(&scene, &view);
    assert_memory_equal(all, scene.stream.bytes.data, view.bytes);
    free(all);
    scene_deinit(&scene);
}

/* libogg finds every page whole, its checksum right, and the rest as it was. */
static void assert_view(const struct scene *scene, const uint8_t *mapping, size_t channels)
{
    struct fault fault = {0};
    struct view view;
    ogg_sync_state sync;
    ogg_page page;
    size_t pages = 0;

    assert_int_equal(view_read_header(&view, scene->reader, &fault), STATUS_OK);
    assert_int_equal(view.streams, STREAMS);
    view_choose(&view, mapping, channels);
    assert_int_equal(view.bytes, scene->stream.bytes.len - 2 + channels);
    uint8_t *all = read_all(scene, &view);
    const uint8_t *head = all + HEAD_AT;
    const uint8_t *stored = scene->stream.bytes.data + HEAD_AT;
    assert_memory_equal(head, stored, 9); /* magic and version */
    assert_int_equal(head[9], channels);
    assert_memory_equal(head + 10, stored + 10, 8); /* pre-skip, rate, gain */
    assert_int_equal(head[18], channels == 1 ? 1 : 255);
    assert_int_equal(head[19], STREAMS);
    assert_int_equal(head[20], 0);
    assert_memory_equal(head + 21, mapping, channels);
    assert_memory_equal(head + 21 + channels, scene->stream.bytes.data + HEAD_PAGE_BYTES,
                        scene->stream.bytes.len - HEAD_PAGE_BYTES);
    (void)ogg_sync_init(&sync);
    memcpy(ogg_sync_buffer(&sync, (long)view.bytes), all, view.bytes);
    (void)ogg_sync_wrote(&sync, (long)view.bytes);
    for (long length; (length = ogg_sync_pageseek(&sync, &page)) != 0; pages++) {
        assert_true(length > 0); /* nothing was passed over */
        assert_int_equal(ogg_page_pageno(&page), pages);
        assert_int_equal(ogg_page_bos(&page) != 0, pages == 0);
    }
    assert_int_equal(pages, PAGES + 2);
    (void)ogg_sync_clear(&sync);
    free(all);
}

static void view_is_a_header_of_its_own_before_the_same_pages(void **state)
{
    (void)state;
    const uint8_t mapping[VIEW_CHANNELS_MAX] = {2, 3, 4, 5, 6, 7, 8, 9};
    struct scene scene;

    scene_init(&scene, STREAMS);
    for (size_t channels = 1; channels <= VIEW_CHANNELS_MAX; channels++)
        assert_view(&scene, mapping, channels);
    for (uint8_t stream = 0; stream < STREAMS; stream++)
        assert_view(&scene, &stream, 1);
    scene_deinit(&scene);
}

static void any_range_of_a_view_is_that_slice_of_it(void **state)
{
    (void)state;
    struct fault fault = {0};
    struct scene scene;
    struct view view;

    scene_init(&scene, STREAMS);
    assert_int_equal(view_read_header(&view, scene.reader, &fault), STATUS_OK);
    view_choose(&view, (const uint8_t[]){2, 3, 4, 5, 6}, 5);
    uint8_t *all = read_all(&scene, &view);
    uint8_t *got = malloc(view.bytes);
    srandom(42);
    for (int i = 0; i < 2000; i++) {
        /* half of them begin around the header's end */
        size_t offset = (size_t)random() % (i % 2 ? view.page_bytes + 3 : view.bytes + 1);
        size_t length = (size_t)random() % (view.bytes - offset + 1);
        if (i % 4 < 2)
            length %= 60;
        assert_int_equal(view_read(&view, scene.reader, offset, got, length, &fault), STATUS_OK);
        if (length)
            assert_memory_equal(got, all + offset, length);
    }
    assert_int_equal(view_read(&view, scene.reader, view.bytes, got, 0, &fault), STATUS_OK);
    assert_int_equal(view_read(&view, scene.reader, view.bytes, got, 1, &fault), STATUS_INVALID);
    assert_int_equal(view_read(&view, scene.reader, UINT64_MAX, got, 2, &fault), STATUS_INVALID);
    free(got);
    free(all);
    scene_deinit(&scene);
}

/* --- streams that change places ----------------------------------------------------------------
 */

enum { SPARE = 6, PACKETS = 40 };

/* A stream of a packet: so many bytes of its number, in the self-delimiting form but for the last.
 */
static size_t put_stream(uint8_t *out, size_t stream, size_t bytes)
{
    size_t used = 0;

    out[used++] = (uint8_t)(stream << 3);
    if (stream + 1 < SPARE && bytes >= 252) {
        out[used++] = (uint8_t)(252 + (bytes & 3));
        out[used++] = (uint8_t)((bytes - 252) >> 2);
    } else if (stream + 1 < SPARE) {
        out[used++] = (uint8_t)bytes;
    }
    memset(out + used, (int)stream + 1, bytes);
    return used + bytes;
}

/* One packet of left and right, of various lengths; own streams are without data, or have some. */
static size_t put_packet(uint8_t *out, size_t number, bool own, const size_t *order)
{
    uint8_t piece[SPARE][1000];
    size_t bytes[SPARE];
    size_t used = 0;

    for (size_t i = 0; i < SPARE; i++)
        bytes[i] = put_stream(piece[i], i, i < 2 ? (number * 37 + i * 211) % 700 + 1 : own ? 9 : 0);
    for (size_t i = 0; i < SPARE; i++) {
        memcpy(out + used, piece[order[i]], bytes[order[i]]);
        used += bytes[order[i]];
    }
    return used;
}

/* A page of two packets. */
static void put_page(struct stream *stream, uint8_t body[2][1500], const size_t bytes[2])
{
    uint8_t page[27 + 255 + 2 * 1500] = "OggS";
    size_t at = 27;

    stream->granule += 1920;
    bytes_put_u64(page + 6, (uint64_t)stream->granule);
    bytes_put_u32(page + 14, 0x12345678);
    bytes_put_u32(page + 18, stream->sequence++);
    for (size_t i = 0; i < 2; i++) {
        for (size_t left = bytes[i]; left >= 255; left -= 255)
            page[at++] = 255;
        page[at++] = (uint8_t)(bytes[i] % 255);
    }
    page[26] = (uint8_t)(at - 27);
    ogg_page made = {page, (long)at, page + at, (long)(bytes[0] + bytes[1])};
    memcpy(page + at, body[0], bytes[0]);
    memcpy(page + at + bytes[0], body[1], bytes[1]);
    ogg_page_checksum_set(&made);
    stream->last = stream->bytes.len;
    assert_int_equal(bytes_append(&stream->bytes, page, at + bytes[0] + bytes[1]), STATUS_OK);
}

/* Headers, and pages of two packets each; from the middle on own streams have data. */
static void put_pages(struct stream *stream, const size_t *order, struct made *made)
{
    static const size_t as_stored[SPARE] = {0, 1, 2, 3, 4, 5};

    stream_init(stream);
    stream_head(stream);
    patch(stream, HEAD_AT + 19, SPARE);
    if (made)
        stream_append(stream, made);
    for (size_t i = 0; i < PACKETS; i += 2) {
        uint8_t body[2][1500];
        size_t bytes[2];
        for (size_t k = 0; k < 2; k++)
            bytes[k] = put_packet(body[k], i + k, i + k >= PACKETS / 2 + 1,
                                  i + k >= PACKETS / 2 + 1 ? as_stored : order);
        put_page(stream, body, bytes);
        if (made)
            stream_append(stream, made);
    }
}

static void own_stream_without_data_and_its_side_change_places_in_any_range(void **state)
{
    (void)state;
    static const size_t order[] = {0, 1, 2, 3, 4, 5};
    static const size_t swapped[] = {2, 3, 0, 1, 4, 5};
    struct fault fault = {0};
    struct stream expected;
    struct scene scene;
    struct view view;

    store_begin(&store, &scene.made);
    put_pages(&scene.stream, order, &scene.made);
    store_finish(&store, &scene.made);
    assert_int_equal(store_read(&store, &scene.made, &scene.reader, &fault), STATUS_OK);
    put_pages(&expected, swapped, NULL);
    assert_int_equal(view_read_header(&view, scene.reader, &fault), STATUS_OK);
    view_choose(&view, (const uint8_t[]){2, 3, 4}, 3);
    view_swap(&view, 0, 2);
    view_swap(&view, 1, 3);
    assert_int_equal(view.bytes, scene.stream.bytes.len + 1);
    uint8_t *all = read_all(&scene, &view);
    assert_memory_equal(all + view.page_bytes, expected.bytes.data + HEAD_PAGE_BYTES,
                        expected.bytes.len - HEAD_PAGE_BYTES);
    uint8_t *got = malloc(view.bytes);
    srandom(7);
    for (int i = 0; i < 1000; i++) {
        size_t offset = (size_t)random() % (view.bytes + 1);
        size_t length = (size_t)random() % (view.bytes - offset + 1);
        if (i % 2)
            length %= 60;
        assert_int_equal(view_read(&view, scene.reader, offset, got, length, &fault), STATUS_OK);
        if (length)
            assert_memory_equal(got, all + offset, length);
    }
    free(got);
    free(all);
    stream_deinit(&expected);
    scene_deinit(&scene);
}

static void
packets_that_are_not_of_its_streams_are_refused_where_streams_change_places(void **state)
{
    (void)state;
    struct fault fault = {0};
    struct scene scene;
    struct view view;
    uint8_t byte;

    scene_init(&scene, STREAMS);
    assert_int_equal(view_read_header(&view, scene.reader, &fault), STATUS_OK);
    view_choose(&view, (const uint8_t[]){2}, 1);
    view_swap(&view, 0, 2);
    assert_int_equal(view_read(&view, scene.reader, view.bytes - 1, &byte, 1, &fault),
                     STATUS_CORRUPT);
    scene_deinit(&scene);
}

static void header_that_is_not_ours_is_only_heard_as_stored(void **state)
{
    (void)state;
    const struct {
        size_t at;
        uint8_t value;
    } wrong[] = {
        {0, 'o'},          {5, 0},
        {26, 2},           {HEAD_AT, 'o'},
        {HEAD_AT + 8, 16}, {HEAD_AT + 9, 1},
        {HEAD_AT + 18, 0}, {HEAD_AT + 19, 1},
        {HEAD_AT + 20, 1}, {HEAD_AT + 21, 1},
        {HEAD_AT + 22, 0},
    };
    struct fault fault = {0};
    struct view view;

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct scene scene;
        stream_init(&scene.stream);
        stream_head(&scene.stream);
        patch(&scene.stream, wrong[i].at, wrong[i].value);
        scene_make(&scene);
        assert_int_equal(view_read_header(&view, scene.reader, &fault), STATUS_UNSUPPORTED);
        view_as_stored(&view, scene.reader);
        assert_int_equal(view.bytes, scene.stream.bytes.len);
        scene_deinit(&scene);
    }
}

static void audio_shorter_than_a_header_is_only_heard_as_stored(void **state)
{
    (void)state;
    struct fault fault = {0};
    struct made made;
    struct recording_reader *reader = NULL;
    struct view view;

    store_make(&store, (const uint8_t *)"OggS", 4, 4, &made);
    assert_int_equal(store_read(&store, &made, &reader, &fault), STATUS_OK);
    assert_int_equal(view_read_header(&view, reader, &fault), STATUS_UNSUPPORTED);
    recording_reader_close(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stored_view_is_what_is_stored_and_looks_at_nothing),
        cmocka_unit_test(view_is_a_header_of_its_own_before_the_same_pages),
        cmocka_unit_test(any_range_of_a_view_is_that_slice_of_it),
        cmocka_unit_test(own_stream_without_data_and_its_side_change_places_in_any_range),
        cmocka_unit_test(
            packets_that_are_not_of_its_streams_are_refused_where_streams_change_places),
        cmocka_unit_test(header_that_is_not_ours_is_only_heard_as_stored),
        cmocka_unit_test(audio_shorter_than_a_header_is_only_heard_as_stored),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
