"""A sync of the store's disk fails while calls run: they go on in new segments, and play as one."""
import json
import os
import pathlib
import subprocess
import time
import unittest

from support import TOOLS, Recorder, wait_until
from test_load import Recorded
from volume import Volume, cannot, own_mounts

CALLS = 4
SECONDS = 9


class Strace:
    """System calls of a running program fail, as the kernel would fail them; where a path is
    given, those on it alone."""

    def __init__(self, recorder, name, inject, path=None):
        self.log = recorder.directory / f"strace-{time.monotonic_ns()}.log"
        self.arguments = ["strace", "-f", "-qq", "-o", str(self.log),
                          *(["-P", str(path)] if path else []),
                          "-e", f"trace={inject.split(':')[0]}", "-e", f"inject={inject}",
                          "-p", str(recorder.processes[name].pid)]

    def __enter__(self):
        self.process = subprocess.Popen(self.arguments, stderr=subprocess.PIPE, text=True)
        return self

    def __exit__(self, kind, error, trace):
        self.process.terminate()
        self.process.communicate(timeout=20)

    def failed(self):
        return self.log.read_text().count("(INJECTED)")


@unittest.skipUnless(os.geteuid() == 0, "needs root: recorder-ingest lets nobody else trace it")
class Segments(unittest.TestCase):
    def record(self, inject, when=3):
        """Calls of which something fails on the way; returns (recorder, [Recorded])."""
        recorder = self.enterContext(Recorder())
        sent = recorder.directory / "sent"
        sent.mkdir()
        callgen = recorder.callgen_start("--calls", CALLS, "--seconds", SECONDS, "--tone",
                                         "--sent-dir", sent)
        wait_until(lambda: len(recorder.listed()) == CALLS, 20)
        time.sleep(when)
        with Strace(recorder, "ingest", inject) as strace:
            report = recorder.callgen_finish(callgen)
            rows = wait_until(lambda: self.finished(recorder), 40, 0.3, "seals")
            self.failures = strace.failed()
        self.assertEqual({call["result"] for call in report["calls"]}, {"ok"})
        self.assertEqual(len(rows), CALLS)
        calls = {call["call_id"]: call for call in report["calls"]}
        return recorder, [Recorded(recorder, calls[row["sip_call_id"]],
                                   recorder.details(row["id"])) for row in rows]

    def finished(self, recorder):
        rows = recorder.recorderctl("recordings", "list", "--limit", 100)
        return rows if all(row["state"] != "recording" for row in rows) else None

    def check_whole(self, recorder, pairs):
        """All audio bit for bit, one recording each, sealed, with facts and counts and no holes."""
        for row in recorder.recorderctl("recordings", "list", "--limit", 100):
            self.assertEqual(row["state"], "sealed")
        for pair in pairs:
            self.check_audio(recorder, pair)
            causes = {fact["cause"] for fact in pair.details["facts"]}
            self.assertFalse(causes & {"lost", "unwritten", "unreadable", "interrupted"}, causes)
            self.assertEqual(pair.details["end_cause"], "bye")
            for stream, leg in pair.pairs():
                self.assertEqual(leg["packets_received"], stream["packets_sent"])
            recorder.recorderctl("recordings", "verify", pair.details["id"])
        self.assertEqual(len(recorder.recording_files()), CALLS)
        left = [path.name for path in (recorder.store / "recordings").rglob("*")
                if path.is_file() and path.suffix != ".crec"]
        self.assertEqual(left, [])

    def check_audio(self, recorder, pair):
        """What was sent, encoded again by the same encoder, is what is stored, frame by frame."""
        opus = recorder.directory / "stored.opus"
        opus.write_bytes(pair.audio)
        arguments, sent = [], 0
        for stream, leg in pair.pairs():
            self.assertEqual(stream["withheld"], [])
            payload = recorder.directory / "sent" / pathlib.Path(stream["payload_file"]).name
            arguments += ["--leg", stream["channel"], leg["codec"], leg["anchor_samples"], 0,
                          payload, "-"]
            sent = max(sent, stream["packets_sent"])
        done = subprocess.run([TOOLS / "survived", opus, *map(str, arguments)],
                              stdout=subprocess.PIPE, text=True, check=True)
        found = json.loads(done.stdout)
        self.assertEqual((found["holes"], found["different"]), ([], []))
        self.assertGreaterEqual(found["frames"], sent)

    def test_a_sync_that_fails_once_costs_nothing_of_any_call(self):
        recorder, pairs = self.record("syncfs:error=EIO:when=2")
        self.assertEqual(self.failures, 1)
        self.check_whole(recorder, pairs)
        log = recorder.logs["ingest"].read_text()
        self.assertIn("volume.failed", log)
        self.assertIn(f"store.renewed recordings={CALLS}", log)
        self.assertEqual(log.count("recording.in_segments"), CALLS)

    def test_an_end_whose_sync_fails_is_sealed_all_the_same(self):
        recorder, pairs = self.record("fsync:error=EIO:when=1", when=SECONDS - 2)
        self.assertGreaterEqual(self.failures, 1)
        self.check_whole(recorder, pairs)

    def test_writes_that_fail_once_move_one_call(self):
        recorder, pairs = self.record("pwrite64:error=EIO:when=9")
        self.assertGreaterEqual(self.failures, 1)
        self.check_whole(recorder, pairs)


@unittest.skipIf(cannot("ext4"), cannot("ext4"))
class ChangedDisk(unittest.TestCase):
    """The store's own volume fails, and the disk of the other one is changed under the calls."""

    def setUp(self):
        own_mounts()
        self.first = self.enterContext(Volume("ext4", 64))
        self.spare = self.enterContext(Volume("ext4", 64))
        self.recorder = self.enterContext(Recorder(programs=()))
        with self.recorder.config.open("a") as config:
            config.write(f'volumes = {{"{self.first.path}"}}\n')
        self.recorder.recorderctl("init", "--new-volume", self.first.path)
        self.recorder.start("ingest")

    def segments(self, number):
        return [*self.first.path.glob(f"recordings/*/*/*/*.{number}.crec")]

    def change(self):
        subprocess.run(["umount", "-l", str(self.first.path)], check=True)
        subprocess.run(["mount", "--bind", str(self.spare.path), str(self.first.path)], check=True)
        self.recorder.recorderctl("init", "--new-volume", self.first.path)

    def test_calls_go_on_on_the_new_one_and_new_ones_begin_there(self):
        recorder = self.recorder
        callgen = recorder.callgen_start("--calls", CALLS, "--seconds", 4 * SECONDS, "--tone")
        wait_until(lambda: len(recorder.recording_files()) == CALLS, 20)
        with Strace(recorder, "ingest", "syncfs:error=EIO", recorder.store / "recordings"):
            wait_until(lambda: len(self.segments(1)) == CALLS, 20, what="the other volume")
            self.change()
            wait_until(lambda: len(self.segments(2)) == CALLS, 20, what="the new disk")
            more = recorder.callgen("--calls", CALLS, "--seconds", 2, "--tone")
        report = recorder.callgen_finish(callgen)
        for calls in (more, report):
            self.assertEqual({call["result"] for call in calls["calls"]}, {"ok"})
        log = recorder.logs["ingest"].read_text()
        self.assertIn("is on another file system than before", log)
        self.assertEqual(log.count("recording.sealed"), CALLS)
        for row in recorder.recorderctl("recordings", "list", "--limit", 100):
            if row["state"] == "sealed":
                recorder.recorderctl("recordings", "verify", row["id"])
        self.assertEqual(len([*self.first.path.glob("recordings/*/*/*/*.crec")]), 2 * CALLS)


if __name__ == "__main__":
    unittest.main()
