"""A person with Chromium: signs in, finds the call, plays it, seeks (tests/portal)."""
import contextlib
import os
import pathlib
import re
import signal
import subprocess
import unittest

from sip_client import Udp, code, hang_up, place
from siprec_session import HEAD, audio, person, recording, sends, session
from support import BUILD, CALLER, CUSTOMER, ROOT, Recorder, wait_until

PORTAL = ROOT / "web" / "portal"


class Portal(unittest.TestCase):
    def run_node(self, *arguments, **environment):
        done = subprocess.run(["node", *map(str, arguments)], cwd=PORTAL,
                              env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        print(done.stdout)
        self.assertEqual(done.returncode, 0, done.stdout[-3000:])
        self.assertRegex(done.stdout, re.compile(r"^(?:#|ℹ) pass [1-9]", re.M), "no test ran")

    def run_chromium(self, recorder, name):
        screenshots = pathlib.Path(BUILD, "screenshots")
        screenshots.mkdir(exist_ok=True)
        self.run_node("--test", "--test-reporter=tap", ROOT / "tests/portal" / name,
                      PORTAL_URL=recorder.addresses["http"], PORTAL_CUSTOMER=CUSTOMER,
                      PORTAL_PIN=recorder.pin, SCREENSHOTS=str(screenshots))

    def test_chromium_signs_in_plays_and_seeks(self):
        with Recorder() as recorder:
            # loss, so that there is a fact to be drawn
            recorder.callgen("--seconds", 12, "--speech", "--loss", 3, "--seed", 5,
                             "--caller-name", "Anna Holm", "--called-name", "Bo Lund")
            recorder.sealed()
            self.run_chromium(recorder, "portal.test.mjs")

    def test_transfer_by_bye_and_invite_reads_as_one_conversation(self):
        desk = "+4588303081"
        with Recorder() as recorder, contextlib.closing(Udp(recorder.addresses["sip"])) as udp:
            recorder.recorderctl("number", "add", CUSTOMER, desk)
            for called in (CALLER, desk):
                metadata = recording(session() + person("a", "+4520304050") + sends("a", "1")
                                     + person("b", called) + sends("b", "2"))
                dialog, answer = place(udp, metadata=metadata,
                                       sdp=HEAD + audio(40000, "1") + audio(40002, "2"))
                self.assertEqual(code(answer), 200, answer)
                self.assertEqual(code(hang_up(udp, dialog)), 200)
            recorder.sealed(2)
            self.run_chromium(recorder, "transfer.test.mjs")

    def test_a_call_that_is_going_on_is_paused_and_resumed(self):
        with Recorder() as recorder:
            call = recorder.callgen_start("--seconds", 120, "--speech")
            try:
                wait_until(recorder.listed, 10, what="a call going on")
                self.run_chromium(recorder, "running.test.mjs")
            finally:
                call.send_signal(signal.SIGINT)
                call.communicate(timeout=30)
            row = recorder.sealed()[0]
            path = f"/api/v1/recordings/{row['id']}"
            paused = [fact for fact in recorder.get(path + "/facts").json()["facts"]
                      if fact["cause"] == "paused"]
            whole = recorder.get(path).json()
            entries = [entry for entry in recorder.recorderctl("audit", "list", "--limit", 1000)
                       if entry["recording"] == row["id"]]
            self.assertEqual({fact["leg"] for fact in paused}, {0, 1}, paused)
            self.assertEqual(whole["facts"]["paused"], len(paused))
            self.assertIsNone(whole["paused"])
            for fact in paused:
                self.assertGreater(fact["end_ms"] - fact["start_ms"], 1800)
                self.assertIn("card number: Åse", fact["detail"])
            told = [(entry["action"], entry["actor"], entry["detail"]["reason"])
                    for entry in entries if entry["action"].startswith("recording.")]
            self.assertEqual(told, [
                ("recording.pause", f"customer:{CUSTOMER}", "card number: Åse"),
                ("recording.resume", f"customer:{CUSTOMER}", "")])
            began, ended = (entry["detail"]["at_ms"] for entry in entries
                            if entry["action"].startswith("recording."))
            for fact in paused:
                self.assertAlmostEqual(fact["start_ms"], began, delta=150)
                self.assertAlmostEqual(fact["end_ms"], ended, delta=150)

    def test_rare_states_against_a_mock_of_the_api(self):
        self.run_node(ROOT / "tests/portal/run_mock.mjs")

    def test_committed_bundle_is_what_the_source_builds(self):
        done = subprocess.run([str(ROOT / "tests/portal/check_bundle.sh")], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, 0, done.stdout[-4000:])
        if "SKIPPED" in done.stdout:
            self.skipTest(done.stdout.strip())


if __name__ == "__main__":
    unittest.main()
