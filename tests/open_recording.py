"""A recording's file, opened from storage/FORMAT.md alone: header, key, frames, sections, footer.

Shares no code with the programs: Python's standard library, and libsodium by ctypes.
"""
import ctypes
import ctypes.util
import hashlib
import struct

sodium = ctypes.CDLL(ctypes.util.find_library("sodium") or "libsodium.so.23")
sodium.sodium_init()
ull = ctypes.c_ulonglong


class Refused(Exception):
    """What is not as FORMAT.md says."""


def check(condition, what):
    if not condition:
        raise Refused(what)


def call(length, name, *arguments):
    out = ctypes.create_string_buffer(length)
    check(getattr(sodium, name)(out, *arguments) == 0, f"{name} refused")
    return out.raw


def open_slot(slot, public, private):
    """The DEK in a key slot; None where it is another key's, or breaks its layout: section 2."""
    key_id = hashlib.blake2b(public, digest_size=16).digest()
    if slot[:4] != b"\1\2\x50\0" or slot[8:24] != key_id or any(slot[24:72]) or any(slot[152:]):
        return None
    try:
        return call(32, "crypto_box_seal_open", slot[72:152], ull(80), public, private)
    except Refused:
        return None


def open_key(header, private):
    """The key of the frames: sections 1 and 2."""
    h0, public = header[:64], call(32, "crypto_scalarmult_base", private)
    check(h0[:16] == b"\x89CREC\r\n\x1a" + struct.pack("<HBBI", 1, 1, 12, 4096), "header")
    check(not any(h0[60:64]) and not any(header[96:512]), "header padding")
    for at in range(512, 4096, 512):
        dek = open_slot(header[at:at + 512], public, private)
        if dek and hashlib.blake2b(b"CRF1 commit" + h0, digest_size=32, key=dek).digest() == header[64:96]:
            return hashlib.blake2b(b"CRF1 enc" + h0, digest_size=32, key=dek).digest()
    raise Refused("no slot opens with this key")


def open_frame(key, kind, index, unit):
    """What is in a frame: section 3."""
    aad = b"CRF1" + bytes([kind, 0, 0, 0]) + struct.pack("<Q", index)
    plain = call(4056, "crypto_aead_xchacha20poly1305_ietf_decrypt", None, None, unit[24:],
                 ull(4072), aad, ull(16), unit[:24], key)
    used = struct.unpack_from("<I", plain)[0]
    check(1 <= used <= 4052 and not any(plain[4 + used:]), f"frame {index}: padding")
    return plain[4:4 + used]


def open_recording(data, private, signer=None):
    """A finished file, every byte of it: (Ogg stream, [(kind, section)], footer); section 4.

    private  the customer's X25519 half; signer  the public Ed25519 half, None not to ask who signed
    """
    check(len(data) % 4096 == 0 and len(data) >= 8192, "length")
    units = [data[at:at + 4096] for at in range(0, len(data), 4096)]
    key, last = open_key(units[0], private), len(units) - 2
    footer = open_frame(key, 2, last, units[-1])
    check(len(footer) == 440 and footer[:2] == b"\1\0" and footer[2] in (1, 2), "footer")
    check(footer[3] <= 8 and footer[4] in (0, 1) and (footer[4] or not any(footer[72:104])), "footer's counts")
    check(not any(footer[5:8]) and not any(footer[12:16]) and not any(footer[168 + 24 * footer[3]:360]),
          "footer padding")
    frames, length = struct.unpack_from("<QQ", footer, 16)
    check(frames == -(-length // 4052) <= last, "footer's frame count")
    stream = b"".join(open_frame(key, 1, i, units[1 + i]) for i in range(frames))
    position, sections = frames, []
    for i in range(footer[3]):
        kind, first, size = struct.unpack_from("<B7xQQ", footer, 168 + 24 * i)
        check(first == position and not any(footer[169 + 24 * i:176 + 24 * i]) and
              kind not in dict(sections), "section directory")
        position += -(-size // 4052)
        section = b"".join(open_frame(key, 3, k, units[1 + k]) for k in range(first, position))
        check(len(section) == size, f"section {kind}")
        sections.append((kind, section))
    check(position == last, "frames that belong to nothing")
    check(len(stream) == length, "stream length")
    check(hashlib.sha256(stream).digest() == footer[136:168], "hash of the stream")
    check(hashlib.sha256(data[4096:-4096]).digest() == footer[104:136], "hash of the frames")
    message = b"CRF1 footer" + data[:96] + footer[:376]
    check(signer is None or sodium.crypto_sign_verify_detached(
        footer[376:], message, ull(len(message)), signer) == 0, "signature")
    return stream, sections, footer
