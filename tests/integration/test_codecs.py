"""Calls in every codec, through signalling, network and store, heard as a customer hears them."""
import os
import re
import signal
import struct
import subprocess
import time
import unittest
import wave

import numpy

import peer_codecs
import sound
from peer_codecs import Source, at_48k, band_db, encode, tone
from sip_client import Dialog, change, code, hang_up, place_as, ports_of
from siprec_session import HEAD, SDP_TYPE, Session, audio
from support import BIN, wait_until

SECONDS = 5
# codec -> (least likeness to what was sent, whether the band above 4 kHz is there)
LIKENESS = {"PCMA": (0.97, False), "PCMU": (0.97, False), "GSM": (0.95, False),
            "G722": (0.95, True), "L16": (0.95, True), "opus": (0.9, True)}


class Pace:
    """One packet every 20 ms of real time."""

    def __init__(self):
        self.next = time.monotonic()

    def wait(self):
        self.next += peer_codecs.PACKET_S
        time.sleep(max(0.0, self.next - time.monotonic()))


class Codecs(Session):
    PORTS = (25600, 25799)

    # --- calls ---
    def invite(self, *lines):
        """(dialog, answer, ports) of a call with these m-lines."""
        dialog, answer = place_as(self.udp, Dialog("UDP", self.udp.port), HEAD + "".join(lines),
                                  content_type=SDP_TYPE)
        self.assertEqual(code(answer), 200, answer)
        return dialog, answer, ports_of(answer)

    def over(self, dialog):
        """(row, details, what is heard on the left at 48 kHz)."""
        row, details = self.ended(dialog)
        out = self.recorder.directory / f"{row['id']}.opus"
        self.recorder.recorderctl("recordings", "export", row["id"], "-o", out)
        return row, details, sound.decode(out.read_bytes())

    def talk(self, source, port, payloads, kind, ticks):
        pace = Pace()
        for payload in payloads:
            source.send(port, payload, kind, ticks)
            pace.wait()

    def only(self, details, cause):
        facts = self.facts(details, cause)
        self.assertEqual(len(facts), 1, details["facts"])
        return facts[0]

    def lasts(self, fact, milliseconds, delta=45):
        self.assertAlmostEqual(fact["end_ms"] - fact["start_ms"], milliseconds, delta=delta,
                               msg=fact)

    def like(self, heard, sent, least, around=0, reach=48000):
        shift, likeness = sound.best_shift(heard, sent, around, reach)
        self.assertGreater(likeness, least)
        return shift

    # --- tests ---
    def spoken(self):
        """Two files of speech at 16 kHz, with all of their band."""
        names = []
        for name, voice, words in (("left", "en-us+f3", "Six sisters say that this is the price"),
                                   ("right", "en-gb", "Yes it is, said his assistant Francis")):
            path = self.recorder.directory / f"{name}.wav"
            wide = path.with_name(f"{name}-22k.wav")
            subprocess.run(["espeak-ng", "-v", voice, "-w", wide, f"{words}. {words}."], check=True)
            subprocess.run(["sox", wide, "-r", "16000", path, "gain", "-n", "-6"], check=True)
            names.append(path)
        return names

    def sent_of(self, stream, folder, path):
        """What one stream of callgen's said, at 48 kHz, as others decode it."""
        if stream["codec"] == "opus":
            with wave.open(str(path)) as file:
                samples = numpy.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
            return at_48k(samples[:SECONDS * 16000], 16000)
        return at_48k(*peer_codecs.decode(stream["codec"],
                                          (folder / stream["payload_file"]).read_bytes()))

    def test_call_in_each_codec_is_heard_as_it_was_sent(self):
        paths = self.spoken()
        for codec, (least, wide) in LIKENESS.items():
            with self.subTest(codec):
                folder = self.recorder.directory / f"sent-{codec}"
                report = self.recorder.callgen("--codec", codec, "--seconds", SECONDS, "--left",
                                               paths[0], "--right", paths[1], "--sent-dir", folder)
                row, details = self.recorder.sealed_call(report["calls"][0]["call_id"])
                path = f"/api/v1/recordings/{row['id']}/audio"
                heard = sound.decode(self.recorder.get(path).body)
                for i, stream in enumerate(report["calls"][0]["streams"]):
                    self.assertEqual(details["legs"][i]["codec"], stream["codec"])
                    self.assertEqual(details["legs"][i]["packets_received"],
                                     stream["packets_sent"])
                    sent = self.sent_of(stream, folder, paths[i])
                    shift = self.like(heard[:, i], sent, least)
                    part = heard[shift:shift + len(sent), i]
                    if wide:
                        self.assertAlmostEqual(band_db(part, 4200, 7000), band_db(sent, 4200, 7000),
                                               delta=3)
                self.assertEqual({fact["cause"] for fact in details["facts"]} -
                                 {"silent", "quality"}, set(), details["facts"])

    def test_answer_takes_the_first_codec_that_can_be_recorded(self):
        dialog, answer, _ = self.invite(
            audio(40000, more="a=rtpmap:96 AMR-WB/16000\r\na=rtpmap:107 opus/48000/2\r\n"
                  "a=rtpmap:101 telephone-event/8000\r\na=rtpmap:102 telephone-event/48000\r\n"
                  "a=fmtp:102 0-15\r\n", formats="96 107 9 0 101 102 13"))
        self.assertRegex(answer, r"m=audio \d+ RTP/AVP 107 102\r\n")
        self.assertIn("a=rtpmap:107 opus/48000/2\r\na=fmtp:107 useinbandfec=1\r\n", answer)
        self.assertIn("a=fmtp:102 0-15\r\n", answer)
        hang_up(self.udp, dialog)

    def test_codec_that_changes_in_the_call_is_heard_on(self):
        dialog, _, (port,) = self.invite(audio(40000, formats="0"))
        source = Source(self.sender())
        self.talk(source, port, encode("PCMU", tone(440, 2, 8000)), 0, 160)
        answer = change(self.udp, dialog, "INVITE", HEAD.replace("1 1 IN", "1 2 IN") +
                        audio(40000, formats="9"), SDP_TYPE)
        self.assertRegex(answer, r"m=audio \d+ RTP/AVP 9\r\n")
        self.talk(source, port, encode("G722", tone(5000, 2, 16000)), 9, 160)
        _, details, heard = self.over(dialog)
        self.assertEqual(self.only(details, "codec_change")["detail"], "PCMU -> G722")
        self.assertEqual(self.facts(details, "undecodable") + self.facts(details, "lost"), [])
        shift = self.like(heard[:, 0], at_48k(tone(440, 1.8, 8000), 8000), 0.97)
        self.like(heard[:, 0], at_48k(tone(5000, 1.8, 16000), 16000), 0.95, shift + 96000, 24000)

    def test_what_cannot_be_decoded_has_its_stretch_and_its_name(self):
        dialog, answer, (port,) = self.invite(
            audio(40000, more="a=rtpmap:96 AMR-WB/16000\r\n", formats="96 0"))
        self.assertRegex(answer, r"m=audio \d+ RTP/AVP 0\r\n")
        source = Source(self.sender())
        spoken = encode("PCMU", tone(440, 1, 8000))
        self.talk(source, port, spoken, 0, 160)
        self.talk(source, port, [b"\xf0" * 61] * 50, 96, 320)
        self.talk(source, port, spoken, 0, 160)
        _, details, _ = self.over(dialog)
        fact = self.only(details, "undecodable")
        self.assertEqual(fact["detail"], "96 AMR-WB/16000 (no decoder)")
        self.lasts(fact, 1000)

    def press(self, source, port, digit, packets=5):
        """A digit of 20 ms a packet, its end told three times (RFC 4733 section 2.5.1)."""
        began, pace = source.timestamp, Pace()
        for i in list(range(packets)) + [packets - 1] * 2:
            last = i == packets - 1
            payload = struct.pack(">BBH", digit, 0x80 * last | 10, 160 * (i + 1))
            source.send(port, payload, 101, 0, marker=i == 0)
            if i < packets - 1:
                pace.wait()
        pace.wait()
        source.timestamp = began + 160 * packets

    def test_digits_are_facts_each_once(self):
        dialog, answer, (port,) = self.invite(
            audio(40000, more="a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\n",
                  formats="0 101"))
        self.assertIn("a=fmtp:101 0-16\r\n", answer)
        source = Source(self.sender())
        spoken = encode("PCMU", tone(440, 0.4, 8000))
        self.talk(source, port, spoken, 0, 160)
        for digit in (1, 2, 2, 11):
            self.press(source, port, digit)
            self.talk(source, port, spoken, 0, 160)
        _, details, _ = self.over(dialog)
        digits = self.facts(details, "dtmf")
        self.assertEqual([fact["detail"] for fact in digits], ["1", "2", "2", "#"])
        for fact in digits:
            self.lasts(fact, 100, 5)
        self.assertEqual(self.facts(details, "undecodable") + self.facts(details, "lost"), [])

    def test_generated_digits_and_noise_are_told_apart_from_speech(self):
        for codec in ("pcmu", "g722"):
            with self.subTest(codec):
                report = self.recorder.callgen("--codec", codec, "--seconds", 4, "--tone",
                                               "--digits", "47*", "--noise")
                _, details = self.recorder.sealed_call(report["calls"][0]["call_id"])
                self.assertEqual([(fact["detail"], fact["leg"]) for fact in
                                  self.facts(details, "dtmf")], [("4", 0), ("7", 0), ("*", 0)])
                self.assertEqual({fact["cause"] for fact in details["facts"]} - {"quality"},
                                 {"silent", "dtmf"})
                for leg in (0, 1):  # between bursts of 500 and of 300 ms each second
                    silent = sum(fact["end_ms"] - fact["start_ms"]
                                 for fact in self.facts(details, "silent") if fact["leg"] == leg)
                    self.assertAlmostEqual(silent, 2000 if leg == 0 else 2800, delta=500)

    def test_comfort_noise_is_silence_and_nothing_is_lost(self):
        dialog, answer, (port,) = self.invite(audio(40000, formats="0 13"))
        self.assertRegex(answer, r"m=audio \d+ RTP/AVP 0 13\r\n")
        source = Source(self.sender())
        spoken = encode("PCMU", tone(440, 1, 8000))
        self.talk(source, port, spoken, 0, 160)
        source.send(port, b"\x40", 13, 8000)
        time.sleep(1)
        self.talk(source, port, spoken, 0, 160)
        _, details, heard = self.over(dialog)
        self.assertEqual({fact["cause"] for fact in details["facts"]} - {"quality", "deviation"},
                         {"silent"})
        pause = max((fact for fact in self.facts(details, "silent")),
                    key=lambda fact: fact["end_ms"] - fact["start_ms"])
        self.lasts(pause, 1000, 120)
        middle = heard[(pause["start_ms"] + 100) * 48:(pause["end_ms"] - 100) * 48, 0]
        self.assertLess(numpy.abs(middle).max(), 60)

    def test_two_sources_on_one_line_are_both_heard(self):
        dialog, _, (port,) = self.invite(audio(40000, formats="0"))
        rtp = self.sender()
        one, other = Source(rtp, 1), Source(rtp, 2, 100, 5000)
        pace = Pace()
        for low, high in zip(encode("PCMU", tone(500, 3, 8000)),
                             encode("PCMU", tone(1700, 3, 8000))):
            one.send(port, low, 0, 160)
            other.send(port, high, 0, 160)
            pace.wait()
        _, _, heard = self.over(dialog)
        middle = heard[48000:96000, 0]
        quiet = band_db(middle, 900, 1300)
        self.assertGreater(band_db(middle, 480, 520), quiet + 30)
        self.assertGreater(band_db(middle, 1680, 1720), quiet + 30)

    # --- G.729 ---
    def helper(self):
        """The process id of the decoder's program; None where none runs."""
        ingest = self.recorder.processes["ingest"].pid
        found = subprocess.run(["pgrep", "-P", str(ingest), "-f", "recorder-g729"],
                               stdout=subprocess.PIPE, text=True, check=False).stdout.split()
        return int(found[0]) if found else None

    @unittest.skipUnless((BIN / "recorder-g729").exists() and peer_codecs.has_g729(),
                         "built without G.729")
    def test_call_in_g729_goes_on_however_often_its_decoder_is_killed(self):
        dialog, answer, (port,) = self.invite(
            audio(40000, more="a=fmtp:18 annexb=no\r\n", formats="18"))
        self.assertIn("a=rtpmap:18 G729/8000\r\na=fmtp:18 annexb=no\r\n", answer)
        path = sound.speak(self.recorder.directory / "long.wav",
                           "One two three four five six seven eight nine ten eleven twelve "
                           "thirteen fourteen fifteen sixteen seventeen", "en-gb")
        with wave.open(str(path)) as file:
            samples = numpy.frombuffer(file.readframes(file.getnframes()), dtype="<i2")[:48000]
        payloads = peer_codecs.encode_g729(samples)
        source = Source(self.sender())
        self.talk(source, port, payloads[:125], 18, 160)
        killed = [wait_until(self.helper, what="the decoder runs")]
        os.kill(killed[0], signal.SIGKILL)  # started again at once, and nothing is lost
        pace = Pace()
        for payload in payloads[125:]:
            source.send(port, payload, 18, 160)
            pace.wait()
            if len(killed) < 2 and self.helper() not in (None, killed[0]):
                killed.append(self.helper())
                os.kill(killed[1], signal.SIGKILL)  # too soon: there is a stretch without
        self.assertEqual(len(killed), 2)
        row, details, heard = self.over(dialog)
        self.assertEqual(details["legs"][0]["codec"], "G729")
        self.assertEqual(details["legs"][0]["packets_received"], len(payloads))
        gaps = self.facts(details, "undecodable")
        self.assertTrue(gaps and all("18 G729/8000" in gap["detail"] for gap in gaps), gaps)
        self.assertLess(sum(gap["end_ms"] - gap["start_ms"] for gap in gaps), 1300)
        wide = at_48k(samples, 8000)
        shift = self.like(heard[:, 0], wide[:96000], 0.7)
        self.like(heard[:, 0], wide[-72000:], 0.7, shift + len(wide) - 72000, 4800)
        self.assertNotIn(self.helper(), killed)


if __name__ == "__main__":
    unittest.main()
