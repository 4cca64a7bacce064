"""A volume that fills up: it is told, then no calls are taken, and those in progress lose nothing."""
import json
import os
import pathlib
import shutil
import tempfile
import time
import unittest

import test_load
from sip_client import Udp
from support import Recorder, wait_until
from test_sources import code, options, place
from volume import MIB, Volume, cannot, own_mounts

CALLS, SECONDS = 5, 16
RESERVE_MIB = 8
VOLUME_MIB = 128
OPTIONS = f"disk_reserve_mib = {RESERVE_MIB}\ncalls_max = 50\n"


class Pressure(unittest.TestCase):
    kind = "tmpfs"

    @classmethod
    def setUpClass(cls):
        why = cannot(cls.kind)
        if why:
            raise unittest.SkipTest(why)
        own_mounts()

    def begin(self):
        """A recorder on a small volume, with calls in progress whose every packet is kept aside."""
        self.volume = self.enterContext(Volume(self.kind, VOLUME_MIB))
        self.recorder = recorder = self.enterContext(Recorder(options=OPTIONS,
                                                              store=self.volume.path))
        self.assertEqual(recorder.sign_in().status, 204)
        self.aside = pathlib.Path(tempfile.mkdtemp(prefix="recorder-aside-"))
        self.addCleanup(shutil.rmtree, self.aside)
        (recorder.directory / "sent").mkdir()
        self.callgen = recorder.callgen_start(
            "--calls", CALLS, "--seconds", SECONDS, "--tone", "--rate", 10, "--sent-dir",
            recorder.directory / "sent")
        wait_until(lambda: len(recorder.recording_files()) == CALLS, 20, what="calls in progress")
        self.udp = Udp(recorder.addresses["sip"])
        self.addCleanup(self.udp.close)

    def log(self):
        return self.recorder.logs["ingest"].read_text()

    def level(self):
        return self.recorder.recorderctl("status")["space"]["level"]

    def reserve(self):
        return self.recorder.store / "reserve"

    def wait_for_level(self, name, seconds=20):
        wait_until(lambda: self.levels()[-1:] == [name], seconds, 0.1, f"level {name}")
        self.assertEqual(self.level(), name)

    def levels(self):
        return [line.split(" level=")[1].split()[0] for line in self.log().splitlines()
                if " space.level " in line]

    def export(self, row, where):
        return self.recorder.recorderctl("recordings", "export", row, "-o", where, check=False,
                                         parse=False)

    def heard_whole(self, row, call):
        """Every packet was taken, nothing is missing, and every sample is stored as it was sent."""
        details = self.recorder.details(row["id"])
        causes = {fact["cause"] for fact in details["facts"]}
        self.assertFalse(causes & {"lost", "unwritten", "interrupted", "unreadable"}, causes)
        pair = test_load.Recorded(self.recorder, call, details)
        for stream, leg in pair.pairs():
            self.assertEqual(stream["packets_sent"], SECONDS * 50)
            self.assertEqual(leg["packets_received"], stream["packets_sent"])
        test_load.bit_exact(self.recorder, pair, self.aside)

    def all_sealed_and_whole(self):
        """All calls end sealed, and all that was sent is in its place; returns their rows."""
        recorder = self.recorder
        report = recorder.callgen_finish(self.callgen)
        self.assertEqual({call["result"] for call in report["calls"]}, {"ok"})
        calls = {call["call_id"]: call for call in report["calls"]}

        def sealed():
            rows = [row for row in recorder.recorderctl("recordings", "list", "--limit", 100)
                    if row["sip_call_id"] in calls]
            return rows if [row["state"] for row in rows] == ["sealed"] * CALLS else None
        rows = wait_until(sealed, 30, 0.5, "all calls sealed")
        for row in rows:
            self.heard_whole(row, calls[row["sip_call_id"]])
        return rows

    def refused(self):
        for answer in (options(self.udp), place(self.udp)[1]):
            self.assertEqual(code(answer), 503)
            self.assertIn("Retry-After: 10", answer)

    def test_filling_volume_warns_then_stops_exports_then_calls_and_loses_nothing(self):
        self.begin()
        recorder, volume = self.recorder, self.volume
        self.assertEqual(self.level(), "plenty")
        self.assertGreaterEqual(self.reserve().stat().st_blocks * 512, RESERVE_MIB * MIB)
        dialog, answer = place(self.udp)
        self.assertEqual(code(answer), 200)

        volume.leave(12)
        self.wait_for_level("low")
        self.assertEqual(code(options(self.udp)), 200)
        volume.leave(6.5)
        self.wait_for_level("no_exports")
        self.assertEqual(code(options(self.udp)), 200)
        volume.leave(3)
        self.wait_for_level("no_calls")
        self.refused()
        self.assertTrue(self.reserve().exists(), "calls in progress still find room")

        volume.fill_all()
        wait_until(lambda: "space.reserve_given_up" in self.log(), 10, what="the reserve is used")
        self.assertFalse(self.reserve().exists())
        self.refused()
        rows = self.all_sealed_and_whole()
        self.assertNotIn("store.flush_failed", self.log(), "the reserve was there for it")
        self.assertEqual(self.levels(), ["low", "no_exports", "no_calls"], "never back and forth")

        volume.empty()
        self.wait_for_level("plenty")
        wait_until(lambda: self.reserve().exists(), 5, what="the reserve is held again")
        self.assertEqual(code(place(self.udp)[1]), 200)
        # what is no call: not onto the volume while it is short, anywhere else at any time
        volume.leave(6.5)
        self.wait_for_level("no_exports")
        done = self.export(rows[0]["id"], recorder.store / "export.opus")
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("disk_stop_exports_percent", done.stderr)
        self.assertFalse((recorder.store / "export.opus").exists())
        done = self.export(rows[0]["id"], self.aside / "export.opus")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["audio_bytes"],
                         (self.aside / "export.opus").stat().st_size)

    def test_calls_that_find_no_room_at_all_wait_in_memory_until_there_is_some(self):
        self.begin()
        self.volume.leave(0.3)
        wait_until(lambda: "space.reserve_given_up" in self.log(), 10, what="the reserve is used")
        self.volume.fill_all()  # somebody takes that too
        wait_until(lambda: "store.flush_failed" in self.log(), 10, what="nothing is left")
        time.sleep(5)
        self.assertEqual(self.callgen.poll(), None, "the calls go on")
        self.refused()
        self.volume.empty()
        self.all_sealed_and_whole()
        self.wait_for_level("plenty")
        self.assertEqual(code(place(self.udp)[1]), 200)


class PressureOnExt4(Pressure):
    """Where room is given by the block, and what is freed comes back with the next commit."""

    kind = "ext4"


if __name__ == "__main__":
    unittest.main()
