"""callgen against a small SIP server in Python: what it says, what it sends, what it reports."""
import json
import pathlib
import re
import select
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
import unittest
import wave
import xml.etree.ElementTree as ElementTree

from support import BIN

CALLGEN = BIN / "callgen"
NAMESPACE = {"r": "urn:ietf:params:xml:ns:recording:1"}


def header(text, name, index=0):
    found = re.findall(rf"^{re.escape(name)}:[ \t]*(.*?)\r?$", text, re.M | re.I)
    return found[index] if index < len(found) else None


class FakeRecorder:
    """Answers SIP and keeps every message and RTP packet. Behaviour by attributes."""

    def __init__(self, tcp=False, host="127.0.0.1"):
        self.tcp, self.host = tcp, host
        self.family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.messages = []          # every SIP text received
        self.answers = {}           # call id -> 200 text
        self.packets = {0: [], 1: []}  # stream -> [(source, bytes)]
        self.drop_first_invites = 0
        self.refuse = None          # "503 Service Unavailable"
        self.ignore_invite = False
        self.only_trying = False
        self.repeat_ok = 0          # send 200 again that often after the ACK
        self.reject_second = False
        self.bye_after = None       # seconds after ACK
        self.record_routes = []
        self.ignore_bye = 0
        self.sip = socket.socket(self.family, socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM)
        self.sip.bind((host, 0))
        if tcp:
            self.sip.listen(8)
        self.rtp = [self.media_socket() for _ in range(2)]
        where = f"[{host}]" if ":" in host else host
        self.to = f"{where}:{self.sip.getsockname()[1]}"
        self.stopping = threading.Event()
        self.timers = []            # (time, function)
        self.thread = threading.Thread(target=self.run, daemon=True)

    def media_socket(self):
        made = socket.socket(self.family, socket.SOCK_DGRAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        made.bind((self.host, 0))
        made.setblocking(False)
        return made

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.thread.join()
        for opened in [self.sip, *self.rtp]:
            opened.close()

    def run(self):
        streams = {}
        while True:
            readable, _, _ = select.select([self.sip, *self.rtp, *streams], [], [], 0.01)
            if self.stopping.is_set() and not readable:
                break  # what was sent before is read
            for ready in readable:
                if ready in self.rtp:
                    self.receive_rtp(ready)
                elif ready is self.sip and self.tcp:
                    streams[self.sip.accept()[0]] = b""
                elif ready is self.sip:
                    data, source = self.sip.recvfrom(65536)
                    self.message(data.decode(), lambda text, to=source: self.sip.sendto(text, to))
                else:
                    self.receive_stream(ready, streams)
            for due in [timer for timer in self.timers if timer[0] <= time.monotonic()]:
                self.timers.remove(due)
                due[1]()
        for opened in streams:
            opened.close()

    def receive_rtp(self, ready):
        while True:
            try:
                data, source = ready.recvfrom(2048)
            except BlockingIOError:
                return
            self.packets[self.rtp.index(ready)].append((source, data))

    def receive_stream(self, ready, streams):
        data = ready.recv(65536)
        if not data:
            ready.close()
            del streams[ready]
            return
        streams[ready] += data
        while b"\r\n\r\n" in streams[ready]:
            head, _, rest = streams[ready].partition(b"\r\n\r\n")
            length = int(header(head.decode() + "\r\n", "Content-Length"))
            if len(rest) < length:
                return
            text = (head + b"\r\n\r\n" + rest[:length]).decode()
            streams[ready] = rest[length:]
            # in pieces, with an empty line before: a stream has no message borders
            self.message(text, lambda out: (ready.sendall(b"\r\n" + out[:7]), time.sleep(0.002),
                                            ready.sendall(out[7:])))

    def answer(self, request, status, body="", more=""):
        copied = "".join(f"{line}\r\n" for line in request.split("\r\n\r\n")[0].split("\r\n")[1:]
                         if line.split(":")[0] in ("Via", "From", "Call-ID", "CSeq"))
        to = header(request, "To")
        if status[:3] != "100" and ";tag=" not in to:
            to += ";tag=fake"
        kind = "Content-Type: application/sdp\r\n" if body else ""
        return (f"SIP/2.0 {status}\r\n{copied}To: {to}\r\n{more}{kind}"
                f"Content-Length: {len(body)}\r\n\r\n{body}").encode()

    def ok(self, request):
        formats = re.findall(r"^m=audio \d+ RTP/AVP (\d+)", request, re.M)
        labels = re.findall(r"^a=label:(\S+)", request, re.M)
        media = ""
        for i, (payload, label) in enumerate(zip(formats, labels)):
            port = 0 if i == 1 and self.reject_second else self.rtp[i].getsockname()[1]
            media += f"m=audio {port} RTP/AVP {payload}\r\na=recvonly\r\na=label:{label}\r\n"
        where = f"IN IP{6 if ':' in self.host else 4} {self.host}"
        routes = "".join(f"Record-Route: {route}\r\n" for route in self.record_routes)
        return self.answer(
            request, "200 OK",
            f"v=0\r\no=fake 1 1 {where}\r\ns=-\r\nc={where}\r\nt=0 0\r\n{media}",
            f"Contact: <sip:recorder@{self.to}>;+sip.srs\r\n{routes}")

    def message(self, text, send):
        self.messages.append(text)
        method = text.split(" ", 1)[0]
        if method == "INVITE":
            self.invite(text, send)
        elif method == "BYE" and self.ignore_bye > 0:
            self.ignore_bye -= 1
        elif method in ("BYE", "CANCEL"):
            send(self.answer(text, "200 OK"))
            if method == "CANCEL":
                send(self.answer(self.first("INVITE"), "487 Request Terminated"))
        elif method == "ACK":
            self.ack(text, send)

    def invite(self, text, send):
        if self.ignore_invite:
            return
        if self.drop_first_invites > 0:
            self.drop_first_invites -= 1
            return
        send(self.answer(text, "100 Trying"))
        if self.only_trying:
            return
        if self.refuse:
            send(self.answer(text, self.refuse, more="Retry-After: 5\r\n"))
            return
        answer = self.ok(text)
        self.answers[header(text, "Call-ID")] = answer
        send(answer)

    def ack(self, text, send):
        if self.repeat_ok > 0:
            self.repeat_ok -= 1
            send(self.answers[header(text, "Call-ID")])
        if self.bye_after is not None:
            call_id = header(text, "Call-ID")
            bye = (f"BYE sip:callgen@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:1;branch=z1\r\n"
                   f"Via: SIP/2.0/UDP 127.0.0.1:2;branch=z2\r\nFrom: {header(text, 'To')}\r\n"
                   f"To: {header(text, 'From')}\r\nCall-ID: {call_id}\r\nCSeq: 7 BYE\r\n"
                   "Content-Length: 0\r\n\r\n").encode()
            options = bye.replace(b"BYE", b"OPTIONS")
            self.timers.append((time.monotonic() + self.bye_after,
                                lambda: (send(options), send(bye))))

    def all(self, method):
        return [text for text in self.messages if text.startswith(method)]

    def first(self, method):
        return self.all(method)[0]

    def wait_for(self, method, count, seconds=10):
        end = time.monotonic() + seconds
        while len(self.all(method)) < count:
            assert time.monotonic() < end, f"{count} {method} did not come within {seconds} s"
            time.sleep(0.01)


def callgen(recorder, *options, timeout=60):
    """Run callgen; its exit status, report, and standard error."""
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder) / "report.json"
        sent = pathlib.Path(folder) / "sent"
        done = subprocess.run(
            [CALLGEN, "--to", recorder.to, "--transport", "tcp" if recorder.tcp else "udp",
             "--report", report, "--sent-dir", sent, *map(str, options)],
            capture_output=True, text=True, timeout=timeout, check=False)
        result = json.loads(report.read_text()) if report.exists() else None
        if result:
            for call in result["calls"]:
                for stream in call["streams"]:
                    stream["payload"] = (sent / stream["payload_file"]).read_bytes()
        return done.returncode, result, done.stderr


class Rtp:
    def __init__(self, data):
        first, second, self.sequence, self.timestamp, self.ssrc = struct.unpack("!BBHII", data[:12])
        self.version, self.plain = first >> 6, first & 63
        self.marker, self.payload_type = second >> 7, second & 127
        self.payload = data[12:]


class CallgenTest(unittest.TestCase):
    def check_stream(self, recorder, index, stream):
        """Everything in the report of one stream is what arrived, and the other way round."""
        packets = [Rtp(data) for _, data in recorder.packets[index]]
        packets = [packet for packet in packets if packet.ssrc == stream["ssrc"]]
        planned = stream["packets_planned"]
        seen = [0] * planned
        for packet in packets:
            number = (packet.sequence - stream["first_sequence"]) % 65536
            seen[number] += 1
            self.assertEqual((packet.version, packet.plain), (2, 0))
            self.assertEqual(packet.marker, number == 0)
            self.assertEqual(packet.payload_type, {"PCMA": 8, "PCMU": 0}[stream["codec"]])
            self.assertEqual(packet.timestamp,
                             (stream["first_timestamp"] + number * 160) % (1 << 32))
            self.assertEqual(packet.payload, stream["payload"][number * 160:(number + 1) * 160])
        self.assertEqual(len(packets), stream["packets_sent"])
        self.assertEqual([i for i in range(planned) if seen[i] == 0], stream["withheld"])
        self.assertEqual([i for i in range(planned) if seen[i] == 2], stream["duplicated"])
        self.assertEqual(stream["packets_sent"],
                         planned - len(stream["withheld"]) + len(stream["duplicated"]))
        self.assertEqual(stream["unsent"], [])
        self.assertEqual(len(stream["payload"]), planned * 160)
        return packets

    def check_all(self, recorder, report):
        for call in report["calls"]:
            self.assertEqual(call["result"], "ok", call["detail"])
            for index, stream in enumerate(call["streams"]):
                self.check_stream(recorder, index, stream)

    def test_invite_carries_two_labelled_streams_and_their_speakers(self):
        with FakeRecorder() as recorder:
            code, report, _ = callgen(
                recorder, "--seconds", 0.5, "--caller", "+4511223344", "--called", "88303080",
                "--caller-name", 'A <& "B" Ærø', "--called-name", "Desk", "--labels", "96,97")
        self.assertEqual(code, 0)
        invite = recorder.first("INVITE")
        head, _, body = invite.partition("\r\n\r\n")
        self.assertEqual(header(invite, "Require"), "siprec")
        self.assertRegex(header(invite, "Contact"), r"^<sip:callgen@127\.0\.0\.1:\d+>;\+sip\.src$")
        self.assertRegex(header(invite, "Via"), r"^SIP/2\.0/UDP 127\.0\.0\.1:\d+;rport;branch=z9hG4bK")
        self.assertEqual(int(header(invite, "Content-Length")), len(body.encode()))
        boundary = re.search(r"boundary=(\S+)", header(head, "Content-Type")).group(1)
        parts = body.split(f"--{boundary}")
        self.assertEqual(parts[-1].strip(), "--")
        sdp, metadata = parts[1], parts[2]
        self.assertIn("Content-Type: application/sdp\r\n\r\nv=0\r\n", sdp)
        self.assertEqual(re.findall(r"a=label:(\S+)", sdp), ["96", "97"])
        self.assertEqual(sdp.count("a=sendonly"), 2)
        ports = [int(port) for port in re.findall(r"m=audio (\d+) RTP/AVP 8\r\n", sdp)]
        self.assertEqual([port % 2 for port in ports], [0, 0])
        for index in (0, 1):
            self.assertEqual({source[1] for source, _ in recorder.packets[index]}, {ports[index]})
        self.assertIn("Content-Disposition: recording-session", metadata)
        self.check_metadata(metadata.partition("\r\n\r\n")[2].strip())
        self.assertEqual(report["calls"][0]["caller"], "+4511223344")
        self.check_all(recorder, report)

    def check_metadata(self, text):
        root = ElementTree.fromstring(text.encode())
        self.assertEqual(root.tag, "{urn:ietf:params:xml:ns:recording:1}recording")
        session = root.find("r:session", NAMESPACE)
        group = root.find("r:group", NAMESPACE).get("group_id")
        self.assertEqual(session.find("r:group-ref", NAMESPACE).text, group)
        labels = {stream.get("stream_id"): stream.find("r:label", NAMESPACE).text
                  for stream in root.findall("r:stream", NAMESPACE)}
        people = {}
        for person in root.findall("r:participant", NAMESPACE):
            name = person.find("r:nameID", NAMESPACE)
            people[person.get("participant_id")] = (name.get("aor").split("@")[0],
                                                    name.find("r:name", NAMESPACE).text)
        said = {}
        for tie in root.findall("r:participantstreamassoc", NAMESPACE):
            send = tie.find("r:send", NAMESPACE).text
            self.assertNotEqual(send, tie.find("r:recv", NAMESPACE).text)
            said[labels[send]] = people[tie.get("participant_id")]
        self.assertEqual(said, {"96": ("sip:+4511223344", 'A <& "B" Ærø'),
                                "97": ("sip:88303080", "Desk")})
        self.assertEqual(len(root.findall("r:participantsessionassoc", NAMESPACE)), 2)

    def test_dialog_ends_with_a_bye_that_follows_the_record_route(self):
        with FakeRecorder() as recorder:
            recorder.record_routes = ["<sip:near.example;lr>, <sip:mid.example;lr>",
                                      "<sip:far.example;lr>"]
            code, _, _ = callgen(recorder, "--seconds", 0.2)
        self.assertEqual(code, 0)
        invite, ack, bye = (recorder.first(name) for name in ("INVITE", "ACK", "BYE"))
        for text in (ack, bye):
            self.assertEqual(text.split(" ")[1], f"sip:recorder@{recorder.to}")
            self.assertTrue(header(text, "To").endswith(";tag=fake"))
            self.assertEqual(header(text, "From"), header(invite, "From"))
            routes = [route.strip() for i in range(3) for route in
                      (header(text, "Route", i) or "").split(",") if route.strip()]
            self.assertEqual(routes, ["<sip:far.example;lr>", "<sip:mid.example;lr>",
                                      "<sip:near.example;lr>"])
        self.assertEqual(header(ack, "CSeq"), "1 ACK")
        self.assertEqual(header(bye, "CSeq"), "2 BYE")
        branches = {header(text, "Via") for text in (invite, ack, bye)}
        self.assertEqual(len(branches), 3)

    def test_lost_invite_and_lost_bye_are_sent_again(self):
        with FakeRecorder() as recorder:
            recorder.drop_first_invites = 1
            recorder.ignore_bye = 1
            code, report, _ = callgen(recorder, "--seconds", 0.2)
        self.assertEqual(code, 0)
        self.assertEqual(len(recorder.all("INVITE")), 2)
        self.assertEqual(len(set(recorder.all("INVITE"))), 1)
        self.assertEqual(len(recorder.all("BYE")), 2)
        self.check_all(recorder, report)

    def test_repeated_ok_is_acknowledged_again_and_media_starts_once(self):
        with FakeRecorder() as recorder:
            recorder.repeat_ok = 2
            code, report, _ = callgen(recorder, "--seconds", 0.3)
        self.assertEqual(code, 0)
        self.assertEqual(len(recorder.all("ACK")), 3)
        self.check_all(recorder, report)

    def test_refusal_is_acknowledged_and_reported(self):
        with FakeRecorder() as recorder:
            recorder.refuse = "503 Service Unavailable"
            code, report, errors = callgen(recorder, "--calls", 2, "--seconds", 0.2)
        self.assertEqual(code, 1)
        for call in report["calls"]:
            self.assertEqual((call["result"], call["answer_code"]), ("refused", 503))
            self.assertIsNone(call["answered_at"])
        self.assertEqual(recorder.packets, {0: [], 1: []})
        invite, ack = recorder.first("INVITE"), recorder.first("ACK")
        self.assertEqual(header(invite, "Via"), header(ack, "Via"))
        self.assertTrue(header(ack, "To").endswith(";tag=fake"))
        self.assertEqual(ack.split(" ")[1], invite.split(" ")[1])
        self.assertIn("refused=2", errors)

    def test_rejected_stream_is_reported_and_the_other_one_sent(self):
        with FakeRecorder() as recorder:
            recorder.reject_second = True
            code, report, _ = callgen(recorder, "--seconds", 0.2)
        self.assertEqual(code, 1)
        call = report["calls"][0]
        self.assertEqual((call["result"], call["detail"]), ("error", "a stream was not accepted"))
        self.check_stream(recorder, 0, call["streams"][0])
        self.assertEqual(call["streams"][1]["packets_sent"], 0)
        self.assertEqual(recorder.packets[1], [])

    def test_bye_and_options_from_the_recorder_are_answered(self):
        with FakeRecorder() as recorder:
            recorder.bye_after = 0.3
            code, report, _ = callgen(recorder, "--seconds", 20)
        self.assertEqual(code, 1)
        answers = recorder.all("SIP/2.0 200 OK")
        self.assertEqual(sorted(header(text, "CSeq") for text in answers),
                         ["7 BYE", "7 OPTIONS"])
        self.assertEqual(header(answers[0], "Via", 1), "SIP/2.0/UDP 127.0.0.1:2;branch=z2")
        self.assertEqual(recorder.all("BYE"), [])
        call = report["calls"][0]
        self.assertEqual((call["result"], call["detail"]), ("error", "ended by the recorder"))
        stream = call["streams"][0]
        self.assertTrue(5 < stream["packets_sent"] < 40)
        self.assertEqual(len(stream["unsent"]), 1000 - stream["packets_sent"])

    def test_impairments_are_exactly_what_the_report_says(self):
        with FakeRecorder() as recorder:
            code, report, _ = callgen(
                recorder, "--calls", 3, "--seconds", 6, "--loss", 5, "--duplicate", 5,
                "--reorder", 5, "--reorder-ms", 200, "--jitter-ms", 15, "--seed", 77)
        self.assertEqual(code, 0)
        self.check_all(recorder, report)
        for call in report["calls"]:
            for index, stream in enumerate(call["streams"]):
                self.assertTrue(3 <= len(stream["withheld"]) <= 33, stream["withheld"])
                self.assertTrue(3 <= len(stream["duplicated"]) <= 33)
                self.assertFalse({0, 299} & set(stream["withheld"] + stream["reordered"]))
                self.check_order(recorder, index, stream)

    def check_order(self, recorder, index, stream):
        """A held-back packet comes after those of the following 180 ms; no other one does."""
        order = {}
        for _, data in recorder.packets[index]:
            packet = Rtp(data)
            if packet.ssrc == stream["ssrc"]:
                order.setdefault((packet.sequence - stream["first_sequence"]) % 65536, len(order))
        for number in order:
            after = order.get(number + 8)
            if after is not None and number + 8 not in stream["reordered"]:
                self.assertEqual(order[number] > after, number in stream["reordered"])

    def test_same_seed_sends_the_same_and_another_seed_does_not(self):
        plans = []
        for seed in (5, 5, 6):
            with FakeRecorder() as recorder:
                _, report, _ = callgen(recorder, "--seconds", 1, "--loss", 20, "--seed", seed)
            streams = report["calls"][0]["streams"]
            plans.append([(s["ssrc"], s["first_sequence"], s["first_timestamp"], s["withheld"])
                          for s in streams])
        self.assertEqual(plans[0], plans[1])
        self.assertNotEqual(plans[0], plans[2])
        self.assertNotEqual(plans[0][0][0], plans[0][1][0])

    def test_tcp_carries_many_calls_in_pieces(self):
        with FakeRecorder(tcp=True) as recorder:
            code, report, _ = callgen(recorder, "--calls", 5, "--seconds", 0.5, "--rate", 100,
                                      "--codec", "pcmu", "--caller", "2000##")
        self.assertEqual(code, 0)
        self.assertEqual(len(recorder.all("INVITE")), 5)
        self.assertIn("transport=tcp", header(recorder.first("INVITE"), "Contact"))
        self.assertEqual([call["caller"] for call in report["calls"]],
                         ["200000", "200001", "200002", "200003", "200004"])
        self.check_all(recorder, report)

    def test_calls_over_ipv6(self):
        for tcp in (False, True):
            with FakeRecorder(tcp, "::1") as recorder:
                code, report, _ = callgen(recorder, "--seconds", 0.3)
            self.assertEqual(code, 0)
            invite = recorder.first("INVITE")
            self.assertIn("\r\nc=IN IP6 ::1\r\n", invite)
            self.assertRegex(header(invite, "Contact"), r"^<sip:callgen@\[::1\]:\d+[;>]")
            self.assertIn('aor="sip:+4520304050@[::1]"', invite)
            self.check_all(recorder, report)

    def test_packets_keep_their_pace(self):
        with FakeRecorder() as recorder:
            began = time.monotonic()
            code, report, _ = callgen(recorder, "--calls", 20, "--seconds", 2, "--rate", 100)
            took = time.monotonic() - began
        self.assertEqual(code, 0)
        self.assertTrue(2.0 < took < 4.0, took)
        self.check_all(recorder, report)
        call = report["calls"][3]
        times = [call[key] for key in ("invite_at", "answered_at")]
        times += [call["streams"][0]["first_sent_at"], call["bye_at"], call["ended_at"]]
        self.assertEqual(times, sorted(times))
        for text in times:
            self.assertRegex(text, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")
        # calls start in different places of the sound
        self.assertNotEqual(report["calls"][0]["streams"][0]["payload"],
                            report["calls"][1]["streams"][0]["payload"])

    def test_nobody_there_is_an_error_at_once(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
        for transport in ("udp", "tcp"):
            began = time.monotonic()
            done = subprocess.run([CALLGEN, "--to", f"127.0.0.1:{port}", "--transport", transport],
                                  capture_output=True, text=True, timeout=40, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn("refused", done.stderr)
            self.assertLess(time.monotonic() - began, 5)

    def test_terminate_says_bye_and_still_reports(self):
        with FakeRecorder() as recorder, tempfile.TemporaryDirectory() as folder:
            report = pathlib.Path(folder) / "report.json"
            with subprocess.Popen([CALLGEN, "--to", recorder.to, "--seconds", "60", "--calls", "3",
                                   "--rate", "2", "--report", report],
                                  stderr=subprocess.PIPE) as child:
                recorder.wait_for("ACK", 2)
                child.send_signal(signal.SIGTERM)
                child.communicate(timeout=10)
            self.assertEqual(child.returncode, 1)
            calls = json.loads(report.read_text())["calls"]
        self.assertEqual(len(recorder.all("INVITE")), 2)
        self.assertEqual(len(recorder.all("BYE")), 2)
        self.assertEqual([call["detail"] for call in calls], ["stopped by the user"] * 3)
        self.assertIsNone(calls[2]["invite_at"])

    def test_unanswered_call_is_cancelled_when_stopped(self):
        with FakeRecorder() as recorder:
            recorder.only_trying = True
            with subprocess.Popen([CALLGEN, "--to", recorder.to], stderr=subprocess.PIPE) as child:
                recorder.wait_for("INVITE", 1)
                time.sleep(0.2)  # the 100 Trying arrives
                child.send_signal(signal.SIGINT)
                child.communicate(timeout=10)
        cancel, invite = recorder.first("CANCEL"), recorder.first("INVITE")
        self.assertEqual(header(cancel, "Via"), header(invite, "Via"))
        self.assertEqual(header(cancel, "To"), header(invite, "To"))
        self.assertEqual(header(cancel, "CSeq"), "1 CANCEL")
        self.assertEqual(header(recorder.first("ACK"), "Via"), header(invite, "Via"))

    def test_sound_files_of_any_rate_are_sent(self):
        with FakeRecorder() as recorder, tempfile.TemporaryDirectory() as folder:
            names = []
            for rate, channels in ((44100, 2), (8000, 1)):
                name = pathlib.Path(folder) / f"{rate}.wav"
                with wave.open(str(name), "wb") as out:
                    out.setnchannels(channels)
                    out.setsampwidth(2)
                    out.setframerate(rate)
                    out.writeframes(struct.pack("<h", 8000) * channels * (rate // 2))
                names.append(name)
            code, report, _ = callgen(recorder, "--seconds", 0.4, "--left", names[0], "--right",
                                      names[1])
        self.assertEqual(code, 0)
        self.check_all(recorder, report)
        for stream in report["calls"][0]["streams"]:
            # A-law of 8000: segment 5, step 15 (8064 is its level)
            middle = stream["payload"][1000:2000]
            self.assertEqual(set(middle), {(0x80 | 5 << 4 | 15) ^ 0x55})

    def test_speech_is_a_dialogue(self):
        with FakeRecorder() as recorder:
            code, report, _ = callgen(recorder, "--speech", "--seconds", 8)
        self.assertEqual(code, 0)
        self.check_all(recorder, report)
        silence = 0xD5
        loud = []
        for stream in report["calls"][0]["streams"]:
            payload = stream["payload"]
            loud.append([any((byte ^ 0x55) & 0x70 > 0x30 for byte in payload[i:i + 800])
                         for i in range(0, len(payload), 800)])
            self.assertGreater(payload.count(silence), 1000)
        self.assertTrue(any(loud[0]) and any(loud[1]))
        both = sum(1 for left, right in zip(*loud) if left and right)
        self.assertLess(both, sum(loud[0]) / 2)

    def test_wrong_usage_is_told(self):
        for options, words in (
                ([], "--to HOST:PORT is needed"),
                (["--to", "127.0.0.1:1", "--calls", "0"], "--calls 0"),
                (["--to", "127.0.0.1:1", "--calls", "10001"], "--calls 10001"),
                (["--to", "127.0.0.1:1", "--loss", "101"], "--loss 101"),
                (["--to", "127.0.0.1:1", "--seconds", "nan"], "--seconds nan"),
                (["--to", "127.0.0.1:1", "--left", "x.wav"], "--right"),
                (["--to", "127.0.0.1:1", "--labels", "a,a"], "--labels"),
                (["--to", "127.0.0.1:1", "--caller", "1>2"], "--caller"),
                (["--to", "127.0.0.1:1", "--codec", "g728"], "gsm or opus"),
                (["--to", "127.0.0.1:1", "--digits", "12x"], "--digits 12x"),
                (["--to", "127.0.0.1:1", "--noise", "--codec", "opus"], "--noise"),
                (["--to", "127.0.0.1:1", "--what"], "--what"),
                (["--to", "127.0.0.1:1", "more"], "more")):
            done = subprocess.run([CALLGEN, *options], capture_output=True, text=True, timeout=20,
                                  check=False)
            self.assertEqual(done.returncode, 2, options)
            self.assertIn(words, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1)
        done = subprocess.run([CALLGEN, "--help"], capture_output=True, text=True, timeout=20,
                              check=False)
        self.assertEqual(done.returncode, 0)
        self.assertIn("exit status", done.stdout)


if __name__ == "__main__":
    unittest.main()
