"""Byte ranges of a 10-minute recording, as RFC 9110 has them and as players ask for them; and a
recording that was damaged, and mended."""
import random
import subprocess
import unittest

from support import CUSTOMER, TOOLS, Recorder


class Mended(unittest.TestCase):
    def test_what_was_mended_plays_with_silence_where_it_was_damaged(self):
        with Recorder(programs=("web",)) as recorder:
            made = subprocess.run([str(TOOLS / "make_recording"), str(recorder.store), CUSTOMER,
                                   "20"], check=True, stdout=subprocess.PIPE, text=True)
            recording = made.stdout.strip()
            url = f"/api/v1/recordings/{recording}"
            whole = recorder.get(url + "/audio")
            self.assertEqual(whole.status, 200)
            path = recorder.store / recorder.recorderctl("recordings", "show", recording)["path"]
            data = bytearray(path.read_bytes())
            data[len(data) // 2] ^= 4
            path.write_bytes(data)
            self.assertEqual(recorder.get(url + "/audio").status, 500)
            done = recorder.recorderctl("recordings", "mend", recording)
            self.assertEqual((done["mended"], done["state"]), (True, "recovered"))
            self.assertIn(done["lost_ms"], range(1000, 3001))
            audio = recorder.get(url + "/audio")
            self.assertEqual(audio.status, 200)
            self.assertNotEqual(audio.headers["etag"], whole.headers["etag"])
            same = len(whole.body) // 4
            self.assertEqual(audio.body[:same], whole.body[:same])
            self.assertEqual(audio.body[-same:], whole.body[-same:])
            said = recorder.get(url).json()
            self.assertEqual((said["state"], said["damaged"]), ("recovered", False))
            self.assertEqual(recorder.get(url + "/peaks").status, 200)
            self.assertEqual(bytes(data), path.with_name(path.name + ".damaged").read_bytes())
            place = recorder.directory / "backup"
            recorder.recorderctl("backup", place, "--keys", recorder.directory / "keys-apart")
            [tested] = recorder.recorderctl("backup", "test", place)["tested"]
            self.assertEqual((tested["result"], tested["missing_ms"]), ("ok", 0), tested)


class Ranges(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.recorder = cls.enterClassContext(Recorder(programs=("web",)))
        made = subprocess.run([str(TOOLS / "make_recording"), str(cls.recorder.store), CUSTOMER,
                               "600"], check=True, stdout=subprocess.PIPE, text=True)
        cls.url = f"/api/v1/recordings/{made.stdout.strip()}/audio"
        answer = cls.recorder.get(cls.url)
        assert answer.status == 200, answer.body
        cls.whole, cls.etag = answer.body, answer.headers["etag"]
        assert len(cls.whole) > 2_000_000

    def ranged(self, value, **more):
        return self.recorder.get(self.url, {"Range": value, **more})

    def test_1000_random_ranges_equal_the_same_slices_of_the_whole(self):
        chance = random.Random(20261122)
        size = len(self.whole)
        for _ in range(1000):
            first = chance.randrange(size)
            last = min(size - 1, first + int(chance.paretovariate(0.5)) * chance.randrange(1, 4000))
            answer = self.ranged(f"bytes={first}-{last}")
            self.assertEqual(answer.status, 206)
            self.assertEqual(answer.headers["content-range"], f"bytes {first}-{last}/{size}")
            self.assertEqual(answer.body, self.whole[first:last + 1])

    def test_ranges_around_every_frame_edge(self):
        for edge in (4052, 8104, 4052 * 100, len(self.whole) // 4052 * 4052):
            for first, last in ((edge - 1, edge), (edge, edge), (edge - 1, edge - 1)):
                self.assertEqual(self.ranged(f"bytes={first}-{last}").body,
                                 self.whole[first:last + 1])

    def test_open_and_suffix_ranges(self):
        size = len(self.whole)
        self.assertEqual(self.ranged("bytes=100-").body, self.whole[100:])
        self.assertEqual(self.ranged("bytes=-100").body, self.whole[-100:])
        beyond = self.ranged(f"bytes=-{size + 5}")
        self.assertEqual((beyond.status, len(beyond.body)), (206, size))
        clipped = self.ranged(f"bytes={size - 10}-{size + 999}")
        self.assertEqual(clipped.body, self.whole[-10:])

    def test_what_it_was_made_with_plays_as_a_recording_of_a_call_does(self):
        """The tool's stream is one that the product could have written: a backup's test plays it."""
        place = str(self.recorder.directory / "backup")
        keys = str(self.recorder.directory / "keys-apart")
        self.recorder.recorderctl("backup", place, "--keys", keys)
        tested = self.recorder.recorderctl("backup", "test", place)
        self.assertEqual((tested["ok"], tested["bad"]), (1, 0))
        self.assertEqual(tested["tested"][0]["duration_ms"], 600_000)

    def test_range_past_the_end_is_416_with_the_length(self):
        answer = self.ranged(f"bytes={len(self.whole)}-")
        self.assertEqual(answer.status, 416)
        self.assertEqual(answer.headers["content-range"], f"bytes */{len(self.whole)}")
        self.assertEqual(self.ranged("bytes=-0").status, 416)

    def test_malformed_and_foreign_ranges_are_ignored(self):
        for value in ("bytes=5-2", "bytes=a-b", "lines=1-2", "bytes=", "5-9"):
            self.assertEqual(self.ranged(value).status, 200, value)

    def test_if_range_decides_between_part_and_whole(self):
        self.assertEqual(self.ranged("bytes=0-9", **{"If-Range": self.etag}).status, 206)
        self.assertEqual(self.ranged("bytes=0-9", **{"If-Range": '"other"'}).status, 200)

    def test_known_etag_is_answered_304(self):
        answer = self.recorder.get(self.url, {"If-None-Match": self.etag})
        self.assertEqual((answer.status, answer.body), (304, b""))

    def test_head_tells_what_get_would(self):
        answer = self.recorder.head(self.url)
        self.assertEqual((answer.status, answer.body), (200, b""))
        self.assertEqual(answer.headers["content-length"], str(len(self.whole)))
        self.assertEqual(answer.headers["accept-ranges"], "bytes")
        self.assertEqual(answer.headers["etag"], self.etag)

    def test_download_sets_a_file_name(self):
        answer = self.recorder.get(self.url + "?download=1")
        self.assertRegex(answer.headers["content-disposition"], r'^attachment; filename="[^"/]+\.')
        self.assertEqual(answer.body, self.whole)


if __name__ == "__main__":
    unittest.main()
