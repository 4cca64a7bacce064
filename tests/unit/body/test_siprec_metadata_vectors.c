/*
 * Whole INVITEs in the manner of each vendor (tests/vectors/siprec, written for this project): the
 * right parties come of them, and cut at any byte they harm nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "body/multipart.h"
#include "body/sdp.h"
#include "body/siprec_metadata.h"

enum { LABELS_MAX = 4, MESSAGE_BYTES_MAX = 16384 };

struct vector {
    const char *file;
    const char *codec;               /* of the first m-line; NULL where it has none of ours */
    enum status metadata;            /* of reading it */
    const char *speaker[LABELS_MAX]; /* number per m-line, NULL where unknown */
    bool assumed;                    /* by order */
    const char *caller;              /* number, NULL where unknown */
    const char *called;
};

static const struct vector vectors[] = {
    {"rfc7865-two-streams",
     "PCMA",
     STATUS_OK,
     {"+12025550123", "+441632960456"},
     false,
     "+12025550123",
     "+441632960456"},
    {"metadata-first-one-mixed-stream",
     "PCMA",
     STATUS_OK,
     {NULL},
     false,
     "+12025550199",
     "01632960111"},
    {"send-in-participant-caller-second",
     "pcmu",
     STATUS_OK,
     {"+441632960222", "+12025550145"},
     false,
     "+12025550145",
     "+441632960222"},
    {"one-party-first", "pcmu", STATUS_OK, {"+441632960222", NULL}, false, NULL, "+441632960222"},
    {"ids-not-base64-one-inactive",
     "PCMU",
     STATUS_OK,
     {"+12025550111", "+12025550122"},
     false,
     "+12025550111",
     "+12025550122"},
    {"prefixed-namespace-crossed",
     "PCMA",
     STATUS_OK,
     {"+441632960302", "+441632960301"},
     false,
     "+441632960301",
     "+441632960302"},
    {"no-stream-association", "PCMA", STATUS_OK, {"2001", "2002"}, true, "2001", "2002"},
    {"media-label-attribute-srtp",
     NULL,
     STATUS_OK,
     {"+12025550166", "+12025550177"},
     true,
     "+12025550166",
     "+12025550177"},
    {"nobody-in-metadata", "PCMU", STATUS_OK, {NULL, NULL}, false, NULL, NULL},
    {"empty-stream-ids",
     "PCMA",
     STATUS_OK,
     {"+12025550133", "+12025550144"},
     true,
     "+12025550133",
     "+12025550144"},
    {"calling-number-matches-name",
     "PCMU",
     STATUS_OK,
     {"trunk-a", "01632960404"},
     false,
     "01632960404",
     "trunk-a"},
    {"name-not-escaped",
     "PCMA",
     STATUS_OK,
     {"+12025550123", "+441632960456"},
     false,
     "+12025550123",
     "+441632960456"},
    {"doctype",
     "PCMA",
     STATUS_OK,
     {"+12025550123", "+441632960456"},
     false,
     "+12025550123",
     "+441632960456"},
    {"one-stream-two-senders", "PCMA", STATUS_OK, {NULL}, false, "2025550181", "2025550182"},
    {"several-streams-each",
     "PCMA",
     STATUS_OK,
     {"3002", "3002", "3001", "3001"},
     false,
     "3001",
     "3002"},
    {"line-feeds-only",
     "PCMA",
     STATUS_OK,
     {"+12025550123", "+441632960456"},
     false,
     "+12025550123",
     "+441632960456"},
    {"prefix-not-declared",
     "PCMA",
     STATUS_OK,
     {"+12025550123", "+441632960456"},
     false,
     "+12025550123",
     "+441632960456"},
    {"stand-in-party",
     "PCMA",
     STATUS_OK,
     {"+12025550123", "conference"},
     true,
     "+12025550123",
     "conference"},
    {"bytes-of-latin-1",
     "PCMA",
     STATUS_OK,
     {"+12025550123", "+441632960456"},
     false,
     "+12025550123",
     "+441632960456"},
    {"address-in-attribute-not-escaped",
     "PCMA",
     STATUS_OK,
     {"+12025550123", "+441632960456"},
     false,
     "+12025550123",
     "+441632960456"},
    {"cut-off-metadata",
     "PCMA",
     STATUS_OK,
     {"+12025550123", "+441632960456"},
     false,
     "+12025550123",
     "+441632960456"},
    {"several-sessions-one-group",
     "PCMA",
     STATUS_OK,
     {"+12025550177", "+441632960456"},
     false,
     "+441632960456",
     "+12025550177"},
    {"several-name-ids", "PCMA", STATUS_OK, {"+12025550123", ""}, false, "+12025550123", ""},
    {"boundary-not-as-declared",
     "PCMA",
     STATUS_OK,
     {"+12025550123", "+441632960456"},
     false,
     "+12025550123",
     "+441632960456"},
    {"odd-part-headers",
     "PCMA",
     STATUS_OK,
     {"+12025550123", "+441632960456"},
     false,
     "+12025550123",
     "+441632960456"},
    {"third-part-unknown",
     "PCMA",
     STATUS_OK,
     {"+12025550123", "+441632960456"},
     false,
     "+12025550123",
     "+441632960456"},
    {"hold-by-receiving-only",
     "PCMA",
     STATUS_OK,
     {NULL, "+441632960456"},
     false,
     "+12025550123",
     "+441632960456"},
    {"transferred-party-left", "PCMA", STATUS_OK, {"4001", "4003"}, false, "4001", "4003"},
    {"uuid-ids-spelled-otherwise",
     "PCMA",
     STATUS_OK,
     {"+441632960456", "+12025550123"},
     false,
     "+12025550123",
     "+441632960456"},
    {"items-in-session",
     "PCMA",
     STATUS_OK,
     {"+12025550123", "5001"},
     false,
     "5001",
     "+12025550123"},
    {"no-labels-in-metadata", "PCMA", STATUS_OK, {"6002", "6001"}, true, "6001", "6002"},
    {"bundle-and-ice", "PCMA", STATUS_OK, {"7001", "7002", NULL}, false, "7001", "7002"},
};

static bool records_g711(const void *context, const char *encoding, uint32_t clock_rate_hz,
                         uint8_t channels)
{
    (void)context;
    return clock_rate_hz == 8000 && channels == 1 && strncasecmp(encoding, "PCM", 3) == 0;
}

static const struct sdp_abilities abilities = {.records = records_g711};

struct message {
    char text[MESSAGE_BYTES_MAX];
    struct text_span content_type;
    struct text_span body;
};

static void load(const char *file, struct message *message)
{
    const char *folder = getenv("VECTORS");
    char path[1024];

    assert_non_null(folder);
    (void)snprintf(path, sizeof path, "%s/siprec/%s.sip", folder, file);
    FILE *stream = fopen(path, "rb");
    assert_non_null(stream);
    size_t bytes = fread(message->text, 1, sizeof message->text - 1, stream);
    assert_int_equal(fclose(stream), 0);
    message->text[bytes] = '\0';

    const char *body = strstr(message->text, "\r\n\r\n");
    const char *type = strstr(message->text, "\r\nContent-Type: ");
    assert_non_null(body);
    assert_non_null(type);
    body += 4;
    type += strlen("\r\nContent-Type: ");
    message->body =
        (struct text_span){.text = body, .bytes = bytes - (size_t)(body - message->text)};
    message->content_type =
        (struct text_span){.text = type, .bytes = (size_t)(strchr(type, '\r') - type)};
}

static struct text_span find_part(const struct multipart *multipart, const char *type,
                                  const char *other_type)
{
    size_t index;

    if (multipart_find(multipart, type, &index) != STATUS_OK &&
        multipart_find(multipart, other_type, &index) != STATUS_OK)
        return (struct text_span){.text = "", .bytes = 0};
    return multipart->part[index].body;
}

static void expect_number(const struct siprec_participant *participant, const char *number)
{
    if (!number)
        assert_null(participant);
    else
        assert_non_null(participant);
    if (number)
        assert_string_equal(participant->number, number);
}

static void expect_parties(const struct vector *vector, const struct siprec_metadata *metadata,
                           const struct sdp_description *offer)
{
    const char *labels[BOUND_SDP_MEDIA];
    bool assumed;

    for (size_t i = 0; i < offer->media_lines; i++)
        labels[i] = offer->media[i].label;
    for (size_t i = 0; i < offer->media_lines; i++) {
        expect_number(siprec_speaker(metadata, labels, offer->media_lines, i, &assumed),
                      vector->speaker[i]);
        assert_int_equal(assumed, vector->assumed);
    }
    struct siprec_parties parties = siprec_parties(metadata, labels, offer->media_lines);
    expect_number(parties.caller, vector->caller);
    expect_number(parties.called, vector->called);
}

static void expect_vector(const struct vector *vector, struct message *message,
                          struct sdp_description *offer)
{
    struct multipart multipart;
    struct siprec_metadata *metadata = NULL;
    struct fault fault;
    struct sdp_choice choice;

    print_message("vector %s\n", vector->file);
    load(vector->file, message);
    assert_int_equal(
        multipart_read(message->content_type, message->body.text, message->body.bytes, &multipart),
        STATUS_OK);
    bool third = strcmp(vector->file, "third-part-unknown") == 0;
    assert_int_equal(multipart.parts, third ? 3 : 2);
    struct text_span sdp = find_part(&multipart, "application/sdp", "");
    assert_int_equal(sdp_read(sdp.text, sdp.bytes, offer), STATUS_OK);
    assert_int_equal(offer->deviations, 0);
    enum status chosen = sdp_choose(&offer->media[0], &abilities, &choice);
    assert_int_equal(chosen == STATUS_OK, vector->codec != NULL);
    if (vector->codec)
        assert_string_equal(offer->media[0].format[choice.format].encoding, vector->codec);
    struct text_span xml =
        find_part(&multipart, "application/rs-metadata+xml", "application/rs-metadata");
    assert_int_equal(siprec_metadata_read(xml.text, xml.bytes, &metadata, &fault),
                     vector->metadata);
    if (metadata)
        expect_parties(vector, metadata, offer);
    siprec_metadata_destroy(metadata);
    sdp_description_deinit(offer);
}

static void every_vendors_invite_gives_the_right_parties(void **state)
{
    struct message *message = malloc(sizeof *message);
    struct sdp_description *offer = calloc(1, sizeof *offer);

    (void)state;
    assert_non_null(message);
    assert_non_null(offer);
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
        expect_vector(&vectors[i], message, offer);
    free(offer);
    free(message);
}

/* Read all that is there of a body of that size; a copy, so that the sanitizer sees its end. */
static void read_cut_body(const struct message *message, size_t bytes,
                          struct sdp_description *offer)
{
    static const char *const labels[] = {"1", "2"};
    char *body = malloc(bytes ? bytes : 1);
    struct multipart multipart = {.parts = 0};
    struct siprec_metadata *metadata = NULL;

    assert_non_null(body);
    memcpy(body, message->body.text, bytes);
    enum status status = multipart_read(message->content_type, body, bytes, &multipart);
    assert_true(status == STATUS_OK || status == STATUS_INVALID);
    struct text_span sdp = find_part(&multipart, "application/sdp", "");
    struct text_span xml =
        find_part(&multipart, "application/rs-metadata+xml", "application/rs-metadata");
    status = sdp_read(sdp.text, sdp.bytes, offer);
    assert_true(status == STATUS_OK || status == STATUS_INVALID);
    sdp_description_deinit(offer);
    status = siprec_metadata_read(xml.text, xml.bytes, &metadata, NULL);
    assert_true(status == STATUS_OK || status == STATUS_INVALID);
    if (metadata)
        (void)siprec_parties(metadata, labels, 2);
    siprec_metadata_destroy(metadata);
    free(body);
}

static void body_cut_at_any_byte_is_read_or_refused(void **state)
{
    struct message *message = malloc(sizeof *message);
    struct sdp_description *offer = calloc(1, sizeof *offer);

    (void)state;
    assert_non_null(message);
    assert_non_null(offer);
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        load(vectors[i].file, message);
        for (size_t bytes = 0; bytes <= message->body.bytes; bytes++)
            read_cut_body(message, bytes, offer);
    }
    free(offer);
    free(message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_vendors_invite_gives_the_right_parties),
        cmocka_unit_test(body_cut_at_any_byte_is_read_or_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
