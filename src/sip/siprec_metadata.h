/**
 * siprec_metadata: who takes part in a recorded session and which stream is whose (RFC 7865).
 *
 * Read by expat with namespaces; a DOCTYPE stops it at once. Accepts the forms vendors send:
 * urn:ietf:params:xml:ns:recording:1, ...:recording, ...:siprec and any prefix; root `recording` or
 * `recording_metadata`; ids as participant_id/stream_id/session_id or id; associations as
 * participantstreamassoc elements or as send/recv children of participant (text or <id>); aor as
 * attribute of nameID or as an element; label as element or media_label attribute, which wins. All
 * texts are UTF-8; one longer than BOUND_METADATA_TEXT is cut and counted in `deviations`. Pure.
 */
#ifndef RECORDER_SIP_SIPREC_METADATA_H
#define RECORDER_SIP_SIPREC_METADATA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bounds.h"
#include "base/fault.h"
#include "base/status.h"

struct siprec_participant {
    char *id;     /* never NULL */
    char *aor;    /* "sip:1234@10.0.0.15", "" where none */
    char *number; /* the aor's user part without parameters, percent-decoded; for a tel: URI its
                     number; of a number "-.()" and blanks are taken out, a leading '+' stays;
                     "" where none */
    char *name;   /* display name, "" where none */
    bool said_calling; /* the message says that this one called (vendor extension data) */
    bool said_called;  /* the message says that this one was called */
};

struct siprec_stream {
    char *id;    /* never NULL */
    char *label; /* ties it to a=label of the SDP; "" where none */
    bool mixed;  /* <mode>mixed</mode>: one stream carries all parties */
};

/* One party sends one stream (send of RFC 7865 section 6.8). */
struct siprec_sender {
    size_t participant; /* index */
    size_t stream;      /* index */
};

struct siprec_metadata {
    size_t participants;
    struct siprec_participant *participant; /* in document order */
    size_t streams;
    struct siprec_stream *stream; /* in document order */
    size_t senders;
    struct siprec_sender *sender;
    size_t unresolved_senders; /* sends that name a stream or participant not in this document */
    char *session_id;          /* of the first session, "" where none */
    char *sip_session_id;      /* sipSessionID, "" where none */
    char *group_id;            /* "" where none */
    bool partial;              /* datamode partial */
    unsigned deviations;       /* departures from RFC 7865 that were put up with */
};

/**
 * Read one metadata document.
 *
 * xml    xml_bytes bytes, borrowed.
 * out    owned by the caller on STATUS_OK, freed by siprec_metadata_destroy.
 * fault  where and why, on anything else.
 *
 * STATUS_OK       *out set.
 * STATUS_INVALID  not well formed, a DOCTYPE, or a root element that is no recording.
 * STATUS_LIMIT    over BOUND_METADATA_BYTES, _DEPTH, _NODES or _ITEMS.
 * STATUS_NOMEM
 */
enum status siprec_metadata_read(const char *xml, size_t xml_bytes, struct siprec_metadata **out,
                                 struct fault *fault) MUST_CHECK;

/** Free; NULL is accepted. */
void siprec_metadata_destroy(struct siprec_metadata *owned_metadata);

/* The two ends of a call and who speaks on each SDP stream. */
struct siprec_parties {
    const struct siprec_participant *caller; /* NULL where unknown */
    const struct siprec_participant *called; /* NULL where unknown */
};

/**
 * Who speaks on the SDP stream of a label: label -> stream -> sending participant.
 * Never by position while the document associates anything; where it associates nothing, has as
 * many participants as `labels` and no mixed stream, the n-th participant in document order is
 * taken for the n-th label and *assumed is set. A complete document whose associations all lead
 * nowhere associates nothing; in a partial one they mean what an earlier document said.
 *
 * labels       SDP labels in m-line order, "" where none; label_index the one asked for.
 * assumed      out; always set, NULL where it does not matter.
 *
 * Returns the participant, borrowed from metadata, or NULL where none or a stream with several
 * senders.
 */
const struct siprec_participant *siprec_speaker(const struct siprec_metadata *metadata,
                                                const char *const *labels, size_t label_count,
                                                size_t label_index, bool *assumed);

/**
 * Who called whom. What the message says (said_calling, said_called) wins; else the speaker of the
 * first label called the first one after who is somebody else; else document order. Where only one
 * end is known by one rule, the next rule tells the other among the rest.
 */
struct siprec_parties siprec_parties(const struct siprec_metadata *metadata,
                                     const char *const *labels, size_t label_count);

#endif
