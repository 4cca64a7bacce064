#!/usr/bin/python3
"""An independent reader of recordings, written from storage/FORMAT.md alone.

usage: format_reader.py [--documents | --view=N,N...] FILE CUSTOMER_PRIVATE_HEX [SIGNER_PUBLIC_HEX] > stream.opus

Authenticates every byte, decrypts (open_recording.py beside it), writes the Ogg stream to stdout; with --view the
view of these streams of its packets; with --documents the metadata documents instead, each after a line of its time,
length, message and type. Exit 1 where anything is wrong.
Python's standard library and libsodium by ctypes; shares no code with the programs.
"""
import json
import struct
import sys

from open_recording import Refused, call, check, open_key, open_recording, ull  # noqa: F401


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


def check_sections(sections):
    """All of them; returns (legs of the details, documents)."""
    legs, kept = [], []
    for kind, section in sections:
        legs = json.loads(section).get("legs", []) if kind == 1 else legs
        check_section(kind, section, len(legs))
        kept = documents(section) if kind == 5 else kept
    return legs, kept


def run(options, path, private, signer=None):
    with open(path, "rb") as file:
        data = file.read()
    stream, sections, _ = open_recording(data, bytes.fromhex(private),
                                         bytes.fromhex(signer) if signer else None)
    legs, kept = check_sections(sections)
    if options and options[0].startswith("--view="):
        chosen = [int(text) for text in options[0][7:].split(",")]
        stream = view(swap(stream, firsts(legs)) if max(chosen) > 1 else stream, chosen)
    if options != ["--documents"]:
        sys.stdout.buffer.write(stream)
        return
    for at_ms, message, kind, document in kept:
        line = f"{at_ms} {len(document)} {message} {kind}\n"
        sys.stdout.buffer.write(line.encode() + document)


def main():
    arguments = [text for text in sys.argv[1:] if not text.startswith("--")]
    options = [text for text in sys.argv[1:] if text.startswith("--")]
    try:
        run(options, *arguments)
    except Refused as why:
        sys.exit(f"format_reader: {why}")


if __name__ == "__main__":
    main()
