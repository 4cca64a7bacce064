/**
 * deviation: what a peer's message does against a standard and is put up with. Each is noted once
 * as a fact of the recording, so that who looks at it later knows how it came about.
 *
 * A set is a bit per deviation, 0 where there is none. Pure.
 */
#ifndef RECORDER_BODY_DEVIATION_H
#define RECORDER_BODY_DEVIATION_H

#include <stdint.h>

/* name, what is told of it: the rule that was broken, in a few words */
#define DEVIATION_LIST(X)                                                                          \
    /* signalling */                                                                               \
    X(NO_REQUIRE_SIPREC, "no Require: siprec (RFC 7866 section 6.1.1)")                            \
    X(NO_FEATURE_TAG, "no +sip.src in Contact (RFC 7866 section 6.1.1)")                           \
    X(FEATURE_TAG_SPELLING, "+sip.src spelled otherwise, or inside the URI")                       \
    X(NO_CONTACT, "INVITE without Contact or From tag (RFC 3261 section 8.1.1)")                   \
    X(HEADER_LINE, "a header line without a colon, left out (RFC 3261 section 7.3.1)")             \
    X(TIMER_IGNORED, "session timer expired while audio went on (RFC 4028 section 10)")            \
    X(NO_ACK, "200 never acknowledged while audio went on (RFC 3261 section 13.3.1.4)")            \
    X(NO_ANSWER_IN_ACK, "no session description in ACK after our offer (RFC 3261 section 13.2.1)") \
    /* body */                                                                                     \
    X(NO_CONTENT_TYPE, "a body without Content-Type, known by its first bytes")                    \
    X(MULTIPART_BOUNDARY, "multipart boundaries against RFC 2046 section 5.1.1")                   \
    X(MULTIPART_HEADER, "headers of a body part malformed or out of place")                        \
    X(NESTED_MULTIPART, "a multipart inside a multipart, left unread")                             \
    X(SDP_IN_RESPONSE, "session description where none may be")                                    \
    /* session description */                                                                      \
    X(SDP_LINE, "a line of the session description is malformed (RFC 8866)")                       \
    X(SDP_ADDRESS, "no readable connection address")                                               \
    X(SDP_FORMAT, "a payload type or its rtpmap is malformed")                                     \
    X(SDP_CRYPTO, "a crypto attribute is malformed (RFC 4568)")                                    \
    X(SDP_NO_LABEL, "a media line without label (RFC 7866 section 7.1.1)")                         \
    X(SDP_SAME_LABEL, "two media lines of one label")                                              \
    X(SDP_LINES_MISSING, "fewer media lines than before (RFC 3264 section 8)")                     \
    /* metadata */                                                                                 \
    X(NO_METADATA, "no metadata (RFC 7866 section 9.1)")                                           \
    X(XML_NOT_WELL_FORMED, "metadata is not well-formed XML; read as far as possible")             \
    X(METADATA_ENCODED,                                                                            \
      "metadata in a transfer encoding that no header tells (RFC 2045 section 6)")                 \
    X(XML_DOCTYPE, "metadata has a DOCTYPE, which is refused; read without it")                    \
    X(XML_CUT, "metadata is larger than allowed; what is past the limits is left out")             \
    X(XML_REFUSED, "metadata could not be read")                                                   \
    X(XML_NAMESPACE, "metadata of another namespace or root element (RFC 7865 section 9)")         \
    X(METADATA_FORM, "metadata in another form than that of RFC 7865: a draft's or a vendor's")    \
    X(XML_TEXT_CUT, "a text in the metadata is too long, cut")                                     \
    X(METADATA_ID, "an id in the metadata is missing, empty or used twice")                        \
    X(METADATA_REFERENCE, "metadata names what it does not describe")                              \
    X(METADATA_LABEL, "metadata and session description do not agree on labels")                   \
    X(METADATA_TIME, "a time in the metadata is malformed")                                        \
    X(METADATA_ASSOCIATION, "who sends which stream is not said, taken from their order")          \
    X(PARTIAL_FIRST, "a partial update came before any complete metadata")

enum deviation {
#define DEVIATION_ENUM(name, text) DEVIATION_##name,
    DEVIATION_LIST(DEVIATION_ENUM)
#undef DEVIATION_ENUM
        DEVIATIONS /* how many there are; at most 64 */
};

/** Put one into a set. */
void deviation_add(uint64_t *set, enum deviation deviation);

/** Whether it is in a set. */
int deviation_has(uint64_t set, enum deviation deviation);

/** "no Require: siprec (RFC 7866 section 6.1.1)"; a static string. */
const char *deviation_text(enum deviation deviation);

#endif
