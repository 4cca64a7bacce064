/**
 * siprec_metadata: who takes part in a recorded session and which stream is whose (RFC 7865).
 *
 * Read by expat with namespaces. Accepts the forms vendors send:
 * urn:ietf:params:xml:ns:recording:1, ...:recording, ...:siprec and any prefix; root `recording` or
 * `recording_metadata`; ids as participant_id/stream_id/session_id or id; associations as
 * participantstreamassoc elements or as send/recv children of participant (text or <id>); aor as
 * attribute of nameID, as an element or as the nameID's text; name as element or attribute; label
 * as element or attribute, of which media_label wins; items in a session, group or list
 * (siprec_items.h); ids spelled a little differently where they are referred to (siprec_model.h).
 * All texts are UTF-8; one longer than BOUND_METADATA_TEXT is cut. Pure.
 *
 * XML that is not well-formed is read as far as it makes sense (siprec_salvage.h), and says so
 * (`deviations`). So is XML with a DOCTYPE, which is passed over: nothing that it declares is
 * looked at, no entity is ever expanded. What is past BOUND_METADATA_BYTES, _DEPTH, _NODES or
 * _ITEMS is left out, the rest is read; of vendors' own elements half of _NODES are read.
 *
 * Whether somebody has left: participantsessionassoc elements tie participants to sessions, one
 * with a disassociate-time ends that, and so does the end of the session (stop-time, or
 * disassociate-time of its sessionrecordingassoc). Who was in a session and is in none any more has
 * left. Whom nothing ties to a session has not.
 */
#ifndef RECORDER_BODY_SIPREC_METADATA_H
#define RECORDER_BODY_SIPREC_METADATA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bounds.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "base/status.h"

struct siprec_participant {
    char *id;     /* never NULL */
    char *aor;    /* "sip:1234@10.0.0.15", "" where none */
    char *number; /* the aor's user part without parameters, percent-decoded; for a tel: URI its
                     number; of a number "-.()" and blanks are taken out, a leading '+' stays. Of
                     several aors the one that is a phone number counts. Where no aor has one, a
                     name that is a phone number. "" where none, or withheld */
    char *name;   /* display name, "" where none */
    bool said_calling; /* the message says that this one called (vendor extension data) */
    bool said_called;  /* the message says that this one was called */
    bool left;         /* no longer takes part, see above */
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
    size_t unresolved_senders; /* sends of a stream or participant that is not described */
    char *session_id;     /* of the first session that has not stopped, else of the first; "" */
    char *sip_session_id; /* that session's first sipSessionID, else that of the first session
                             that has one; without blanks; "" where none */
    char *group_id;       /* that session's group, else the first group; "" where none */
    bool partial;         /* datamode partial; of a merged one: no complete one came yet */
    uint64_t deviations;  /* a set (deviation.h); of a merged one: of its last document */
};

/**
 * Whether a text looks like a metadata document: its first element is a recording, or the first in
 * that is one and a namespace of the IETF is named.
 */
bool siprec_metadata_is(const char *xml, size_t xml_bytes);

/**
 * Read one metadata document.
 *
 * xml    xml_bytes bytes, borrowed.
 * out    owned by the caller on STATUS_OK, freed by siprec_metadata_destroy.
 * fault  where and why, on anything else.
 *
 * STATUS_OK       *out set.
 * STATUS_INVALID  nothing in it can be made sense of, a root element that is no recording, or a
 *                 DOCTYPE and a recording that describes nothing.
 * STATUS_NOMEM
 */
enum status siprec_metadata_read(const char *xml, size_t xml_bytes, struct siprec_metadata **out,
                                 struct fault *fault) MUST_CHECK;

/** Free; NULL is accepted. */
void siprec_metadata_destroy(struct siprec_metadata *owned_metadata);

/**
 * What is known after one more document (RFC 7865 section 5.1, RFC 7866 section 9): a complete one
 * replaces all that was known; a partial one adds and replaces by id, and takes away what it says
 * has ended. Who has left is not in it any more, and has not to be described again to come back.
 *
 * - Senders: where a partial one associates a participant, with or without a send, that replaces
 * all it sent. A stream that nobody sends now (on hold) stays with who sent it last. Where there
 * are several streams, one that somebody new sends is no longer its former only sender's, even
 * where that is not said; where there is one stream, it becomes everybody's, as does any that
 * several send at once: mixed is set.
 * - A damaged document (DEVIATION_XML_NOT_WELL_FORMED, _XML_DOCTYPE, _XML_CUT) lets nobody leave by
 *   what it lost: one that does not say what it is and describes fewer than are there, or that
 *   describes nobody, is taken as a partial one.
 * - A send of a stream that is described only later is resolved then. Streams that a new party
 *   sends and nobody describes (RFC 8068 section 3.2.3) are taken for those that somebody who left
 *   has left behind, where they are as many.
 * - A label that a partial one gives to another stream is taken from the former.
 * - Where nobody is left, by a document that ends everybody's part or by a complete one that names
 *   nobody, those who were there last stay, marked `left`, so that the parties can still be told.
 * - Of more than BOUND_METADATA_ITEMS of a kind those who are there stay, who has left makes room,
 *   and what is new and has none is left out, which is noted (DEVIATION_XML_CUT).
 * One who leaves while others stay is gone, though he may have been the caller: who wants to
 * remember that must.
 *
 * before    NULL where nothing is known yet; borrowed. From siprec_metadata_read or this function.
 * document  borrowed; from siprec_metadata_read.
 * merged    out: owned by the caller, free of both; ended by siprec_metadata_destroy.
 *
 * STATUS_OK, STATUS_NOMEM.
 */
enum status siprec_metadata_merge(const struct siprec_metadata *before,
                                  const struct siprec_metadata *document,
                                  struct siprec_metadata **merged, struct fault *fault) MUST_CHECK;

enum siprec_change { SIPREC_JOINED, SIPREC_LEFT };

/**
 * Who left and who joined between two states, each in document order, those who left first.
 *
 * The same id is the same participant, whatever the name; who has no id is known by address, else
 * by name. One marked `left` is not there.
 *
 * before  NULL where nobody was known: then all of after have joined.
 * visit   participant is borrowed from before (left) or after (joined).
 */
void siprec_metadata_compare(const struct siprec_metadata *before,
                             const struct siprec_metadata *after,
                             void (*visit)(void *context, enum siprec_change change,
                                           const struct siprec_participant *participant),
                             void *context);

/**
 * Append the document that asks for a full snapshot (RFC 7866 section 9.2, figure 13).
 *
 * reason  plain text, UTF-8, English; escaped here; NULL: none.
 *
 * STATUS_OK, or as bytes_append, with *text as it was.
 */
enum status siprec_write_snapshot_request(const char *reason, struct bytes *text) MUST_CHECK;

/* The two ends of a call. */
struct siprec_parties {
    const struct siprec_participant *caller; /* NULL where unknown */
    const struct siprec_participant *called; /* NULL where unknown */
};

/** Whether a participant, one of metadata's, is told to send on a stream. */
bool siprec_sends(const struct siprec_metadata *metadata,
                  const struct siprec_participant *participant);

/**
 * Who speaks on the SDP stream of a label: label -> stream -> sending participant.
 * Never by position while the document associates anything; where it associates nothing, has as
 * many participants as `labels` (those who left aside, unless all have) and no mixed stream, the
 * n-th of them in document order is taken for the n-th label and *assumed is set; likewise the n-th
 * stream for the n-th label where either side has no labels at all and there are as many. A
 * complete document whose associations all lead nowhere associates nothing; in a partial one they
 * mean what an earlier document said.
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
 * Who called whom. RFC 7865 has no word for it. What the message says (said_calling, said_called)
 * wins; else the participant that the document describes first called the next: a client describes
 * the parties as its call came to be, the one who called before the one who was called. That holds
 * of those whose labels count the same way (Cisco, AudioCodes, Google, Oracle), of those whose
 * labels count otherwise (Sonus, Ribbon), and of those that associate nothing (OpenSIPS). Where
 * two or more send streams, those come before who only listen; who left comes last. Where only one
 * is there, who speaks on another line than the first is the called.
 *
 * labels  of all audio lines that were offered, recorded or not, in m-line order.
 *
 * Of a call that went on for a while, ask the first complete document who called: in the merged
 * state of a transfer or conference the caller may be gone.
 */
struct siprec_parties siprec_parties(const struct siprec_metadata *metadata,
                                     const char *const *labels, size_t label_count);

#endif
