"""Captures of RTP: made here or read from a file; and what must be heard and told of each.

What is expected of a capture is found from its packets alone, by other means than the recorder's:
numbers are counted, payloads decoded by ffmpeg or libopus and laid where the timestamps say.
Samples are int16 arrays, mono. A moment is in seconds from the capture's first packet.
"""
import ctypes
import random
import struct
import subprocess
import wave

import numpy

import peer_codecs
from peer_codecs import at_48k

SPOKEN = ("The quick brown fox jumps over the lazy dog while seven wizards count the coins "
          "and nobody in the long hall says a single word about it")


class Format:
    """What the payloads of a capture are."""

    def __init__(self, name, kind, clock, rate, channels=1):
        self.name, self.kind, self.clock, self.rate = name, kind, clock, rate
        self.channels = channels

    def attribute(self):
        channels = f"/{self.channels}" if self.channels > 1 else ""
        return f"a=rtpmap:{self.kind} {self.name}/{self.clock}{channels}\r\n"


class Capture:
    """Packets as they come, [(moment, packet)], and their format."""

    def __init__(self, name, form, packets):
        self.name, self.format, self.packets = name, form, packets

    # --- the network ---
    def lose(self, chosen):
        """Packets of these indices never come."""
        self.packets = [each for i, each in enumerate(self.packets) if i not in chosen]

    def delay(self, by):
        """Packet i comes by(i) seconds later."""
        self.packets = sorted(((moment + by(i), packet)
                               for i, (moment, packet) in enumerate(self.packets)),
                              key=lambda each: each[0])

    # --- what is expected ---
    def sources(self):
        """{SSRC: [(moment, extended number, timestamp, payload)]} without copies, by number."""
        sources = {}
        for moment, packet in self.packets:
            number, timestamp, ssrc = struct.unpack(">HII", packet[2:12])
            known = sources.setdefault(ssrc, {})
            if known:
                newest = max(known)
                number = newest + ((number - newest + 0x8000) & 0xffff) - 0x8000
            known.setdefault(number, (moment, number, timestamp, packet[12:]))
        return {ssrc: [known[number] for number in sorted(known)]
                for ssrc, known in sources.items()}

    def received(self):
        return sum(len(packets) for packets in self.sources().values())

    def missing(self):
        """Numbers that never came."""
        return sum(packets[-1][1] - packets[0][1] + 1 - len(packets)
                   for packets in self.sources().values())

    def packet_s(self):
        """How long a packet lasts: what the timestamp mostly goes on by."""
        steps = [(later[2] - earlier[2]) & 0xffffffff for packets in self.sources().values()
                 for earlier, later in zip(packets, packets[1:])]
        return max(set(steps), key=steps.count) / self.format.clock

    def at_pace(self):
        """Whether packets come as fast as their timestamps say: some senders name a wrong clock."""
        first, *_, last = next(iter(self.sources().values()))
        told_s = ((last[2] - first[2]) & 0xffffffff) / self.format.clock
        return abs(told_s - (last[0] - first[0])) < 0.1 * told_s

    def line(self):
        """(what is heard at 48 kHz from the first packet on, whether a packet came, likewise)."""
        rate, parts = self.format.rate, []
        for packets in self.sources().values():
            first_s = min(moment for moment, *_ in packets)
            earliest = next(each for each in packets if each[0] == first_s)
            samples = decode(self.format, packets)
            for (_, _, timestamp, _), part in zip(packets, samples):
                ticks = ((timestamp - earliest[2] + 2 ** 31) & 0xffffffff) - 2 ** 31
                parts.append((round(first_s * rate + ticks * rate / self.format.clock), part))
        size = max(place + len(samples) for place, samples in parts)
        heard, came = numpy.zeros(size, dtype=numpy.int16), numpy.zeros(size, dtype=bool)
        for place, samples in parts:
            if place >= 0:  # what was overtaken by the first packet lies before the line
                heard[place:place + len(samples)] = samples
                came[place:place + len(samples)] = True
        at = numpy.arange(size * 48000 // rate) * rate // 48000
        return at_48k(heard, rate), came[at]


def decode(form, packets):
    """What each packet holds, at the format's rate."""
    payloads = [payload for *_, payload in packets]
    if form.name == "opus":
        first = packets[0][1]
        numbers = [number - first for _, number, _, _ in packets]
        known = dict(zip(numbers, payloads))
        line = OpusWithCopies().decode([known.get(i, b"") for i in range(numbers[-1] + 1)],
                                       set(range(numbers[-1])) - set(numbers), False)
        return [line[i * 960:(i + 1) * 960] for i in numbers]
    line = peer_codecs.decode(form.name, b"".join(payloads), form.rate)[0]
    if form.name == "L16":
        line = line.reshape(-1, form.channels).mean(axis=1).astype(numpy.int16)
    length = len(line) // len(packets)
    return [line[i * length:(i + 1) * length] for i in range(len(packets))]


# --- made here ---
def spoken(folder, rate, seconds):
    """Speech with the band of that rate."""
    path, wide = folder / f"spoken-{rate}.wav", folder / "spoken.wav"
    if not wide.exists():
        subprocess.run(["espeak-ng", "-v", "en-gb", "-w", wide, SPOKEN], check=True)
    subprocess.run(["sox", wide, "-r", str(rate), path, "gain", "-n", "-6"], check=True)
    with wave.open(str(path)) as file:
        samples = numpy.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    return numpy.resize(samples, int(rate * seconds))


def made(name, form, payloads, packet_s=0.02, ssrcs=1, seed=1):
    """A capture of payloads at an even pace, from so many sources in turn."""
    chance, packets = random.Random(seed), []
    each = -(-len(payloads) // ssrcs)
    for i, payload in enumerate(payloads):
        if i % each == 0:
            ssrc, number = chance.getrandbits(32), chance.choice((65500, 7, 30000))
            timestamp = chance.choice((2 ** 32 - 9000, chance.getrandbits(32)))
        header = struct.pack(">BBHII", 0x80, form.kind, number & 0xffff, timestamp & 0xffffffff,
                             ssrc)
        packets.append((i * packet_s, header + payload))
        number += 1
        timestamp += round(packet_s * form.clock)
    return Capture(name, form, packets)


def joined(payloads, count):
    """So many payloads in each packet."""
    return [b"".join(payloads[i:i + count]) for i in range(0, len(payloads) - count + 1, count)]


def bursts(packets, share, longest, seed):
    """Indices of packets that a network loses in bursts; neither the first nor the last."""
    chance, lost, i = random.Random(seed), set(), 10
    while i < packets - 10:
        if chance.random() < share / longest * 2:
            count = chance.randint(1, longest)
            lost.update(range(i, min(i + count, packets - 10)))
            i += count
        i += 1
    return lost


class OpusWithCopies:
    """libopus as a telephone uses it: each packet may hold a coarse copy of the one before."""
    FEC, LOSS_PERCENT, BITRATE = 4012, 4014, 4002  # opus_defines.h

    def __init__(self, rate=16000):
        self.library, self.rate = ctypes.CDLL("libopus.so.0"), rate
        self.library.opus_encoder_create.restype = ctypes.c_void_p
        self.library.opus_decoder_create.restype = ctypes.c_void_p

    def encode(self, samples):
        voip, error = 2048, ctypes.c_int()
        encoder = ctypes.c_void_p(
            self.library.opus_encoder_create(self.rate, 1, voip, ctypes.byref(error)))
        for request, value in ((self.FEC, 1), (self.LOSS_PERCENT, 25), (self.BITRATE, 32000)):
            self.library.opus_encoder_ctl(encoder, request, ctypes.c_int(value))
        frame, out, payloads = self.rate // 50, (ctypes.c_uint8 * 1500)(), []
        for at in range(0, len(samples) - frame + 1, frame):
            pcm = (ctypes.c_int16 * frame)(*samples[at:at + frame].tolist())
            count = self.library.opus_encode(encoder, pcm, frame, out, len(out))
            payloads.append(bytes(out[:count]))
        self.library.opus_encoder_destroy(encoder)
        return payloads

    def decode(self, payloads, lost, restore):
        """All packets at 48 kHz; those lost invented, or restored from the copy behind them."""
        frame, error, parts = 960, ctypes.c_int(), []
        pcm = (ctypes.c_int16 * frame)()
        decoder = ctypes.c_void_p(
            self.library.opus_decoder_create(48000, 1, ctypes.byref(error)))
        for i, payload in enumerate(payloads):
            if i not in lost:
                self.library.opus_decode(decoder, payload, len(payload), pcm, frame, 0)
            elif restore and i + 1 not in lost:
                behind = payloads[i + 1]
                self.library.opus_decode(decoder, behind, len(behind), pcm, frame, 1)
            else:
                self.library.opus_decode(decoder, None, 0, pcm, frame, 0)
            parts.append(numpy.array(pcm, dtype=numpy.int16))
        self.library.opus_decoder_destroy(decoder)
        return numpy.concatenate(parts)
