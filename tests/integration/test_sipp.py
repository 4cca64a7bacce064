"""Debian's SIPp, a client nobody here wrote, places a SIPREC call with G.711 from a capture."""
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

import numpy

import sound
from support import CALLED, CALLER, Recorder

HERE = pathlib.Path(__file__).resolve().parent / "sipp"
CAPTURE = pathlib.Path(os.environ.get("CORPUS", "/nonexistent"), "rtp", "g711a.pcap")
AS_ROOT = [] if os.geteuid() == 0 else ["sudo", "-n"]  # playing a capture needs raw sockets


class Sipp(unittest.TestCase):
    def call(self, recorder, transport):
        caller = sound.speak(recorder.directory / "caller.al",
                             "Good morning, this is a call from a program nobody here wrote.",
                             "en-gb")
        called = sound.speak(recorder.directory / "called.al",
                             "Good morning. I hear you well, and somebody records us both.",
                             "en-us")
        sent = [path.read_bytes() for path in (caller, called)]
        if CAPTURE.exists():
            print(f"the caller's audio is {CAPTURE.name} of the corpus")
            sent[0] = None
        subprocess.run([sys.executable, HERE / "two_streams.py", "-o",
                        recorder.directory / "two_streams.pcap",
                        CAPTURE if CAPTURE.exists() else caller, called], check=True)
        shutil.copy(HERE / "siprec_uac.xml", recorder.directory)
        done = subprocess.run([*AS_ROOT, "sipp", "-sf", "siprec_uac.xml",
                               recorder.addresses["sip"], "-m", "1", "-t", transport, "-key",
                               "caller", CALLER, "-key", "called", CALLED, "-i", "127.0.0.1",
                               "-mi", "127.0.0.1", "-mp", "41000", "-d", "7000", "-nostdin",
                               "-timeout", "60s", "-timeout_error"],
                              cwd=recorder.directory, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual(done.returncode, 0, done.stdout[-3000:])
        return sent

    def check(self, transport):
        # ports of its own: SIPp plays both streams at one offset, so they must lie in a row
        with Recorder(rtp_ports=(21000, 21099)) as recorder:
            sent = self.call(recorder, transport)
            row = recorder.sealed()[0]
            self.assertEqual((row["caller"]["number"], row["called"]["number"]), (CALLER, CALLED))
            details = recorder.get(f"/api/v1/recordings/{row['id']}").json()
            for leg in details["legs"]:
                self.assertGreater(leg["packets_received"], 50)
                self.assertEqual(leg["packets_lost"], 0)
            heard = sound.decode(recorder.get(f"/api/v1/recordings/{row['id']}/audio").body)
            for i, payload in enumerate(sent):
                if payload is None:
                    self.assertGreater(numpy.abs(heard[:, i]).max(), 500, "the capture is heard")
                    continue
                pattern = sound.g711("PCMA", payload).astype(numpy.float64)
                _, likeness = sound.best_shift(sound.at_8k(heard[:, i]), pattern, 0, 24000)
                self.assertGreater(likeness, 0.97)

    def test_call_over_udp_is_recorded(self):
        self.check("u1")

    def test_call_over_tcp_is_recorded(self):
        self.check("t1")


if __name__ == "__main__":
    unittest.main()
