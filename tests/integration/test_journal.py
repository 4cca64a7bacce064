"""What a crash leaves is told: facts, legs and pictures of a call that was cut short; and what is
read again later is found where it is not as it was."""
import json
import pathlib
import random
import shutil
import signal
import subprocess
import time
import unittest

from sip_client import Dialog, change, code, hang_up, place_as, play, ports_of
from siprec_session import HEAD, SDP_TYPE, Session, audio
from support import BIN, CALLER, CUSTOMER, TOOLS, Recorder, wait_until

KNOWN_MS = 7000  # so far behind a crash all facts are known


def facts_before(details, end_ms):
    """The facts that begin before a moment, cut to it; what is not cut with its packets."""
    return sorted(
        (fact["start_ms"], min(fact["end_ms"], end_ms), -1 if fact["leg"] is None else fact["leg"],
         fact["cause"], fact["count"] if fact["end_ms"] <= end_ms else None, fact["detail"] or "")
        for fact in details["facts"] if fact["start_ms"] < end_ms)


class CutShort(Session):
    PORTS = (27000, 27199)

    def place_call(self):
        """A call on which things happen; returns (dialog, senders with their ports)."""
        left, right, late = (self.sender(ssrc) for ssrc in (7, 8, 9))
        lines = [audio(left.port, "1"), audio(right.port, "2")]
        dialog, answer = place_as(self.udp, Dialog("UDP", self.udp.port, caller=f"<sip:{CALLER}@pbx>"),
                                  HEAD + "".join(lines), content_type=SDP_TYPE)
        self.assertEqual(code(answer), 200, answer)
        ports = ports_of(answer)
        both = [(left, ports[0]), (right, ports[1])]

        def offer(*wanted):
            answer = change(self.udp, dialog, "INVITE", HEAD + "".join(wanted), SDP_TYPE)
            self.assertEqual(code(answer), 200, answer)
            return ports_of(answer)

        def info(value):
            self.udp.send(dialog.request("INFO", "", "application/dtmf-relay",
                                         extra=f"Record: {value}\r\n"))
            self.assertEqual(code(self.udp.final()), 200)

        play(1.5, *both)
        left.sequence += 3       # lost, and concealed
        play(1, *both)
        right.sequence += 40     # lost
        play(1, *both)
        offer(lines[0], audio(right.port, "2", direction="inactive"))
        play(2, both[0])         # on hold
        offer(*lines)
        play(1.5, *both)
        info("off")
        play(1.5, *both)         # paused
        info("on")
        play(1.5, *both)
        third = offer(*lines, audio(late.port, "3"))[2]
        senders = [*both, (late, third)]
        play(2, *senders)
        offer(lines[0], audio(right.port, "2", direction="inactive"), audio(late.port, "3"))
        play(KNOWN_MS / 1000 + 3, senders[0], senders[2])  # on hold still when it is cut off
        return dialog, senders

    def crash_image(self):
        """The store as it is this moment: what SIGKILL would leave; returns its configuration."""
        ingest = self.recorder.processes["ingest"]
        image = self.recorder.directory / "image"
        ingest.send_signal(signal.SIGSTOP)
        try:
            shutil.copytree(self.recorder.store, image)
        finally:
            ingest.send_signal(signal.SIGCONT)
        config = self.recorder.directory / "image.conf"
        config.write_text(self.recorder.config.read_text().replace(str(self.recorder.store), str(image)))
        return config

    def without_index(self):
        """A copy of that image which has lost its index; returns its configuration."""
        image = self.recorder.directory / "image"
        copy = self.recorder.directory / "copy"
        shutil.copytree(image, copy)
        for path in copy.glob("index.sqlite*"):
            path.unlink()
        config = self.recorder.directory / "copy.conf"
        text = (self.recorder.directory / "image.conf").read_text()
        config.write_text(text.replace(str(image), str(copy)))
        return config

    def ctl(self, config, *arguments):
        done = subprocess.run([str(BIN / "recorderctl"), "--config", str(config), "--json",
                               *map(str, arguments)], stdout=subprocess.PIPE, check=True, text=True)
        return json.loads(done.stdout)

    def test_facts_of_a_call_that_was_cut_short_are_those_of_the_same_call_sealed(self):
        dialog, senders = self.place_call()
        config = self.crash_image()
        without_index = self.without_index()
        play(1, *senders)
        row, sealed = self.ended(dialog)
        self.assertEqual(self.ctl(config, "keeper", "--once")["recovered"], 1)
        found = self.ctl(config, "recordings", "show", row["id"], "--details")
        self.assertEqual(found["state"], "recovered")
        recovered = found["details"]
        known_ms = recovered["duration_ms"] - KNOWN_MS
        self.assertGreater(known_ms, 12000)
        told = facts_before(recovered, known_ms)
        self.assertEqual(told, facts_before(sealed, known_ms))
        self.assertLessEqual({"lost", "concealed", "held", "paused", "own_channels"},
                             {fact[3] for fact in told})
        # the index says the same as the file
        self.assertEqual(sorted((fact["start_ms"], fact["cause"]) for fact in found["facts"]),
                         sorted((fact["start_ms"], fact["cause"]) for fact in recovered["facts"]))
        # what is not known is said not to be; what lasted goes on to the end
        end = recovered["duration_ms"]
        [unknown] = self.facts(recovered, "unaccounted")
        self.assertGreaterEqual(unknown["start_ms"], known_ms)
        self.assertEqual((unknown["end_ms"], unknown["leg"]), (end, None))
        held = [fact for fact in self.facts(recovered, "held") if fact["leg"] == 1]
        self.assertEqual(held[-1]["end_ms"], end)
        # legs, also the one that came late
        for key in ("channel", "label", "party", "codec", "rate_hz", "anchor_samples", "own_channel"):
            self.assertEqual([leg[key] for leg in recovered["legs"]],
                             [leg[key] for leg in sealed["legs"]], key)
        for was, leg in zip(recovered["legs"], sealed["legs"]):
            self.assertGreater(was["packets_received"], leg["packets_received"] - 500)
            self.assertLessEqual(was["packets_received"], leg["packets_received"])
            self.assertEqual(was["packets_lost"], leg["packets_lost"])
        self.assertEqual(self.ctl(config, "alarm", "list"), [])
        self.ctl(config, "recordings", "verify", row["id"])
        # and where the index is lost before it is recovered, it comes back with who spoke to whom
        self.ctl(without_index, "index", "rebuild")
        self.assertEqual(self.ctl(without_index, "keeper", "--once")["recovered"], 1)
        made = self.ctl(without_index, "recordings", "show", row["id"], "--details")["details"]
        self.assertEqual(sealed["caller"]["number"], CALLER)
        for key in ("caller", "called"):
            self.assertEqual(made[key], sealed[key], key)
        self.assertEqual(facts_before(made, known_ms), facts_before(sealed, known_ms))


class Killed(unittest.TestCase):
    def test_killed_recorder_leaves_a_call_with_its_picture_and_no_alarm(self):
        with Recorder() as recorder:
            callgen = recorder.callgen_start("--seconds", 30, "--tone", "--loss", 3, "--seed", 5,
                                             "--bye-wait-ms", 500)
            wait_until(lambda: recorder.listed(), 20)
            time.sleep(12)
            recorder.kill9("ingest")
            row = wait_until(lambda: [row for row in recorder.listed()
                                      if row["state"] == "recovered"], 30)[0]
            recorder.callgen_finish(callgen, check=False)
            path = f"/api/v1/recordings/{row['id']}"
            whole = recorder.get(path).json()
            self.assertFalse(whole["damaged"])
            self.assertGreater(whole["facts"].get("lost", 0) + whole["facts"].get("concealed", 0), 3)
            self.assertGreater(whole["legs"][0]["packets_received"], 200)
            peaks = recorder.get(path + "/peaks")
            self.assertEqual(peaks.status, 200, peaks.body)
            data = peaks.json()
            self.assertEqual(data["channels"], 2)
            self.assertAlmostEqual(data["length"], row["duration_ms"] / 50, delta=1)
            loud = sum(max(map(abs, data["data"][i:i + 4])) > 10
                       for i in range(0, len(data["data"]), 4))
            self.assertGreater(loud, data["length"] * 0.8)
            self.assertEqual(recorder.recorderctl("alarm", "list"), [])


class Scrub(unittest.TestCase):
    COUNT = 50

    def scrub(self, recorder):
        done = recorder.recorderctl("keeper", "--once", "--scrub", check=False, parse=False)
        return done.returncode, json.loads(done.stdout)["scrub"]

    def test_one_flipped_byte_in_fifty_recordings_is_found_told_and_marked(self):
        with Recorder(programs=("web",), options="scrub_mib_s = 200") as recorder:
            for _ in range(self.COUNT):
                subprocess.run([str(TOOLS / "make_recording"), str(recorder.store), CUSTOMER, "2", "2"],
                               check=True, stdout=subprocess.DEVNULL)
            files = recorder.recording_files()
            self.assertEqual(len(files), self.COUNT)
            chance = random.Random(9)
            bad = chance.choice(files)
            data = bytearray(bad.read_bytes())
            at = chance.randrange(4096, len(data))
            data[at] ^= 1 << chance.randrange(8)
            bad.write_bytes(data)
            bad_id = pathlib.Path(bad).stem
            self.assertEqual(self.scrub(recorder),
                             (1, {"read": self.COUNT, "bad": 1, "no_key": 0, "errors": 0}),
                             f"byte {at}")
            [alarm] = recorder.recorderctl("alarm", "list")
            self.assertEqual((alarm["recording"], alarm["kind"]), (bad_id, "scrub"))
            self.assertEqual({row["id"] for row in recorder.listed(limit=200) if row["damaged"]},
                             {bad_id})
            status = recorder.recorderctl("status")
            self.assertEqual((status["scrub"]["checked"], status["scrub"]["bad"],
                              status["alarms"]["open"]), (self.COUNT, 1, 1))
            self.assertEqual(self.scrub(recorder),
                             (0, {"read": 0, "bad": 0, "no_key": 0, "errors": 0}))
            recorder.recorderctl("alarm", "acknowledge", alarm["id"], "--note", "restored")
            self.assertEqual(recorder.recorderctl("status")["alarms"]["open"], 0)


if __name__ == "__main__":
    unittest.main()
