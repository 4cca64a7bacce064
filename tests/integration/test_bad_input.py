"""What a broken or hostile peer sends gets a proper SIP answer, and calls in progress go on."""
import os
import re
import socket
import struct
import time
import unittest

from sip_client import BOUNDARY, METADATA, SDP, Dialog, Tcp, Udp, code, hang_up, multipart, place
from support import Recorder, wait_until


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


class BadInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.recorder = cls.enterClassContext(Recorder(rtp_ports=(20000, 20199)))
        cls.in_progress = cls.recorder.callgen_start("--seconds", 25, "--tone")
        wait_until(lambda: cls.recorder.listed(), 10)
        cls.pid = cls.recorder.processes["ingest"].pid

    @classmethod
    def tearDownClass(cls):
        report = cls.recorder.callgen_finish(cls.in_progress)
        stream = report["calls"][0]["streams"][0]
        rows = wait_until(lambda: [row for row in cls.recorder.listed()
                                   if row["state"] == "sealed" and row["duration_ms"] > 20000], 20)
        legs = cls.recorder.get(f"/api/v1/recordings/{rows[0]['id']}").json()["legs"]
        assert legs[0]["packets_received"] == stream["packets_sent"], legs
        assert legs[0]["packets_lost"] == 0, legs
        super().tearDownClass()

    def setUp(self):
        self.udp = Udp(self.recorder.addresses["sip"])
        self.addCleanup(self.udp.close)

    def answer(self, body, content_type=f"multipart/mixed;boundary={BOUNDARY}", **request):
        dialog = Dialog("UDP", self.udp.port)
        self.udp.send(dialog.request("INVITE", body, content_type, **request))
        answer = self.udp.final()
        dialog.learn(answer)
        self.udp.send(dialog.request("ACK", extra="", branch=dialog.branch
                                     if code(answer) >= 300 else None))
        if code(answer) == 200:
            self.assertEqual(code(hang_up(self.udp, dialog)), 200)
        return answer

    def test_truncated_invite_is_answered_400(self):
        body = multipart()
        self.assertEqual(code(self.answer(body[:300], length=len(body))), 400)

    def test_60_kB_invite_over_udp_is_recorded(self):
        answer = self.answer(multipart(padding=60000))
        self.assertEqual(code(answer), 200)
        self.assertEqual(answer.count("m=audio"), 2)

    def test_message_in_1_byte_pieces_over_tcp_is_recorded(self):
        tcp = Tcp(self.recorder.addresses["sip"])
        self.addCleanup(tcp.close)
        dialog = Dialog("TCP", tcp.port)
        for byte in dialog.request("INVITE", multipart()):
            tcp.send(bytes([byte]))
        answer = tcp.final()
        self.assertEqual(code(answer), 200)
        dialog.learn(answer)
        tcp.send(dialog.request("ACK", extra=""))
        self.assertEqual(code(hang_up(tcp, dialog)), 200)

    def test_80_kB_invite_over_tcp_is_recorded(self):
        tcp = Tcp(self.recorder.addresses["sip"])
        self.addCleanup(tcp.close)
        dialog, answer = place(tcp, padding=80000)
        self.assertEqual(code(answer), 200)
        self.assertEqual(code(hang_up(tcp, dialog)), 200)

    def test_500_kB_message_over_tcp_is_answered_513_and_its_connection_goes_on(self):
        tcp = Tcp(self.recorder.addresses["sip"])
        self.addCleanup(tcp.close)
        tcp.send(Dialog("TCP", tcp.port).request("INVITE", multipart(padding=500000)))
        self.assertEqual(code(tcp.final()), 513)
        dialog, answer = place(tcp)
        self.assertEqual(code(answer), 200)
        self.assertEqual(code(hang_up(tcp, dialog)), 200)

    def test_doctype_in_the_metadata_does_not_cost_the_call(self):
        bomb = '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">]>' + METADATA.split("?>", 1)[1]
        self.assertEqual(code(self.answer(multipart(metadata=bomb))), 200)

    def test_unknown_content_type_is_answered_415_with_what_is_accepted(self):
        answer = self.answer("hello", "text/plain")
        self.assertEqual(code(answer), 415)
        self.assertRegex(answer, r"(?im)^Accept:.*application/sdp")

    def test_offer_without_audio_is_answered_488(self):
        video = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n" \
                "m=video 5000 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
        self.assertEqual(code(self.answer(multipart(sdp=video))), 488)

    def test_unknown_extension_is_refused_by_name(self):
        answer = self.answer(multipart(), extra="Require: siprec, x-unheard-of\r\n")
        self.assertEqual(code(answer), 420)
        self.assertRegex(answer, r"(?im)^Unsupported:.*x-unheard-of")

    def test_request_in_an_unknown_dialog_is_answered_481(self):
        for method in ("BYE", "UPDATE"):
            dialog = Dialog("UDP", self.udp.port)
            dialog.to_tag = "nobody"
            self.udp.send(dialog.request(method, extra=""))
            self.assertEqual(code(self.udp.final()), 481, method)

    def test_garbage_is_survived(self):
        for garbage in (b"", b"\0" * 100, b"INVITE\r\n\r\n", b"SIP/2.0 200\r\n\r\n", b"\r\n\r\n" * 9,
                        os.urandom(1400), b"INVITE sip:x SIP/2.0\r\nVia: \r\n\r\n"):
            self.udp.send(garbage)
        dialog = Dialog("UDP", self.udp.port)
        self.udp.send(dialog.request("OPTIONS", extra=""))
        answer = self.udp.final()
        self.assertEqual(code(answer), 200)
        self.assertRegex(answer, r"(?im)^Accept:.*application/rs-metadata")

    def test_retransmitted_invite_is_one_call(self):
        dialog = Dialog("UDP", self.udp.port)
        invite = dialog.request("INVITE", multipart())
        for _ in range(3):
            self.udp.send(invite)
        answer = self.udp.final()
        self.assertEqual(code(answer), 200)
        dialog.learn(answer)
        self.udp.send(dialog.request("ACK", extra=""))
        self.assertEqual(code(hang_up(self.udp, dialog)), 200)
        self.assertEqual(len(self.recorder.calls(dialog.call_id)), 1)

    def test_cancelled_call_leaves_no_recording(self):
        dialog = Dialog("UDP", self.udp.port)
        invite = dialog.request("INVITE", multipart())
        cancel = re.sub(rb"^INVITE|(?<=\d )INVITE", b"CANCEL", invite.partition(b"\r\n\r\n")[0])
        cancel = re.sub(rb"Content-(Type|Length):[^\r]*\r?\n?", b"", cancel)
        self.udp.send(invite)
        self.udp.send(cancel.rstrip() + b"\r\nContent-Length: 0\r\n\r\n")
        answers = [self.udp.final(), self.udp.final(2)]
        codes = sorted(code(answer) for answer in answers)
        self.assertIn(codes, ([200, 487], [200, 200]), "cancelled, or answered just before")
        if codes == [200, 200]:
            dialog.learn(next(a for a in answers if "INVITE" in a))
            self.udp.send(dialog.request("ACK", extra=""))
            hang_up(self.udp, dialog)
        else:
            wait_until(lambda: not self.recorder.calls(dialog.call_id), 5, what="its row is taken back")

    def test_hold_by_reinvite_and_metadata_by_update_keep_the_call(self):
        dialog, answer = place(self.udp)
        ports = re.findall(r"m=audio (\d+)", answer)
        held = SDP.replace("a=sendonly", "a=inactive")
        self.udp.send(dialog.request("INVITE", held, "application/sdp"))
        again = self.udp.final()
        dialog.learn(again)
        self.udp.send(dialog.request("ACK", extra=""))
        self.assertEqual(code(again), 200)
        self.assertEqual(re.findall(r"m=audio (\d+)", again), ports)
        self.assertEqual(again.count("a=inactive"), 2)
        self.assertEqual(re.findall(r"a=label:(\S+)", again), ["1", "2"])
        late = METADATA.replace("+4570100200", "+4512345678")
        self.udp.send(dialog.request("UPDATE", multipart(sdp=None, metadata=late)))
        self.assertEqual(code(self.udp.final()), 200)
        self.assertEqual(code(hang_up(self.udp, dialog)), 200)
        row, _ = self.recorder.sealed_call(dialog.call_id)
        self.assertEqual(row["called"]["number"], "+4512345678", "who joined late is the party")

    def test_a_stranger_is_not_heard_while_the_named_sender_speaks(self):
        named, stranger = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        for each in (named, stranger):
            each.bind(("127.0.0.1", 0))
            self.addCleanup(each.close)
        sdp = SDP.replace("m=audio 40000", f"m=audio {named.getsockname()[1]}")
        dialog, answer = place(self.udp, sdp=sdp)
        port = int(re.search(r"m=audio (\d+)", answer).group(1))
        for i in range(60):
            for sender, ssrc in ((named, 7), (stranger, 8)):
                header = struct.pack(">BBHII", 0x80, 8, i, i * 160, ssrc)
                sender.sendto(header + b"\x55" * 160, ("127.0.0.1", port))
            time.sleep(0.02)
        self.assertEqual(code(hang_up(self.udp, dialog)), 200)
        leg = self.recorder.sealed_call(dialog.call_id)[1]["legs"][0]
        self.assertEqual((leg["packets_received"], leg["packets_lost"]), (60, 0))

    def test_nothing_leaks_over_many_refused_calls(self):
        self.answer("hello", "text/plain")
        before = descriptors(self.pid)
        for _ in range(50):
            self.assertEqual(code(self.answer("hello", "text/plain")), 415)
        for _ in range(20):
            self.assertEqual(code(self.answer(multipart())), 200)
        wait_until(lambda: descriptors(self.pid) <= before, 10, what="descriptors given back")


class PortsExhausted(unittest.TestCase):
    def test_call_past_the_last_port_is_answered_503_with_retry_after(self):
        with Recorder(rtp_ports=(20400, 20407)) as recorder:
            udp = Udp(recorder.addresses["sip"])
            first = [place(udp) for _ in range(2)]
            self.assertEqual([code(answer) for _, answer in first], [200, 200])
            dialog, answer = place(udp)
            self.assertEqual(code(answer), 503)
            self.assertRegex(answer, r"(?im)^Retry-After:\s*\d+")
            self.assertEqual(code(hang_up(udp, first[0][0])), 200)

            def room_again():
                again, answer = place(udp)
                return again if code(answer) == 200 else None
            freed = wait_until(room_again, 10, 0.3, "a port given back")
            for each in (freed, first[1][0]):
                self.assertEqual(code(hang_up(udp, each)), 200)
            udp.close()


class Connections(unittest.TestCase):
    def test_many_idle_connections_do_not_stop_calls(self):
        with Recorder() as recorder:
            host, port = recorder.addresses["sip"].rsplit(":", 1)
            idle = []
            try:
                for _ in range(1200):
                    client = socket.socket()
                    client.setblocking(False)
                    client.connect_ex((host, int(port)))
                    idle.append(client)
                udp = Udp(recorder.addresses["sip"])
                dialog, answer = place(udp)
                self.assertEqual(code(answer), 200)
                self.assertEqual(code(hang_up(udp, dialog)), 200)
            finally:
                for client in idle:
                    client.close()


if __name__ == "__main__":
    unittest.main()
