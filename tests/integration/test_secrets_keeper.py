"""What the keeper and an export write, byte by byte as the kernel was handed it: nothing in the clear.

Each runs under strace, which shows every write to every file, the ones too that are gone again.
"""
import os
import pathlib
import shutil
import stat
import subprocess
import time
import unittest

from sip_client import Rtp, Udp, change, code, hang_up, place, play, ports_of
from siprec_session import HEAD, audio, person, recording, sends
from support import BIN, CALLER, Recorder, wait_until
from test_secrets import SIGNATURES, find_in_store, secrets_of

OTHER, OTHER_NUMBER = "88303090", "+4588303090"
STRANGERS = ("+4511111111", "+4522222222")
XML = "application/rs-metadata+xml"
LINES = HEAD + audio(40000, "1") + audio(40002, "2")
WRITES = "write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg,copy_file_range,splice"


def document(caller, called):
    return recording(person("a", caller) + person("b", called) + sends("a", "1") + sends("b", "2"))


def written(recorder, *arguments):
    """Run recorderctl and return {file: all that was written to it}, and what it exited with."""
    trace = recorder.directory / f"trace-{time.monotonic_ns()}"
    done = subprocess.run(["strace", "-f", "-qq", "-y", "-xx", "-s", "1000000", "-o", str(trace), "-e",
                           f"trace={WRITES}", str(BIN / "recorderctl"), "--config",
                           str(recorder.config), *map(str, arguments)],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 0, done.stderr
    files = {}
    for line in trace.read_text().splitlines():
        if "<" not in line or '"' not in line:
            continue
        name = line.split("<", 1)[1].split(">", 1)[0]
        name = bytes.fromhex(name.replace("\\x", "")).decode() if "\\x" in name else name
        data = b"".join(bytes.fromhex(text.replace("\\x", "")) for text in line.split('"')[1::2])
        files[name] = files.get(name, b"") + data
    trace.unlink()
    return files, done


@unittest.skipUnless(shutil.which("strace") and os.geteuid() == 0, "needs strace and root")
class Keeper(unittest.TestCase):
    def nothing_told(self, recorder, files, secrets, numbers):
        """No audio in the clear, no key, in any file; no number in any but the index."""
        for name, data in files.items():
            for needle in (*SIGNATURES, *secrets):
                self.assertNotIn(needle, data, name)
            if "index.sqlite" not in name:
                for number in numbers:
                    self.assertNotIn(number.encode(), data, name)
        # a dead file's last bytes are on the disk too: names, and what lies there now
        self.assertEqual(find_in_store(recorder.store, SIGNATURES), [])
        names = " ".join(str(path) for path in recorder.store.rglob("*"))
        for number in numbers:
            self.assertNotIn(number.strip("+"), names)

    def keys_of(self, recorder):
        keys = recorder.store / "keys"
        return [secret for path in recorder.recording_files()
                for name, secret in secrets_of(path, keys).items()]

    def test_recovery_writes_nothing_in_the_clear(self):
        with Recorder(programs=("ingest", "web")) as recorder:
            callgen = recorder.callgen_start("--seconds", 20, "--tone", "--bye-wait-ms", 200)
            wait_until(recorder.recording_files, 20)
            time.sleep(5)
            recorder.kill9("ingest")
            secrets = self.keys_of(recorder)
            time.sleep(6)  # a call so young is its writer's business
            files, _ = written(recorder, "keeper", "--once")
            whole = [data for name, data in files.items() if ".recovering" in name]
            self.assertGreater(len(b"".join(whole)), 8192, "the trace shows what was written")
            row = recorder.sealed(states=("recovered",))[0]
            audio_bytes = recorder.get(f"/api/v1/recordings/{row['id']}/audio").body
            self.assertEqual(audio_bytes[:4], b"OggS")
            self.nothing_told(recorder, files, secrets + [audio_bytes[2000:2032]], [CALLER])
            for log in recorder.logs.values():
                self.assertNotIn(CALLER.strip("+"), log.read_text(), log)
            callgen.terminate()
            callgen.communicate()

    def test_change_of_owner_writes_nothing_in_the_clear(self):
        with Recorder(programs=("ingest", "web")) as recorder:
            recorder.add_customer(OTHER, "Soelvpil", OTHER_NUMBER)
            udp, rtp = Udp(recorder.addresses["sip"]), Rtp()
            self.addCleanup(udp.close)
            self.addCleanup(rtp.close)
            dialog, answer = place(udp, sdp=LINES, metadata=document(*STRANGERS))
            self.assertEqual(code(answer), 200)
            play(2, (rtp, ports_of(answer)[0]))
            found_out = document(OTHER_NUMBER, STRANGERS[0])
            self.assertEqual(code(change(udp, dialog, "UPDATE", found_out, XML)), 200)
            self.assertEqual(code(hang_up(udp, dialog)), 200)

            def rows():
                return recorder.recorderctl("recordings", "list")
            wait_until(lambda: rows() and rows()[0]["state"] == "sealed", 10, what="sealed")
            secrets = self.keys_of(recorder)
            files, _ = written(recorder, "keeper", "--once")
            self.assertTrue([name for name in files if ".reassigning" in name], sorted(files))
            self.assertEqual(rows()[0]["customer"], OTHER)
            self.nothing_told(recorder, files, secrets + self.keys_of(recorder),
                              [OTHER_NUMBER, *STRANGERS])

    def test_export_is_in_the_clear_in_the_operators_own_file_alone(self):
        with Recorder(programs=("ingest", "web", "keeper")) as recorder:
            recorder.callgen("--seconds", 3, "--tone")
            row = recorder.sealed()[0]
            folder = recorder.directory / "operator"
            folder.mkdir()
            files, _ = written(recorder, "recordings", "export", row["id"], "-o",
                               folder / "call.opus")
            clear = [name for name, data in files.items() if SIGNATURES[0] in data]
            self.assertEqual({pathlib.Path(name).parent for name in clear}, {folder})
            self.assertEqual(len(clear), 1)
            self.assertEqual([path.name for path in folder.iterdir()], ["call.opus"])
            self.assertEqual(stat.S_IMODE((folder / "call.opus").stat().st_mode), 0o600)
            for secret in self.keys_of(recorder):
                for name, data in files.items():
                    self.assertNotIn(secret, data, name)
            self.assertEqual(find_in_store(recorder.store, SIGNATURES), [])


if __name__ == "__main__":
    unittest.main()
