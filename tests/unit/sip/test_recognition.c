/* By what a recording session is recognised (RFC 7866 section 6.1.1), as vendors write it. */
#include "unit/sip/message_help.h"

#include "body/deviation.h"
#include "sip/recognition.h"
#include "sip/server.h"

static void expect(const char *headers, unsigned siprec, bool spelled_otherwise)
{
    struct sip_msg *msg = message_decode(headers);
    uint64_t deviations = 0;
    unsigned found = recognition_read(msg, &deviations);
    int noted = deviation_has(deviations, DEVIATION_FEATURE_TAG_SPELLING);

    mem_deref(msg);
    if (found != siprec || noted != spelled_otherwise)
        fail_msg("%u instead of %u, %s noted, for: %s", found, siprec,
                 noted ? "spelling" : "nothing", headers);
}

static void option_tags_are_found_in_any_list_and_case(void **state)
{
    (void)state;
    expect("", 0, false);
    expect("Require: siprec\r\n", SIP_SIPREC_REQUIRED, false);
    expect("Require: timer,SIPREC\r\nk: siprec, x\r\n", SIP_SIPREC_REQUIRED | SIP_SIPREC_SUPPORTED,
           false);
    expect("Supported: siprecs\r\nRequire: xsiprec\r\nX-Require: siprec\r\n", 0, false);
}

static void the_standard_feature_tag_is_found_with_and_without_a_value(void **state)
{
    static const char *const contacts[] = {
        "Contact: <sip:src@192.0.2.1>;+sip.src\r\n",
        "m: <sip:src@192.0.2.1>;expires=60;+SIP.SRC\r\n",
        "Contact: \"a; <b\" <sip:src@192.0.2.1;transport=tcp> ; +sip.src ;x=1\r\n",
        "Contact: <sip:src@192.0.2.1>;+sip.src=\"<sip:other;src=no>\"\r\n",
        "Contact: <sip:src@192.0.2.1>;+sip.src=TRUE\r\n",
        "Contact: <sip:src@192.0.2.1>;+sip.src=\"TRUE\"\r\n",
        "Contact: sip:src@192.0.2.1;+sip.src\r\n",
        "Contact: <sip:a@192.0.2.1>\r\nContact: <sip:b@192.0.2.1>;+sip.src\r\n",
        "Contact: <sip:src@192.0.2.1>;x=\"a,b;c\";+sip.src\r\n",
        "Contact: <sip:src@192.0.2.1>\r\n ;+sip.src\r\n",
        "Contact: <sip:src@192.0.2.1;src>;+sip.src\r\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof contacts / sizeof contacts[0]; i++)
        expect(contacts[i], SIP_SIPREC_FEATURE, false);
}

static void other_spellings_are_taken_and_noted(void **state)
{
    static const char *const contacts[] = {
        "Contact: <sip:src@192.0.2.1>;src\r\n",
        "Contact: <sip:src@192.0.2.1>;sip.src\r\n",
        "Contact: <sip:src@192.0.2.1;+sip.src>\r\n",
        "Contact: <sip:src@192.0.2.1:5060;transport=tls;+sip.src;x=y>;q=1\r\n",
        "Contact: <sip:src@192.0.2.1;src>\r\n",
        "Contact: sip:src@192.0.2.1;src\r\n",
        "Contact: <sip:src@192.0.2.1;%2Bsip.src>\r\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof contacts / sizeof contacts[0]; i++)
        expect(contacts[i], SIP_SIPREC_FEATURE, true);
}

static void what_only_looks_like_the_tag_is_none(void **state)
{
    static const char *const contacts[] = {
        "Contact: <sip:src@192.0.2.1>\r\n",
        "Contact: \"x;+sip.src\" <sip:src@192.0.2.1>\r\n",
        "Contact: <sip:src@192.0.2.1>;x=\";+sip.src\"\r\n",
        "Contact: <sip:src@192.0.2.1>;+sip.src=FALSE\r\n",
        "Contact: <sip:src@192.0.2.1>;+sip.src=\"FALSE\"\r\n",
        "Contact: <sip:src@192.0.2.1>;+sip.srs;source;+sip.srcx\r\n",
        "Contact: ;\r\nContact: <\r\nContact: <;>;;;\r\nContact: =\r\n",
        "Contact: *\r\n",
        "Contact:\r\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof contacts / sizeof contacts[0]; i++)
        expect(contacts[i], 0, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(option_tags_are_found_in_any_list_and_case),
        cmocka_unit_test(the_standard_feature_tag_is_found_with_and_without_a_value),
        cmocka_unit_test(other_spellings_are_taken_and_noted),
        cmocka_unit_test(what_only_looks_like_the_tag_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
