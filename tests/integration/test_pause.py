"""Pause and resume by each way that there is, and digits that are masked: what is said meanwhile is
kept nowhere.

Each leg speaks without end, other noise on each, while the test pauses and resumes; afterwards the
noise of each moment is looked for in what is heard and in the sealed file's own bytes.
"""
import json
import sqlite3
import struct
import threading
import time
import unittest

import numpy

import sound
from sip_client import Dialog, Rtp, Udp, change, code, hang_up, place_as, ports_of
from siprec_session import HEAD, SDP_TYPE, Session
from support import CUSTOMER, wait_until

RATE, PACKET_S, TICKS = 8000, 0.02, 160
EVENTS = 101
LEVEL = 6000
SENT, ABSENT = 0.9, 0.25  # likeness of what was kept at least, of what was not at most
CODES = ("*1", "*2")
TURNS = "#9"
OTHER = "127.0.0.2"  # a source that pauses and resumes by one code
NOISE_S = 14
KEYS = ("123A", "456B", "789C", "*0#D")  # as they lie on a telephone (ITU-T Q.23)
LOW_HZ, HIGH_HZ = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
TONE_LEVEL = 4000  # of each of the two
TONE_HEARD_MS = 40  # of a masked tone's beginning at most
REST_LEVEL = 100  # of 32768, 50 dB down: what a codec leaves of what was before


def alaw_of(samples):
    """G.711 A-law of samples: the code that each is nearest to."""
    codes = numpy.arange(256, dtype=numpy.uint8)
    values = sound.g711("PCMA", codes.tobytes()).astype(numpy.int64)
    order = numpy.argsort(values)
    edges = (values[order][1:] + values[order][:-1]) / 2
    return codes[order][numpy.searchsorted(edges, samples)]


def noise(seed):
    """Some seconds that are like no other of its own, in the band of speech."""
    count = NOISE_S * RATE
    spectrum = numpy.fft.rfft(numpy.random.default_rng(seed).normal(0, 1, count))
    hz = numpy.fft.rfftfreq(count, 1 / RATE)
    spectrum[(hz < 300) | (hz > 3000)] = 0
    shaped = numpy.fft.irfft(spectrum, count)
    return (shaped / numpy.std(shaped) * LEVEL / 3).astype(numpy.int64)


def pair_of(digit):
    """The two frequencies of a digit."""
    row = next(row for row in range(4) if digit in KEYS[row])
    return LOW_HZ[row], HIGH_HZ[KEYS[row].index(digit)]


def tone(digit, milliseconds):
    at = numpy.arange(milliseconds * RATE // 1000) / RATE
    return sum(TONE_LEVEL * numpy.sin(2 * numpy.pi * hz * at) for hz in pair_of(digit))


def toned_ms(heard, digit):
    """How long a digit's tone sounds in what is heard at 8 kHz: its steps of 10 ms, mostly tone."""
    step = RATE // 100
    pieces = heard[:len(heard) // step * step].reshape(-1, step).astype(numpy.float64)
    at = numpy.arange(step) / RATE
    waves = [wave(2 * numpy.pi * hz * at) for hz in pair_of(digit)
             for wave in (numpy.sin, numpy.cos)]
    basis, _ = numpy.linalg.qr(numpy.array(waves).T)
    energy = numpy.sum(pieces ** 2, axis=1)
    share = numpy.sum((pieces @ basis) ** 2, axis=1) / numpy.maximum(energy, 1)
    return 10 * int(numpy.sum((share > 0.8) & (energy > step * (TONE_LEVEL / 50) ** 2)))


class Speaker(threading.Thread):
    """Sends both legs of a call, 20 ms each 20 ms, until it is stopped.

    In place of the noise of both are the tones [(digit, start, length)], in ms."""

    def __init__(self, own="127.0.0.1", tones=()):
        super().__init__(daemon=True)
        self.legs = [Rtp(ssrc=70 + i, own=own) for i in range(2)]
        said = [noise(i) for i in range(2)]
        for digit, start_ms, length_ms in tones:
            for line in said:
                line[start_ms * 8:(start_ms + length_ms) * 8] = tone(digit, length_ms)
        self.said = [line.reshape(-1, TICKS) for line in said]
        self.packets = [alaw_of(said).tobytes() for said in self.said]
        self.sequence = [100, 200]
        self.pressed = [[], []]  # events to be sent, oldest first
        self.beside = False  # whether the sound goes on beside them
        self.ports, self.sent, self.over = None, 0, threading.Event()

    def send(self, leg, payload, kind, ticks, marker=False):
        rtp = self.legs[leg]
        header = struct.pack(">BBHII", 0x80, 0x80 * marker | kind, self.sequence[leg] & 0xffff,
                             ticks, rtp.ssrc)
        rtp.socket.sendto(header + payload, ("127.0.0.1", self.ports[leg]))
        self.sequence[leg] += 1

    def press(self, leg, digits):
        """Each for 100 ms, with 60 ms between, instead of the sound (RFC 4733)."""
        plan = []
        for digit in digits:
            event = "0123456789*#ABCD".index(digit)
            plan += [(event, i, 5) for i in range(5)] + [None] * 3
        self.pressed[leg] = plan
        wait_until(lambda: not self.pressed[leg], 10, 0.01, "pressed")

    def say(self, leg):
        plan = self.pressed[leg][0] if self.pressed[leg] else None
        at = self.sent * TICKS
        if not plan or self.beside:
            self.send(leg, self.packets[leg][at:at + TICKS], 8, at)
        if plan:
            event, i, count = plan
            for _ in range(3 if i == count - 1 else 1):
                payload = struct.pack(">BBH", event, 0x80 * (i == count - 1) | 10, (i + 1) * TICKS)
                self.send(leg, payload, EVENTS, at - i * TICKS, marker=i == 0)
        self.pressed[leg] = self.pressed[leg][1:]

    def run(self):
        begin = time.monotonic()
        while not self.over.is_set() and self.sent < NOISE_S / PACKET_S:
            for leg in range(2):
                self.say(leg)
            self.sent += 1
            time.sleep(max(0.0, begin + self.sent * PACKET_S - time.monotonic()))

    def now_ms(self):
        """How much it has said."""
        return int(self.sent * PACKET_S * 1000)

    def stop(self):
        self.over.set()
        self.join()
        for leg in self.legs:
            leg.close()


class Paused(Session):
    PORTS = (26000, 26199)
    SOURCES = (("loopback", "127.0.0.1", "--pause-code", CODES[0], "--resume-code", CODES[1]),
               ("turns", OTHER, "--pause-code", TURNS, "--resume-code", TURNS))

    # --- a call ---
    def offer(self, direction="sendonly"):
        return HEAD.replace("127.0.0.1", self.own) + "".join(
            f"m=audio {leg.port} RTP/AVP 8 {EVENTS}\r\na=rtpmap:{EVENTS} telephone-event/8000\r\n"
            f"a={direction}\r\na=label:{i + 1}\r\n" for i, leg in enumerate(self.speaker.legs))

    def begin(self, own="127.0.0.1", tones=()):
        """A call on which both sides speak; it has for a second when this returns."""
        self.own = own
        self.client = Udp(self.recorder.addresses["sip"], own)
        self.addCleanup(self.client.close)
        self.speaker = Speaker(own, tones)
        self.dialog = Dialog("UDP", self.client.port, caller="<sip:+4588303080@pbx>")
        self.dialog.host = own
        _, answer = place_as(self.client, self.dialog, self.offer(), content_type=SDP_TYPE)
        self.assertEqual(code(answer), 200, answer)
        self.speaker.ports = ports_of(answer)
        self.speaker.start()
        self.addCleanup(self.speaker.over.set)
        self.row = self.recorder.calls(self.dialog.call_id)[0]
        self.wait(1)

    def wait(self, seconds):
        time.sleep(seconds)
        return self.speaker.now_ms()

    def end(self):
        """The call is over: its details, and what is heard, by the API and from the file itself."""
        self.speaker.stop()
        self.assertEqual(code(hang_up(self.client, self.dialog)), 200)
        self.row, details = self.sealed(self.dialog)
        out = self.recorder.directory / f"{self.row['id']}.opus"
        self.recorder.recorderctl("recordings", "export", self.row["id"], "-o", out)
        heard = self.recorder.get(f"/api/v1/recordings/{self.row['id']}/audio").body
        self.lines = [sound.decode(heard), sound.decode(out.read_bytes())]
        # where what is said lies on the line
        self.origin = [self.find(0, leg, 0, 900)[0] - 100 * RATE // 1000 for leg in range(2)]
        return details

    # --- ways to ask ---
    def info(self, headers="", body="", kind="application/dtmf-relay"):
        self.client.send(self.dialog.request("INFO", body, kind, extra=headers))
        return self.client.final()

    def record(self, value):
        self.assertEqual(code(self.info(f"Record: {value}\r\n")), 200)
        return self.speaker.now_ms()

    def signal(self, digits):
        for digit in digits:
            self.assertEqual(code(self.info(body=f"Signal={digit}\r\nDuration=160\r\n")), 200)
        return self.speaker.now_ms()

    def describe(self, direction):
        answer = change(self.client, self.dialog, "INVITE", self.offer(direction), SDP_TYPE)
        self.assertEqual(code(answer), 200, answer)
        return self.speaker.now_ms()

    def ask(self, what, **body):
        """By the API; returns (its answer, what was said when it came)."""
        if not self.recorder.cookie:
            self.assertEqual(self.recorder.sign_in().status, 204)
        answer = self.recorder.request("POST", f"/api/v1/recordings/{self.row['id']}/{what}",
                                       {"Content-Type": "application/json"}, json.dumps(body))
        return answer, self.speaker.now_ms()

    def done(self, what, **body):
        answer, now_ms = self.ask(what, **body)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json(), now_ms

    # --- what became of it ---
    def find(self, line, leg, start_ms, end_ms):
        """Where on a line what was said then lies, and how like it is: (samples at 8 kHz, 0..1).

        The first and last 100 ms are left out: a stretch may begin or end within them."""
        said = self.speaker.said[leg].ravel()[(start_ms + 100) * 8:(end_ms - 100) * 8]
        heard = sound.at_8k(self.lines[line][:, leg])
        return sound.best_shift(heard, said, 0, len(heard))

    def kept(self, leg, start_ms, end_ms):
        for line in range(len(self.lines)):
            place, likeness = self.find(line, leg, start_ms, end_ms)
            self.assertGreater(likeness, SENT, f"line {line} leg {leg}: {start_ms}-{end_ms} ms")
            # a talk that begins anew lies where it arrives
            self.assertAlmostEqual(place / 8, self.origin[leg] / 8 + start_ms + 100, delta=60)

    def gone(self, leg, start_ms, end_ms):
        """Nothing of it is anywhere: looked for in pieces, and nothing at all is at its place."""
        for at_ms in range(start_ms, end_ms - 300, 100):
            for line in range(len(self.lines)):
                _, likeness = self.find(line, leg, at_ms, at_ms + 400)
                self.assertLess(likeness, ABSENT, f"line {line} leg {leg}: {at_ms} ms")
        first = self.origin[leg] + (start_ms + 100) * 8
        for line in self.lines:
            heard = sound.at_8k(line[:, leg])[first:self.origin[leg] + (end_ms - 100) * 8]
            self.assertLess(numpy.max(numpy.abs(heard)), 20)

    def pauses(self, details, leg):
        """[(start, end, detail)] by what was said, in ms."""
        facts = [fact for fact in self.facts(details, "paused") if fact["leg"] == leg]
        shift = self.origin[leg] / 8
        return [(fact["start_ms"] - shift, fact["end_ms"] - shift, fact["detail"])
                for fact in sorted(facts, key=lambda fact: fact["start_ms"])]

    def paused(self, details, leg, start_ms, end_ms, detail):
        pauses = self.pauses(details, leg)
        self.assertEqual(len(pauses), 1, pauses)
        self.assertAlmostEqual(pauses[0][0], start_ms, delta=150)
        self.assertAlmostEqual(pauses[0][1], end_ms, delta=150)
        self.assertIn(detail, pauses[0][2])
        for other in self.facts(details, "lost") + self.facts(details, "held"):
            self.assertNotEqual(other["leg"], leg)

    def audit(self):
        """[(actor, action, details)] of pauses and resumptions of the call."""
        with sqlite3.connect(self.recorder.store / "index.sqlite") as base:
            found = base.execute("SELECT actor, action, detail FROM audit WHERE action LIKE"
                                 " 'recording.%' AND hex(recording) = ? ORDER BY sequence",
                                 (self.row["id"].replace("-", "").upper(),)).fetchall()
        base.close()
        return [(actor, action, json.loads(detail)) for actor, action, detail in found]

    def audited(self, *wanted):
        """The entries are (actor, "pause" or "resume"), in their order; returns their details."""
        entries = wait_until(lambda: len(self.audit()) >= len(wanted) and self.audit(), 5,
                             what="audited")
        self.assertEqual([(actor, action.removeprefix("recording."))
                          for actor, action, _ in entries], list(wanted))
        return [detail for _, _, detail in entries]

    def check_both(self, details, start_ms, end_ms, detail):
        """Both sides were paused from then to then, and all else was kept."""
        for leg in range(2):
            self.kept(leg, 0, start_ms)
            self.gone(leg, start_ms, end_ms)
            self.kept(leg, end_ms + 100, self.speaker.now_ms() - 200)
            self.paused(details, leg, start_ms, end_ms, detail)

    # --- tests ---
    def test_info_pauses_and_resumes_the_whole_call(self):
        self.begin()
        start = self.record("off")
        self.wait(1.5)
        end = self.record("on")
        self.wait(1.5)
        self.check_both(self.end(), start, end, "INFO")
        pause, resume = self.audited(("sip", "pause"), ("sip", "resume"))
        self.assertEqual(pause["channels"], "both")
        self.assertAlmostEqual(resume["at_ms"] - pause["at_ms"], end - start, delta=150)

    def test_inactive_on_all_lines_pauses_until_a_line_sends_again(self):
        self.begin()
        start = self.describe("inactive")
        self.wait(1.5)
        end = self.describe("sendonly")
        self.wait(1.5)
        self.check_both(self.end(), start, end, "inactive")

    def shown(self):
        answer = self.recorder.request("GET", f"/api/v1/recordings/{self.row['id']}")
        return answer.json()["paused"]

    def test_what_the_source_pauses_by_inactive_the_api_shows_and_does_not_resume(self):
        self.begin()
        start = self.describe("inactive")
        self.done("resume")
        self.assertEqual(self.shown(), "both")
        self.wait(1)
        self.done("pause", reason="card")
        end = self.describe("sendonly")
        wait_until(lambda: len(self.audit()) >= 6, 5, what="audited")
        self.assertEqual(self.shown(), "both")
        details = self.end()
        for leg in range(2):
            self.gone(leg, start, end)
        self.assertEqual(self.facts(details, "held"), [])

    def test_api_pauses_with_who_and_why_and_answers_when_it_took_effect(self):
        self.begin()
        pause, start = self.done("pause", reason="kortnummer")
        self.wait(1.5)
        resume, end = self.done("resume")
        self.wait(1.5)
        details = self.end()
        for leg in range(2):
            [(told_start, told_end, detail)] = self.pauses(details, leg)
            # answered when it holds, at most 3 s later
            self.assertLess(told_start, start + 40)
            self.assertLess(told_end, end + 40)
            self.assertAlmostEqual(told_start, start, delta=1000)
            self.assertAlmostEqual(told_end, end, delta=1000)
            self.assertIn("kortnummer", detail)
            self.kept(leg, 0, int(told_start))
            self.gone(leg, int(told_start), int(told_end))
            self.kept(leg, int(told_end) + 100, self.speaker.now_ms() - 200)
        fact = self.facts(details, "paused")[0]
        self.assertAlmostEqual(fact["start_ms"], pause["at_ms"], delta=20)
        self.assertAlmostEqual(fact["end_ms"], resume["at_ms"], delta=20)
        actor = "customer:88303080"
        audited = self.audited((actor, "pause"), (actor, "resume"))
        self.assertEqual(audited[0]["reason"], "kortnummer")
        self.assertEqual([entry["at_ms"] for entry in audited],
                         [pause["at_ms"], resume["at_ms"]])

    def test_one_leg_is_paused_and_the_other_goes_on(self):
        self.begin()
        self.done("pause", reason="card", leg="called")
        self.wait(1.5)
        self.done("resume", leg="called")
        self.wait(1)
        details = self.end()
        self.kept(0, 0, self.speaker.now_ms() - 200)
        self.assertEqual(self.pauses(details, 0), [])
        [(start, end, _)] = self.pauses(details, 1)
        self.assertGreater(end - start, 1400)
        self.kept(1, 0, int(start))
        self.gone(1, int(start), int(end))
        self.kept(1, int(end) + 100, self.speaker.now_ms() - 200)
        self.assertEqual([entry["channels"] for entry in self.audited(
            ("customer:88303080", "pause"), ("customer:88303080", "resume"))], ["called"] * 2)

    def test_pause_ends_by_itself_after_its_limit(self):
        self.begin()
        self.done("pause", reason="card", limit_s=1)
        self.wait(3)
        details = self.end()
        for leg in range(2):
            [(start, end, _)] = self.pauses(details, leg)
            self.assertAlmostEqual(end - start, 1000, delta=150)
            self.gone(leg, int(start), int(end))
            self.kept(leg, int(end) + 100, self.speaker.now_ms() - 200)
        self.audited(("customer:88303080", "pause"), ("limit", "resume"))

    def test_digits_of_the_source_pause_and_resume_and_those_between_are_not_told(self):
        self.begin()
        self.speaker.press(0, CODES[0])
        start = self.speaker.now_ms()
        self.wait(0.5)
        self.speaker.press(1, "4571")
        self.wait(0.5)
        self.speaker.press(1, CODES[1])
        end = self.speaker.now_ms()
        self.wait(1.2)
        self.speaker.press(0, "7")
        self.wait(0.5)
        details = self.end()
        for leg in range(2):
            pauses = self.pauses(details, leg)
            self.assertEqual(len(pauses), 1, pauses)
            # from within the last digit of each code: it is pressed for 100 ms, with 60 ms behind
            self.assertAlmostEqual(pauses[0][0], start - 110, delta=150)
            self.assertAlmostEqual(pauses[0][1], end - 110, delta=150)
            self.gone(leg, start, end - 200)
            self.kept(leg, end + 200, end + 1100)
        told = [fact["detail"] for fact in self.facts(details, "dtmf")]
        self.assertEqual([digit for digit in told if digit != "*"], ["7"], told)
        self.audited(("digits", "pause"), ("digits", "resume"))

    def test_one_code_pauses_and_resumes_in_turns(self):
        self.begin(OTHER)
        self.speaker.press(0, TURNS)
        start = self.wait(1)
        self.speaker.press(0, TURNS)
        self.wait(1)
        details = self.end()
        for leg in range(2):
            self.assertEqual(len(self.pauses(details, leg)), 1)
            self.gone(leg, start - 900, start - 100)
        self.audited(("digits", "pause"), ("digits", "resume"))

    def test_digits_that_come_by_info_make_the_code_too(self):
        self.begin()
        self.signal("5" + CODES[0])
        start = self.speaker.now_ms()
        self.wait(1.5)
        end = self.signal(CODES[1])
        self.wait(1.5)
        self.check_both(self.end(), start, end, "")
        self.audited(("digits", "pause"), ("digits", "resume"))
        for log in self.recorder.logs.values():
            self.assertNotIn("Signal", log.read_text(errors="replace"))

    def test_pause_lasts_to_the_end_of_the_call_where_nobody_resumes(self):
        self.begin()
        start = self.record("OFF")
        end = self.wait(1.5)
        details = self.end()
        for leg in range(2):
            self.kept(leg, 0, start)
            self.gone(leg, start, end)
            [(told, _, _)] = self.pauses(details, leg)
            self.assertAlmostEqual(told, start, delta=150)
        self.audited(("sip", "pause"))

    # --- masks ---
    def mask(self, parties):
        self.recorder.recorderctl("customer", "set", CUSTOMER, "--mask", parties)

    def heard(self, line, leg, start_ms, end_ms):
        """What is heard, at 8 kHz, of what was said then."""
        first = self.origin[leg] + start_ms * 8
        return sound.at_8k(self.lines[line][:, leg])[first:first + (end_ms - start_ms) * 8]

    def stretches(self, details, cause, leg):
        """[(start, end)] by what was said, in ms."""
        shift = self.origin[leg] / 8
        return sorted((round(fact["start_ms"] - shift), round(fact["end_ms"] - shift))
                      for fact in self.facts(details, cause) if fact["leg"] == leg)

    def check_masked(self, details, leg, places):
        """At these places [(start, end)], and nowhere else, the leg was silenced."""
        masked = self.stretches(details, "masked", leg)
        self.assertEqual(len(masked), len(places), masked)
        for (start, end), (told_start, told_end) in zip(places, masked):
            self.assertAlmostEqual(told_start, start, delta=TONE_HEARD_MS)
            self.assertAlmostEqual(told_end, end, delta=TONE_HEARD_MS)
            for line in range(len(self.lines)):
                heard = self.heard(line, leg, start + TONE_HEARD_MS + 10, end - 20)
                self.assertLess(numpy.max(numpy.abs(heard)), REST_LEVEL)

    def test_digits_of_the_masked_side_are_stars_and_silent_and_the_others_are_heard(self):
        tones = [("7", 1500, 300), ("3", 2000, 400), ("#", 2700, 300)]
        self.mask("called")
        self.addCleanup(self.mask, "nobody")
        self.begin(tones=tones)
        self.speaker.beside = True
        self.wait(2.5)
        pressed = []  # moments, of both sides
        for leg in range(2):
            pressed.append(self.speaker.now_ms())
            self.speaker.press(leg, "58")
        end = self.wait(1)
        details = self.end()
        # events are facts, tones are not
        self.assertEqual(sorted((fact["leg"], fact["detail"])
                                for fact in self.facts(details, "dtmf")),
                         [(0, "5"), (0, "8"), (1, "*"), (1, "*")])
        self.assertEqual(self.stretches(details, "masked", 0), [])
        self.kept(0, 0, end - 200)
        places = [(start, start + length) for _, start, length in tones]
        places += self.stretches(details, "dtmf", 1)
        self.assertAlmostEqual(places[-2][0], pressed[1], delta=60)
        self.check_masked(details, 1, places)
        self.kept(1, 0, 1500)
        self.kept(1, 3000, places[-2][0])
        self.kept(1, places[-1][1], end - 200)
        for line in self.lines:
            for digit, _, length in tones:
                self.assertGreater(toned_ms(sound.at_8k(line[:, 0]), digit), length - 40)
                self.assertLessEqual(toned_ms(sound.at_8k(line[:, 1]), digit), TONE_HEARD_MS)

    def test_recording_that_is_over_cannot_be_paused(self):
        self.begin()
        self.end()
        answer, _ = self.ask("pause", reason="late")
        self.assertEqual(answer.status, 409, answer.body)
        self.assertEqual(self.audit(), [])


if __name__ == "__main__":
    unittest.main()
