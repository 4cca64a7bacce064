#include "tools/callgen/invite.h"

#include <string.h>

#define BOUNDARY "callgen-part"
#define ALLOW "INVITE, ACK, BYE, CANCEL, OPTIONS"

static enum status append(struct bytes *out, const char *text)
{
    return bytes_append(out, text, strlen(text));
}

static enum status append_escaped(struct bytes *out, const char *text)
{
    enum status status = STATUS_OK;
    for (const char *at = text; *at != '\0' && status == STATUS_OK; at++) {
        switch (*at) {
        case '<':
            status = append(out, "&lt;");
            break;
        case '>':
            status = append(out, "&gt;");
            break;
        case '&':
            status = append(out, "&amp;");
            break;
        case '"':
            status = append(out, "&quot;");
            break;
        default:
            status = bytes_append(out, at, 1);
            break;
        }
    }
    return status;
}

/* One m-line. */
static enum status write_media(const struct invite_offer *offer, const struct invite_stream *stream,
                               struct bytes *out)
{
    const struct codec *codec = offer->codec;
    enum status status =
        bytes_printf(out, "m=audio %u RTP/AVP %u%s%s\r\n", stream->port, codec->payload_type,
                     offer->digits ? " 101" : "", offer->noise ? " 13" : "");
    if (status == STATUS_OK) {
        status = bytes_printf(out, "a=rtpmap:%u %s/%u%s\r\n", codec->payload_type, codec->name,
                              codec->clock_rate_hz, codec->channels == 2 ? "/2" : "");
    }
    if (status == STATUS_OK && offer->digits) {
        status = bytes_printf(out,
                              "a=rtpmap:101 telephone-event/%u\r\n"
                              "a=fmtp:101 0-15\r\n",
                              codec->clock_rate_hz);
    }
    return status == STATUS_OK
               ? bytes_printf(out, "a=ptime:20\r\na=sendonly\r\na=label:%s\r\n", stream->label)
               : status;
}

static enum status write_sdp(const struct invite_dialog *dialog, const struct invite_offer *offer,
                             struct bytes *out)
{
    /* an IPv6 address stands in brackets in a URI, but not in SDP (RFC 8866 section 5.7) */
    bool brackets = dialog->host[0] == '[';
    int length = (int)strlen(dialog->host) - (brackets ? 2 : 0);
    const char *host = dialog->host + (brackets ? 1 : 0);
    const char *family = strchr(host, ':') != NULL ? "IP6" : "IP4";
    long long version = (long long)(offer->started.ns / CLOCK_NS_PER_S);
    enum status status = bytes_printf(out,
                                      "v=0\r\no=callgen %lld %lld IN %s %.*s\r\ns=-\r\n"
                                      "c=IN %s %.*s\r\nt=0 0\r\n",
                                      version, version, family, length, host, family, length, host);
    for (size_t i = 0; i < INVITE_STREAMS && status == STATUS_OK; i++) {
        status = write_media(offer, &offer->stream[i], out);
    }
    return status;
}

static enum status write_participant(const struct invite_dialog *dialog,
                                     const struct invite_party *party, struct bytes *out)
{
    enum status status = bytes_printf(
        out, "  <participant participant_id=\"%s\">\r\n    <nameID aor=\"sip:%s@%s\">\r\n",
        party->participant_id, party->number, dialog->host);
    if (status == STATUS_OK && party->name[0] != '\0') {
        status = append(out, "      <name xml:lang=\"en\">");
        status = status == STATUS_OK ? append_escaped(out, party->name) : status;
        status = status == STATUS_OK ? append(out, "</name>\r\n") : status;
    }
    return status == STATUS_OK ? append(out, "    </nameID>\r\n  </participant>\r\n") : status;
}

static enum status write_associations(const struct invite_offer *offer, const char *time,
                                      struct bytes *out)
{
    enum status status =
        bytes_printf(out,
                     "  <sessionrecordingassoc session_id=\"%s\">\r\n"
                     "    <associate-time>%s</associate-time>\r\n  </sessionrecordingassoc>\r\n",
                     offer->session_id, time);
    for (size_t i = 0; i < INVITE_STREAMS && status == STATUS_OK; i++) {
        status = bytes_printf(
            out,
            "  <participantsessionassoc participant_id=\"%s\" session_id=\"%s\">\r\n"
            "    <associate-time>%s</associate-time>\r\n  </participantsessionassoc>\r\n",
            offer->party[i].participant_id, offer->session_id, time);
    }
    for (size_t i = 0; i < INVITE_STREAMS && status == STATUS_OK; i++) {
        status = bytes_printf(out,
                              "  <participantstreamassoc participant_id=\"%s\">\r\n"
                              "    <send>%s</send>\r\n    <recv>%s</recv>\r\n"
                              "  </participantstreamassoc>\r\n",
                              offer->party[i].participant_id, offer->stream[i].stream_id,
                              offer->stream[INVITE_STREAMS - 1 - i].stream_id);
    }
    return status;
}

static enum status write_metadata(const struct invite_dialog *dialog,
                                  const struct invite_offer *offer, struct bytes *out)
{
    char time[CLOCK_RFC3339_BYTES];
    clock_format_rfc3339(offer->started, time);
    enum status status = bytes_printf(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
        "<recording xmlns=\"urn:ietf:params:xml:ns:recording:1\">\r\n"
        "  <datamode>complete</datamode>\r\n"
        "  <group group_id=\"%s\">\r\n    <associate-time>%s</associate-time>\r\n  </group>\r\n"
        "  <session session_id=\"%s\">\r\n    <group-ref>%s</group-ref>\r\n"
        "    <start-time>%s</start-time>\r\n  </session>\r\n",
        offer->group_id, time, offer->session_id, offer->group_id, time);
    for (size_t i = 0; i < INVITE_STREAMS && status == STATUS_OK; i++) {
        status = write_participant(dialog, &offer->party[i], out);
    }
    for (size_t i = 0; i < INVITE_STREAMS && status == STATUS_OK; i++) {
        status =
            bytes_printf(out,
                         "  <stream stream_id=\"%s\" session_id=\"%s\">\r\n"
                         "    <label>%s</label>\r\n  </stream>\r\n",
                         offer->stream[i].stream_id, offer->session_id, offer->stream[i].label);
    }
    if (status == STATUS_OK) {
        status = write_associations(offer, time, out);
    }
    return status == STATUS_OK ? append(out, "</recording>\r\n") : status;
}

static enum status write_bodies(const struct invite_dialog *dialog,
                                const struct invite_offer *offer, struct bytes *body)
{
    enum status status = append(body, "--" BOUNDARY "\r\nContent-Type: application/sdp\r\n\r\n");
    if (status == STATUS_OK) {
        status = write_sdp(dialog, offer, body);
    }
    if (status == STATUS_OK) {
        status = append(body, "\r\n--" BOUNDARY "\r\n"
                              "Content-Type: application/rs-metadata+xml\r\n"
                              "Content-Disposition: recording-session\r\n\r\n");
    }
    if (status == STATUS_OK) {
        status = write_metadata(dialog, offer, body);
    }
    return status == STATUS_OK ? append(body, "\r\n--" BOUNDARY "--\r\n") : status;
}

/* First line and the headers that every request has. */
static enum status write_head(const struct invite_dialog *dialog, const char *method,
                              const char *uri, const char *branch_ending, unsigned cseq,
                              struct bytes *out)
{
    return bytes_printf(out,
                        "%s %s SIP/2.0\r\n"
                        "Via: SIP/2.0/%s %s;rport;branch=%s%s\r\n"
                        "Max-Forwards: 70\r\n"
                        "From: <sip:callgen@%s>;tag=%s\r\n"
                        "To: %s\r\n"
                        "Call-ID: %s\r\n"
                        "CSeq: %u %s\r\n",
                        method, uri, dialog->tcp ? "TCP" : "UDP", dialog->local, dialog->branch,
                        branch_ending, dialog->host, dialog->from_tag, dialog->to, dialog->call_id,
                        cseq, method);
}

enum status invite_write(const struct invite_dialog *dialog, const struct invite_offer *offer,
                         struct bytes *out)
{
    struct bytes body;
    bytes_init(&body, BOUND_SIP_MESSAGE_BYTES);
    enum status status = write_bodies(dialog, offer, &body);
    if (status == STATUS_OK) {
        status = write_head(dialog, "INVITE", dialog->target, "", dialog->cseq, out);
    }
    if (status == STATUS_OK) {
        status = bytes_printf(out,
                              "Contact: <sip:callgen@%s%s>;+sip.src\r\n"
                              "Require: siprec\r\nAllow: " ALLOW "\r\n"
                              "Accept: application/sdp\r\nUser-Agent: callgen/" RECORDER_VERSION
                              "\r\nMIME-Version: 1.0\r\n"
                              "Content-Type: multipart/mixed;boundary=" BOUNDARY "\r\n"
                              "Content-Length: %zu\r\n\r\n",
                              dialog->local, dialog->tcp ? ";transport=tcp" : "", body.len);
    }
    if (status == STATUS_OK) {
        status = bytes_append(out, body.data, body.len);
    }
    bytes_deinit(&body);
    return status;
}

static enum status write_bodiless(const struct invite_dialog *dialog, const char *method,
                                  const char *branch_ending, unsigned cseq, struct bytes *out)
{
    enum status status = write_head(dialog, method, dialog->target, branch_ending, cseq, out);
    if (status == STATUS_OK) {
        status = append(out, dialog->route);
    }
    return status == STATUS_OK ? append(out, "Content-Length: 0\r\n\r\n") : status;
}

enum status invite_write_ack(const struct invite_dialog *dialog, struct bytes *out)
{
    return write_bodiless(dialog, "ACK", "-ack", dialog->cseq, out);
}

enum status invite_write_failure_ack(const struct invite_dialog *dialog, struct bytes *out)
{
    return write_bodiless(dialog, "ACK", "", dialog->cseq, out);
}

enum status invite_write_cancel(const struct invite_dialog *dialog, struct bytes *out)
{
    return write_bodiless(dialog, "CANCEL", "", dialog->cseq, out);
}

enum status invite_write_bye(const struct invite_dialog *dialog, struct bytes *out)
{
    return write_bodiless(dialog, "BYE", "-bye", dialog->cseq + 1, out);
}
