"""Captures of RTP, played to a recorder at their own pace: heard as others decode them, and told.

Ours are made here, one of each kind that real networks bring. Others are played too where a folder
of them is given (environment CORPUS).
"""
import os
import pathlib
import random
import struct
import time
import unittest

import numpy

import peer_codecs
import sound
from captures import Capture, Format, OpusWithCopies, bursts, joined, made, spoken
from peer_codecs import Source, at_48k, encode, tone
from sip_client import Dialog, code, place_as, ports_of
from siprec_session import HEAD, SDP_TYPE, Session, audio

CORPUS = os.environ.get("CORPUS", "")
SECONDS = 8
# 100 ms; what is placed by arrival, as each new source is, comes when this machine gets to it
WINDOW, APART, FAR_APART = 4800, 48, 720
LIKE, LIKE_ALL = 0.6, 0.9  # of a window, of all of it
PCMA, PCMU = Format("PCMA", 8, 8000, 8000), Format("PCMU", 0, 8000, 8000)
G722, GSM = Format("G722", 9, 8000, 16000), Format("GSM", 3, 8000, 8000)
OPUS = Format("opus", 99, 48000, 48000, 2)
STRETCHES = ("lost", "late", "concealed", "silent", "held", "paused", "masked", "undecodable",
             "unwritten")
# file -> the format of each of its streams
CORPUS_FORMATS = {
    "g711a": [PCMA], "milliwatt.pcmu.rtp": [PCMU], "sip-rtp-g722": [G722], "sip-rtp-opus": [OPUS],
    "sip-rtp-l16": [Format("L16", 99, 8000, 8000, 2), Format("L16", 99, 16000, 16000, 2),
                    Format("L16", 99, 11025, 11025), Format("L16", 99, 48000, 48000)]}


class Captures(Session):
    PORTS = (25800, 25999)

    # --- playing ---
    def invite(self, form):
        """(dialog, port) of a call in that format alone, which is what is answered."""
        dialog, answer = place_as(self.udp, Dialog("UDP", self.udp.port), HEAD + audio(
            40000, more=form.attribute(), formats=f"{form.kind}"), content_type=SDP_TYPE)
        self.assertEqual(code(answer), 200, answer)
        self.assertIn(form.attribute(), answer)
        return dialog, ports_of(answer)[0]

    def play(self, captures):
        """{name: (details, left channel at 48 kHz)} of calls that are all played at once."""
        calls = [(capture, *self.invite(capture.format), self.sender()) for capture in captures]
        plan = sorted((moment, i, packet) for i, (capture, *_) in enumerate(calls)
                      for moment, packet in capture.packets)
        began = time.monotonic() + 0.1
        for moment, i, packet in plan:
            time.sleep(max(0.0, began + moment - time.monotonic()))
            _, _, port, rtp = calls[i]
            rtp.socket.sendto(packet, ("127.0.0.1", port))
        time.sleep(0.2)
        return {capture.name: self.heard(dialog) for capture, dialog, _, _ in calls}

    def heard(self, dialog):
        row, details = self.ended(dialog)
        out = self.recorder.directory / f"{row['id']}.opus"
        self.recorder.recorderctl("recordings", "export", row["id"], "-o", out)
        channels = sound.decode(out.read_bytes())
        self.assertAlmostEqual(len(channels) / 48, details["duration_ms"], delta=1)
        return details, channels[:, 0]

    # --- judging ---
    def told(self, details, *causes):
        """Packets of facts of these causes."""
        return sum(fact["count"] for fact in details["facts"] if fact["cause"] in causes)

    def judge(self, capture, details, channel):
        """What was heard, and what facts tell, is what the capture's packets hold."""
        leg = details["legs"][0]
        self.assertEqual(leg["packets_received"], len(capture.packets))
        self.assertEqual(leg["packets_duplicate"], len(capture.packets) - capture.received())
        self.assertEqual((leg["packets_lost"], leg["packets_late"]), (capture.missing(), 0))
        self.assertEqual(self.told(details, "lost", "concealed"), capture.missing())
        self.assertEqual(self.told(details, "late", "undecodable", "overlaid"), 0)
        self.covers(details, capture.received() * capture.packet_s() * 1000)
        if capture.at_pace():
            self.like(channel, *capture.line(),
                      APART if len(capture.sources()) == 1 else FAR_APART)

    def covers(self, details, heard_ms):
        """Facts cover all but what was heard; each is told in whole milliseconds."""
        stretches = [fact for fact in details["facts"] if fact["cause"] in STRETCHES]
        told_ms = sum(fact["end_ms"] - fact["start_ms"] for fact in stretches)
        self.assertAlmostEqual(details["duration_ms"] - told_ms, heard_ms,
                               delta=2 * len(stretches) + 2)

    def like(self, channel, line, came, apart):
        """Every window of speech lies where it was said, but for so many samples."""
        shift, _ = sound.best_shift(channel, line, 0, 24000)
        loud = numpy.sqrt(numpy.mean(numpy.where(came, line, 0) ** 2)) / 4
        found = {}
        for at in range(0, len(line) - WINDOW, WINDOW):
            said = line[at:at + WINDOW]
            if came[at:at + WINDOW].all() and numpy.sqrt(numpy.mean(said ** 2)) > loud:
                found[at // 48] = max(numpy.corrcoef(said, channel[place:place + WINDOW])[0, 1]
                                      for place in range(at + shift - apart,
                                                         at + shift + apart + 1, 6)
                                      if 0 <= place <= len(channel) - WINDOW)
        self.assertGreater(len(found), 10)
        self.assertGreater(min(found.values()), LIKE, found)
        self.assertGreater(numpy.mean(list(found.values())), LIKE_ALL, found)

    # --- our own ---
    def payloads(self, form):
        samples = spoken(self.recorder.directory, form.rate, SECONDS)
        if form.name == "opus":
            return OpusWithCopies().encode(spoken(self.recorder.directory, 16000, SECONDS))
        if form.name == "L16":
            if form.channels > 1:  # of one that speaks to the left, mostly
                samples = numpy.stack([samples, samples // 3], axis=1)
            data = samples.astype(">i2").tobytes()
            octets = round(form.rate * self.packet_s(form)) * 2 * form.channels
            return [data[at:at + octets] for at in range(0, len(data) - octets + 1, octets)]
        return encode(form.name, samples)

    def packet_s(self, form):
        """20 ms, or as many as are whole samples."""
        return 0.02 if form.rate % 50 == 0 else 0.04

    def plain(self):
        """One of each codec; all numbers and timestamps wrap, or not."""
        forms = {"G.722": G722, "GSM": GSM, "Opus": OPUS,
                 "Opus named without its channels": Format("opus", 99, 48000, 48000),
                 **{f"L16 of {rate} Hz": Format("L16", 97, rate, rate)
                    for rate in (8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000)},
                 **{f"L16 of {rate} Hz and two channels": Format("L16", 97, rate, rate, 2)
                    for rate in (8000, 16000, 22050)}}
        captures = [made(name, form, self.payloads(form), self.packet_s(form), seed=i)
                    for i, (name, form) in enumerate(forms.items())]
        return captures + [made("A-law of 40 ms", PCMA, joined(self.payloads(PCMA), 2), 0.04)]

    def impaired(self):
        chance = random.Random(4)
        lossy, jittery, late, copies = (
            made(name, form, self.payloads(form), seed=i) for i, (name, form) in
            enumerate({"lossy": PCMA, "jittery": PCMU, "late": PCMA, "doubled": G722}.items()))
        lossy.lose(bursts(len(lossy.packets), 0.05, 6, 1))
        jittery.delay(lambda i: 0 if i < 5 else chance.random() * 0.18)
        late.delay(lambda i: 2.5 if 100 <= i < 105 else 0)
        copies.packets = sorted(copies.packets + [(moment + 0.07, packet) for moment, packet in
                                                  copies.packets[20:120]])
        changing = made("SSRC changes", PCMU, self.payloads(PCMU), ssrcs=4)
        wild = made("all at once", PCMA, joined(self.payloads(PCMA), 2), 0.04, ssrcs=2, seed=8)
        wild.lose(bursts(len(wild.packets) // 2, 0.05, 3, 2))
        wild.delay(lambda i: 0 if i < 5 or abs(i - 100) < 12 else chance.random() * 0.09)
        return [lossy, jittery, late, copies, changing, wild]

    def test_captures_in_every_codec_are_heard_in_their_place(self):
        captures = self.plain()
        played = self.play(captures)
        for capture in captures:
            with self.subTest(capture.name):
                details, channel = played[capture.name]
                self.judge(capture, details, channel)
                self.assertEqual(details["legs"][0]["codec"], capture.format.name)

    def test_captures_of_bad_networks_are_heard_in_their_place(self):
        captures = self.impaired()
        played = self.play(captures)
        for capture in captures:
            with self.subTest(capture.name):
                details, channel = played[capture.name]
                if capture.name == "late":
                    capture.lose(set(range(len(capture.packets))) & self.stragglers(capture))
                    self.judge_late(capture, details, channel)
                else:
                    self.judge(capture, details, channel)
        changes = self.facts(played["SSRC changes"][0], "ssrc_change")
        self.assertEqual(len(changes), 3)

    def stragglers(self, capture):
        """Indices of packets that come more than two seconds after the one behind them."""
        numbers = [struct.unpack(">H", packet[2:4])[0] for _, packet in capture.packets]
        return {i for i, number in enumerate(numbers)
                if any(((later - number) & 0xffff) < 0x8000 for later in numbers[:max(0, i - 90)])}

    def judge_late(self, capture, details, channel):
        """Stragglers are not heard, and told; the rest is as if they had never come."""
        self.assertEqual(capture.missing(), 5)
        leg = details["legs"][0]
        self.assertEqual((leg["packets_late"], leg["packets_lost"]), (5, 0))
        fact, = self.facts(details, "late")
        self.assertEqual(fact["count"], 5)
        self.assertAlmostEqual(fact["end_ms"] - fact["start_ms"], 100, delta=2)
        self.assertEqual(self.told(details, "lost", "concealed"), 0)
        self.covers(details, capture.received() * 20)
        self.like(channel, *capture.line(), APART)

    def test_opus_is_restored_from_the_copy_behind_a_loss(self):
        library = OpusWithCopies()
        payloads = self.payloads(OPUS)
        lost = set(range(12, len(payloads) - 12, 6))
        capture = made("copies", OPUS, payloads)
        capture.lose(lost)
        details, channel = self.play([capture])["copies"]
        self.judge(capture, details, channel)
        said = library.decode(payloads, (), False).astype(float)
        shift, _ = sound.best_shift(channel, capture.line()[0], 0, 24000)
        heard = {"recorded": channel[shift:], "restored": library.decode(payloads, lost, True),
                 "invented": library.decode(payloads, lost, False)}
        loud = [i for i in sorted(lost) if numpy.std(said[i * 960:(i + 1) * 960]) > 1000]
        self.assertGreater(len(loud), 15)
        likeness = {name: numpy.mean([numpy.corrcoef(line[i * 960:(i + 1) * 960].astype(float),
                                                     said[i * 960:(i + 1) * 960])[0, 1]
                                      for i in loud]) for name, line in heard.items()}
        print("likeness of lost frames to what was said:",
              ", ".join(f"{name} {value:.3f}" for name, value in likeness.items()))
        self.assertGreater(likeness["recorded"], likeness["invented"] + 0.1)
        self.assertGreater(likeness["recorded"], likeness["restored"] - 0.05)

    # --- others' ---
    def read_corpus(self, name):
        """Its streams, each from its own first packet on."""
        streams = peer_codecs.captured(pathlib.Path(CORPUS, "rtp", f"{name}.pcap"))
        return [Capture(f"{name} {i}", form, [(moment - packets[0][0], packet)
                                              for moment, packet in packets])
                for i, (form, (_, packets)) in enumerate(zip(CORPUS_FORMATS[name], streams))]

    @unittest.skipUnless(CORPUS, "CORPUS is not set")
    def test_captures_of_others_are_heard_as_others_decode_them(self):
        captures = [capture for name in CORPUS_FORMATS for capture in self.read_corpus(name)]
        played = self.play(captures)
        for capture in captures:
            with self.subTest(capture.name):
                self.judge(capture, *played[capture.name])

    @unittest.skipUnless(CORPUS, "CORPUS is not set")
    def test_digits_of_others_are_facts(self):
        for name, digit in (("dtmf_2833_1", "1"), ("dtmf_2833_pound", "#")):
            (kind, packets), = peer_codecs.captured(pathlib.Path(CORPUS, "rtp", f"{name}.pcap"))
            dialog, answer = place_as(self.udp, Dialog("UDP", self.udp.port), HEAD + audio(
                40000, more=f"a=rtpmap:{kind} telephone-event/8000\r\n", formats=f"0 {kind}"),
                content_type=SDP_TYPE)
            port, = ports_of(answer)
            number, timestamp, ssrc = struct.unpack(">HII", packets[0][1][2:12])
            source = Source(self.sender(), ssrc, number - 50, timestamp - 8000)
            began = time.monotonic()
            for payload in encode("PCMU", tone(440, 1, 8000)):
                source.send(port, payload, 0, 160)
                began += 0.02
                time.sleep(max(0.0, began - time.monotonic()))
            for moment, packet in packets:
                time.sleep(max(0.0, began + moment - packets[0][0] - time.monotonic()))
                source.rtp.socket.sendto(packet, ("127.0.0.1", port))
            details, _ = self.heard(dialog)
            self.assertEqual([fact["detail"] for fact in self.facts(details, "dtmf")], [digit])
            self.assertEqual(details["legs"][0]["packets_lost"], 0)


if __name__ == "__main__":
    unittest.main()
