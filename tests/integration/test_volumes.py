"""A further volume that is not mounted: nothing is taken for it, and no call is lost."""
import pathlib
import subprocess
import unittest

from support import Recorder, wait_until
from volume import Volume, cannot, own_mounts

WHY_NOT = cannot("tmpfs")


@unittest.skipIf(WHY_NOT, WHY_NOT)
class Unmounted(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        own_mounts()

    def crashed_call_on(self, recorder, volume):
        """A call whose recorder died, and whose file is on the further volume."""
        callgen = recorder.callgen_start("--seconds", 30, "--tone", "--bye-wait-ms", 300)
        wait_until(lambda: recorder.recording_files(), 20, what="a call in progress")
        wait_until(lambda: recorder.recording_files()[0].stat().st_size > 40000, 20, 0.2, "audio")
        recorder.kill9("ingest")
        callgen.terminate()
        callgen.communicate()
        file = recorder.recording_files()[0]
        there = volume.path / file.relative_to(recorder.store)
        there.parent.mkdir(parents=True)
        for name in (file.name, f"{file.name}.tail"):
            subprocess.run(["mv", file.parent / name, there.parent / name], check=True)

    def move(self, mounted, to):
        subprocess.run(["mount", "--move", str(mounted), str(to)], check=True)

    def test_init_while_a_volume_is_not_mounted_makes_nothing_there_and_its_call_is_recovered_after(self):
        with Volume("tmpfs", 64) as volume, Recorder(programs=("ingest",)) as recorder:
            away = recorder.directory / "away"
            away.mkdir()
            with recorder.config.open("a") as config:
                config.write(f'volumes = {{"{volume.path}"}}\n')
            recorder.recorderctl("init", "--new-volume", volume.path)
            self.crashed_call_on(recorder, volume)

            self.move(volume.path, away)
            try:
                done = recorder.recorderctl("init", check=False, parse=False)
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertIn(f"init --new-volume {volume.path}", done.stderr)
                self.assertEqual(list(pathlib.Path(volume.path).iterdir()), [])
                findings = {finding["check"]: finding["verdict"] for finding in
                            recorder.recorderctl("doctor", check=False)["findings"]}
                self.assertEqual(findings["volumes"], "bad")
                for _ in range(3):
                    done = recorder.recorderctl("keeper", "--once", check=False, parse=False)
                    self.assertEqual(done.returncode, 5, done.stdout)
                self.assertEqual([row["state"] for row in recorder.recorderctl("recordings", "list")],
                                 ["recording"])
            finally:
                self.move(away, volume.path)
            recorder.recorderctl("init")
            recorder.recorderctl("keeper", "--once")
            row, = recorder.recorderctl("recordings", "list")
            self.assertEqual(row["state"], "recovered")
            self.assertGreater(row["duration_ms"], 1500)
            recorder.recorderctl("recordings", "verify", row["id"])

    def test_no_second_store_is_made_where_the_first_one_is_not_mounted(self):
        with Volume("tmpfs", 64) as volume, Recorder(programs=(), store=volume.path) as recorder:
            away = recorder.directory / "away"
            away.mkdir()
            self.move(volume.path, away)
            try:
                done = recorder.recorderctl("init", check=False, parse=False)
                self.assertEqual(done.returncode, 4, done.stderr)
                self.assertEqual(list(pathlib.Path(volume.path).iterdir()), [])
            finally:
                self.move(away, volume.path)
            self.assertEqual(recorder.recorderctl("init")["created"], [])


if __name__ == "__main__":
    unittest.main()
