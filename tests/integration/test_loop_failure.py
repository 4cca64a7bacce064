"""recorder-ingest's event loop fails in the middle of calls: everything that came is sealed.

The failure is put in by a library that is loaded before the system's, and fails epoll_wait as soon
as a file is there.
"""
import os
import pathlib
import sqlite3
import subprocess
import tempfile
import threading
import unittest
from unittest import mock

from sip_client import Rtp, Udp, code, place, play, ports_of
from sip_client import Dialog, multipart
from support import Recorder, wait_until

LIBRARY = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

int epoll_wait(int epfd, struct epoll_event *events, int maxevents, int timeout)
{
    int (*real)(int, struct epoll_event *, int, int) = dlsym(RTLD_NEXT, "epoll_wait");
    int count = real(epfd, events, maxevents, timeout);

    if (access(getenv("FAIL_LOOP"), F_OK) == 0) {
        errno = EBADF;
        return -1;
    }
    return count;
}
"""
PROGRAM_EXIT_SYSTEM = 5


class LoopFailure(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.fail = self.folder / "fail"
        source, library = self.folder / "fail.c", self.folder / "fail.so"
        source.write_text(LIBRARY)
        subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-o", library, source],
                       check=True)
        self.recorder = self.enterContext(Recorder(rtp_ports=(22600, 22799), programs=("web",)))
        sanitizer = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        with mock.patch.dict(os.environ, LD_PRELOAD=str(library), FAIL_LOOP=str(self.fail),
                             ASAN_OPTIONS=sanitizer):
            self.recorder.start("ingest")

    def client(self):
        client = Udp(self.recorder.addresses["sip"])
        self.addCleanup(client.close)
        return client

    def ended(self):
        """recorder-ingest has ended by itself; what it exited with."""
        return self.recorder.processes.pop("ingest").wait(30)

    def test_calls_are_sealed_with_all_that_came(self):
        client = self.client()
        dialog, answer = place(client)
        self.assertEqual(code(answer), 200)
        senders = [Rtp(ssrc=1), Rtp(ssrc=2, payload_type=0)]
        for sender in senders:
            self.addCleanup(sender.close)
        streams = list(zip(senders, ports_of(answer)))
        play(2, *streams)
        self.fail.touch()
        self.assertEqual(self.ended(), PROGRAM_EXIT_SYSTEM)
        self.assertTrue(client.asked("BYE"))
        row, details = self.recorder.sealed_call(dialog.call_id)
        self.assertEqual(details["end_cause"], "shutdown")
        self.assertEqual([leg["packets_received"] for leg in details["legs"]], [100, 100])
        self.assertEqual([leg["packets_lost"] for leg in details["legs"]], [0, 0])
        self.assertGreaterEqual(row["duration_ms"], 1980)
        self.recorder.recorderctl("recordings", "verify", row["id"])
        log = self.recorder.logs["ingest"].read_text()
        self.assertIn("SIP event loop", log)
        self.fail.unlink()
        self.recorder.start("ingest")
        self.assertEqual(code(place(self.client())[1]), 200)

    def test_call_that_waits_for_the_store_is_refused_and_the_other_sealed(self):
        running, waiting = self.client(), self.client()
        dialog, answer = place(running)
        sender = Rtp()
        self.addCleanup(sender.close)
        index = sqlite3.connect(self.recorder.store / "index.sqlite", isolation_level=None,
                                check_same_thread=False)
        self.addCleanup(index.close)
        index.execute("BEGIN IMMEDIATE")
        late = Dialog("UDP", waiting.port)
        waiting.send(late.request("INVITE", multipart()))
        self.assertTrue(waiting.receive().startswith("SIP/2.0 100"))
        play(1, (sender, ports_of(answer)[0]))
        self.fail.touch()
        release = threading.Timer(1, index.rollback)
        release.start()
        self.addCleanup(release.join)
        self.assertEqual(self.ended(), PROGRAM_EXIT_SYSTEM)
        refusal = waiting.final()
        self.assertEqual(code(refusal), 503)
        self.assertIn("Retry-After:", refusal)
        row, details = self.recorder.sealed_call(dialog.call_id)
        self.assertEqual(details["legs"][0]["packets_received"], 50)
        self.assertEqual(self.recorder.calls(late.call_id), [])
        # nothing is left behind by the one that was refused
        wait_until(lambda: len(self.recorder.recording_files()) == 1, 5, what="one file")
        self.assertFalse(list(self.recorder.store.rglob("*.tail")))


if __name__ == "__main__":
    unittest.main()
