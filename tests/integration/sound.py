"""What a recording sounds like, measured without any code of the recorder's own.

Decodes with Debian's opusdec, reads Ogg pages and G.711 by the standards alone.
"""
import struct
import subprocess
import tempfile

import numpy

PLAY_RATE = 48000


def decode(opus_bytes):
    """Both channels as heard: int16 array [samples at 48 kHz, 2]."""
    with tempfile.NamedTemporaryFile(suffix=".opus") as file:
        file.write(opus_bytes)
        file.flush()
        raw = subprocess.run(["opusdec", "--quiet", "--rate", str(PLAY_RATE), "--force-stereo",
                              "--no-dither", file.name, "-"],
                             check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout
    return numpy.frombuffer(raw, dtype="<i2").reshape(-1, 2)


def speak(path, words, voice, *effects):
    """Words as espeak-ng says them, at 8 kHz, in the form that the suffix names: .al, .ul, .wav."""
    spoken = path.with_name(f"{path.name}-spoken.wav")
    subprocess.run(["espeak-ng", "-v", voice, "-w", spoken, words], check=True)
    subprocess.run(["sox", spoken, "-r", "8000", "-c", "1", path, *effects], check=True,
                   stderr=subprocess.DEVNULL)  # it warns of what it cuts off
    return path


def _alaw(code):
    code ^= 0x55
    exponent, mantissa = (code & 0x70) >> 4, (code & 0x0f) << 4
    value = mantissa + 8 if exponent == 0 else (mantissa + 0x108) << (exponent - 1)
    return value if code & 0x80 else -value


def _ulaw(code):
    code = ~code & 0xff
    value = (((code & 0x0f) << 3) + 0x84) << ((code & 0x70) >> 4)
    return 0x84 - value if code & 0x80 else value - 0x84


_TABLES = {"PCMA": numpy.array([_alaw(i) for i in range(256)], dtype=numpy.int16),
           "PCMU": numpy.array([_ulaw(i) for i in range(256)], dtype=numpy.int16)}


def g711(codec, payload):
    """8 kHz samples of a G.711 payload (ITU-T G.711)."""
    return _TABLES[codec][numpy.frombuffer(payload, dtype=numpy.uint8)]


def at_8k(channel):
    """A 48 kHz channel at 8 kHz. What was 8 kHz holds nothing above 4 kHz: every sixth sample is it."""
    return channel[::6].astype(numpy.float64)


def best_shift(heard, sent, around, reach):
    """Where `sent` lies in `heard`, in samples: (shift, normalized correlation).

    Looks from around - reach to around + reach.
    """
    low = max(0, around - reach)
    window = heard[low:around + reach + len(sent)].astype(numpy.float64)
    pattern = sent.astype(numpy.float64)
    if len(window) < len(pattern):
        pattern = pattern[:len(window)]
    size = 1 << (len(window) + len(pattern)).bit_length()
    product = numpy.fft.irfft(numpy.fft.rfft(window, size) *
                              numpy.conj(numpy.fft.rfft(pattern, size)), size)
    last = len(window) - len(pattern) + 1
    shift = int(numpy.argmax(product[:max(1, last)]))
    part = window[shift:shift + len(pattern)]
    scale = numpy.linalg.norm(part) * numpy.linalg.norm(pattern)
    return low + shift, float(product[shift] / scale) if scale else 0.0


LINE_MS = 40  # so far a voice may lie from its place before it is moved while it speaks


def share_found(heard, sent, place, rate=8000):
    """How much of what was said is heard where it belongs: the share of its stretches of 200 ms with
    speech in them that lie, whole, within LINE_MS of `place` + their own. Where nobody speaks the
    line may have been moved to the sender's clock."""
    step, reach = rate // 5, LINE_MS * rate // 1000
    pieces = [(at, sent[at:at + step]) for at in range(0, len(sent) - step + 1, step)]
    loudest = max(numpy.abs(piece).max() for _, piece in pieces)
    spoken = [(at, piece) for at, piece in pieces if numpy.abs(piece).max() > loudest / 10]
    found = [best_shift(heard, piece, place + at, reach)[1] > 0.95 for at, piece in spoken]
    return sum(found) / len(found)


def ogg_pages(data):
    """[(granule, header type, [lacing values])] of every page; raises ValueError on broken framing."""
    pages, at = [], 0
    while at < len(data):
        if data[at:at + 4] != b"OggS":
            raise ValueError(f"no page at {at}")
        flags, granule = data[at + 5], struct.unpack_from("<q", data, at + 6)[0]
        segments = data[at + 26]
        lacing = list(data[at + 27:at + 27 + segments])
        pages.append((granule, flags, lacing))
        at += 27 + segments + sum(lacing)
    if at != len(data):
        raise ValueError("last page is cut")
    return pages
