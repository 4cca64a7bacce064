"""A person with Chromium: signs in, finds the call, plays it, seeks (tests/portal)."""
import contextlib
import os
import pathlib
import re
import subprocess
import unittest

from sip_client import Udp, code, hang_up, place
from siprec_session import HEAD, audio, person, recording, sends, session
from support import BUILD, CALLER, CUSTOMER, ROOT, Recorder

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
