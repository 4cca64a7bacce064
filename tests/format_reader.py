#!/usr/bin/python3
"""An independent reader of recordings, written from storage/FORMAT.md alone.

usage: format_reader.py [--documents | --view=N,N...] FILE CUSTOMER_PRIVATE_HEX [SIGNER_PUBLIC_HEX] > stream.opus

Authenticates every byte, decrypts, writes the Ogg stream to stdout; with --view the view of these streams of its
packets; with --documents the metadata documents instead, each after a line of its time, length, message and type.
Exit 1 where anything is wrong.
Python's standard library and libsodium by ctypes; shares no code with the programs.
"""
import ctypes
import ctypes.util
import hashlib
import json
import struct
import sys

sodium = ctypes.CDLL(ctypes.util.find_library("sodium") or "libsodium.so.23")
sodium.sodium_init()
ull = ctypes.c_ulonglong


def check(condition, what):
    if not condition:
        sys.exit(f"format_reader: {what}")


def call(length, name, *arguments):
    out = ctypes.create_string_buffer(length)
    check(getattr(sodium, name)(out, *arguments) == 0, f"{name} refused")
    return out.raw


def open_frame(key, kind, index, unit):
    aad = b"CRF1" + bytes([kind, 0, 0, 0]) + struct.pack("<Q", index)
    plain = call(4056, "crypto_aead_xchacha20poly1305_ietf_decrypt", None, None, unit[24:],
                 ull(4072), aad, ull(16), unit[:24], key)
    used = struct.unpack_from("<I", plain)[0]
    check(1 <= used <= 4052 and not any(plain[4 + used:]), f"frame {index}: padding")
    return plain[4:4 + used]


def open_key(header, private):
    h0, commitment = header[:64], header[64:96]
    check(h0[:16] == b"\x89CREC\r\n\x1a" + struct.pack("<HBBI", 1, 1, 12, 4096), "header")
    check(not any(h0[56:64]) and not any(header[96:512]), "header padding")
    public = call(32, "crypto_scalarmult_base", private)
    key_id = hashlib.blake2b(public, digest_size=16).digest()
    for at in range(512, 4096, 512):
        slot = header[at:at + 512]
        check(slot[0] in (0, 1) and (slot[0] or not any(slot)), "key slot")
        if slot[:4] == b"\x01\x02\x50\x00" and slot[8:24] == key_id:
            check(not any(slot[24:72]) and not any(slot[152:]), "key slot padding")
            dek = call(32, "crypto_box_seal_open", slot[72:152], ull(80), public, private)
            made = hashlib.blake2b(b"CRF1 commit" + h0, digest_size=32, key=dek).digest()
            check(made == commitment, "commitment")
            return hashlib.blake2b(b"CRF1 enc" + h0, digest_size=32, key=dek).digest()
    sys.exit("format_reader: no slot for this key")


def documents(section):
    """The documents of a section of kind 5: (at_ms, message, type, data) each."""
    found, at = [], 0
    while at < len(section):
        check(len(section) - at >= 16, "document's head")
        at_ms, message, kind, zero, size = struct.unpack_from("<QBBHI", section, at)
        check(at_ms < 1 << 63 and message < 64 and kind < 64 and zero == 0, "document's head")
        at += 16
        check(len(section) - at >= message + kind + size, "document's length")
        found.append((at_ms, section[at:at + message].decode(errors="replace"),
                      section[at + message:at + message + kind].decode(errors="replace"),
                      section[at + message + kind:at + message + kind + size]))
        at += message + kind + size
    check(len(found) <= 1024 and len(section) <= 4 << 20, "too many documents")
    return found


def check_section(kind, section, legs):
    """What can be said of a section's content; kinds that are not known are left alone."""
    if kind == 2:
        check(legs and len(section) % (2 * legs) == 0, "peaks by leg")
    if kind == 4:
        check(len(section) % 16 == 0, "granule table")
    if kind == 5:
        check(documents(section), "a section of documents without one")
    if kind == 6:
        check(len(section) % 4 == 0, "peaks by channel")


def checksum(page):
    """RFC 3533: polynomial 0x04c11db7, bit by bit."""
    value = 0
    for byte in page:
        value ^= byte << 24
        for _ in range(8):
            value = value << 1 ^ (0x104C11DB7 if value & 1 << 31 else 0)
    return value


def view(stream, chosen):
    """The stream behind a header of these streams (section 3.1)."""
    page, head = stream[:28], stream[28:51]
    check(page[:4] == b"OggS" and page[26:28] == b"\1\x17" and head[:10] == b"OpusHead\1\2"
          and head[18] == 1 and 2 <= head[19] <= 10 and head[20:] == b"\0\0\1", "OpusHead")
    check(1 <= len(chosen) <= 8 and max(chosen) < head[19], "view")
    head = (head[:9] + bytes([len(chosen)]) + head[10:18] + bytes([255 if chosen[1:] else 1])
            + head[19:21] + bytes(chosen))
    page = page[:22] + bytes(4) + page[26:27] + bytes([len(head)]) + head
    return page[:22] + struct.pack("<I", checksum(page)) + page[26:] + stream[51:]


def swapped(packet, streams, own):
    """A packet in which own streams without data have what their sides have: {side: own stream}."""
    pieces, at = [], 0
    for _ in range(streams - 1):
        check(packet[at] & 3 == 0, "one frame")
        size = 2 + packet[at + 1] if packet[at + 1] < 252 else 3 + packet[at + 1] + 4 * packet[at + 2]
        pieces.append(packet[at:at + size])
        at += size
    pieces.append(packet[at:])
    for side, stream in own.items():
        if stream < streams - 1 and len(pieces[stream]) == 2:
            pieces[side], pieces[stream] = pieces[stream], pieces[side]
    return b"".join(pieces)


def swap(stream, own):
    """The same in all pages of audio."""
    out, at, streams = [], 0, stream[47]
    while at < len(stream):
        lacing = stream[at + 27:at + 27 + stream[at + 26]]
        head, body = at + 27 + len(lacing), b""
        begin = size = 0
        for segment in lacing:
            size += segment
            if segment < 255:
                packet = stream[head + begin:head + begin + size]
                body += swapped(packet, streams, own) if stream[at + 6:at + 14] != bytes(8) else packet
                begin, size = begin + size, 0
        page = stream[at:at + 22] + bytes(4) + stream[at + 26:head] + body
        out.append(page[:22] + struct.pack("<I", checksum(page)) + page[26:])
        at = head + len(body)
    return b"".join(out)


def firsts(legs):
    """The own stream of each side's first leg."""
    first = {}
    for leg in legs:
        first.setdefault(("left", "right").index(leg["channel"]), leg["own_channel"])
    return {side: 2 + own for side, own in first.items() if own is not None}


def main():
    arguments = [text for text in sys.argv[1:] if not text.startswith("--")]
    options = [text for text in sys.argv[1:] if text.startswith("--")]
    data = open(arguments[0], "rb").read()
    check(len(data) % 4096 == 0 and len(data) >= 8192, "length")
    units = [data[at:at + 4096] for at in range(0, len(data), 4096)]
    key = open_key(units[0], bytes.fromhex(arguments[1]))
    last = len(units) - 2
    footer = open_frame(key, 2, last, units[-1])
    check(len(footer) == 440 and footer[:2] == b"\1\0" and footer[2] in (1, 2), "footer")
    frames, length = struct.unpack_from("<QQ", footer, 16)
    check(frames == -(-length // 4052) <= last, "footer's frame count")
    stream = b"".join(open_frame(key, 1, i, units[1 + i]) for i in range(frames))
    position, kept, about = frames, [], []
    for i in range(footer[3]):
        kind, first, size = struct.unpack_from("<B7xQQ", footer, 168 + 24 * i)
        check(first == position, "section directory")
        position += -(-size // 4052)
        section = b"".join(open_frame(key, 3, k, units[1 + k]) for k in range(first, position))
        check(len(section) == size, f"section {kind}")
        about = json.loads(section).get("legs", []) if kind == 1 else about
        legs = len(about)
        check_section(kind, section, legs)
        kept = documents(section) if kind == 5 else kept
    check(position == last, "frames that belong to nothing")
    check(len(stream) == length, "stream length")
    check(hashlib.sha256(stream).digest() == footer[136:168], "hash of the stream")
    check(hashlib.sha256(data[4096:-4096]).digest() == footer[104:136], "hash of the frames")
    if len(arguments) > 2:
        message = b"CRF1 footer" + data[:96] + footer[:376]
        check(sodium.crypto_sign_verify_detached(footer[376:], message, ull(len(message)),
                                                 bytes.fromhex(arguments[2])) == 0, "signature")
    if options and options[0].startswith("--view="):
        chosen = [int(text) for text in options[0][7:].split(",")]
        stream = view(swap(stream, firsts(about)) if max(chosen) > 1 else stream, chosen)
    if options != ["--documents"]:
        sys.stdout.buffer.write(stream)
    else:
        for at_ms, message, kind, document in kept:
            line = f"{at_ms} {len(document)} {message} {kind}\n"
            sys.stdout.buffer.write(line.encode() + document)


if __name__ == "__main__":
    main()
