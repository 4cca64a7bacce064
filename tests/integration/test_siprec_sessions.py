"""Recording sessions as clients of many kinds open them: how one is recognised, and our answer."""
import re
import socket
import struct
import unittest

from sip_client import (BOUNDARY, METADATA, Dialog, Tcp, Udp, change, code, multipart, place_as,
                        play, ports_of)
from siprec_session import HEAD, SDP_TYPE, Session, audio
from support import CALLED, CALLER

RECEIVER_REPORT, GOODBYE = 201, 203


class Recognised(Session):
    REQUIRE = "Require: siprec\r\n"
    NO_REQUIRE, NO_TAG = "no Require: siprec", "no +sip.src in Contact"
    SPELLED, NO_METADATA = "+sip.src spelled otherwise, or inside the URI", "no metadata"

    def begin(self, tag, headers, body, kind):
        dialog = Dialog("UDP", self.udp.port, features=tag)
        return place_as(self.udp, dialog, body, extra=headers, content_type=kind)

    def test_each_sign_alone_is_enough_and_what_is_missing_is_noted(self):
        both = (multipart(), f"multipart/mixed;boundary={BOUNDARY}")
        bare = (HEAD + audio(40000, "1") + audio(40002, "2"), SDP_TYPE)
        for tag, headers, body, noted in (
                (";+sip.src", self.REQUIRE, both, set()),
                (";+sip.src", "", both, {self.NO_REQUIRE}),
                ("", self.REQUIRE, both, {self.NO_TAG}),
                ("", "", both, {self.NO_REQUIRE, self.NO_TAG}),
                (";src", "", both, {self.NO_REQUIRE, self.SPELLED}),
                (";+sip.src=TRUE", self.REQUIRE, bare, {self.NO_METADATA}),
                ("", self.REQUIRE, bare, {self.NO_TAG, self.NO_METADATA}),
                (";+sip.src", "", bare, {self.NO_REQUIRE, self.NO_METADATA})):
            with self.subTest(tag=tag, headers=headers, kind=body[1]):
                dialog, answer = self.begin(tag, headers, *body)
                self.assertEqual(code(answer), 200, answer)
                self.assertEqual(self.deviations(self.ended(dialog)[1]), noted)

    def test_feature_tag_inside_the_uri_is_enough(self):
        dialog = Dialog("UDP", self.udp.port, features="")
        invite = dialog.request("INVITE", HEAD + audio(40000, "1"), SDP_TYPE, extra="")
        self.udp.send(invite.replace(b";transport=udp>", b";transport=udp;+sip.src>"))
        answer = self.udp.final()
        self.assertEqual(code(answer), 200)
        dialog.learn(answer)
        self.udp.send(dialog.request("ACK", extra=""))
        self.assertIn(self.SPELLED, self.deviations(self.ended(dialog)[1]))

    def test_no_sign_at_all_is_no_recording_session(self):
        _, answer = self.begin("", "", HEAD + audio(40000), SDP_TYPE)
        self.assertEqual(code(answer), 403)

    def test_every_answer_that_makes_or_changes_the_dialog_says_sip_srs(self):
        ours = r"(?im)^Contact: <sip:[^>]*>;\+sip\.srs\r?$"
        dialog, answer = place_as(self.udp, Dialog("UDP", self.udp.port), multipart())
        self.assertRegex(answer, ours)
        two = HEAD + audio(40000, "1") + audio(40002, "2")
        for method, body, kind in (("INVITE", two, SDP_TYPE),
                                   ("INVITE", "", SDP_TYPE),
                                   ("UPDATE", HEAD + audio(40000, "1") + audio(0, "2"), SDP_TYPE),
                                   ("UPDATE", METADATA, "application/rs-metadata+xml")):
            with self.subTest(method=method, kind=kind if body else "none"):
                answer = change(self.udp, dialog, method, body, kind)
                self.assertEqual(code(answer), 200)
                self.assertRegex(answer, ours)
        self.ended(dialog)

    def test_options_tell_what_is_taken_outside_and_inside_of_a_call(self):
        dialog = Dialog("UDP", self.udp.port)
        self.udp.send(dialog.request("OPTIONS", extra=""))
        outside = self.udp.final()
        dialog, _ = place_as(self.udp, Dialog("UDP", self.udp.port), multipart())
        self.udp.send(dialog.request("OPTIONS", extra=""))
        for answer in (outside, self.udp.final()):
            self.assertEqual(code(answer), 200)
            accepted = re.search(r"(?im)^Accept:(.*)$", answer).group(1)
            for kind in ("application/sdp", "multipart/mixed", "application/rs-metadata",
                         "application/rs-metadata+xml"):
                self.assertIn(kind, [each.strip() for each in accepted.split(",")])
            self.assertRegex(answer, r"(?im)^Supported:.*\bsiprec\b")
            self.assertRegex(answer, r"(?im)^Supported:.*\btimer\b")
            self.assertRegex(answer, r"(?im)^Supported:.*\b100rel\b")
        self.ended(dialog)


# what is done to the bytes of an INVITE, each in a way that some client has
ODD = {
    "compact_names": lambda raw: re.sub(
        rb"(?m)^(Via|From|To|Call-ID|Contact|Content-Type|Content-Length):",
        lambda found: {b"Via": b"v", b"From": b"f", b"To": b"t", b"Call-ID": b"i", b"Contact": b"m",
                       b"Content-Type": b"c", b"Content-Length": b"l"}[found.group(1)] + b":", raw,
        count=7),
    "folded_headers": lambda raw: raw.replace(b"Content-Type: ", b"Content-Type:\r\n\t ", 1)
    .replace(b"Require: siprec", b"Require:\r\n  siprec").replace(b";boundary", b";\r\n boundary"),
    "blanks_before_colons": lambda raw: raw.replace(b"Call-ID:", b"Call-ID \t:")
    .replace(b"CSeq:", b"CSeq :"),
    "length_not_last": lambda raw: re.sub(rb"(Content-Length: \d+\r\n)\r\n",
                                          rb"\1X-Last: 1\r\n\r\n", raw, count=1),
    "names_in_capitals": lambda raw: raw.replace(b"Call-ID:", b"CALL-ID:")
    .replace(b"Content-Type:", b"CONTENT-TYPE:", 1).replace(b"Contact:", b"contact:"),
    "no_hops_told": lambda raw: raw.replace(b"Max-Forwards: 70\r\n", b""),
    "contact_without_brackets": lambda raw: re.sub(rb"Contact: <([^;>]*)[^>]*>", rb"Contact: \1",
                                                   raw),
    "display_name_in_utf_8": lambda raw: raw.replace(
        b"From: <", 'From: "S\u00f8ren \u00c5, B." <'.encode()),
    "branch_of_old": lambda raw: raw.replace(b"branch=z9hG4bK", b"branch="),
    "preferences_of_others": lambda raw: raw.replace(
        b"Max-Forwards", b"Accept-Language: da\r\nPriority: normal\r\nProxy-Require: foo\r\n"
        b"Session-Expires: 1800;refresher=uac\r\nMin-SE: 90\r\nMax-Forwards"),
}


class Written(Session):
    PORTS = (22600, 22799)

    def test_invite_that_is_oddly_written_is_recorded_all_the_same(self):
        for transport in (Udp, Tcp):
            for name, change_bytes in ODD.items():
                with self.subTest(name, transport=transport.transport):
                    client = transport(self.recorder.addresses["sip"])
                    self.addCleanup(client.close)
                    dialog = Dialog(client.transport, client.port)
                    raw = dialog.request("INVITE", multipart())
                    self.assertNotEqual(change_bytes(raw), raw)
                    client.send(change_bytes(raw))
                    answer = client.final()
                    self.assertEqual(code(answer), 200, answer)
                    dialog.learn(re.sub(r"(?m)^t:", "To:", answer))  # echoed as it came
                    client.send(dialog.request("ACK", extra=""))
                    row, details = self.ended(dialog, client)
                    self.assertEqual((row["caller"]["number"], row["called"]["number"]),
                                     (CALLER, CALLED))
                    self.assertEqual(self.deviations(details), set())

    def test_keepalives_and_messages_cut_anywhere_or_in_one_piece_are_one_stream(self):
        tcp = Tcp(self.recorder.addresses["sip"])
        self.addCleanup(tcp.close)
        tcp.send(b"\r\n\r\n")
        tcp.socket.settimeout(5)
        self.assertEqual(tcp.socket.recv(2), b"\r\n")
        calls = [Dialog("TCP", tcp.port) for _ in range(2)]
        both = b"\r\n".join(dialog.request("INVITE", multipart()) for dialog in calls)
        for i in range(0, len(both), 701):
            tcp.send(both[i:i + 701])
        for _ in calls:
            answer = tcp.final()
            self.assertEqual(code(answer), 200)
            dialog = next(each for each in calls if each.call_id in answer)
            dialog.learn(answer)
        tcp.send(b"".join(dialog.request("ACK", extra="") for dialog in calls))
        for dialog in calls:
            self.ended(dialog, tcp)

    def test_unknown_extension_is_refused_by_name_within_a_call_too(self):
        dialog, _ = place_as(self.udp, Dialog("UDP", self.udp.port), multipart())
        for method in ("INVITE", "UPDATE"):
            self.udp.send(dialog.request(method, multipart(), extra="Require: siprec, foo\r\n"))
            answer = self.udp.final()
            self.assertEqual(code(answer), 420)
            self.assertRegex(answer, r"(?im)^Unsupported: *foo\r?$")
            if method == "INVITE":
                self.udp.send(dialog.request("ACK", extra="", branch=dialog.branch))
        self.ended(dialog)


class Answered(Session):
    PORTS = (21700, 21899)

    def begin(self, sdp, client=None, **named):
        """(dialog, answer, [(m-line, attributes)]) of a call with that offer."""
        client = client or self.udp
        dialog, answer = place_as(client, Dialog(client.transport, client.port),
                                  multipart(sdp, **named))
        self.assertEqual(code(answer), 200, answer)
        parts = re.split(r"(?m)^(m=[^\r\n]*)\r\n", answer)
        return dialog, answer, list(zip(parts[1::2], parts[2::2]))

    def test_every_line_is_answered_in_its_place_and_those_refused_stop_no_other(self):
        left, right = self.sender(7, 0), self.sender(8, 8)
        offer = (HEAD + "m=video 5000 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=label:v1\r\n"
                 + audio(left.port, "a1", "a=rtpmap:0 PCMU/8000\r\n", "RTP/AVPF", "4 0 101")
                 + "m=audio 5004 RTP/AVP 4\r\na=rtpmap:4 G723/8000\r\na=label:g\r\n"
                 + "m=image 5006 udptl t38\r\n"
                 + audio(right.port, "a2", "a=rtpmap:8 PCMA/8000\r\na=rtpmap:4 G723/8000\r\n",
                         formats="4 8", direction="")
                 + "m=application 5010 TCP/MSRP *\r\n" + audio(5012, "s", profile="RTP/SAVP")
                 + audio(0, "gone"))
        dialog, answer, lines = self.begin(offer)
        kinds = [line.split()[0] + " " + line.split()[2] for line, _ in lines]
        self.assertEqual(kinds, ["m=video RTP/AVP", "m=audio RTP/AVPF", "m=audio RTP/AVP",
                                 "m=image udptl", "m=audio RTP/AVP", "m=application TCP/MSRP",
                                 "m=audio RTP/SAVP", "m=audio RTP/AVP"])
        ports = [int(line.split()[1]) for line, _ in lines]
        self.assertEqual([port != 0 for port in ports],
                         [False, True, False, False, True, False, False, False])
        self.assertEqual(lines[1][0].split()[3], "0")
        self.assertEqual(lines[4][0].split()[3], "8")
        for i, label in ((1, "a1"), (4, "a2")):
            self.assertIn(f"a=label:{label}\r\n", lines[i][1])
            self.assertIn("a=recvonly\r\n", lines[i][1])
        play(1, (left, ports[1]), (right, ports[4]))
        legs = self.ended(dialog)[1]["legs"]
        self.assertEqual([leg["packets_received"] for leg in legs], [50, 50])

    def test_line_with_its_own_address_is_heard_from_there_at_once(self):
        rtp = self.sender(7, own="127.0.0.5")
        offer = (HEAD.replace("127.0.0.1\r\nt=", "192.0.2.1\r\nt=")
                 + audio(rtp.port, "1", "c=IN IP4 127.0.0.5\r\n"))
        dialog, answer, lines = self.begin(offer)
        port = int(lines[0][0].split()[1])
        # one packet alone: from an address that the offer does not name it would not be heard
        rtp.socket.sendto(struct.pack(">BBHII", 0x80, 8, 1, 160, 7) + b"\x55" * 160,
                          ("127.0.0.1", port))
        leg = self.ended(dialog)[1]["legs"][0]
        self.assertEqual((leg["packets_received"], leg["packets_refused"]), (1, 0))

    def test_inactive_is_answered_inactive_and_not_heard_until_it_sends(self):
        left, right = self.sender(7), self.sender(8)
        offer = HEAD + audio(left.port, "1") + audio(right.port, "2", direction="inactive")
        dialog, answer, lines = self.begin(offer)
        ports = ports_of(answer)
        self.assertTrue(all(ports))
        self.assertIn("a=recvonly", lines[0][1])
        self.assertIn("a=inactive", lines[1][1])
        play(0.6, (left, ports[0]), (right, ports[1]))
        answer = change(self.udp, dialog, "INVITE", offer.replace("inactive", "sendonly"), SDP_TYPE)
        self.assertEqual(answer.count("a=recvonly"), 2)
        self.assertEqual(ports_of(answer), ports)
        play(0.6, (left, ports[0]), (right, ports[1]))
        details = self.ended(dialog)[1]
        legs = {leg["channel"]: leg for leg in details["legs"]}
        self.assertEqual(legs["left"]["packets_received"], 60)
        self.assertEqual(legs["right"]["packets_received"], 30)
        self.assertNotIn("lost", [fact["cause"] for fact in details["facts"]])

    def expect_report(self, control, port, kind):
        """Wait for an RTCP packet of that type; all that comes must come from `port`."""
        control.settimeout(5)
        found = False
        while not found:
            data, (_, sender) = control.recvfrom(2048)
            self.assertEqual(sender, port)
            offset = 0
            while offset + 4 <= len(data):
                found = found or data[offset + 1] == kind
                offset += 4 * (1 + struct.unpack_from(">H", data, offset + 2)[0])

    def test_reports_go_from_the_ports_that_the_answer_names_to_where_the_offer_says(self):
        shared, apart = self.sender(7), self.sender(8)
        control = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(control.close)
        control.bind(("127.0.0.1", 0))
        where = f"a=rtcp:{control.getsockname()[1]} IN IP4 127.0.0.1\r\n"
        offer = (HEAD + audio(shared.port, "1", "a=rtcp-mux\r\n", "RTP/AVPF")
                 + audio(apart.port, "2", where))
        dialog, answer, lines = self.begin(offer)
        ports = ports_of(answer)
        self.assertIn("a=rtcp-mux", lines[0][1])
        self.assertNotIn("a=rtcp-mux", lines[1][1])
        play(1, (shared, ports[0]), (apart, ports[1]))
        self.expect_report(shared.socket, ports[0], RECEIVER_REPORT)
        self.expect_report(control, ports[1] + 1, RECEIVER_REPORT)
        details = self.ended(dialog)[1]
        self.expect_report(shared.socket, ports[0], GOODBYE)
        self.assertEqual([leg["packets_received"] for leg in details["legs"]], [50, 50])

    def test_offer_of_one_mixed_stream_in_the_manner_of_a_session_border_controller(self):
        rtp = self.sender(7, 0)
        sdp = (HEAD + "m=audio %d RTP/AVP 4 0 101\r\na=rtpmap:101 telephone-event/8000\r\n"
               % rtp.port)
        dialog, answer, lines = self.begin(sdp)
        self.assertEqual(lines[0][0].split()[3:], ["0", "101"])
        port = ports_of(answer)[0]
        play(0.6, (rtp, port))
        held = change(self.udp, dialog, "INVITE",
                      sdp.replace("c=IN IP4 127.0.0.1", "c=IN IP4 0.0.0.0"), SDP_TYPE)
        self.assertEqual(code(held), 200)
        self.assertEqual(ports_of(held), [port])
        play(0.6, (rtp, port))
        change(self.udp, dialog, "INVITE", sdp, SDP_TYPE)
        play(0.6, (rtp, port))
        details = self.ended(dialog)[1]
        self.assertEqual(details["legs"][0]["packets_received"], 60)
        self.assertEqual(len([fact for fact in details["facts"] if fact["cause"] == "held"]), 1)

    def test_stream_that_moves_to_another_address_and_codec_loses_nothing(self):
        old, new = self.sender(7), self.sender(9, 0)
        dialog, answer, _ = self.begin(HEAD + audio(old.port, "1"))
        port = ports_of(answer)[0]
        play(0.6, (old, port))
        answer = change(self.udp, dialog, "UPDATE",
                        HEAD + audio(new.port, "1", "a=rtpmap:0 PCMU/8000\r\n", formats="0"),
                        SDP_TYPE)
        self.assertEqual(ports_of(answer), [port])
        play(0.6, (new, port))
        leg = self.ended(dialog)[1]["legs"][0]
        self.assertEqual((leg["packets_received"], leg["packets_lost"], leg["packets_refused"]),
                         (60, 0, 0))

    def test_twenty_talks_by_lines_that_are_appended_are_all_heard(self):
        left, talks = self.sender(7), [self.sender(100 + i) for i in range(20)]
        dialog, answer, _ = self.begin(
            HEAD + audio(left.port, "1") + audio(talks[0].port, "2"))
        first = ports_of(answer)[0]
        for i, talk in enumerate(talks):
            if i:
                answer = change(self.udp, dialog, "INVITE", HEAD + audio(left.port, "1")
                                + audio(0) * i + audio(talk.port, "2"), SDP_TYPE)
            ports = ports_of(answer)
            self.assertEqual((len(ports), ports[0], ports[1:-1]), (i + 2, first, [0] * i))
            self.assertNotEqual(ports[-1], 0)
            play(0.2, (left, first), (talk, ports[-1]))
        details = self.ended(dialog)[1]
        self.assertEqual([(leg["channel"], leg["packets_received"], leg["packets_lost"],
                           leg["packets_refused"]) for leg in details["legs"]],
                         [("left", 200, 0, 0), ("right", 200, 0, 0)])
        self.assertEqual(len(self.facts(details, "ssrc_change")), 19)
        for cause in ("lost", "late", "overlaid", "stream_refused", "stream_change"):
            self.assertEqual(self.facts(details, cause), [], cause)

    def test_line_beyond_the_streams_that_may_live_is_refused_and_that_is_told(self):
        senders = [self.sender(10 + i) for i in range(9)]
        lines = [audio(rtp.port, str(1 + i)) for i, rtp in enumerate(senders)]
        dialog, answer, _ = self.begin(HEAD + "".join(lines))
        ports = ports_of(answer)
        self.assertEqual((ports.count(0), ports[8]), (1, 0))
        # one that goes makes room, and not on its line
        lines[3] = audio(0, "4")
        answer = change(self.udp, dialog, "INVITE", HEAD + "".join(lines), SDP_TYPE)
        self.assertEqual(ports_of(answer)[:3] + ports_of(answer)[4:8], ports[:3] + ports[4:8])
        self.assertNotEqual(ports_of(answer)[8], 0)
        play(0.4, (senders[8], ports_of(answer)[8]), (senders[0], ports[0]))
        details = self.ended(dialog)[1]
        self.assertEqual([fact["detail"] for fact in self.facts(details, "stream_refused")],
                         ["line 9, label 9: 8 streams are recorded already"])
        self.assertEqual(len(details["legs"]), 8)
        self.assertEqual(sum(leg["packets_received"] for leg in details["legs"]), 40)

    def test_stream_that_moves_to_the_other_address_family_is_given_a_port_of_that(self):
        old, new = self.sender(7), self.sender(9, own="::1")
        dialog, answer, _ = self.begin(HEAD + audio(old.port, "1"))
        port = ports_of(answer)[0]
        play(0.4, (old, port))
        moved = change(self.udp, dialog, "INVITE",
                       HEAD + audio(new.port, "1", "c=IN IP6 ::1\r\n"), SDP_TYPE)
        self.assertIn("\r\nc=IN IP6 ::1\r\n", moved.split("m=audio")[1])
        play(0.2, (old, port))  # it follows when it likes
        play(0.4, (new, ports_of(moved)[0]))
        back = change(self.udp, dialog, "UPDATE", HEAD + audio(old.port, "1"), SDP_TYPE)
        self.assertNotIn("IP6", back.split("\r\n\r\n", 1)[1])
        play(0.4, (old, ports_of(back)[0]))
        details = self.ended(dialog)[1]
        leg = details["legs"][0]
        self.assertEqual((leg["packets_received"], leg["packets_lost"], leg["packets_refused"]),
                         (70, 0, 0))
        # the clock of the first stood still meanwhile
        self.assertEqual(self.facts(details, "overlaid") + self.facts(details, "late"), [])

    def test_offer_that_cannot_be_recorded_leaves_the_session_as_it_was(self):
        rtp = self.sender(7)
        dialog, answer, _ = self.begin(HEAD + audio(rtp.port, "1"))
        port = ports_of(answer)[0]
        for method in ("INVITE", "UPDATE"):
            refused = change(self.udp, dialog, method,
                             HEAD + audio(rtp.port, "1", formats="4"), SDP_TYPE)
            self.assertEqual(code(refused), 488)
        play(1, (rtp, port))
        self.assertEqual(self.ended(dialog)[1]["legs"][0]["packets_received"], 50)

    def test_four_streams_of_two_parties_are_all_recorded(self):
        senders = [self.sender(10 + i) for i in range(4)]
        offer = HEAD + "".join(audio(rtp.port, str(1 + i)) for i, rtp in enumerate(senders))
        dialog, answer, _ = self.begin(offer)
        ports = ports_of(answer)
        self.assertEqual(len(set(ports)), 4)
        play(1, *zip(senders, ports))
        legs = self.ended(dialog)[1]["legs"]
        self.assertEqual([leg["packets_received"] for leg in legs], [50] * 4)

    def test_call_over_tcp_goes_on_when_its_connection_is_gone_and_comes_back(self):
        tcp = Tcp(self.recorder.addresses["sip"])
        rtp = self.sender(7)
        dialog, answer, _ = self.begin(HEAD + audio(rtp.port, "1"), tcp)
        tcp.close()
        play(1, (rtp, ports_of(answer)[0]))
        again = Tcp(self.recorder.addresses["sip"])
        self.addCleanup(again.close)
        dialog.port = again.port
        again.send(b"\r\n\r\n")
        self.assertEqual(self.ended(dialog, again)[1]["legs"][0]["packets_received"], 50)


if __name__ == "__main__":
    unittest.main()
