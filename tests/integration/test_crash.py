"""recorder-ingest dies in the middle of calls: nothing older than two seconds is missing."""
import os
import pathlib
import time
import unittest
from datetime import datetime

import numpy

import sound
from support import Recorder, wait_until


def epoch(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Crash(unittest.TestCase):
    def test_killed_in_mid_call_the_keeper_recovers_all_but_the_last_two_seconds(self):
        with Recorder() as recorder:
            sent = recorder.directory / "sent"
            sent.mkdir()
            # Loss makes the recorder wait behind gaps: the worst case of the promise.
            callgen = recorder.callgen_start("--calls", 5, "--seconds", 20, "--tone", "--loss", 3,
                                             "--seed", 11, "--sent-dir", sent, "--bye-wait-ms", 500)
            rows = wait_until(lambda: [row for row in recorder.listed()
                                       if row["state"] == "recording"] or None, 20)
            wait_until(lambda: len(recorder.listed()) == 5, 20)
            time.sleep(8)
            recorder.kill9("ingest")
            died = time.time()
            rows = wait_until(lambda: [row for row in recorder.listed()
                                       if row["state"] == "recovered"][4:] and recorder.listed(),
                              30, 0.2, "recovery of all five")
            report = recorder.callgen_finish(callgen, check=False)
            calls = {call["call_id"]: call for call in report["calls"]}
            for row in rows:
                self.check_recovered(recorder, row, calls, sent, died)
            recorder.start("ingest")
            recorder.callgen("--seconds", 1, "--tone")
            wait_until(lambda: recorder.listed()[0]["state"] == "sealed", 20)

    def check_recovered(self, recorder, row, calls, sent, died):
        self.assertEqual(row["state"], "recovered")
        path = f"/api/v1/recordings/{row['id']}"
        missing = died - epoch(row["started_at"]) - row["duration_ms"] / 1000
        self.assertLess(missing, 2.0, "seconds of audio missing")
        legs = recorder.get(path).json()["legs"]
        self.assertEqual([(leg["channel"], leg["label"], leg["codec"]) for leg in legs],
                         [("left", "1", "PCMA"), ("right", "2", "PCMA")])
        heard = sound.decode(recorder.get(path + "/audio").body)
        self.assertAlmostEqual(len(heard) / 48, row["duration_ms"], delta=30)
        details = recorder.details(row["id"])
        call = calls[details["sip_call_id"]]
        for i, stream in enumerate(call["streams"]):
            payload = bytearray((sent / pathlib.Path(stream["payload_file"]).name).read_bytes())
            for index in stream["withheld"]:
                payload[index * 160:(index + 1) * 160] = b"\xd5" * 160
            pattern = sound.g711("PCMA", bytes(payload[:6 * 8000])).astype(numpy.float64)
            _, likeness = sound.best_shift(sound.at_8k(heard[:, i]), pattern, 0, 8000)
            self.assertGreater(likeness, 0.97, stream["channel"])
        recorder.recorderctl("recordings", "verify", row["id"])

    def test_a_call_that_is_over_survives_a_crash_that_follows_at_once(self):
        with Recorder() as recorder:
            recorder.callgen("--seconds", 3, "--tone")
            recorder.kill9("ingest")
            row = recorder.sealed()[0]
            self.assertGreater(row["duration_ms"], 900)
            self.assertFalse(list(recorder.store.rglob("*.tail")), "tails are gone")

    def test_recovery_leaves_a_living_recording_alone(self):
        with Recorder() as recorder:
            callgen = recorder.callgen_start("--seconds", 6, "--tone")
            wait_until(lambda: recorder.listed(), 10)
            for _ in range(4):
                recorder.recorderctl("keeper", "--once", parse=False)
                time.sleep(0.5)
            recorder.callgen_finish(callgen)
            row = recorder.sealed()[0]
            self.assertEqual(row["state"], "sealed")
            self.assertEqual(len(os.listdir(recorder.recording_files()[0].parent)), 1)


if __name__ == "__main__":
    unittest.main()
