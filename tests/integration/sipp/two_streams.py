#!/usr/bin/env python3
"""Write a capture of two RTP streams side by side, for SIPp to play (siprec_uac.xml).

usage: two_streams.py -o OUT.pcap [--start PACKETS] [--payload-type NUMBER] CALLER CALLED

CALLER and CALLED are raw A-law at 8 kHz (sox -r 8000 -c 1 -t al), or a .pcap with one RTP stream of
A-law, of which the payload is taken; with another payload type, what that names. Packets of 20 ms,
numbered and timed on from PACKETS, interleaved; the caller's go to UDP port 6000, the called one's
to 6002. The shorter one ends first.
"""
import argparse
import struct

FRAME = 160  # bytes and samples of 20 ms
PORTS = (6000, 6002)
SSRCS = (0x11111111, 0x22222222)


def payload_of_capture(data):
    """The RTP payloads of a little-endian pcap of Ethernet and IPv4, in its order."""
    magic, = struct.unpack_from("<I", data)
    if magic not in (0xA1B2C3D4, 0xA1B23C4D):
        raise SystemExit("two_streams: not a little-endian pcap")
    audio = bytearray()
    offset = 24
    while offset + 16 <= len(data):
        kept, = struct.unpack_from("<I", data, offset + 8)
        packet = data[offset + 16:offset + 16 + kept]
        offset += 16 + kept
        if len(packet) < 54 or packet[12:14] != b"\x08\x00" or packet[23] != 17:
            continue
        rtp = packet[14 + (packet[14] & 15) * 4 + 8:]
        if rtp[0] >> 6 == 2 and rtp[1] & 127 == 8:
            audio += rtp[12 + (rtp[0] & 15) * 4:]
    return bytes(audio)


def read_audio(path):
    with open(path, "rb") as file:
        data = file.read()
    return payload_of_capture(data) if path.endswith(".pcap") else data


def frame(stream, number, payload, payload_type, first):
    rtp = struct.pack(">BBHII", 0x80, payload_type | (0x80 if first else 0), number & 0xFFFF,
                      (number * FRAME) & 0xFFFFFFFF, SSRCS[stream]) + payload
    udp = struct.pack(">HHHH", PORTS[stream], PORTS[stream], 8 + len(rtp), 0) + rtp
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), number & 0xFFFF, 0, 64, 17, 0,
                     b"\x7f\0\0\1", b"\x7f\0\0\1")
    return b"\0" * 12 + b"\x08\x00" + ip + udp


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--payload-type", type=int, default=8)
    parser.add_argument("audio", nargs=2)
    options = parser.parse_args()
    streams = [read_audio(path) for path in options.audio]
    frames = [len(stream) // FRAME for stream in streams]
    with open(options.output, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for number in range(max(frames)):
            for stream in range(2):
                if number >= frames[stream]:
                    continue
                packet = frame(stream, options.start + number,
                               streams[stream][number * FRAME:(number + 1) * FRAME],
                               options.payload_type, number == 0)
                at = number * 20000
                out.write(struct.pack("<IIII", at // 1000000, at % 1000000, len(packet),
                                      len(packet)) + packet)
    print(f"{options.output}: {frames[0]} and {frames[1]} packets")


if __name__ == "__main__":
    main()
