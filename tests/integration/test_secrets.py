"""Nobody hears what isn't theirs: no plaintext on disk, and recorder-ingest cannot open what it wrote."""
import os
import pathlib
import re
import stat
import sys
import time
import unittest
import uuid

from support import ROOT, Recorder, wait_until

sys.path.insert(0, str(ROOT / "tests"))
import format_reader  # noqa: E402

SIGNATURES = (b"OggS", b"OpusHead", b"OpusTags")
INGEST_USER = (61001, 61000)
PIECE_BYTES, OVERLAP_BYTES = 16 << 20, 64  # of memory that is searched; no secret is longer
SHADOW_BYTES_MIN = 1 << 38


def secrets_of(path, keys):
    """Every key that opens a recording, by storage/FORMAT.md: {name: bytes}."""
    header = path.read_bytes()[:4096]
    customer = str(uuid.UUID(bytes=header[32:48]))
    master = (keys / "master.key").read_bytes()
    files = [file.read_bytes() for file in (keys / "private" / customer).glob("*.key")]
    file = next(file for file in files if file[32:48] == header[512 + 8:512 + 24])
    private = format_reader.call(32, "crypto_aead_xchacha20poly1305_ietf_decrypt", None, None,
                                 file[72:], format_reader.ull(48), file[:48],
                                 format_reader.ull(48), file[48:72], master)
    public = format_reader.call(32, "crypto_scalarmult_base", private)
    dek = format_reader.call(32, "crypto_box_seal_open", header[512 + 72:512 + 152],
                             format_reader.ull(80), public, private)
    return {"master": master, "private": private, "dek": dek,
            "frame_key": format_reader.open_key(header, private)}


def find_in_store(store, needles):
    """[(file, needle)] of every hit in every file below the store."""
    hits = []
    for path in store.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            hits += [(path, needle) for needle in needles if needle in data]
    return hits


def regions_of(pid):
    """[(start, end)] of what a process can read in its memory.

    Not the address sanitizer's shadow: terabytes of address space, with a mark for each eight bytes
    of the program and none of their content.
    """
    lines = pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines()
    found = [re.match(r"([0-9a-f]+)-([0-9a-f]+) r", line) for line in lines
             if "[vvar]" not in line and "[vsyscall]" not in line]
    regions = [tuple(int(edge, 16) for edge in each.groups()) for each in found if each]
    return [(start, end) for start, end in regions if end - start < SHADOW_BYTES_MIN]


def memory_of(pid):
    """All readable memory of a process, piece by piece; each reaches a little into the next one."""
    with open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for start, end in regions_of(pid):
            for at in range(start, end, PIECE_BYTES):
                try:
                    memory.seek(at)
                    yield memory.read(min(PIECE_BYTES + OVERLAP_BYTES, end - at))
                except OSError:
                    continue


def in_memory(pid, secret):
    return any(secret in region for region in memory_of(pid))


class Secrets(unittest.TestCase):
    def test_no_plaintext_audio_is_on_disk_during_and_after_a_call(self):
        with Recorder() as recorder:
            callgen = recorder.callgen_start("--seconds", 8, "--tone")
            for _ in range(6):
                time.sleep(1)
                self.assertEqual(find_in_store(recorder.store, SIGNATURES), [])
            self.assertTrue(list(recorder.store.rglob("*.tail")), "the call was still running")
            recorder.callgen_finish(callgen)
            row = recorder.sealed()[0]
            self.assertIn(b"OggS", recorder.get(f"/api/v1/recordings/{row['id']}/audio").body)
            self.assertEqual(find_in_store(recorder.store, SIGNATURES), [])

    @unittest.skipUnless(os.geteuid() == 0, "needs root: runs recorder-ingest as a user of its own")
    def test_ingest_has_no_key_that_opens_a_finished_recording(self):
        with Recorder(ingest_user=INGEST_USER) as recorder:
            callgen = recorder.callgen_start("--seconds", 5, "--tone")
            pid = recorder.processes["ingest"].pid
            wait_until(lambda: list(recorder.store.rglob("*.crec")), 10)
            time.sleep(2)
            path = recorder.recording_files()[0]
            secrets = secrets_of(path, recorder.store / "keys")
            self.assertTrue(in_memory(pid, secrets["dek"]) or in_memory(pid, secrets["frame_key"]),
                            "while it records it must hold the key: this search can find one")
            recorder.callgen_finish(callgen)
            row = recorder.sealed()[0]
            self.assertEqual(recorder.get(f"/api/v1/recordings/{row['id']}/audio").status, 200)
            wait_until(lambda: not in_memory(pid, secrets["dek"]), 3, what="DEK wiped")
            for name, secret in secrets.items():
                self.assertFalse(in_memory(pid, secret), f"{name} in recorder-ingest's memory")
            for name, secret in secrets.items():
                hits = [p for p in self.readable_by(INGEST_USER, recorder.directory)
                        if secret in p.read_bytes()]
                self.assertEqual(hits, [], f"{name} in a file that recorder-ingest can read")

    def readable_by(self, user, top):
        """Files that the user can read, with the rights of their directories."""
        uid, gid = user
        found = []

        def may(status, want):
            if status.st_uid == uid:
                return status.st_mode & (want << 6)
            if status.st_gid == gid:
                return status.st_mode & (want << 3)
            return status.st_mode & want
        for directory, names, files in os.walk(top):
            names[:] = [n for n in names if may(os.stat(os.path.join(directory, n)), 1)]
            for name in files:
                status = os.stat(os.path.join(directory, name))
                if stat.S_ISREG(status.st_mode) and may(status, 4):
                    found.append(pathlib.Path(directory, name))
        self.assertGreater(len(found), 3, "the walk sees what ingest needs")
        return found

    def test_a_flipped_byte_anywhere_is_refused_and_never_played(self):
        with Recorder() as recorder:
            recorder.callgen("--seconds", 3, "--tone")
            row = recorder.sealed()[0]
            url = f"/api/v1/recordings/{row['id']}/audio"
            path = recorder.recording_files()[0]
            whole = path.read_bytes()
            good = recorder.get(url).body
            steps = list(range(0, len(whole), 997)) + [0, 70, 511, 513, 4095, len(whole) - 1]
            for at in steps:
                damaged = bytearray(whole)
                damaged[at] ^= 0x20
                path.write_bytes(damaged)
                answer = recorder.get(url)
                if 1024 <= at < 4096:  # a slot without a key: it may be torn, slot 1 opens the file
                    self.assertEqual(answer.body, good, f"byte {at} flipped")
                else:
                    self.assertGreaterEqual(answer.status, 400, f"byte {at} flipped")
                    self.assertNotIn(b"OggS", answer.body)
                done = recorder.recorderctl("recordings", "verify", row["id"], check=False,
                                            parse=False)
                self.assertEqual(done.returncode, 1, f"verify of byte {at}")
            path.write_bytes(whole)
            self.assertEqual(recorder.get(url).body, good)


if __name__ == "__main__":
    unittest.main()
