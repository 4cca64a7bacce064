"""Legs with channels of their own: how they are asked for, what is heard in each, and when they are kept."""
import contextlib
import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import unittest

import numpy

import sound
from sip_client import Rtp, Udp, change, code, hang_up, place, play, ports_of
from siprec_session import HEAD, SDP_TYPE, audio, person, recording, sends, session
from support import CALLER, CUSTOMER, ROOT, SOURCES, TOOLS, Recorder
from test_secrets import secrets_of

PORTAL = ROOT / "web" / "portal"
RATE = 48000


def ffmpeg(data):
    """Samples as ffmpeg decodes them: [samples, channels], channels in their order."""
    with tempfile.NamedTemporaryFile(suffix=".opus") as file:
        file.write(data)
        file.flush()
        probed = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "stream=channels", "-of",
                                 "csv=p=0", file.name], check=True, stdout=subprocess.PIPE).stdout
        raw = subprocess.run(["ffmpeg", "-v", "error", "-i", file.name, "-f", "s16le", "-ar",
                              str(RATE), "-"], check=True, stdout=subprocess.PIPE).stdout
    return numpy.frombuffer(raw, dtype="<i2").reshape(-1, int(probed))


def opusdec(data):
    """The same by opusdec; None where it does not know the mapping family."""
    with tempfile.NamedTemporaryFile(suffix=".opus") as file:
        file.write(data)
        file.flush()
        done = subprocess.run(["opusdec", "--quiet", "--no-dither", "--rate", str(RATE), file.name,
                               file.name + ".wav"], capture_output=True)
        if done.returncode:
            return None
        with open(file.name + ".wav", "rb") as wave:
            header = wave.read(44)
            raw = wave.read()
        os.unlink(file.name + ".wav")
    return numpy.frombuffer(raw, dtype="<i2").reshape(-1, header[22])


def tones_in(samples, hertz, second=1):
    """Of each channel, which of these tones it has: lists of indexes."""
    part = samples[second * RATE:(second + 1) * RATE].astype(float)
    at = numpy.arange(len(part)) / RATE
    found = []
    for channel in part.T:
        amplitudes = [2 * abs(numpy.mean(channel * numpy.exp(-2j * numpy.pi * tone * at)))
                      for tone in hertz]
        found.append([i for i, amplitude in enumerate(amplitudes) if amplitude > 2000])
    return found


def make(recorder, seconds, *legs):
    made = subprocess.run([str(TOOLS / "make_recording"), str(recorder.store), CUSTOMER,
                           str(seconds), *map(str, legs)], check=True, stdout=subprocess.PIPE,
                          text=True)
    return made.stdout.strip()


class Views(unittest.TestCase):
    LEGS, SECONDS = 5, 20
    TONES = [400 + 200 * leg for leg in range(LEGS)]

    @classmethod
    def setUpClass(cls):
        cls.recorder = cls.enterClassContext(Recorder(programs=("web",)))
        cls.id = make(cls.recorder, cls.SECONDS, cls.LEGS)
        cls.url = f"/api/v1/recordings/{cls.id}/audio"
        cls.queries = ["", "?channels=all", *(f"?leg={leg}" for leg in range(cls.LEGS))]
        cls.bodies = {query: cls.recorder.get(cls.url + query).body for query in cls.queries}

    def get(self, query, **headers):
        return self.recorder.get(self.url + query, headers)

    def problem(self, query, url=None):
        answer = self.recorder.get((url or self.url) + query)
        return answer.status, answer.json()["type"], answer.json().get("parameter")

    def test_what_is_stored_plays_as_stereo_with_each_side_mixed(self):
        for samples in (ffmpeg(self.bodies[""]), opusdec(self.bodies[""])):
            self.assertEqual(tones_in(samples, self.TONES), [[0, 2, 4], [1, 3]])
            self.assertAlmostEqual(len(samples) / RATE, self.SECONDS, delta=0.05)

    def test_all_legs_are_alone_in_channels_of_their_own(self):
        samples = ffmpeg(self.bodies["?channels=all"])
        self.assertEqual(tones_in(samples, self.TONES), [[leg] for leg in range(self.LEGS)])
        self.assertAlmostEqual(len(samples) / RATE, self.SECONDS, delta=0.05)

    def test_one_leg_is_mono_for_every_player(self):
        for leg in range(self.LEGS):
            for samples in (ffmpeg(self.bodies[f"?leg={leg}"]), opusdec(self.bodies[f"?leg={leg}"])):
                self.assertEqual(tones_in(samples, self.TONES), [[leg]])

    def test_stereo_is_what_is_stored(self):
        self.assertEqual(self.get("?channels=stereo").body, self.bodies[""])

    def test_length_is_told_and_random_ranges_are_slices_of_each_view(self):
        chance = random.Random(4)
        for query, whole in self.bodies.items():
            size = len(whole)
            head = self.recorder.head(self.url + query)
            self.assertEqual(head.headers["content-length"], str(size))
            for i in range(150):
                first = chance.randrange(size) if i % 2 else chance.randrange(80)
                last = min(size - 1, first + int(chance.paretovariate(0.5)))
                answer = self.get(query, Range=f"bytes={first}-{last}")
                self.assertEqual(answer.status, 206)
                self.assertEqual(answer.headers["content-range"], f"bytes {first}-{last}/{size}")
                self.assertEqual(answer.body, whole[first:last + 1])
            self.assertEqual(self.get(query, Range="bytes=-10").body, whole[-10:])
            self.assertEqual(self.get(query, Range=f"bytes={size}-").status, 416)

    def test_each_view_has_an_entity_tag_of_its_own(self):
        tags = {query: self.recorder.head(self.url + query).headers["etag"]
                for query in self.queries}
        self.assertEqual(len(set(tags.values())), len(self.queries))
        for query in self.queries:
            known = self.get(query, **{"If-None-Match": tags[query]})
            self.assertEqual((known.status, known.body), (304, b""))
            other = tags["?leg=0" if query != "?leg=0" else ""]
            self.assertEqual(self.get(query, **{"If-None-Match": other}).status, 200)
            part = self.get(query, Range="bytes=0-9", **{"If-Range": tags[query]})
            self.assertEqual(part.status, 206)
            whole = self.get(query, Range="bytes=0-9", **{"If-Range": other})
            self.assertEqual((whole.status, whole.body), (200, self.bodies[query]))

    def test_what_is_wrong_with_a_request_is_said(self):
        for query in ("?channels=5", "?channels=ALL"):
            self.assertEqual(self.problem(query), (400, "/problems/bad-parameter", "channels"))
        for query in ("?leg=-1", "?leg=10", "?leg=a", "?leg=1&channels=all",
                      "?leg=1&channels=stereo"):
            self.assertEqual(self.problem(query), (400, "/problems/bad-parameter", "leg"), query)
        for leg in (self.LEGS, 9):
            self.assertEqual(self.problem(f"?leg={leg}"), (404, "/problems/no-leg", None))

    def test_audit_and_file_name_say_which_view_it_was(self):
        answer = self.get("?leg=2&download=1", Range="bytes=0-9")
        self.assertRegex(answer.headers["content-disposition"], r'_leg2\.opus"$')
        with contextlib.closing(sqlite3.connect(self.recorder.store / "index.sqlite")) as base:
            last = base.execute("SELECT detail FROM audit WHERE action = 'listen'"
                                " ORDER BY sequence DESC LIMIT 1").fetchone()[0]
        self.assertEqual(json.loads(last), {"range": "bytes=0-9", "download": True, "view": "leg2"})

    def test_ordinary_call_has_its_sides_as_legs(self):
        url = f"/api/v1/recordings/{make(self.recorder, 3)}/audio"
        stored = ffmpeg(self.recorder.get(url).body)
        for leg in range(2):
            alone = ffmpeg(self.recorder.get(f"{url}?leg={leg}").body)
            numpy.testing.assert_array_equal(alone[:, 0], stored[:, leg])
        self.assertEqual(self.recorder.get(f"{url}?channels=all").body,
                         self.recorder.get(url).body)
        self.assertEqual(self.problem("?leg=2", url), (404, "/problems/no-leg", None))

    def test_legs_are_told_with_the_number_of_their_channel(self):
        legs = self.recorder.get(self.url.removesuffix("/audio")).json()["legs"]
        self.assertEqual([(leg["channel"], leg["own_channel"]) for leg in legs],
                         [("right" if leg % 2 else "left", leg) for leg in range(self.LEGS)])

    def test_operator_exports_the_same_bytes(self):
        for which, query in (("stereo", ""), ("all", "?channels=all"), ("3", "?leg=3")):
            out = self.recorder.directory / f"{which}.opus"
            told = self.recorder.recorderctl("recordings", "export", self.id, "-o", out,
                                             "--channels", which)
            self.assertEqual(out.read_bytes(), self.bodies[query])
            self.assertEqual(told["audio_bytes"], len(self.bodies[query]))
        for which in ("", "8", "left", "-1", "10", "7"):
            done = self.recorder.recorderctl("recordings", "export", self.id, "-o",
                                             self.recorder.directory / "not.opus",
                                             f"--channels={which}", check=False, parse=False)
            self.assertEqual(done.returncode, 2, done.stderr)
        self.assertFalse((self.recorder.directory / "not.opus").exists())

    def test_reader_written_from_the_format_alone_makes_the_same_views(self):
        path, = self.recorder.store.rglob(f"{self.id}.crec")
        private = secrets_of(path, self.recorder.store / "keys")["private"].hex()
        for view, query in ((None, ""), ("2,3,4,5,6", "?channels=all"), ("4", "?leg=2")):
            option = [f"--view={view}"] if view else []
            made = subprocess.run([sys.executable, str(ROOT / "tests" / "format_reader.py"), *option,
                                   str(path), private], check=True, stdout=subprocess.PIPE).stdout
            self.assertEqual(made, self.bodies[query])

    def test_chromium_plays_each_of_them(self):
        done = subprocess.run(
            ["node", "--test", "--test-reporter=tap", str(ROOT / "tests/portal/channels.test.mjs")],
            cwd=PORTAL, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, env={**os.environ, "PORTAL_URL": self.recorder.addresses["http"],
                            "PORTAL_CUSTOMER": CUSTOMER, "PORTAL_PIN": self.recorder.pin,
                            "RECORDING": self.id, "TONES": json.dumps(self.TONES)})
        print(done.stdout)
        self.assertEqual(done.returncode, 0, done.stdout[-3000:])
        self.assertRegex(done.stdout, re.compile(r"^(?:#|ℹ) pass [1-9]", re.M), "no test ran")


class Tone(Rtp):
    """A sender of PCMA that sings one tone."""
    CODES = sound.g711("PCMA", bytes(range(256))).astype(int)

    def __init__(self, hertz, ssrc):
        super().__init__(ssrc=ssrc)
        wave = 8000 * numpy.sin(2 * numpy.pi * hertz * numpy.arange(8000) / 8000)
        self.sung = numpy.abs(wave[:, None] - self.CODES).argmin(axis=1).astype("u1").tobytes()

    def send(self, port, count=1):
        at = self.sequence * 160 % 8000
        header = (b"\x80\x08" + (self.sequence & 0xffff).to_bytes(2, "big")
                  + (self.sequence * 160).to_bytes(4, "big") + self.ssrc.to_bytes(4, "big"))
        self.socket.sendto(header + self.sung[at:at + 160], (self.own, port))
        self.sequence += 1


TONES = [500, 900, 1300]


class Conference(unittest.TestCase):
    """Three parties of one recording session, each with a tone."""

    def run_call(self, recorder, begin_with, seconds=3, alone=0.5):
        """Three legs, of which so many are there from the start; returns (row, details)."""
        metadata = recording(session() + person("a", CALLER) + person("b", "+4570100200")
                             + person("c", "+4570100300") + sends("a", "1") + sends("b", "2")
                             + sends("c", "3"))
        lines = [audio(40000 + 2 * i, str(i + 1)) for i in range(3)]
        with contextlib.ExitStack() as stack:
            udp = stack.enter_context(contextlib.closing(Udp(recorder.addresses["sip"])))
            senders = [stack.enter_context(contextlib.closing(Tone(hertz, i + 1)))
                       for i, hertz in enumerate(TONES)]
            dialog, answer = place(udp, metadata=metadata, sdp=HEAD + "".join(lines[:begin_with]))
            self.assertEqual(code(answer), 200, answer)
            play(alone, *zip(senders, ports_of(answer)))
            if begin_with < 3:
                answer = change(udp, dialog, "INVITE", HEAD + "".join(lines), SDP_TYPE)
                self.assertEqual(code(answer), 200, answer)
            play(seconds, *zip(senders, ports_of(answer)))
            self.end(recorder, udp, dialog)
        return recorder

    def end(self, recorder, udp, dialog):
        self.assertEqual(code(hang_up(udp, dialog)), 200)

    def heard(self, recorder, row, query):
        return tones_in(ffmpeg(recorder.get(f"/api/v1/recordings/{row['id']}/audio{query}").body),
                        TONES)

    def assert_all_alone(self, recorder, row, all_channels=([0], [1], [2])):
        sides = self.heard(recorder, row, "")
        self.assertEqual(sorted(sum(sides, [])), [0, 1, 2])
        self.assertEqual(self.heard(recorder, row, "?channels=all"), list(all_channels))
        for leg in range(3):
            self.assertEqual(self.heard(recorder, row, f"?leg={leg}"), [[leg]])
        whole = recorder.get(f"/api/v1/recordings/{row['id']}").json()
        self.assertEqual([leg["own_channel"] for leg in whole["legs"]], [0, 1, 2])
        if whole["state"] == "sealed":
            self.assert_all_drawn(recorder, row)

    def assert_all_drawn(self, recorder, row):
        """Each leg's waveform is of its own tone alone; that of several on a side is their sum."""
        url = f"/api/v1/recordings/{row['id']}/peaks"
        legs = recorder.get(f"/api/v1/recordings/{row['id']}").json()["legs"]
        drawn = [recorder.get(f"{url}?leg={leg}").json() for leg in range(3)]
        sides = numpy.array(recorder.get(url).json()["data"]).reshape(-1, 2, 2)
        lines = [numpy.array(each["data"]).reshape(-1, 2) for each in drawn]
        self.assertEqual({(each["channels"], each["length"]) for each in drawn}, {(1, len(sides))})
        for line in lines:  # 8000 of 32768, in the second before the last
            self.assertTrue((abs(abs(line[-40:-20]) - 31) <= 1).all(), line)
        for side, channel in enumerate(("left", "right")):
            on_side = [i for i, leg in enumerate(legs) if leg["channel"] == channel]
            if len(on_side) == 1:
                numpy.testing.assert_array_equal(lines[on_side[0]], sides[:, side])
            else:
                self.assertTrue((abs(sides[-40:-20, side]) > 45).all())
        self.assertEqual(recorder.get(url + "?leg=3").status, 404)

    def test_three_streams_are_kept_alone_and_together(self):
        with Recorder(rtp_ports=(21700, 21799)) as recorder:
            self.run_call(recorder, 3)
            self.assert_all_alone(recorder, recorder.sealed()[0])

    def test_source_that_asks_for_channels_keeps_who_comes_later_alone(self):
        sources = ((*SOURCES[0], "--channels", "4"), SOURCES[1])
        with Recorder(rtp_ports=(21800, 21899), sources=sources) as recorder:
            self.run_call(recorder, 2)
            row = recorder.sealed()[0]
            self.assert_all_alone(recorder, row)
            facts = recorder.get(f"/api/v1/recordings/{row['id']}/facts").json()["facts"]
            self.assertNotIn("mixed_only", {fact["cause"] for fact in facts})

    def assert_heard_from_the_start(self, samples, own_from):
        """Of an ordinary call's legs each second; of who came later nothing, not even noise, before."""
        for second in range(int(len(samples) / RATE)):
            heard = tones_in(samples, TONES, second)
            self.assertEqual([channel[:1] for channel in heard[:2]], [[0], [1]], second)
            if second + 1 < own_from:
                self.assertEqual(samples[second * RATE:(second + 1) * RATE, 2].any(), False)
            elif second >= own_from + 1:
                self.assertEqual(heard[2], [2])

    def test_who_comes_later_is_alone_by_default_and_the_others_from_the_start(self):
        with Recorder(rtp_ports=(21900, 21999)) as recorder:
            self.run_call(recorder, 2, alone=3)
            row = recorder.sealed()[0]
            url = f"/api/v1/recordings/{row['id']}"
            facts = recorder.get(f"{url}/facts").json()["facts"]
            told = [fact for fact in facts if fact["cause"] == "own_channels"]
            self.assertEqual([fact["leg"] for fact in told], [None])
            self.assertNotIn("mixed_only", {fact["cause"] for fact in facts})
            own_from = told[0]["start_ms"] / 1000
            self.assertGreater(own_from, 1.5)
            whole = recorder.get(url).json()
            self.assertEqual([leg["own_channel"] for leg in whole["legs"]], [0, 1, 2])
            every = recorder.get(f"{url}/audio?channels=all").body
            samples = ffmpeg(every)
            self.assertEqual(samples.shape[1], 3)
            self.assert_heard_from_the_start(samples, own_from)
            for leg in range(3):
                alone = recorder.get(f"{url}/audio?leg={leg}").body
                numpy.testing.assert_array_equal(ffmpeg(alone)[:, 0], samples[:, leg])
                self.assertEqual(len(opusdec(alone)), len(samples))
                with self.subTest("opusdec", leg=leg):
                    if leg == 2:
                        early = opusdec(alone)[:int((own_from - 0.5) * RATE)]
                        self.assertEqual(early.any(), False)
            stored = recorder.get(f"{url}/audio").body
            sides = ffmpeg(stored)
            self.assertEqual(sorted(sum(tones_in(sides, TONES, 1), [])), [0, 1])
            self.assertEqual(sorted(sum(tones_in(sides, TONES, int(own_from) + 2), [])), [0, 1, 2])
            self.assertEqual(len(every), len(stored) + 1)
            for offset in range(0, len(every), 4099):
                part = recorder.get(f"{url}/audio?channels=all",
                                    {"Range": f"bytes={offset}-{offset + 50}"}).body
                self.assertEqual(part, every[offset:offset + 51])
            out = recorder.directory / "all.opus"
            recorder.recorderctl("recordings", "export", row["id"], "-o", out, "--channels", "all")
            self.assertEqual(out.read_bytes(), every)
            path, = recorder.store.rglob(f"{row['id']}.crec")
            private = secrets_of(path, recorder.store / "keys")["private"].hex()
            made = subprocess.run([sys.executable, str(ROOT / "tests" / "format_reader.py"),
                                   "--view=2,3,4", str(path), private], check=True,
                                  stdout=subprocess.PIPE).stdout
            self.assertEqual(made, every)

    def test_ordinary_call_is_played_as_if_it_had_no_spare_streams(self):
        with Recorder(rtp_ports=(22300, 22399)) as recorder:
            recorder.callgen("--seconds", "3", "--tone")
            row = recorder.sealed()[0]
            url = f"/api/v1/recordings/{row['id']}"
            stored = recorder.get(f"{url}/audio").body
            sides = ffmpeg(stored)
            numpy.testing.assert_array_equal(opusdec(stored).shape, sides.shape)
            self.assertEqual(recorder.get(f"{url}/audio?channels=all").body, stored)
            for leg, about in enumerate(recorder.get(url).json()["legs"]):
                self.assertIsNone(about["own_channel"])
                alone = ffmpeg(recorder.get(f"{url}/audio?leg={leg}").body)
                numpy.testing.assert_array_equal(alone[:, 0], sides[:, int(about["channel"] == "right")])

    def test_after_a_crash_they_are_still_there(self):
        with Recorder(rtp_ports=(22000, 22099)) as recorder:
            self.end = lambda recorder, udp, dialog: recorder.kill9("ingest")
            self.run_call(recorder, 3, seconds=5)
            row = recorder.sealed(seconds=90, states=("recovered",))[0]
            self.assert_all_alone(recorder, row, [[0], [1], [2], []])

    def test_after_a_crash_who_came_later_is_alone_and_so_are_those_before(self):
        """Who came later is known by the journal: in the row, and in a channel of his own."""
        with Recorder(rtp_ports=(22200, 22299)) as recorder:
            self.end = lambda recorder, udp, dialog: recorder.kill9("ingest")
            self.run_call(recorder, 2, seconds=5, alone=2)
            row = recorder.sealed(seconds=90, states=("recovered",))[0]
            samples = ffmpeg(recorder.get(f"/api/v1/recordings/{row['id']}/audio?channels=all").body)
            for second in range(6):
                heard = tones_in(samples, TONES, second)
                self.assertEqual(heard, [[0], [1], [2] if second > 2 else heard[2], []], second)
            self.assertEqual(self.heard(recorder, row, "?leg=0"), [[0]])
            self.assertEqual(self.heard(recorder, row, "?leg=1"), [[1]])
            late = recorder.get(f"/api/v1/recordings/{row['id']}/audio?leg=2").body
            self.assertEqual(tones_in(ffmpeg(late), TONES, 4), [[2]])

    def test_customers_settings_are_those_of_the_file(self):
        with Recorder(rtp_ports=(22100, 22199)) as recorder:
            recorder.recorderctl("customer", "set", CUSTOMER, "--encoder", "speech", "--bitrate",
                                 "16000", "--complexity", "3")
            self.run_call(recorder, 3)
            row = recorder.sealed()[0]
            self.assert_all_alone(recorder, row)
            body = recorder.get(f"/api/v1/recordings/{row['id']}/audio").body
            self.assertIn(b"ENCODER_OPTIONS=bitrate 16000 complexity 3 speech", body)


if __name__ == "__main__":
    unittest.main()
