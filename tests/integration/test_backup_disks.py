"""Backup, restore and rebuild on disks that fail: any call of them, and sectors that cannot be read."""
import json
import pathlib
import shutil
import subprocess
import unittest

from support import BIN, Recorder
from test_backup import TOLD_BY_FILES, Places, dump, only


class Failures(Places):
    """The n-th call of a kind fails, and all after it, until a run ends clean: whatever it leaves is
    either the backup of before or a whole one, and the next run makes a whole one."""
    KINDS = ("pwrite64:error=ENOSPC", "write:error=ENOSPC", "fsync,fdatasync,syncfs:error=EIO",
             "rename:error=EIO", "openat:error=EMFILE", "pread64:error=EIO")
    NAMES = ("unlink:error=EIO", "link:error=EIO")

    def sweep(self, command, first=1, step=1, most=14, kinds=KINDS):
        """Runs of a command, each failing a little later; yields (what failed, the done process)."""
        for kind in kinds:
            calls = kind.split(":")[0]
            for i in range(most):
                number = first + i * (i + step)  # ever further apart
                done = subprocess.run(
                    ["strace", "-f", "-o", "/dev/null", "-e", f"trace={calls}", "-e",
                     f"inject={kind}:when={number}+", *map(str, command)],
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                self.assertGreaterEqual(done.returncode, 0, (kind, number, done.stderr))
                yield f"{kind}:{number}", done
                if done.returncode == 0:
                    break

    def test_backup_whose_disk_fails_leaves_a_whole_one(self):
        with Recorder(rtp_ports=(25100, 25149)) as recorder, self.places(recorder) as (to, keys):
            recorder.callgen("--calls", 3, "--seconds", 1, "--tone")
            recorder.sealed(3)
            command = [BIN / "recorderctl", "--config", recorder.config, "backup", to, "--keys",
                       keys, "--master"]
            failed = 0
            for what, done in self.sweep(command, kinds=self.KINDS + self.NAMES):
                failed += done.returncode != 0
                if (to / "manifest.json").exists():
                    found = recorder.recorderctl("backup", "test", to, "--keys", keys, parse=False,
                                                 check=False)
                    self.assertEqual(found.returncode, 0, what + found.stdout + found.stderr)
                if done.returncode and done.returncode != 5:
                    self.assertIn("recorderctl", done.stderr, what)
                if failed % 5 == 0:  # from the beginning again
                    shutil.rmtree(to, ignore_errors=True)
            self.assertGreater(failed, 20)
            self.ctl(recorder, "backup", to, "--keys", keys, "--master")
            found = self.ctl(recorder, "backup", "test", to, "--keys", keys)
            self.assertEqual((found["ok"], found["bad"]), (3, 0))

    def test_rebuild_whose_disk_fails_leaves_an_index(self):
        with Recorder(rtp_ports=(25150, 25199)) as recorder:
            recorder.callgen("--calls", 3, "--seconds", 1, "--tone")
            recorder.sealed(3)
            self.assertEqual(recorder.stop_all(), [])
            index = recorder.store / "index.sqlite"
            tables = ("customers", "numbers", "sources", *TOLD_BY_FILES)
            old = {table: dump(index, table) for table in tables}
            command = [BIN / "recorderctl", "--config", recorder.config, "index", "rebuild"]
            failed = 0
            for what, done in self.sweep(command):
                failed += done.returncode != 0
                for table, rows in old.items():
                    self.assert_rows(rows, dump(index, table), what)
                for path in recorder.store.glob("index.sqlite.before-*"):
                    path.unlink()
            self.assertGreater(failed, 20)
            outcome = self.ctl(recorder, "index", "rebuild")
            self.assertEqual((outcome["recordings"], outcome["rows_lost"]), (3, 0))
            left = {path.name for path in recorder.store.glob("index.sqlite*")
                    if "before" not in path.name and path.suffix not in (".sqlite-wal", ".sqlite-shm")}
            self.assertEqual(left, {"index.sqlite"})

    def test_restore_whose_disk_fails_goes_on(self):
        with Recorder(rtp_ports=(25200, 25249)) as recorder, self.places(recorder) as (to, keys):
            recorder.callgen("--calls", 3, "--seconds", 1, "--tone")
            recorder.sealed(3)
            self.ctl(recorder, "backup", to, "--keys", keys, "--master")
            config = self.restored(recorder)
            store = recorder.directory / "second"
            failed = 0
            command = [BIN / "recorderctl", "--config", config, "restore", to, "--keys", keys]
            for what, done in self.sweep(command, most=9, kinds=self.KINDS + self.NAMES):
                failed += done.returncode != 0
                whole = (store / "index.sqlite").exists() and not (store / "restoring").exists()
                if done.returncode == 0:
                    self.assertTrue(whole, what)
                elif not whole:  # where it is, only its last words failed
                    again = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE,
                                           stderr=subprocess.PIPE)
                    self.assertEqual(again.returncode, 0, (what, again.stderr))
                self.run_with(config, "recordings", "verify", "--all")
                shutil.rmtree(store)
            self.assertGreater(failed, 15)


class Sectors(Places):
    """One that cannot be read costs what was in it, and nothing else."""

    def injected(self, config, inject, path, *arguments):
        """A run in which calls on one file fail: (exit code, what it printed, on standard error)."""
        call = inject.split(":")[0]
        done = subprocess.run(
            ["strace", "-f", "-o", "/dev/null", "-P", str(path), "-e", f"trace={call}", "-e",
             f"inject={inject}", str(BIN / "recorderctl"), "--config", str(config), "--json",
             *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        printed = json.loads(done.stdout) if done.stdout.strip() else None
        return done.returncode, printed, done.stderr

    def three(self, recorder):
        recorder.callgen("--calls", 3, "--seconds", 1, "--tone")
        recorder.sealed(3)
        return recorder.recording_files()

    def test_sector_of_the_backup_that_cannot_be_read_keeps_nothing_else_from_being_restored(self):
        with Recorder(rtp_ports=(25300, 25349)) as recorder, self.places(recorder) as (to, keys):
            files = self.three(recorder)
            self.ctl(recorder, "backup", to, "--keys", keys, "--master")
            path = files[1].relative_to(recorder.store)
            whole = files[1].read_bytes()
            for i, (when, left) in enumerate((("1..3", whole[4096:]), ("1+", None))):
                config = self.restored(recorder, f"store{i}")
                code, outcome, said = self.injected(config, f"pread64:error=EIO:when={when}",
                                                    to / path, "restore", to, "--keys", keys)
                self.assertEqual(code, 1, said)
                self.assertIn("Input/output error", said)
                self.assertEqual((outcome["restored"], outcome["bad"], outcome["missing"]),
                                 (3, 1, 0) if left else (2, 0, 1))
                copy = recorder.directory / f"store{i}" / path
                self.assertEqual(copy.read_bytes()[4096:] if left else None, left)
                self.assertFalse(left and any(copy.read_bytes()[:4096]))
                found = self.run_with(config, "recordings", "verify", "--all", exit_code=1)
                self.assertEqual((found["ok"], found["bad"]), (2, 1))

    def test_sector_of_the_store_that_cannot_be_read_keeps_the_copy_that_there_is(self):
        with Recorder(rtp_ports=(25350, 25399)) as recorder, self.places(recorder) as (to, _):
            files = self.three(recorder)
            path = files[1]
            code, first, said = self.injected(recorder.config, "pread64:error=EIO:when=1..3",
                                              path, "backup", to)
            self.assertEqual((code, first["copied"], first["bad"], first["recordings"]),
                             (1, 3, 1, 3), said)
            copy = to / path.relative_to(recorder.store)
            self.assertEqual(copy.read_bytes(), bytes(4096) + path.read_bytes()[4096:])
            found = self.ctl(recorder, "backup", "test", to)
            self.assertEqual((found["ok"], found["kept"], found["bad"]), (2, 1, 0))
            self.assertEqual(self.ctl(recorder, "backup", to)["copied"], 1)
            self.assertEqual(copy.read_bytes(), path.read_bytes())
            path.touch()
            code, outcome, said = self.injected(recorder.config, "pread64:error=EIO:when=1+", path,
                                                "backup", to)
            self.assertEqual((code, outcome["bad"], outcome["recordings"]), (1, 1, 3), said)
            self.assertEqual(copy.read_bytes(), path.read_bytes())

    def test_disk_of_the_backup_that_fails_is_no_damage_in_the_store(self):
        with Recorder(rtp_ports=(25400, 25449)) as recorder, self.places(recorder) as (to, _):
            path = self.three(recorder)[1].relative_to(recorder.store)
            part = pathlib.Path(f"{to / path}.part")
            for inject in ("pwrite64:error=EIO", "fsync:error=EIO", "pread64:error=EIO:when=1+"):
                code, outcome, said = self.injected(recorder.config, inject, part, "backup", to)
                self.assertEqual((code, outcome), (5, None), said)
                self.assertIn(str(to), said)
                self.assertFalse(part.exists())
                self.assertFalse((to / "manifest.json").exists())
            self.assertEqual(self.ctl(recorder, "backup", to)["recordings"], 3)


if __name__ == "__main__":
    unittest.main()
