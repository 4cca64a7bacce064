"""Metadata as many kinds of clients write and send it: whose call it is, what is kept and noted."""
import unittest

from sip_client import Dialog, change, code, multipart, place, place_as, play, ports_of
from siprec_session import HEAD, Session, audio, person, recording, sends, session

XML = "application/rs-metadata+xml"
TWO_LINES = HEAD + audio(40000, "1") + audio(40002, "2")
ANNA, BO, CARL = "+4512000001", "+4512000002", "+4512000003"
TWO = recording(session() + person("a", ANNA) + person("b", BO) + sends("a", "1") + sends("b", "2"))


def parties(row):
    return row["caller"]["number"], row["called"]["number"]


class Documents(Session):
    PORTS = (21900, 22099)

    def documents(self, row):
        """[(message, bytes)] of all that came, in order."""
        name = self.recorder.directory / f"{row['id']}.opus"
        listed = self.recorder.recorderctl("recordings", "export", row["id"], "-o", name,
                                           "--documents")["documents"]
        return [(each["message"], (name.parent / f"{name.name}.document-{i}").read_bytes())
                for i, each in enumerate(listed, 1)]

    def update(self, dialog, document):
        self.assertEqual(code(change(self.udp, dialog, "UPDATE", document, XML)), 200)

    def test_every_document_is_kept_as_it_came_whatever_is_in_it(self):
        unknown = (session() + person("a", ANNA) + person("b", BO) + sends("a", "1")
                   + sends("b", "2") + '<x:data xmlns:x="urn:example:vendor"><x:\xe6>1</x:\xe6>'
                   "<![CDATA[<&>]]></x:data>")
        documents = [recording(unknown), TWO[:len(TWO) // 2], "no XML at all \x7f",
                     recording(person("b", CARL), "partial")]
        dialog, answer = place(self.udp, sdp=TWO_LINES, metadata=documents[0])
        self.assertEqual(code(answer), 200)
        for each in documents[1:3]:
            self.update(dialog, each)
        self.udp.send(dialog.request("BYE", documents[3], XML))
        self.assertEqual(code(self.udp.final()), 200)
        row, details = self.sealed(dialog)
        self.assertEqual([(message, data.strip()) for message, data in self.documents(row)],
                         list(zip(("INVITE", "UPDATE", "UPDATE", "BYE"),
                                  (each.strip().encode() for each in documents))))
        self.assertEqual(parties(row), (ANNA, CARL))

    def test_xml_that_is_not_well_formed_is_salvaged_and_noted(self):
        whole = f'<nameID aor="sip:{BO}@pbx">'
        broken = TWO.replace(whole, f"{whole}<name>Bo & <sip:{BO}@pbx></name>")
        self.assertNotEqual(broken, TWO)
        dialog, answer = place(self.udp, sdp=TWO_LINES, metadata=broken)
        self.assertEqual(code(answer), 200)
        row, details = self.ended(dialog)
        self.assertEqual(parties(row), (ANNA, BO))
        self.assertEqual(self.deviations(details),
                         {"metadata is not well-formed XML; read as far as possible"})

    def test_metadata_that_nobody_can_read_costs_the_parties_and_not_the_audio(self):
        for document in ("", " ", "\x00\x01\x02", "<recording", "<html/>", "{}", "<" * 5000):
            with self.subTest(document=document[:20]):
                rtp = self.sender(7)
                dialog, answer = place(self.udp, sdp=HEAD + audio(rtp.port, "1"), metadata=document)
                self.assertEqual(code(answer), 200, answer)
                rtp.send(ports_of(answer)[0], 10)
                _, details = self.ended(dialog)
                self.assertEqual(details["legs"][0]["packets_received"], 10)
                self.assertNotEqual(self.deviations(details), set())

    def test_a_stream_that_no_media_line_has_is_noted_and_the_others_are_recorded(self):
        more = TWO.replace("</recording>", sends("a", "77") + "</recording>")
        dialog, _ = place(self.udp, sdp=TWO_LINES, metadata=more)
        row, details = self.ended(dialog)
        self.assertEqual(parties(row), (ANNA, BO))
        self.assertEqual(self.deviations(details),
                         {"metadata and session description do not agree on labels"})

    def test_the_last_of_several_snapshots_counts(self):
        dialog, _ = place(self.udp, sdp=TWO_LINES,
                          metadata=TWO.replace(ANNA, "trunk").replace(BO, "recorder"))
        self.update(dialog, TWO.replace(BO, "queue"))
        self.update(dialog, TWO)
        row, _ = self.ended(dialog)
        self.assertEqual(parties(row), (ANNA, BO))

    def test_who_joins_and_who_leaves_is_noted(self):
        dialog, _ = place(self.udp, sdp=TWO_LINES, metadata=TWO)
        self.update(dialog, recording(
            person("c", CARL) + '<participantsessionassoc participant_id="c" session_id="s1">'
            "<associate-time>2026-11-22T10:00:00Z</associate-time></participantsessionassoc>",
            "partial"))
        self.update(dialog, recording(
            '<participantsessionassoc participant_id="c" session_id="s1">'
            "<disassociate-time>2026-11-22T10:01:00Z</disassociate-time></participantsessionassoc>",
            "partial"))
        facts = self.ended(dialog)[1]["facts"]
        self.assertEqual([(fact["cause"], fact["detail"]) for fact in facts
                          if fact["cause"].startswith("party_")],
                         [("party_joined", CARL), ("party_left", CARL)])

    def test_second_party_comes_by_reinvite_with_description_and_metadata(self):
        left, right = self.sender(7), self.sender(8)
        first = recording(session() + person("a", ANNA) + sends("a", "1"))
        dialog, answer = place(self.udp, sdp=HEAD + audio(left.port, "1"), metadata=first)
        port = ports_of(answer)[0]
        play(0.6, (left, port))
        answer = change(self.udp, dialog, "INVITE",
                        multipart(HEAD + audio(left.port, "1") + audio(right.port, "2"), TWO))
        self.assertEqual(ports_of(answer)[0], port)
        play(0.6, (left, port), (right, ports_of(answer)[1]))
        row, details = self.ended(dialog)
        self.assertEqual(parties(row), (ANNA, BO))
        self.assertEqual([(leg["channel"], leg["packets_received"], leg["packets_lost"])
                          for leg in details["legs"]], [("left", 60, 0), ("right", 30, 0)])

    def test_snapshot_that_we_ask_for_may_come_in_the_200(self):
        partial = recording(person("b", BO) + sends("b", "2"), "partial")
        dialog, answer = place_as(self.udp, Dialog("UDP", self.udp.port),
                                  multipart(TWO_LINES, partial),
                                  extra="Require: siprec\r\nAllow: INVITE, ACK, BYE, UPDATE\r\n")
        self.assertEqual(code(answer), 200)
        asked = self.udp.asked("UPDATE")
        for line in (r"Require:.*\bsiprec\b", r"Contact:.*;\+sip\.srs",
                     r"Content-Disposition:\s*recording-session",
                     r"Content-Type:\s*application/rs-metadata"):
            self.assertRegex(asked, f"(?im)^{line}")
        self.assertNotIn("m=audio", asked)
        self.assertRegex(asked, r"<requestsnapshot xmlns=['\"]urn:ietf:params:xml:ns:recording:1")
        self.udp.respond(asked, extra=f"Content-Type: {XML}\r\n", body=TWO)
        row, _ = self.ended(dialog)
        self.assertEqual(parties(row), (ANNA, BO))

    def test_metadata_may_come_with_the_answer_to_our_offer(self):
        rtp = self.sender(7)
        dialog = Dialog("UDP", self.udp.port)
        self.udp.send(dialog.request("INVITE"))
        answer = self.udp.final()
        self.assertEqual(code(answer), 200)
        dialog.learn(answer)
        self.udp.send(dialog.request("ACK", multipart(
            HEAD + audio(rtp.port, "1"),
            recording(session() + person("a", ANNA) + sends("a", "1"))), extra=""))
        play(0.6, (rtp, ports_of(answer)[0]))
        row, details = self.ended(dialog)
        self.assertEqual(row["caller"]["number"], ANNA)
        self.assertEqual(details["legs"][0]["packets_received"], 30)

    def test_session_that_stands_before_any_call_gets_its_parties_later(self):
        rtp = self.sender(7)
        dialog, answer = place(self.udp, sdp=HEAD + audio(rtp.port, "1"),
                               metadata=recording(""))
        port = ports_of(answer)[0]
        play(0.6, (rtp, port))
        self.update(dialog, recording(session() + person("a", ANNA) + person("b", BO)
                                      + sends("a", "1")))
        play(0.6, (rtp, port))
        row, details = self.ended(dialog)
        self.assertEqual(parties(row), (ANNA, BO))
        self.assertEqual(details["legs"][0]["packets_received"], 60)

    def test_id_that_another_client_describes_is_no_error(self):
        # RFC 7866 section 9.2: each end of one session may be a client of its own
        elsewhere = recording(person("a", ANNA) + person("b", BO)
                              + sends("a", "1", "of-this-one").replace('"s1"', '"of-another"')
                              + '<participantsessionassoc participant_id="a" '
                              'session_id="of-another"/><participantsessionassoc '
                              'participant_id="of-another" session_id="s1"/>')
        dialog, answer = place(self.udp, sdp=HEAD + audio(40000, "1"), metadata=elsewhere)
        self.assertEqual(code(answer), 200)
        self.update(dialog, elsewhere)
        row, details = self.ended(dialog)
        self.assertEqual(parties(row), (ANNA, BO))
        self.assertNotIn("metadata could not be read", self.deviations(details))

    def test_calls_of_one_session_id_or_one_group_are_one_conversation(self):
        key = "wGZ2SyoxTmqmqyA1weDAg"
        group = (f'<group group_id="{key}"><associate-time>2026-11-22T10:00:00Z</associate-time>'
                 "</group>")
        member = f"<group-ref>{key}</group-ref>"
        one = "ab30317f1a784dc48ff824d0d3715d86"
        ids = []
        for inside, headers in (
                (member, ""), (member, ""),
                (f"<sipSessionID>{one};remote=47755a9de7794ba387653f2099600ef2</sipSessionID>", ""),
                (f"<sipSessionID>2bb0c2fe1a784dc48ff824d0d3715d86;remote={one}</sipSessionID>", ""),
                ("", f"Session-ID: {one};remote=00000000000000000000000000000000\r\n"),
                ("", "")):
            own = f"session-{len(ids)}"
            document = TWO.replace(session(), (group if "group" in inside else "")
                                   + session(own, inside)).replace('"s1"', f'"{own}"')
            # numbers of its own: calls of one number, one after the other, belong together too
            document = document.replace(ANNA, f"{ANNA}{len(ids)}").replace(BO, f"{BO}{len(ids)}")
            dialog, answer = place_as(self.udp, Dialog("UDP", self.udp.port),
                                      multipart(TWO_LINES, document),
                                      extra="Require: siprec\r\n" + headers)
            self.assertEqual(code(answer), 200)
            row = self.ended(dialog)[0]
            ids.append(self.recorder.recorderctl("recordings", "show", row["id"])["conversation"])
        self.assertEqual(ids[0], ids[1])
        self.assertEqual((ids[3], ids[4]), (ids[2], ids[2]))
        self.assertEqual(len({ids[0], ids[2], ids[5]}), 3)


SDP_PART, XML_PART = ("application/sdp", TWO_LINES), (XML, TWO)


def body(*parts, boundary="b1", blank="", before="", after="--\r\n", more=""):
    """Parts are (Content-Type, content)."""
    return before + "".join(
        f"--{boundary}{blank}\r\n" + (f"Content-Type: {kind}\r\n" if kind else "")
        + f"{more}\r\n{content}\r\n" for kind, content in parts) + f"--{boundary}{after}"


BODIES = {
    "description_first": (body(SDP_PART, XML_PART), "multipart/mixed;boundary=b1"),
    "metadata_first": (body(XML_PART, SDP_PART), "multipart/mixed;boundary=b1"),
    "type_of_the_draft": (body(SDP_PART, ("application/rs-metadata", TWO)),
                          "multipart/mixed; boundary=b1"),
    "types_in_any_case": (body(("APPLICATION/SDP", TWO_LINES),
                               ("Application/RS-Metadata+XML", TWO)),
                          "Multipart/Mixed;BOUNDARY=b1"),
    "types_with_parameters": (body(("application/sdp; charset=utf-8", TWO_LINES),
                                   ('application/rs-metadata+xml ;charset="UTF-8"', TWO)),
                              "multipart/mixed;charset=utf-8;boundary=b1"),
    "unknown_parts_between": (body(("text/plain", "m=audio 1 RTP/AVP 8"), SDP_PART,
                                   ("application/isup", "\x01\x02"), XML_PART, ("image/png", "x")),
                              "multipart/mixed;boundary=b1"),
    "headers_of_parts": (body(SDP_PART, XML_PART, more="Content-Disposition: session;handling="
                              "required\r\nContent-ID: <1@x>\r\nX-Vendor: 1\r\n"),
                         "multipart/mixed;boundary=b1"),
    "quoted_boundary": (body(SDP_PART, XML_PART, boundary="a b:c=?/"),
                        'multipart/mixed;boundary="a b:c=?/"'),
    "blanks_after_boundaries": (body(SDP_PART, XML_PART, blank=" \t", after="-- \r\n"),
                                "multipart/mixed;boundary=b1"),
    "preamble_and_epilogue": (body(SDP_PART, XML_PART, before="Hello\r\n\r\n",
                                   after="--\r\nGoodbye\r\n"), "multipart/mixed;boundary=b1"),
    "related_multipart": (body(SDP_PART, XML_PART), "multipart/related;boundary=b1"),
}


class Bodies(Session):
    PORTS = (22200, 22399)

    def test_two_parts_are_read_however_they_are_put_together(self):
        for name, (text, kind) in BODIES.items():
            with self.subTest(name):
                dialog, answer = place_as(self.udp, Dialog("UDP", self.udp.port), text,
                                          content_type=kind)
                self.assertEqual(code(answer), 200, answer)
                self.assertEqual(len([port for port in ports_of(answer) if port]), 2)
                row, details = self.ended(dialog)
                self.assertEqual(parties(row), (ANNA, BO))
                self.assertEqual(self.deviations(details), set())


if __name__ == "__main__":
    unittest.main()
