"""100 calls at once: every packet accounted for, every recording bit-exact, every sound in its place."""
import os
import pathlib
import subprocess
import unittest
from datetime import datetime

import numpy

import sound
from support import TOOLS, Recorder, wait_until

CALLS = int(os.environ.get("LOAD_CALLS", "100"))
SECONDS = int(os.environ.get("LOAD_SECONDS", "30"))
CROSSTALK = 10 ** (-60 / 20)


def epoch(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Recorded:
    """One call as sent and as stored."""

    def __init__(self, recorder, call, details):
        self.call, self.details = call, details
        self.audio = recorder.get(f"/api/v1/recordings/{details['id']}/audio").body
        self.legs = {leg["channel"]: leg for leg in details["legs"]}

    def pairs(self):
        for stream in self.call["streams"]:
            yield stream, self.legs[stream["channel"]]


def place_calls(recorder, *arguments):
    """Place calls, wait for the seals, pair what was sent with what was stored."""
    sent = recorder.directory / "sent"
    sent.mkdir(exist_ok=True)
    report = recorder.callgen("--sent-dir", sent, *arguments)
    calls = {call["call_id"]: call for call in report["calls"]}

    def all_sealed():
        rows = [row for row in recorder.recorderctl("recordings", "list", "--limit", 500)
                if row["sip_call_id"] in calls]
        return rows if all(row["state"] == "sealed" for row in rows) else None
    rows = wait_until(all_sealed, 60, 0.5, "seals")
    return report, [Recorded(recorder, calls[row["sip_call_id"]], recorder.details(row["id"]))
                    for row in rows]


def bit_exact(recorder, pair, directory):
    """Encode the known samples again and compare packet by packet; returns the tool's last line."""
    opus = directory / "stored.opus"
    opus.write_bytes(pair.audio)
    arguments = [str(TOOLS / "bitexact"), str(opus)]
    for stream, leg in pair.pairs():
        withheld = directory / f"withheld-{stream['channel']}"
        withheld.write_text("".join(f"{i}\n" for i in stream["withheld"]))
        payload = recorder.directory / "sent" / pathlib.Path(stream["payload_file"]).name
        arguments += ["--leg", stream["channel"], leg["codec"], str(leg["anchor_samples"]),
                      str(payload), str(withheld)]
    done = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise AssertionError(f"not bit-exact: {pair.call['call_id']}: {done.stdout[-600:]}")
    return done.stdout.strip().splitlines()[-1]


class Load(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.recorder = cls.enterClassContext(Recorder())
        cls.report, cls.pairs = place_calls(cls.recorder, "--calls", CALLS, "--seconds", SECONDS,
                                            "--tone", "--rate", 50)

    def test_all_calls_are_recorded(self):
        self.assertEqual({call["result"] for call in self.report["calls"]}, {"ok"})
        self.assertEqual(len(self.pairs), CALLS)

    def test_no_packet_is_unaccounted_for(self):
        for pair in self.pairs:
            for stream, leg in pair.pairs():
                self.assertEqual(leg["packets_received"] + leg["packets_lost"],
                                 stream["packets_sent"], pair.call["call_id"])
                self.assertEqual(leg["packets_lost"], 0, "lost on loopback")

    def test_every_recording_is_bit_exact(self):
        for pair in self.pairs:
            bit_exact(self.recorder, pair, self.recorder.directory)

    def test_each_sound_is_in_its_place_on_the_clock(self):
        for pair in self.pairs[:20]:
            heard = sound.decode(pair.audio)
            start = epoch(pair.details["started_at"])
            for i, (stream, leg) in enumerate(pair.pairs()):
                payload = (self.recorder.directory / "sent" /
                           pathlib.Path(stream["payload_file"]).name).read_bytes()
                sent = sound.g711(leg["codec"], payload[:8 * 8000]).astype(numpy.float64)
                expected = (epoch(stream["first_sent_at"]) - start) * 8000
                shift, likeness = sound.best_shift(sound.at_8k(heard[:, i]), sent,
                                                   int(expected), 2000)
                self.assertGreater(likeness, 0.98)
                # the line is moved to its sender's clock where nobody speaks, or past this
                self.assertLessEqual(abs(shift - expected) / 8, sound.LINE_MS, "milliseconds off")
                self.assertLessEqual(abs(shift - leg["anchor_samples"]), 1, "samples off")

    def test_nothing_of_one_channel_is_in_the_other(self):
        for pair in self.pairs[:20]:
            heard = sound.decode(pair.audio)
            channels = [sound.at_8k(heard[:, i]) for i in (0, 1)]
            spoken = [self.placed(stream, leg, len(channels[0])) for stream, leg in pair.pairs()]
            for loud, quiet in ((0, 1), (1, 0)):
                alone = self.steady(numpy.abs(spoken[loud]) > 100, 0.6) & \
                    self.steady(numpy.abs(spoken[quiet]) <= 8, 1)
                self.assertGreater(alone.sum(), 8000, "a second of one voice alone")
                level = [numpy.std(channels[i][alone]) for i in (loud, quiet)]
                self.assertLess(level[1] / level[0], CROSSTALK)

    def placed(self, stream, leg, length):
        """What was sent, at its place in the recording; zero elsewhere."""
        payload = (self.recorder.directory / "sent" /
                   pathlib.Path(stream["payload_file"]).name).read_bytes()
        sent = sound.g711(leg["codec"], payload)[:length - leg["anchor_samples"]]
        line = numpy.zeros(length)
        line[leg["anchor_samples"]:leg["anchor_samples"] + len(sent)] = sent
        return line

    @staticmethod
    def steady(mask, share):
        """Where the mask holds for that share of the 50 ms to both sides: a tone crosses zero."""
        around = numpy.convolve(mask, numpy.ones(801), "same")
        return around >= share * 801


class Impaired(unittest.TestCase):
    """What the network does to packets is either mended bit by bit or said."""

    @classmethod
    def setUpClass(cls):
        cls.recorder = cls.enterClassContext(Recorder())

    def place(self, *arguments):
        return place_calls(self.recorder, "--calls", 10, "--seconds", 10, "--tone", "--seed",
                           4711, *arguments)

    def test_reordering_and_duplication_change_nothing(self):
        report, pairs = self.place("--reorder", 5, "--reorder-ms", 200, "--duplicate", 5)
        self.assertEqual(len(pairs), 10)
        self.assertGreater(sum(len(s["reordered"]) for c in report["calls"] for s in c["streams"]),
                           100)
        for pair in pairs:
            bit_exact(self.recorder, pair, self.recorder.directory)
            for stream, leg in pair.pairs():
                self.assertEqual(leg["packets_duplicate"], len(stream["duplicated"]))
                self.assertEqual((leg["packets_lost"], leg["packets_late"]), (0, 0))

    def test_loss_duplicates_and_reordering_together(self):
        report, pairs = self.place("--loss", 5, "--duplicate", 5, "--reorder", 5, "--reorder-ms",
                                   200)
        self.assertEqual(len(pairs), 10)
        for pair in pairs:
            duration = pair.details["duration_ms"]
            spoken = (epoch(pair.call["bye_at"]) - epoch(pair.details["started_at"])) * 1000
            self.assertAlmostEqual(duration, spoken, delta=150)  # 5 % of 10 s are 500
            self.assertAlmostEqual(len(sound.decode(pair.audio)) / 48, duration, delta=1)
            for stream, leg in pair.pairs():
                planned, withheld = stream["packets_planned"], set(stream["withheld"])
                unheard_end = 0  # losses after the last packet that came cannot be known
                while planned - 1 - unheard_end in withheld:
                    unheard_end += 1
                unheard_start = 0
                while unheard_start in withheld:
                    unheard_start += 1
                self.assertEqual(leg["packets_lost"],
                                 len(withheld) - unheard_end - unheard_start)
                self.assertEqual(leg["packets_duplicate"], len(stream["duplicated"]))
                self.assertEqual(leg["packets_received"], stream["packets_sent"])
                lost_ms = sum(f["end_ms"] - f["start_ms"] for f in pair.details["facts"]
                              if f["cause"] in ("lost", "concealed")
                              and f["leg"] == pair.details["legs"].index(leg))
                self.assertAlmostEqual(lost_ms, 20 * leg["packets_lost"], delta=20 + lost_ms * .1)
            # bit for bit the clean call with the withheld packets silent: nothing is heard twice
            if all(0 not in s["withheld"] for s, _ in pair.pairs()):
                bit_exact(self.recorder, pair, self.recorder.directory)


if __name__ == "__main__":
    unittest.main()
