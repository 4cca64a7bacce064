"""What is left of calls after a crash, compared with what their callers sent.

Nothing of the recorder's own reads here: the index is read by Python's SQLite, files by
tests/open_recording.py, written from storage/FORMAT.md alone. Only the sound is compared with the
help of the recorder's encoder, packet by packet (tests/tools/survived.c): it is deterministic.
"""
import contextlib
import hashlib
import json
import pathlib
import sqlite3
import struct
import subprocess
import sys
import tempfile
import uuid
from datetime import datetime, timezone

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "integration")]
import sound  # noqa: E402
from open_recording import (Refused, call as sodium_call, open_frame, open_key,  # noqa: E402
                            open_recording, ull)
from support import TOOLS  # noqa: E402
from tally import Tally  # noqa: E402

PROMISE_S = 2.0          # what is older at the crash is there
RECORDING, SEALED, RECOVERED, FAILED = range(4)  # states in the index
MOVED_PACKETS = 10      # 200 ms: further than a line is moved
REACH = 480              # samples: where a leg begins is known to 60 ms
PACKET_S, PACKET_BYTES = 0.02, 160
COLUMNS = "id, customer, started_us, ended_us, duration_ms, state, path, audio_bytes, sha256_cipher, sha256_plain"


def epoch(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def utc(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="microseconds")


def answered(call):
    return call["answered_at"] is not None and 200 <= call["answer_code"] < 300


class Store:
    """A store at rest, or while programs work with it: its rows and files, read only."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.private = {}

    def query(self, text, *arguments):
        path = self.directory / "index.sqlite"
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as index:
            index.row_factory = sqlite3.Row
            return index.execute(text, arguments).fetchall()

    def rows(self, call_id):
        return self.query(f"SELECT {COLUMNS} FROM recordings WHERE sip_call_id = ?", call_id)

    def unfinished(self):
        """Calls-IDs of what is neither sealed, recovered nor failed."""
        return {row[0] for row in self.query("SELECT sip_call_id FROM recordings WHERE state = 0")}

    def is_whole(self):
        """What SQLite says of the index: [] where all is well."""
        try:
            return [row[0] for text in ("PRAGMA integrity_check", "PRAGMA foreign_key_check")
                    for row in self.query(text) if row[0] != "ok"]
        except sqlite3.DatabaseError as why:
            return [str(why)]

    def customer_key(self, header):
        """The private half that the first slot of a header names (FORMAT.md sections 2 and 6)."""
        customer, key_id = str(uuid.UUID(bytes=header[32:48])), header[520:536]
        if key_id not in self.private:
            keys = self.directory / "keys"
            found = [data for data in (path.read_bytes() for path in
                                       (keys / "private" / customer).glob("*.key"))
                     if data[32:48] == key_id]
            if not found:
                raise Refused(f"no private key of customer {customer}")
            self.private[key_id] = sodium_call(
                32, "crypto_aead_xchacha20poly1305_ietf_decrypt", None, None, found[0][72:],
                ull(48), found[0][:48], ull(48), found[0][48:72], (keys / "master.key").read_bytes())
        return self.private[key_id]

    def signer(self, footer_key_id):
        path = self.directory / "keys" / "public" / "signers" / f"{footer_key_id.hex()}.pub"
        return path.read_bytes()[48:80]

    def open(self, row):
        """A finished recording, every byte checked: (Ogg stream, header, footer)."""
        data = (self.directory / row["path"]).read_bytes()
        private = self.customer_key(data[:4096])
        units = len(data) // 4096
        footer = open_frame(open_key(data[:4096], private), 2, units - 2, data[-4096:])
        stream, _, footer = open_recording(data, private, self.signer(footer[360:376]))
        return stream, data[:96], footer

    def opens(self, row):
        """Of a file that holds no audio yet: its header and key are whole."""
        header = (self.directory / row["path"]).read_bytes()[:4096]
        open_key(header, self.customer_key(header))

    def is_as_told(self, row):
        """Whether the file of a row that is finished still has the hash that is in it."""
        if row["state"] == FAILED:
            return True
        data = (self.directory / row["path"]).read_bytes()
        return hashlib.sha256(data[4096:-4096]).digest() == row["sha256_cipher"]

    def leftovers(self):
        """Names of files beside recordings that are finished: tails, and what was made on the way."""
        paths = {row["path"] for row in self.query("SELECT path FROM recordings WHERE state IN (1, 2)")}
        return [path.name for path in (self.directory / "recordings").rglob("*.crec?*")
                if str(path.relative_to(self.directory)).split(".crec")[0] + ".crec" in paths]


def disagreements(row, header, footer, stream):
    """Where the row of the index, the header and the footer of the file say different things."""
    pairs = [("recording id", row["id"], header[16:32]), ("customer", row["customer"], header[32:48]),
             ("begin", row["started_us"], struct.unpack_from("<q", header, 48)[0]),
             ("begin in the footer", row["started_us"], struct.unpack_from("<q", footer, 32)[0]),
             ("state", row["state"], footer[2]),
             ("duration", row["duration_ms"], struct.unpack_from("<q", footer, 64)[0]),
             ("bytes of audio", row["audio_bytes"], len(stream)),
             ("hash of the frames", row["sha256_cipher"], footer[104:136]),
             ("hash of the stream", row["sha256_plain"], footer[136:168])]
    return [what for what, one, other in pairs if one != other]


class Sent:
    """What one side of a call sent, until it stopped."""

    def __init__(self, stream, directory, late_ms):
        self.late_s = late_ms / 1000  # so much later than planned a packet was sent at most
        self.channel, self.codec = stream["channel"], stream["codec"]
        self.payload = directory / pathlib.Path(stream["payload_file"]).name
        self.absent = set(stream["withheld"]) | set(stream["unsent"])
        self.began = epoch(stream["first_sent_at"]) if stream["first_sent_at"] else None
        planned = stream["packets_planned"]
        sent = [i for i in range(planned) if i not in self.absent]
        self.first = sent[0] if sent else 0
        self.packets = sent[-1] + 1 - self.first if sent else 0  # from the first to the last

    def arguments(self, started, folder):
        """For tests/tools/survived.c."""
        absent = folder / f"absent-{self.channel}"
        absent.write_text("".join(f"{i}\n" for i in sorted(self.absent)))
        place = round((self.began - started) * 8000)
        reach = REACH + round(self.late_s * 8000)
        return ["--leg", self.channel, self.codec, str(place), str(reach), str(self.payload), str(absent)]

    def due(self, cut):
        """How many packets, from the first on, must be there after a crash at that moment."""
        if cut is None:
            return self.packets
        return max(0, min(self.packets, int((cut - PROMISE_S - self.late_s - self.began) / PACKET_S)))

    def found_in(self, heard, place, packets):
        """Whether every stretch that was said is heard within 60 ms of its place: of a recording whose
        line was moved in between (src/ARCHITECTURE.md)."""
        payload = bytearray(self.payload.read_bytes())
        for i in self.absent:
            payload[i * PACKET_BYTES:(i + 1) * PACKET_BYTES] = b"\xd5" * PACKET_BYTES
        said = bytes(payload[self.first * PACKET_BYTES:(self.first + packets) * PACKET_BYTES])
        if len(said) < 2 * 1600:
            return False  # too little to be told from anything else
        line = sound.at_8k(heard[:, ("left", "right").index(self.channel)])
        return sound.share_found(line, sound.g711(self.codec, said).astype(numpy.float64), place) == 1


def count(stretches, end=None):
    """Frames in [from, to) stretches, below `end`."""
    return sum(max(0, (to if end is None else min(to, end)) - start) for start, to in stretches)


class Examiner:
    """Compares the calls of one source with what is in a store."""

    def __init__(self, store, sent_directory):
        self.store, self.sent_directory = store, sent_directory

    def survived(self, stream, sides, started):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "stored.opus").write_bytes(stream)
            legs = [text for side in sides if side.began
                    for text in side.arguments(started, folder)]
            done = subprocess.run([str(TOOLS / "survived"), str(folder / "stored.opus"), *legs],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            raise Refused(f"survived ended with {done.returncode}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def compare(self, tally, row, stream, sides, cut, what):
        found = self.survived(stream, sides, row["started_us"] / 1e6)
        needed = 0
        for side in sides:
            anchor = found["anchors"][side.channel == "right"]
            if anchor is not None:
                needed = max(needed, (anchor + side.due(cut) * PACKET_BYTES) // PACKET_BYTES
                             if side.due(cut) else 0)
        lost = max(0, needed - found["end"]) + count(found["holes"], needed)
        wrong = count(found["different"])
        if wrong and self.is_only_moved(stream, sides, found, row["state"] == SEALED):
            tally.moved += 1
            wrong = 0
        if lost:
            tally.durable_lost += lost * PACKET_S
            tally.notes.append(f"{what}: {lost * PACKET_S:.2f} s that were older than {PROMISE_S} s are missing: "
                               f"{needed} packets were due, found {found}")
        if wrong:
            tally.corrupt += 1
            tally.notes.append(f"{what}: {wrong} packets are not what was sent: {found}")
        tally.seconds += (found["end"] - count(found["holes"]) - wrong) * PACKET_S

    @staticmethod
    def is_only_moved(stream, sides, found, is_sealed):
        """All that was sent is heard at its place: the line was moved where nobody spoke. What a crash
        cut may end within what was moved: its last packets are not looked for."""
        if found["holes"]:
            return False
        heard = sound.decode(stream)
        cut = 0 if is_sealed else MOVED_PACKETS
        return all(side.found_in(heard, anchor, min(side.packets, max(0, found["end"] - anchor // 160 - cut)))
                   for side in sides
                   if (anchor := found["anchors"][side.channel == "right"]) is not None)

    def examine(self, tally, call, cut, what):
        """One call that was answered.

        cut  when the crash was, seconds since 1970; None: there was none, all that was sent is there
        """
        tally.calls += 1
        what = f"{what}: call {call['index']} ({call['call_id']})"
        try:
            self.look_for(tally, call, cut, what)
        except (Refused, OSError, sqlite3.DatabaseError) as why:
            tally.corrupt += 1
            tally.notes.append(f"{what}: {why}")

    def look_for(self, tally, call, cut, what):
        sides = [Sent(stream, self.sent_directory, call["late_ms"]) for stream in call["streams"]]
        tally.quiet += "held" in call and not any(stream["unsent"] for stream in call["streams"])
        tally.held += call.get("held", False)
        if cut is not None:
            tally.cut_late(call["late_ms"])
        rows = self.store.rows(call["call_id"])
        if len(rows) != 1 or not (self.store.directory / rows[0]["path"]).exists():
            tally.calls_lost += 1
            tally.notes.append(f"{what}: {len(rows)} rows, and no file" if rows else f"{what}: no row")
            return
        row = rows[0]
        if row["state"] in (SEALED, RECOVERED):
            stream, header, footer = self.store.open(row)
            for disagreement in disagreements(row, header, footer, stream):
                tally.notes.append(f"{what}: index and file do not agree on the {disagreement}")
            self.compare(tally, row, stream, sides, cut, what)
        elif row["state"] == FAILED and not any(side.due(cut) for side in sides if side.began):
            self.store.opens(row)  # too young to hold a page
        else:
            due = max([side.due(cut) for side in sides if side.began], default=0)
            tally.durable_lost += due * PACKET_S
            tally.notes.append(f"{what}: left in state {row['state']}, {due} packets were due")
