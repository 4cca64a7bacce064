#!/usr/bin/python3
"""Make the worked example of storage/FORMAT.md section 8, from that document alone.

usage: make_example.py FILE      writes the recording to FILE and the document's blocks to stdout

Python's standard library and libsodium; shares no code with the programs.
"""
import ctypes
import ctypes.util
import hashlib
import struct
import sys
import uuid

sodium = ctypes.CDLL(ctypes.util.find_library("sodium") or "libsodium.so.23")
sodium.sodium_init()
ull = ctypes.c_ulonglong


def run(length, name, *arguments):
    out = ctypes.create_string_buffer(length)
    if getattr(sodium, name)(out, *arguments) != 0:
        raise ValueError(name)
    return out.raw


def blake(size, message, key=b""):
    return hashlib.blake2b(message, digest_size=size, key=key).digest()


def encrypt(key, nonce, aad, plain):
    out = run(len(plain) + 16, "crypto_aead_xchacha20poly1305_ietf_encrypt", None, plain,
              ull(len(plain)), aad, ull(len(aad)), None, nonce, key)
    return nonce + out


def counting(first, count=32):
    return bytes(range(first, first + count))


DEK, CUSTOMER_PRIVATE, SEED = counting(0x00), counting(0x20), counting(0x40)
EPHEMERAL_PRIVATE, MASTER = counting(0x60), counting(0x80)
RECORDING = uuid.UUID("01936f2e-0000-7000-8000-000000000001").bytes
CUSTOMER = uuid.UUID("01936f2e-0000-7000-8000-0000000000c1").bytes
CREATED_US = 1795356000000000
MONTH = 202611
STREAM = bytes(i % 251 for i in range(4060))

customer_public = run(32, "crypto_scalarmult_base", CUSTOMER_PRIVATE)
ephemeral_public = run(32, "crypto_scalarmult_base", EPHEMERAL_PRIVATE)
signer_public, signer_secret = ctypes.create_string_buffer(32), ctypes.create_string_buffer(64)
sodium.crypto_sign_seed_keypair(signer_public, signer_secret, SEED)
signer_public = signer_public.raw
customer_id, signer_id = blake(16, customer_public), blake(16, signer_public)

# section 1
h0 = (b"\x89CREC\r\n\x1a" + struct.pack("<HBBI", 1, 1, 12, 4096) + RECORDING + CUSTOMER
      + struct.pack("<q", CREATED_US) + bytes(8))
commitment = blake(32, b"CRF1 commit" + h0, DEK)
frame_key = blake(32, b"CRF1 enc" + h0, DEK)

# section 2; a sealed box with a fixed ephemeral key: pk || box(nonce = BLAKE2b-192(epk || pk))
sealed = ephemeral_public + run(48, "crypto_box_easy", DEK, ull(32),
                                blake(24, ephemeral_public + customer_public), customer_public,
                                EPHEMERAL_PRIVATE)
slot = struct.pack("<BBHI", 1, 2, 80, MONTH) + customer_id + bytes(24) + bytes(24) + sealed
header = (h0 + commitment).ljust(512, b"\0") + slot.ljust(512, b"\0")
header = header.ljust(4096, b"\0")


# section 3
def aad(kind, index):
    return b"CRF1" + bytes([kind, 0, 0, 0]) + struct.pack("<Q", index)


def frame(kind, index, data):
    plain = struct.pack("<I", len(data)) + data.ljust(4052, b"\0")
    return encrypt(frame_key, bytes([0xA0 + index]) * 24, aad(kind, index), plain)


# section 4
details, granules = b"{}", struct.pack("<QQ", 0, 24000)
units = [frame(1, 0, STREAM[:4052]), frame(1, 1, STREAM[4052:]), frame(3, 2, details),
         frame(3, 3, granules)]
footer = struct.pack("<HBBB3xI4xQQqqqqqQQQQ", 1, 1, 2, 1, 0, 2, len(STREAM), CREATED_US,
                     CREATED_US + 500000, 1000000000, 1500000000, 493, 50, 1, 0, 2)
footer += hashlib.sha256(b"".join(units)).digest() + hashlib.sha256(STREAM).digest()
directory = struct.pack("<B7xQQ", 1, 2, len(details)) + struct.pack("<B7xQQ", 4, 3, len(granules))
footer += directory.ljust(192, b"\0") + signer_id
assert len(footer) == 376
message = b"CRF1 footer" + h0 + commitment + footer
footer += run(64, "crypto_sign_detached", None, message, ull(len(message)), signer_secret)
units.append(frame(2, 4, footer))
whole = header + b"".join(units)
open(sys.argv[1], "wb").write(whole)


# section 6
def head(magic, kind, owner, month, key_id):
    return magic + bytes([1, kind, 0, 0]) + owner + struct.pack("<I4x", month) + key_id


private_head = head(b"CRSK", 1, CUSTOMER, MONTH, customer_id)
blocks = [
    ("The DEK; the customer's X25519 private half and its public one; the signer's Ed25519 seed and"
     " its public half; the\nmaster key.",
     [("dek", DEK), ("customer-private", CUSTOMER_PRIVATE), ("customer-public", customer_public),
      ("signer-seed", SEED), ("signer-public", signer_public), ("master", MASTER)]),
    ("H0 (recording 01936f2e-0000-7000-8000-000000000001, customer 01936f2e-0000-7000-8000-0000000000c1,"
     " created\n2026-11-22T14:00:00Z), the commitment, the frame key.",
     [("h0", h0), ("commitment", commitment), ("frame-key", frame_key)]),
    ("The first 152 bytes of slot 1; the ephemeral private key of its box is 60 .. 7f.",
     [("slot", slot)]),
    ("The stream is 4060 bytes, byte b is b mod 251. Frame 1 holds its last 8; the nonce of frame i is"
     " 24 times a0 + i. Its\nAAD, its first 64 bytes (nonce, 40 of ciphertext) and its tag.",
     [("frame-1-aad", aad(1, 1)), ("frame-1-start", units[1][:64]), ("frame-1-tag", units[1][-16:])]),
    ("The footer (frame 4): sealed, details `{}` in frame 2, one granule entry (0, 24000) in frame 3.",
     [("footer", footer)]),
    ("SHA-256 of the whole file of 24576 bytes.", [("sha256", hashlib.sha256(whole).digest())]),
    ("Key files: `public/customers/<customer>/2026-11.pub`, `private/<customer>/2026-11.key` (nonce 24"
     " times b0),\n`public/signers/" + signer_id.hex() + ".pub`, `signing/ingest.key`.",
     [("customer-public-file", head(b"CRPK", 1, CUSTOMER, MONTH, customer_id) + customer_public),
      ("customer-private-file",
       private_head + encrypt(MASTER, b"\xb0" * 24, private_head, CUSTOMER_PRIVATE)),
      ("signer-public-file", head(b"CRPK", 2, bytes(16), 0, signer_id) + signer_public),
      ("signing-file", head(b"CRSG", 2, bytes(16), 0, signer_id) + SEED)]),
]
for text, values in blocks:
    print(text, end="\n\n")
    for name, value in values:
        print(f"```hex {name}")
        for at in range(0, len(value), 32):
            print(value[at:at + 32].hex(" "))
        print("```\n")
