"""What calls other than the plainest bring: no offer, more streams, hold, late parties, pairs."""
import re
import unittest

from sip_client import (METADATA, Dialog, Rtp, Udp, change, code, hang_up, multipart, place,
                        place_as, play, ports_of)
from siprec_session import (HEAD, SDP_TYPE, Session, audio, person, recording, sends, session)
from support import Recorder


def document(mode, people, senders):
    """rs-metadata: people are id -> number, senders id -> label."""
    return recording(session() + "".join(person(*each) for each in people.items())
                     + "".join(sends(*each) for each in senders.items()), mode)


class Calls(Session):
    PORTS = (21200, 21399)
    SOURCES = (("sbc", "127.0.0.0/8"), ("cucm", "127.0.0.2", "--plain-calls"))

    def setUp(self):
        super().setUp()
        self.left, self.right = self.sender(7), self.sender(8)

    def from_cucm(self):
        """A client that comes from 127.0.0.2."""
        udp = Udp(self.recorder.addresses["sip"], "127.0.0.2")
        self.addCleanup(udp.close)
        return udp

    def offer(self, labels=("1", "2")):
        return HEAD + "".join(audio(rtp.port, label) for rtp, label
                              in zip((self.left, self.right), labels))

    def test_invite_without_an_offer_is_answered_with_one_and_recorded(self):
        dialog = Dialog("UDP", self.udp.port)
        dialog, answer = place_as(self.udp, dialog, multipart(sdp=None), ack=self.offer())
        self.assertEqual(code(answer), 200)
        self.assertEqual(answer.count("m=audio"), 2)
        self.assertEqual(answer.count("a=recvonly"), 2)
        self.assertRegex(answer, r"a=rtpmap:8 PCMA/8000")
        left, right = ports_of(answer)
        play(1, (self.left, left), (self.right, right))
        self.assertEqual(code(hang_up(self.udp, dialog)), 200)
        row, details = self.sealed(dialog)
        self.assertEqual([leg["packets_received"] for leg in details["legs"]], [50, 50])
        self.assertEqual(row["caller"]["number"], "+4588303080")

    def test_reinvite_without_an_offer_is_answered_with_the_session_as_it_is(self):
        dialog, answer = place(self.udp, sdp=self.offer())
        ports = ports_of(answer)
        again = change(self.udp, dialog, "INVITE", "")
        self.assertEqual(code(again), 200)
        self.assertEqual(ports_of(again), ports)
        self.assertEqual(re.findall(r"a=label:(\S+)", again), ["1", "2"])
        self.assertEqual(code(hang_up(self.udp, dialog)), 200)

    def test_stream_that_a_reinvite_adds_is_recorded_and_the_first_goes_on(self):
        dialog, answer = place(self.udp, sdp=self.offer(("1",)))
        left = ports_of(answer)[0]
        play(1, (self.left, left))
        again = change(self.udp, dialog, "INVITE", self.offer(), SDP_TYPE)
        self.assertEqual(code(again), 200)
        self.assertEqual(ports_of(again)[0], left)
        right = ports_of(again)[1]
        self.assertNotEqual(right, 0)
        play(1, (self.left, left), (self.right, right))
        self.assertEqual(code(hang_up(self.udp, dialog)), 200)
        legs = self.sealed(dialog)[1]["legs"]
        self.assertEqual([(leg["channel"], leg["packets_received"], leg["packets_lost"])
                          for leg in legs], [("left", 100, 0), ("right", 50, 0)])

    def test_withdrawn_line_is_answered_port_0_and_comes_back_on_its_port(self):
        dialog, answer = place(self.udp, sdp=self.offer())
        ports = ports_of(answer)
        gone = change(self.udp, dialog, "INVITE",
                      HEAD + audio(self.left.port, "1") + audio(0, "2"), SDP_TYPE)
        self.assertEqual(ports_of(gone), [ports[0], 0])
        back = change(self.udp, dialog, "UPDATE", self.offer(), SDP_TYPE)
        self.assertEqual(ports_of(back), ports)
        play(1, (self.left, ports[0]), (self.right, ports[1]))
        self.assertEqual(code(hang_up(self.udp, dialog)), 200)
        legs = self.sealed(dialog)[1]["legs"]
        self.assertEqual([leg["packets_received"] for leg in legs], [50, 50])

    def test_pause_is_a_fact_and_what_comes_meanwhile_is_not_heard(self):
        dialog, answer = place(self.udp, sdp=self.offer())
        ports = ports_of(answer)
        play(1, (self.left, ports[0]), (self.right, ports[1]))
        hold = self.offer().replace("sendonly", "inactive")
        held = change(self.udp, dialog, "INVITE", hold, SDP_TYPE)
        self.assertEqual(held.count("a=inactive"), 2)
        self.assertEqual(ports_of(held), ports)
        play(1, (self.left, ports[0]))
        change(self.udp, dialog, "INVITE", self.offer(), SDP_TYPE)
        play(1, (self.left, ports[0]), (self.right, ports[1]))
        self.assertEqual(code(hang_up(self.udp, dialog)), 200)
        details = self.sealed(dialog)[1]
        self.assertEqual({fact["leg"] for fact in self.facts(details, "paused")}, {0, 1})
        for fact in self.facts(details, "paused"):
            self.assertAlmostEqual(fact["end_ms"] - fact["start_ms"], 1000, delta=300)
        self.assertEqual(self.facts(details, "lost"), [])

    def test_late_party_by_update_alone_is_noted_and_found_by_number(self):
        first = document("complete", {"a": "+4588303080"}, {"a": "1"})
        dialog, answer = place(self.udp, sdp=self.offer(), metadata=first)
        late = document("partial", {"b": "+4512121212"}, {"b": "2"})
        self.assertEqual(code(change(self.udp, dialog, "UPDATE",
                                     multipart(sdp=None, metadata=late))), 200)
        self.assertEqual(code(hang_up(self.udp, dialog)), 200)
        row, details = self.sealed(dialog)
        self.assertEqual(row["called"]["number"], "+4512121212")
        joined = self.facts(details, "party_joined")
        self.assertEqual([(fact["leg"], fact["detail"]) for fact in joined], [(1, "+4512121212")])

    def test_metadata_in_bye_is_the_last_word(self):
        dialog, answer = place(self.udp, sdp=self.offer())
        last = METADATA.replace("+4570100200", "+4513131313")
        self.udp.send(dialog.request("BYE", last, "application/rs-metadata+xml"))
        self.assertEqual(code(self.udp.final()), 200)
        row, _ = self.sealed(dialog)
        self.assertEqual(row["called"]["number"], "+4513131313")

    def test_partial_metadata_without_a_complete_one_makes_us_ask_for_all(self):
        partial = document("partial", {"b": "+4514141414"}, {"b": "2"})
        dialog = Dialog("UDP", self.udp.port)
        dialog, answer = place_as(self.udp, dialog, multipart(self.offer(), partial),
                                  extra="Require: siprec\r\nAllow: INVITE, ACK, BYE, UPDATE\r\n")
        self.assertEqual(code(answer), 200)
        asked = self.udp.asked("UPDATE")
        self.assertIn("requestsnapshot", asked)
        self.assertRegex(asked, r"(?im)^Content-Disposition:\s*recording-session")
        self.udp.respond(asked)
        everything = document("complete", {"a": "+4588303080", "b": "+4514141414"},
                              {"a": "1", "b": "2"})
        self.assertEqual(code(change(self.udp, dialog, "UPDATE",
                                     multipart(sdp=None, metadata=everything))), 200)
        self.assertEqual(code(hang_up(self.udp, dialog)), 200)
        row, details = self.sealed(dialog)
        self.assertEqual((row["caller"]["number"], row["called"]["number"]),
                         ("+4588303080", "+4514141414"))

    def test_plain_call_is_recorded_from_a_source_configured_for_it_alone(self):
        dialog = Dialog("UDP", self.udp.port, '"Ann" <sip:+4515151515@pbx>', "")
        self.assertEqual(code(place_as(self.udp, dialog, HEAD + audio(self.left.port),
                                       content_type=SDP_TYPE, extra="")[1]), 403)
        cucm = self.from_cucm()
        dialog = Dialog("UDP", cucm.port, '"Ann" <sip:+4515151515@pbx>', "")
        dialog.host = "127.0.0.2"
        dialog, answer = place_as(cucm, dialog, HEAD + audio(self.left.port),
                                  content_type=SDP_TYPE, extra="")
        self.assertEqual(code(answer), 200)
        play(1, (self.left, ports_of(answer)[0]))
        self.assertEqual(code(hang_up(cucm, dialog)), 200)
        row, details = self.sealed(dialog)
        self.assertEqual(row["caller"], {"number": "+4515151515", "name": "Ann"})
        self.assertEqual(details["legs"][0]["packets_received"], 50)
        self.assertEqual(self.facts(details, "deviation"), [])

    def test_two_calls_of_a_built_in_bridge_are_one_recording_with_two_channels(self):
        cucm = self.from_cucm()
        halves = {}
        for end, rtp in (("farend", self.right), ("nearend", self.left)):
            caller = f"<sip:2000@cucm;x-{end};x-refci=27;x-nearenddevice=SEP1;x-farendaddr=1000>"
            dialog = Dialog("UDP", cucm.port, caller, "")
            dialog.host = "127.0.0.2"
            halves[end] = place_as(cucm, dialog, "", ack=HEAD + audio(rtp.port), extra="")
            self.assertEqual(code(halves[end][1]), 200)
        (near, near_answer), (far, far_answer) = halves["nearend"], halves["farend"]
        near_port, far_port = ports_of(near_answer)[0], ports_of(far_answer)[0]
        play(1, (self.left, near_port), (self.right, far_port))
        self.assertEqual(code(hang_up(cucm, far)), 200)
        play(1, (self.left, near_port))
        self.assertEqual(code(hang_up(cucm, near)), 200)
        row, details = self.sealed(far)
        self.assertEqual((row["caller"]["number"], row["called"]["number"]), ("2000", "1000"))
        legs = {leg["channel"]: leg for leg in details["legs"]}
        self.assertEqual(legs["left"]["packets_received"], 100)
        self.assertEqual(legs["right"]["packets_received"], 50)
        self.assertEqual(legs["left"]["packets_lost"] + legs["right"]["packets_lost"], 0)
        self.assertEqual(self.recorder.calls(near.call_id), [])


class OtherFamily(unittest.TestCase):
    """IPv6, alone and mixed with IPv4."""

    def begin(self, options):
        recorder = self.enterContext(Recorder(rtp_ports=(21400, 21499), options=options))
        self.rtp = Rtp(9, own="::1")
        self.addCleanup(self.rtp.close)
        return recorder

    def sealed_packets(self, recorder):
        row = recorder.sealed()[0]
        return [leg["packets_received"] for leg in recorder.details(row["id"])["legs"]]

    def test_call_over_ipv6_is_answered_and_recorded_over_ipv6(self):
        recorder = self.begin('sip_listen = "[::1]:0"')
        udp = Udp(recorder.addresses["sip"], "::1")
        self.addCleanup(udp.close)
        dialog = Dialog("UDP", udp.port)
        dialog.host = "[::1]"
        sdp = (HEAD + audio(self.rtp.port, "1")).replace("IP4 127.0.0.1", "IP6 ::1")
        dialog, answer = place_as(udp, dialog, multipart(sdp))
        self.assertEqual(code(answer), 200)
        self.assertIn("c=IN IP6 ::1", answer)
        play(1, (self.rtp, ports_of(answer)[0]))
        self.assertEqual(code(hang_up(udp, dialog)), 200)
        self.assertEqual(self.sealed_packets(recorder), [50])

    def test_media_over_ipv6_is_taken_where_signalling_came_over_ipv4(self):
        recorder = self.begin('rtp_address = {"127.0.0.1", "::1"}')
        udp = Udp(recorder.addresses["sip"])
        self.addCleanup(udp.close)
        sdp = (HEAD + audio(self.rtp.port, "1")).replace("c=IN IP4 127.0.0.1", "c=IN IP6 ::1")
        dialog, answer = place(udp, sdp=sdp)
        self.assertIn("c=IN IP6 ::1", answer)
        play(1, (self.rtp, ports_of(answer)[0]))
        self.assertEqual(code(hang_up(udp, dialog)), 200)
        self.assertEqual(self.sealed_packets(recorder), [50])

    def test_advertised_address_stands_in_the_answer_and_rtp_is_taken_on_ours(self):
        recorder = self.begin('rtp_address = "127.0.0.1"\nrtp_advertise = "203.0.113.9"')
        udp = Udp(recorder.addresses["sip"])
        rtp = Rtp()
        for each in (udp, rtp):
            self.addCleanup(each.close)
        dialog, answer = place(udp, sdp=HEAD + audio(rtp.port, "1"))
        self.assertIn("c=IN IP4 203.0.113.9", answer)
        play(1, (rtp, ports_of(answer)[0]))
        self.assertEqual(code(hang_up(udp, dialog)), 200)
        self.assertEqual(self.sealed_packets(recorder), [50])


if __name__ == "__main__":
    unittest.main()
