"""A call goes in over SIPREC and plays over HTTP: what a customer can find, hear and not hear."""
import hashlib
import json
import pathlib
import sqlite3
import unittest

import numpy

import sound
from support import CALLED, CALLER, CUSTOMER, Recorder, wait_until

SECONDS = 6


class EndToEnd(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.recorder = cls.enterClassContext(Recorder())
        cls.other_pin = cls.recorder.add_customer("55667788", "Et andet firma", "+4555667788")
        cls.sent = cls.recorder.directory / "sent"
        cls.sent.mkdir()
        cls.report = cls.recorder.callgen("--seconds", SECONDS, "--tone", "--codec", "pcma",
                                          "--caller-name", "Åse Ørsted", "--sent-dir", cls.sent)
        cls.row = cls.recorder.sealed()[0]
        cls.path = f"/api/v1/recordings/{cls.row['id']}"

    def test_call_is_listed_with_its_parties(self):
        row = self.recorder.get(self.path).json()
        self.assertEqual(row["state"], "sealed")
        self.assertEqual(row["direction"], "out")
        self.assertEqual(row["caller"], {"number": CALLER, "name": "Åse Ørsted"})
        self.assertEqual(row["called"]["number"], CALLED)
        self.assertAlmostEqual(row["duration_ms"], SECONDS * 1000, delta=400)
        self.assertRegex(row["started_at"], r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
        self.assertLess(row["started_at"], row["ended_at"])

    def test_legs_account_for_every_packet(self):
        legs = self.recorder.get(self.path).json()["legs"]
        streams = self.report["calls"][0]["streams"]
        self.assertEqual([leg["channel"] for leg in legs], ["left", "right"])
        for leg, stream in zip(legs, streams):
            self.assertEqual(leg["label"], stream["label"])
            self.assertEqual(leg["codec"], "PCMA")
            self.assertEqual(leg["packets_received"], stream["packets_sent"])
            self.assertEqual((leg["packets_lost"], leg["packets_late"], leg["packets_duplicate"]),
                             (0, 0, 0))
        self.assertEqual(legs[0]["party"]["number"], CALLER)
        self.assertEqual(legs[1]["party"]["number"], CALLED)

    def test_what_is_heard_is_what_was_said(self):
        audio = self.recorder.get(self.path + "/audio")
        self.assertEqual(audio.status, 200)
        self.assertEqual(audio.headers["content-type"], "audio/ogg; codecs=opus")
        heard = sound.decode(audio.body)
        self.assertAlmostEqual(len(heard) / 48, self.row["duration_ms"], delta=1)
        for i, stream in enumerate(self.report["calls"][0]["streams"]):
            payload = (self.sent / pathlib.Path(stream["payload_file"]).name).read_bytes()
            sent = sound.g711("PCMA", payload).astype(numpy.float64)
            _, likeness = sound.best_shift(sound.at_8k(heard[:, i]), sent, 0, 8000)
            self.assertGreater(likeness, 0.98)

    def test_stream_is_two_uncoupled_channels_in_pages_of_about_a_second(self):
        audio = self.recorder.get(self.path + "/audio").body
        head = audio[audio.index(b"OpusHead"):]
        self.assertEqual(head[9], 2, "channels")
        self.assertEqual(head[18:23], bytes([1, 2 + 4, 0, 0, 1]),
                         "family 1, two streams and four spare ones, none coupled")
        pages = sound.ogg_pages(audio)
        self.assertEqual(pages[0][1] & 2, 2, "first page begins the stream")
        self.assertEqual(pages[-1][1] & 4, 4, "last page ends it")
        grains = [granule for granule, _, lacing in pages[2:] if lacing]
        lengths = numpy.diff([0] + grains) / 48000
        self.assertLessEqual(max(lengths), 1.3)
        self.assertGreater(numpy.median(lengths), 0.45)

    def test_someone_elses_recording_is_not_there(self):
        mine = self.recorder.cookie
        try:
            self.recorder.sign_in("55667788", self.other_pin)
            for tail in ("", "/audio", "/facts", "/peaks"):
                self.assertEqual(self.recorder.get(self.path + tail).status, 404, tail)
            for verb in ("/pause", "/resume"):
                self.assertEqual(self.post(verb, reason="x").status, 404, verb)
            self.assertEqual(self.recorder.listed(), [])
        finally:
            self.recorder.cookie = mine

    def post(self, tail, cookie=True, **body):
        return self.recorder.request("POST", self.path + tail, {"Content-Type": "application/json"},
                                     json.dumps(body), cookie=cookie)

    def test_a_call_that_is_over_is_not_paused(self):
        for verb in ("/pause", "/resume"):
            answer = self.post(verb, reason="card number")
            self.assertEqual(answer.status, 409, verb)
            self.assertEqual(answer.json()["type"], "/problems/recording-not-in-progress")
            self.assertEqual(self.post(verb, cookie=False, reason="x").status, 401, verb)
        self.assertIsNone(self.recorder.get(self.path).json()["paused"])

    def test_a_leg_of_two_has_no_channel_of_its_own(self):
        for leg in self.recorder.get(self.path).json()["legs"]:
            self.assertIsNone(leg["own_channel"])

    def test_nothing_is_told_without_a_session(self):
        for tail in ("", "/audio", "/facts", "/peaks"):
            answer = self.recorder.request("GET", self.path + tail, cookie=False)
            self.assertEqual(answer.status, 401, tail)
            self.assertEqual(answer.headers["content-type"], "application/problem+json")
        forged = {"Cookie": "recorder_session=" + "0" * 64}
        self.assertEqual(self.recorder.request("GET", self.path, forged, cookie=False).status, 401)

    def test_wrong_pin_is_refused_and_repeated_guessing_is_slowed(self):
        answers = [self.recorder.sign_in("55667788", "00000000").status for _ in range(12)]
        self.assertEqual(answers[0], 401)
        self.assertIn(429, answers)

    def test_every_listen_is_audited_and_the_log_cannot_be_changed(self):
        self.recorder.get(self.path + "/audio", {"Range": "bytes=0-99"})
        base = sqlite3.connect(self.recorder.store / "index.sqlite")
        rows = base.execute("SELECT actor, detail FROM audit WHERE action = 'listen'").fetchall()
        self.assertIn(f"customer:{CUSTOMER}", {row[0] for row in rows})
        self.assertTrue(any("0-99" in row[1] for row in rows))
        for change in ("UPDATE audit SET actor = 'nobody'", "DELETE FROM audit"):
            with self.assertRaises(sqlite3.DatabaseError):
                base.execute(change)
        base.close()

    def test_peaks_follow_the_audio(self):
        peaks = self.recorder.get(self.path + "/peaks").json()
        self.assertEqual((peaks["version"], peaks["channels"], peaks["bits"]), (2, 2, 8))
        self.assertEqual(len(peaks["data"]), peaks["length"] * 4)
        seconds = peaks["length"] * peaks["samples_per_pixel"] / peaks["sample_rate"]
        self.assertAlmostEqual(seconds * 1000, self.row["duration_ms"], delta=100)
        self.assertGreater(max(peaks["data"][1::4]), 20, "left speaks")
        self.assertGreater(max(peaks["data"][3::4]), 20, "right speaks")

    def test_facts_cover_only_what_is_not_audio(self):
        facts = self.recorder.get(self.path + "/facts").json()["facts"]
        self.assertEqual({fact["cause"] for fact in facts} - {"silent"}, {"quality"}, facts)
        for fact in facts:
            self.assertLessEqual(fact["end_ms"] - fact["start_ms"], 400)

    def test_how_each_side_was_heard_and_spoke_is_told(self):
        whole = self.recorder.get(self.path).json()
        for leg in whole["legs"]:
            self.assertAlmostEqual(leg["quality"]["r_factor"], 93.2, delta=0.1)
            self.assertAlmostEqual(leg["quality"]["mos"], 4.41, delta=0.01)
            self.assertLess(leg["quality"]["jitter_us"], 20_000)
            self.assertGreater(leg["speech_ms"], 0)
            self.assertLess(leg["longest_silence_ms"], whole["duration_ms"])
        self.assertLessEqual(whole["talk_over_ms"],
                             min(leg["speech_ms"] for leg in whole["legs"]))
        causes = [fact["cause"] for fact in self.recorder.get(self.path + "/facts").json()["facts"]]
        self.assertEqual(whole["facts"], {cause: causes.count(cause) for cause in causes})

    def test_search_by_period_and_number(self):
        found = self.recorder.listed
        self.assertEqual(len(found(number="88303080")), 1)
        self.assertEqual(len(found(number="*3080")), 1)
        self.assertEqual(len(found(number="4570*")), 1)
        self.assertEqual(found(number="12345678"), [])
        self.assertEqual(found(to="2020-01-01T00:00:00Z"), [])
        self.assertEqual(self.recorder.get("/api/v1/recordings?limit=0").status, 400)
        self.assertEqual(self.recorder.get("/api/v1/recordings?from=yesterday").status, 400)

    def test_operator_can_list_verify_and_export(self):
        rows = self.recorder.recorderctl("recordings", "list")
        self.assertIn(self.row["id"], json.dumps(rows))
        self.recorder.recorderctl("recordings", "verify", self.row["id"])
        out = self.recorder.directory / "out.opus"
        self.recorder.recorderctl("recordings", "export", self.row["id"], "-o", out)
        heard = self.recorder.get(self.path + "/audio").body
        self.assertEqual(hashlib.sha256(out.read_bytes()).digest(), hashlib.sha256(heard).digest())

    def test_call_of_nobodys_number_is_kept_for_the_operator(self):
        self.recorder.callgen("--seconds", 1, "--tone", caller="+4511111111", called="+4522222222")

        def unassigned():
            rows = self.recorder.recorderctl("recordings", "list", "--customer", "unassigned")
            return [row for row in rows if row["state"] == "sealed"]
        wait_until(unassigned, 20, 0.3, "the unassigned call")
        self.assertEqual(len(self.recorder.listed()), 1)


if __name__ == "__main__":
    unittest.main()
