"""The crash tests themselves: what they look at nothing for, they do not call good."""
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest
from unittest import mock

CRASH = pathlib.Path(__file__).resolve().parents[1] / "crash"
sys.path.insert(0, str(CRASH))
import run  # noqa: E402
import sweep  # noqa: E402
from tally import SLOW_MS, Tally  # noqa: E402


class Program(sweep.FailingLab):
    """A lab whose recorder-ingest is a shell script."""

    def __init__(self, script):
        super().__init__(None, (26000, 26059))
        self.script = script

    def __enter__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="recorder-test-"))
        return self

    def command(self, name):
        ready = self.directory / "ready"
        return ["sh", "-c", self.script.replace("READY", str(ready))], ready


class Sweep(unittest.TestCase):
    def begin(self, script, seconds=1):
        tally = Tally()
        with Program(script) as lab, mock.patch("support.START_S", seconds), \
                mock.patch("support.STOP_S", seconds):
            began = sweep.began(lab, "case", tally)
            if began:
                sweep.end(lab, "case", tally)
            self.assertEqual(lab.processes, {})
        return began, tally.notes

    def test_program_that_says_why_it_does_not_start_is_no_trouble(self):
        self.assertEqual(self.begin("exit 5"), (False, []))

    def test_program_that_crashes_at_its_start_is_noted(self):
        self.assertEqual(self.begin("kill -SEGV $$"),
                         (False, ["case: recorder-ingest died of signal 11 at its start"]))

    def test_program_that_hangs_at_its_start_is_noted_and_gone(self):
        self.assertEqual(self.begin("exec sleep 60"),
                         (False, ["case: recorder-ingest hangs at its start"]))

    def test_program_that_crashes_or_hangs_at_its_end_is_noted(self):
        self.assertEqual(self.begin(": > READY; trap 'kill -ABRT $$' TERM; while :; do sleep 0.05; done", 2),
                         (True, ["case: ingest exited with -6"]))
        self.assertEqual(self.begin(": > READY; trap '' TERM; while :; do sleep 0.05; done", 2),
                         (True, ["case: ingest did not stop within 2 s"]))

    def test_program_that_ends_because_something_failed_is_no_trouble(self):
        self.assertEqual(self.begin(": > READY; trap 'exit 5' TERM; while :; do sleep 0.05; done", 2),
                         (True, []))


class Good(unittest.TestCase):
    def part(self, rows):
        return run.one_part("part", lambda: None, lambda: [("row", rows)])[0]

    def test_part_that_examined_or_failed_nothing_is_not_good(self):
        self.assertTrue(all(tally.good for _, tally in self.part(Tally(runs=1, faults=1, calls=1))))
        self.assertFalse(all(tally.good for _, tally in self.part(Tally(runs=1, faults=1))))
        self.assertFalse(all(tally.good for _, tally in self.part(Tally(runs=1, calls=1))))

    def test_part_that_breaks_or_whose_conditions_cannot_be_found_is_not_good(self):
        def breaks():
            raise KeyError("id")
        for cannot, function in ((lambda: None, breaks), (breaks, lambda: [])):
            rows, skipped = run.one_part("part", cannot, function)
            self.assertFalse(all(tally.good for _, tally in rows))
            self.assertEqual(skipped, 0)
        self.assertEqual(run.one_part("part", lambda: "not root", breaks), ([], 1))

    def test_calls_that_were_sent_too_late_show_nothing(self):
        tally = Tally(runs=1, faults=1, calls=2)
        tally.cut_late(SLOW_MS + 1)
        self.assertTrue(tally.good)
        tally.cut_late(SLOW_MS + 9)
        self.assertFalse(tally.good)
        self.assertEqual(tally.late_ms, SLOW_MS + 9)
        tally.add(Tally(runs=1, faults=1, calls=8, late_ms=3))
        self.assertTrue(tally.good)
        self.assertEqual(tally.late_ms, SLOW_MS + 9)

    def test_holds_and_the_time_of_the_short_form_are_asked_of_the_whole(self):
        class Options:
            only, long = "", False
        rows = [("kills", Tally(runs=1, faults=1, calls=2, quiet=2, held=1))]
        self.assertEqual(run.as_a_whole(rows, Options, 100), [])
        self.assertEqual(len(run.as_a_whole(rows, Options, run.SHORT_S + 1)), 1)
        rows[0][1].held = 0
        self.assertFalse(run.as_a_whole(rows, Options, 100)[0][1].good)
        rows[0][1].held = 2
        self.assertFalse(run.as_a_whole(rows, Options, 100)[0][1].good)


class Private(unittest.TestCase):
    """A run that is killed leaves no process and no file; one that failed keeps its files."""

    def start(self, folder, script):
        code = (f"import sys; sys.path.insert(0, {str(CRASH)!r}); import run; run.run_private();"
                f" {script}")
        program = pathlib.Path(folder, "program.py")
        program.write_text(code)
        environment = {**os.environ, "TMPDIR": str(folder)}
        environment.pop(run.PRIVATE, None)
        return subprocess.Popen(["/usr/bin/python3", str(program)], env=environment,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    WORK = ("import subprocess, tempfile, time; tempfile.mkdtemp();"
            " subprocess.Popen(['sleep', '987654']); print('begun', flush=True); time.sleep(60)")

    def sleepers(self):
        return [path for path in pathlib.Path("/proc").glob("[0-9]*/cmdline")
                if b"987654" in self.words(path)]

    @staticmethod
    def words(path):
        try:
            return path.read_bytes()
        except OSError:
            return b""

    @unittest.skipUnless(os.geteuid() == 0, "needs root: makes namespaces")
    def test_killed_run_leaves_nothing_behind(self):
        for kill in ("terminate", "kill"):
            with self.subTest(kill), tempfile.TemporaryDirectory() as folder:
                process = self.start(folder, self.WORK)
                self.assertEqual(process.stdout.readline(), "begun\n")
                getattr(process, kill)()
                process.communicate(timeout=20)
                end = time.monotonic() + 5
                while kill == "terminate" and self.sleepers() and time.monotonic() < end:
                    time.sleep(0.05)
                if kill == "kill":  # only files are left, and the next run removes them
                    self.assertEqual(len(list(pathlib.Path(folder).glob("recorder-crash-*"))), 1)
                    self.start(folder, "pass").communicate(timeout=20)
                self.assertEqual(self.sleepers(), [])
                self.assertEqual(list(pathlib.Path(folder).glob("recorder-crash-*")), [])

    def test_failed_run_keeps_its_files_and_its_exit_status(self):
        with tempfile.TemporaryDirectory() as folder:
            process = self.start(folder, "import tempfile; tempfile.mkdtemp(); sys.exit(1)")
            self.assertIn("kept: ", process.communicate(timeout=20)[0])
            self.assertEqual(process.returncode, 1)
            self.assertEqual(len(list(pathlib.Path(folder).glob("recorder-crash-kept-*"))), 1)
            process = self.start(folder, "import tempfile; tempfile.mkdtemp(); sys.exit(0)")
            self.assertNotIn("kept: ", process.communicate(timeout=20)[0])
            self.assertEqual(process.returncode, 0)
            self.assertEqual(len(list(pathlib.Path(folder).glob("recorder-crash-*"))), 1)


if __name__ == "__main__":
    unittest.main()
