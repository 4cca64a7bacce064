"""Codecs of others, to send by and to compare with: ffmpeg, libopus, libbcg729; captures of RTP.

Samples are int16 arrays, mono.
"""
import contextlib
import ctypes
import struct
import subprocess

import numpy

import sound

PACKET_S = 0.02
# codec -> (rate of its samples, clock of its timestamps, ffmpeg's name, octets in 20 ms)
CODECS = {"PCMA": (8000, 8000, "alaw", 160), "PCMU": (8000, 8000, "mulaw", 160),
          "G722": (16000, 8000, "g722", 160), "GSM": (8000, 8000, "gsm", 33),
          "L16": (16000, 16000, "s16be", 640)}


def _ffmpeg(data, source, target):
    return subprocess.run(["ffmpeg", "-v", "error", *source, "-i", "-", *target, "-"], input=data,
                          check=True, stdout=subprocess.PIPE).stdout


def encode(codec, samples):
    """The payloads of 20 ms each."""
    rate, _, name, octets = CODECS[codec]
    data = _ffmpeg(samples.astype("<i2").tobytes(), ["-f", "s16le", "-ar", str(rate), "-ac", "1"],
                   ["-f", name])
    return [data[at:at + octets] for at in range(0, len(data) - octets + 1, octets)]


def decode(codec, payload, rate=None):
    """(samples, their rate) of whole payloads put together."""
    if codec in ("PCMA", "PCMU"):
        return sound.g711(codec, payload), 8000
    if codec == "L16":
        return numpy.frombuffer(payload, dtype=">i2").astype(numpy.int16), rate or 16000
    source = {"G722": ["-f", "g722"], "GSM": ["-f", "gsm"]}[codec]
    rate = CODECS[codec][0]
    data = _ffmpeg(payload, source, ["-f", "s16le", "-ar", str(rate), "-ac", "1"])
    return numpy.frombuffer(data, dtype="<i2"), rate


def decode_opus(payloads):
    """Samples at 48 kHz."""
    library = ctypes.CDLL("libopus.so.0")
    library.opus_decoder_create.restype = ctypes.c_void_p
    error, pcm = ctypes.c_int(), (ctypes.c_int16 * 5760)()
    decoder = ctypes.c_void_p(library.opus_decoder_create(48000, 1, ctypes.byref(error)))
    parts = []
    for payload in payloads:
        count = library.opus_decode(decoder, payload, len(payload), pcm, 5760, 0)
        parts.append(numpy.array(pcm[:max(0, count)], dtype=numpy.int16))
    library.opus_decoder_destroy(decoder)
    return numpy.concatenate(parts)


def encode_g729(samples):
    """Payloads of 20 ms from samples at 8 kHz: two frames of 10 octets."""
    library = ctypes.CDLL("libbcg729.so.0")
    library.initBcg729EncoderChannel.restype = ctypes.c_void_p
    encoder = ctypes.c_void_p(library.initBcg729EncoderChannel(0))
    frames, octets, length = [], (ctypes.c_uint8 * 10)(), ctypes.c_uint8()
    for at in range(0, len(samples) - 79, 80):
        frame = (ctypes.c_int16 * 80)(*samples[at:at + 80].tolist())
        library.bcg729Encoder(encoder, frame, octets, ctypes.byref(length))
        frames.append(bytes(octets))
    library.closeBcg729EncoderChannel(encoder)
    return [frames[i] + frames[i + 1] for i in range(0, len(frames) - 1, 2)]


def has_g729():
    with contextlib.suppress(OSError):
        return bool(ctypes.CDLL("libbcg729.so.0"))
    return False


def at_48k(samples, rate):
    """Resampled without any filter but an ideal one."""
    count = len(samples) * 48000 // rate
    spectrum = numpy.fft.rfft(samples.astype(numpy.float64))
    wide = numpy.zeros(count // 2 + 1, dtype=complex)
    kept = min(len(spectrum), len(wide))
    wide[:kept] = spectrum[:kept]
    return numpy.fft.irfft(wide, count) * (count / len(samples))


def band_db(samples, low_hz, high_hz, rate=48000):
    """Energy between two frequencies, dB of nothing in particular."""
    spectrum = numpy.abs(numpy.fft.rfft(samples.astype(numpy.float64))) ** 2
    hz = numpy.fft.rfftfreq(len(samples), 1 / rate)
    return 10 * numpy.log10(numpy.sum(spectrum[(hz >= low_hz) & (hz < high_hz)]) + 1)


def tone(hz, seconds, rate, level=8000):
    at = numpy.arange(int(seconds * rate)) / rate
    return (level * numpy.sin(2 * numpy.pi * hz * at)).astype(numpy.int16)


def captured(path):
    """[(payload type, [(seconds, RTP packet)])] of the streams in a capture of Ethernet, IPv4."""
    data = path.read_bytes()
    order = "<" if data[:4] == b"\xd4\xc3\xb2\xa1" else ">"
    streams, at = {}, 24
    while at < len(data):
        seconds, micros, length = struct.unpack(order + "III", data[at:at + 12])
        packet = data[at + 16:at + 16 + length]
        at += 16 + length
        header = (packet[14] & 15) * 4
        if packet[12:14] != b"\x08\x00" or packet[23] != 17:
            continue
        udp = packet[14 + header:]
        rtp = udp[8:struct.unpack(">H", udp[4:6])[0]]
        if len(rtp) > 12 and rtp[0] >> 6 == 2:
            streams.setdefault((rtp[8:12], rtp[1] & 127), []).append((seconds + micros / 1e6, rtp))
    return [(kind, packets) for (_, kind), packets in streams.items()]


class Source:
    """What one sender says, packet by packet: numbers and timestamps of its own."""

    def __init__(self, rtp, ssrc=77, sequence=65000, timestamp=2 ** 32 - 8000):
        self.rtp, self.ssrc = rtp, ssrc
        self.sequence, self.timestamp = sequence, timestamp

    def send(self, port, payload, kind, ticks, marker=False):
        """One packet; the timestamp goes on by `ticks` behind it."""
        header = struct.pack(">BBHII", 0x80, 0x80 * marker | kind, self.sequence & 0xffff,
                             self.timestamp & 0xffffffff, self.ssrc)
        self.rtp.socket.sendto(header + payload, (self.rtp.own, port))
        self.sequence += 1
        self.timestamp += ticks
