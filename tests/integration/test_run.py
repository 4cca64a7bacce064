"""tools/run as a person uses it: a demonstration, a start that stays, a second start that keeps all."""
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest
import urllib.request

from support import ROOT, Recorder, wait_until

RUN = ROOT / "tools" / "run"
PORTS = ("--sip-port", "0", "--http-port", "0", "--rtp-ports", "20800-20899")


def children_of(parent):
    """Process ids whose parent it is."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            found.append(int(entry.parent.name))
    return found


def program_of(pid):
    return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode().rpartition("/")[2]


@unittest.skipUnless(pathlib.Path(os.environ.get("RECORDER_BUILD", "")).name in ("", "release"),
                     "tools/run builds and runs the release")
class Run(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="recorder-run-")
        self.addCleanup(holder.cleanup)
        self.directory = pathlib.Path(holder.name)
        self.store = self.directory / "store"

    def start(self, *arguments):
        ready = self.directory / "ready.json"
        ready.unlink(missing_ok=True)
        process = subprocess.Popen([RUN, "--store", self.store, *PORTS, "--ready-file", ready,
                                    *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True)
        self.addCleanup(process.kill)
        wait_until(lambda: ready.exists() or process.poll() is not None, 240, 0.2, "tools/run ready")
        self.assertIsNone(process.poll(), process.poll() is not None and process.communicate())
        return process, json.loads(ready.read_text())

    def stop(self, process):
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, errors)
        return output

    def test_demonstration_compares_what_is_heard_and_exits_0(self):
        done = subprocess.run([RUN, "--store", self.store, *PORTS, "--demo-and-exit"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              timeout=400)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(len(done.stdout.strip().splitlines()), 1)
        self.assertIn("ok", done.stdout)

    def test_a_program_that_dies_is_started_again_and_the_call_is_recovered(self):
        process, ready = self.start("--no-demo")
        recorder = Recorder()
        recorder.addresses = {"http": ready["http"], "sip": ready["sip"]}
        recorder.directory = self.directory
        recorder.sign_in(ready["customer"], ready["pin"])
        call = recorder.callgen_start("--seconds", 9, "--tone")
        wait_until(recorder.listed, 10)
        time.sleep(7)
        pids = [pid for pid in children_of(process.pid) if program_of(pid) == "recorder-ingest"]
        self.assertEqual(len(pids), 1)
        os.kill(pids[0], signal.SIGKILL)
        recorder.callgen_finish(call, check=False)
        wait_until(lambda: recorder.listed()[0]["state"] == "recovered", 30, 0.3, "recovery")
        recorder.callgen("--seconds", 1, "--tone")
        wait_until(lambda: recorder.listed()[0]["state"] == "sealed", 20, 0.3, "next call")
        self.stop(process)

    def test_second_start_is_quick_and_keeps_the_store(self):
        process, first = self.start()
        self.assertEqual(set(first), {"sip", "http", "config", "customer", "pin"})
        with urllib.request.urlopen(first["http"]) as page:
            self.assertIn(b"<html", page.read())
        output = self.stop(process)
        for word in (first["http"], first["customer"], first["pin"]):
            self.assertIn(word, output)
        began = time.monotonic()
        process, second = self.start("--no-demo")
        self.assertLess(time.monotonic() - began, 30, "a second start is quick")
        self.assertEqual((second["customer"], second["pin"]), (first["customer"], first["pin"]))
        recorder = Recorder()
        recorder.addresses = {"http": second["http"]}
        recorder.cookie = None
        self.assertEqual(recorder.sign_in(second["customer"], second["pin"]).status, 204)
        self.assertEqual([row["state"] for row in recorder.listed()], ["sealed"])
        self.stop(process)

    def test_second_recorder_on_the_same_ports_says_so_in_one_line_and_leaves_the_first_alone(self):
        process, first = self.start("--no-demo")
        port = first["sip"].rsplit(":", 1)[1]
        before = pathlib.Path(first["config"]).read_text()
        done = subprocess.run([RUN, "--store", self.store, *PORTS, "--sip-port", port,
                               "--demo-and-exit"], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=240)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stdout, rf"\Ademo: failed: port {port} of .*\n\Z")
        self.assertNotIn("Traceback", done.stderr)
        same_store = subprocess.run([RUN, "--store", self.store, *PORTS, "--demo-and-exit"],
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                    timeout=240)
        self.assertEqual(same_store.returncode, 1, same_store.stderr)
        self.assertIn("in use by another", same_store.stdout)
        self.assertEqual(pathlib.Path(first["config"]).read_text(), before)
        self.stop(process)


if __name__ == "__main__":
    unittest.main()
