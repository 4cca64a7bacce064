/* Requests that are put right before they are decoded, and those that are left as they are. */
#include "unit/sip/message_help.h"

#include "sip/mend.h"
#include "sip/message.h"
#include "sip/salvage.h"

#define REST "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: id\r\nCSeq: 1 INVITE\r\n\r\nbody"

/* Freed by mem_deref; NULL where it cannot be decoded. */
static struct sip_msg *decode(const char *text)
{
    struct mbuf *mb = mbuf_alloc(strlen(text));

    assert_non_null(mb);
    assert_int_equal(mbuf_write_str(mb, text), 0);
    mb->pos = 0;
    struct sip_msg *msg = mend_decode(mb);
    mem_deref(mb);
    return msg;
}

static void request_lines_with_more_than_they_should_have_are_read(void **state)
{
    static const char *const lines[] = {
        "INVITE sip:r@x SIP/2.0\r\n",   "INVITE  sip:r@x  SIP/2.0\r\n",
        "INVITE sip:r@x SIP/2.0  \r\n", "INVITE <sip:r@x> SIP/2.0\r\n",
        "INVITE\tsip:r@x sip/2.0\r\n",  "INVITE sip:r@x SIP/2.0\n",
    };
    char text[512];

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        (void)snprintf(text, sizeof text, "%sVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n" REST,
                       lines[i]);
        struct sip_msg *msg = decode(text);
        assert_non_null(msg);
        assert_true(msg->req);
        assert_int_equal(pl_strcmp(&msg->ruri, "sip:r@x"), 0);
        assert_int_equal(pl_strcmp(&msg->via.branch, "z9hG4bK1"), 0);
        assert_null(message_defect(msg));
        assert_int_equal(message_body(msg).bytes, 4);
        mem_deref(msg);
    }
}

static void what_cannot_be_meant_is_not_decoded(void **state)
{
    static const char *const wrong[] = {
        "INVITE sip:r@x; lr SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n" REST,
        "INVITE sip:r@x SIP/7.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n" REST,
        "INVITE sip:r@x SIP/2.0\r\nVia: SIP/2.0/UDP h;;,;,,\r\n" REST,
        "INVITE sip:r@x SIP/2.0\r\nVia: SIP/7.0/UDP h\r\n" REST,
        "INVITE sip:r@x SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nFrom: <sip:a@b>;tag=1\r\n",
        "SIP/2.0  200 OK\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n" REST,
        "INVITE sip:r@x SIP/2.0\r\n: no name\r\nVia: SIP/2.0/UDP h\r\n" REST,
        "\r\n",
        "INVITE\r\n\r\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_null(decode(wrong[i]));
}

/* The branch of a request without one. */
static void branch_of(const char *method, const char *via, const char *rest, char branch[64])
{
    char text[512];

    int bytes = snprintf(text, sizeof text, "%s sip:r@x SIP/2.0\r\n%s%s", method, via, rest);
    assert_in_range(bytes, 1, sizeof text - 1);
    struct sip_msg *msg = decode(text);
    assert_non_null(msg);
    assert_int_equal(pl_strcpy(&msg->via.branch, branch, 64), 0);
    mem_deref(msg);
}

static void a_via_without_a_branch_gets_one_that_tells_its_transaction(void **state)
{
    static const char via[] = "Via: SIP/2.0/UDP h:5070\r\n";
    static const char others[][160] = {
        "From: <sip:a@b>;tag=2\r\nTo: <sip:c@d>\r\nCall-ID: id\r\nCSeq: 1 INVITE\r\n\r\n",
        "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: id2\r\nCSeq: 1 INVITE\r\n\r\n",
        "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: id\r\nCSeq: 2 INVITE\r\n\r\n"};
    char first[64];
    char branch[64];

    (void)state;
    branch_of("INVITE", via, REST, first);
    assert_int_equal(strncmp(first, "z9hG4bK", 7), 0);
    branch_of("INVITE", via, REST, branch);
    assert_string_equal(branch, first);
    /* its CANCEL, and the ACK of its refusal, which has our tag */
    branch_of("CANCEL", via,
              "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: id\r\nCSeq: 1 CANCEL\r\n\r\n",
              branch);
    assert_string_equal(branch, first);
    branch_of("ACK", via,
              "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=9\r\nCall-ID: id\r\nCSeq: 1 ACK\r\n\r\n",
              branch);
    assert_string_equal(branch, first);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        branch_of("INVITE", via, others[i], branch);
        assert_string_not_equal(branch, first);
    }
    branch_of("INVITE", "Via: SIP/2.0/UDP other\r\n", REST, branch);
    assert_string_not_equal(branch, first);
}

static void the_via_of_answers_is_that_of_the_request(void **state)
{
    static const struct {
        const char *via;
        const char *value; /* of its first */
    } vias[] = {
        {"Via: SIP/2.0/UDP h\r\n", "SIP/2.0/UDP h"},
        {"v: SIP/2.0/UDP h;branch=z9hG4bK\r\n", "SIP/2.0/UDP h;branch=z9hG4bK"},
        {"Via: SIP/2.0/UDP h;x=\"a,b\" , SIP/2.0/TCP i;branch=2\r\n", "SIP/2.0/UDP h;x=\"a,b\""},
        {"Via: SIP/2.0/UDP\r\n [::1]:5070\r\nVia: SIP/2.0/TCP i\r\n",
         "SIP/2.0/UDP\r\n [::1]:5070"}};
    char text[512];

    (void)state;
    for (size_t i = 0; i < sizeof vias / sizeof vias[0]; i++) {
        (void)snprintf(text, sizeof text, "INVITE sip:r@x SIP/2.0\r\n%s" REST, vias[i].via);
        struct sip_msg *msg = decode(text);
        assert_non_null(msg);
        const struct sip_hdr *via = list_ledata(list_head(&msg->hdrl));
        assert_int_equal(via->id, SIP_HDR_VIA);
        assert_int_equal(pl_strcmp(&via->val, vias[i].value), 0);
        assert_int_equal(pl_strcmp(&msg->via.val, vias[i].value), 0);
        assert_int_equal(msg->via.branch.l, 23);
        mem_deref(msg);
    }
}

static void a_line_without_a_colon_is_passed_over(void **state)
{
    static const char *const heads[] = {
        "Via: SIP/2.0/UDP h;branch=z9hG4bK1\r\nno colon here\r\n",
        "no colon here\r\n\tnor here\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n",
        " folded onto the start line\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n",
        "first\r\nVia: SIP/2.0/UDP h\r\nsecond\r\n",
    };
    char text[512];

    (void)state;
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        (void)snprintf(text, sizeof text, "INVITE sip:r@x SIP/2.0\r\n%s" REST, heads[i]);
        struct sip_msg *msg = decode(text);
        assert_non_null(msg);
        assert_null(message_defect(msg));
        assert_true(message_header_count(msg, &MESSAGE_UNREADABLE) > 0);
        assert_int_equal(pl_strcmp(&msg->via.val, "SIP/2.0/UDP h") == 0, i == 3);
        assert_int_equal(message_body(msg).bytes, 4);
        mem_deref(msg);
    }
    struct sip_msg *sound =
        decode("INVITE sip:r@x SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n" REST);
    assert_int_equal(message_header_count(sound, &MESSAGE_UNREADABLE), 0);
    mem_deref(sound);
    /* the end has not come */
    assert_null(decode("INVITE sip:r@x SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nno colon here"));
}

static void an_answer_is_judged_by_the_start_line(void **state)
{
    static const struct {
        const char *text;
        unsigned code;
    } lines[] = {
        {"INVITE sip:a@b; lr SIP/2.0\r\n", 400},
        {"OPTIONS sip:a@b SIP/7.0\r\n", 505},
        {"NEW sip:a@b SIP/2.0\r\n", 501},
        {"invite sip:a@b SIP/2.0\r\n", 501},
        {"REGISTER sip:a@b sip/2.0\r\n", 405},
        {"ACK sip:a@b SIP/2.0\r\n", 0},
        {"SIP/2.0 200 OK\r\n", 0},
        {"GET / HTTP/1.1\r\n", 0},
        {"INVITE sip:a@b SIP/2.0", 0},
        {"\r\n", 0},
        {"", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        assert_int_equal(salvage_judge(lines[i].text, strlen(lines[i].text)).code, lines[i].code);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(request_lines_with_more_than_they_should_have_are_read),
        cmocka_unit_test(what_cannot_be_meant_is_not_decoded),
        cmocka_unit_test(a_via_without_a_branch_gets_one_that_tells_its_transaction),
        cmocka_unit_test(the_via_of_answers_is_that_of_the_request),
        cmocka_unit_test(a_line_without_a_colon_is_passed_over),
        cmocka_unit_test(an_answer_is_judged_by_the_start_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
