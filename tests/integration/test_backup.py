"""Backups made while calls go on, restored and played; an index made anew from the files."""
import contextlib
import json
import pathlib
import sqlite3
import subprocess
import time
import unittest

from sip_client import Udp, change, code, hang_up, place, play, ports_of
from siprec_session import HEAD, audio, person, recording, sends, session
from support import BIN, CALLED, CALLER, CUSTOMER, Recorder, wait_until

XML = "application/rs-metadata+xml"
OTHER, OTHER_NUMBER = "88303090", "+4588303090"
TWO_LINES = HEAD + audio(40000, "1") + audio(40002, "2")
THREE_LINES = TWO_LINES + audio(40004, "3")
TOLD_BY_FILES = ("recordings", "legs", "facts", "ties")
KEYS = {"recordings": ("id",), "legs": ("recording", "position"),
        "facts": ("recording", "position"), "ties": ("recording", "kind", "value")}


def document(caller, called=CALLED, inside="", mode="complete"):
    return recording(inside + person("a", caller) + person("b", called) + sends("a", "1")
                     + sends("b", "2"), mode)


def dump(path, table):
    """{key: row} of a table of a database that nobody writes."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        db.row_factory = sqlite3.Row
        rows = [dict(row) for row in db.execute(f"SELECT * FROM {table}")]
    key = KEYS.get(table) or (tuple(rows[0]) if rows else ())
    return {tuple(row[name] for name in key): row for row in rows}


def tables_of(path):
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        return [name for name, in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'"
                                             " AND name NOT LIKE 'sqlite%' ORDER BY name")]


def only(folder, pattern):
    found = list(pathlib.Path(folder).glob(pattern))
    assert len(found) == 1, (pattern, found)
    return found[0]


def flip(path, at):
    with open(path, "r+b") as file:
        file.seek(at)
        byte = file.read(1)
        file.seek(at)
        file.write(bytes([byte[0] ^ 1]))


class Calls(unittest.TestCase):
    """What both kinds of tests call with."""

    def call(self, recorder, metadata, sdp=TWO_LINES, seconds=0.5, then=None, end=True):
        with contextlib.closing(Udp(recorder.addresses["sip"])) as udp:
            dialog, answer = place(udp, sdp=sdp, metadata=metadata)
            self.assertEqual(code(answer), 200, answer)
            if then:
                then(udp, dialog)
            time.sleep(seconds)
            if end:
                self.assertEqual(code(hang_up(udp, dialog)), 200)
        return dialog

    def ctl(self, recorder, *arguments, exit_code=0):
        """What recorderctl printed, parsed; fails unless it exits so."""
        done = recorder.recorderctl(*arguments, check=False, parse=False)
        self.assertEqual(done.returncode, exit_code, done.stdout + done.stderr)
        return json.loads(done.stdout) if done.stdout.strip() else done.stderr

    def abandon(self, callgen):
        callgen.kill()
        callgen.communicate()

    def keep_until_recovered(self, recorder, recording_id):
        """Rounds of the keeper, which leaves a young call alone."""
        def recovered():
            recorder.recorderctl("keeper", "--once", check=False)
            row = recorder.recorderctl("recordings", "show", recording_id)
            return row if row["state"] == "recovered" else None
        return wait_until(recovered, 20, 0.5, "recovered")

    def assert_rows(self, old, new, what):
        self.assertEqual(sorted(old), sorted(new), what)
        for key, row in old.items():
            self.assertEqual(row, new[key], what)


class Rebuild(Calls):
    def mixture(self, recorder):
        """Plain calls, lossy ones, a group, a transfer by number, a conference, one that turns out
        to be another customer's, a pause, and one that a crash cuts short."""
        recorder.callgen("--calls", 4, "--seconds", 2, "--speech", "--loss", 5, "--seed", 3)
        group = '<group group_id="a-consultation"/>'
        inside = group + session("s1", "<group-ref>a-consultation</group-ref>")
        for i in range(3):
            self.call(recorder, document(f"+452030405{i}", CALLER, inside))
        self.call(recorder, document("+4561626364", CALLER, session("desk-session-1")))
        self.call(recorder, document("+4561626364", "+4588303081", session("next-session-1")))
        conference = recording(session() + person("a", CALLER) + person("b", CALLED)
                               + person("c", "+4570100300") + sends("a", "1") + sends("b", "2")
                               + sends("c", "3"))
        self.call(recorder, conference, THREE_LINES)
        self.call(recorder, conference, TWO_LINES, then=lambda udp, dialog: self.assertEqual(
            code(change(udp, dialog, "INVITE", THREE_LINES, "application/sdp")), 200))
        found_out = document(OTHER_NUMBER, "+4570100400")
        self.call(recorder, document("+4511111111", "+4522222222"),
                  then=lambda udp, dialog: self.assertEqual(
                      code(change(udp, dialog, "UPDATE", found_out, XML)), 200))
        recorder.sealed(11, states=("sealed",))
        callgen = recorder.callgen_start("--seconds", 20, "--speech", "--bye-wait-ms", 200)
        wait_until(lambda: recorder.listed()[0]["state"] == "recording", 10)
        time.sleep(3)
        recorder.kill9("ingest")
        wait_until(lambda: recorder.listed()[0]["state"] == "recovered", 30)
        self.abandon(callgen)
        wait_until(lambda: not any(row["state"] == "recording" for row in self.all(recorder)), 20)
        wait_until(lambda: any(row["customer"] == OTHER for row in self.all(recorder)), 20,
                   what="reassigned")

    def all(self, recorder):
        return recorder.recorderctl("recordings", "list", "--limit", 200)

    def prepare(self, recorder):
        recorder.add_customer(OTHER, "Soelvpil", OTHER_NUMBER)
        recorder.recorderctl("number", "add", CUSTOMER, "+4588303081")

    def rebuild(self, recorder, *arguments, exit_code=0):
        return self.ctl(recorder, "index", "rebuild", *arguments, exit_code=exit_code)

    def test_from_the_files_alone_it_is_row_by_row_the_one_that_was(self):
        with Recorder(rtp_ports=(24000, 24199)) as recorder:
            self.prepare(recorder)
            early = recorder.directory / "early"
            recorder.recorderctl("backup", early)  # customers, numbers, sources; no recording
            self.mixture(recorder)
            self.assertEqual(recorder.stop_all(), [])
            index = recorder.store / "index.sqlite"
            old = recorder.directory / "old.sqlite"
            index.rename(old)
            states = [row["state"] for row in dump(old, "recordings").values()]
            outcome = self.rebuild(recorder, "--from", only(early, "index-*.sqlite"))
            self.assertEqual(outcome["recordings"], len(states))
            self.assertEqual((outcome["kept"], outcome["rows_lost"], outcome["before"]),
                             (0, 0, None))
            for table in TOLD_BY_FILES:
                self.assert_rows(dump(old, table), dump(index, table), table)
            sizes = {table: len(dump(index, table)) for table in TOLD_BY_FILES}
            self.assertTrue(all(sizes.values()), sizes)
            recordings = dump(index, "recordings").values()
            self.assertEqual({row["state"] for row in recordings}, {1, 2})
            conversations = [row for row in recordings if row["conversation"] != row["id"]]
            self.assertEqual(sorted(row["by_number"] for row in conversations)[-1], 1)
            self.assertGreaterEqual(len(conversations), 3)
            recorder.recorderctl("recordings", "verify", "--all")
            for name in ("ingest", "web", "keeper"):
                recorder.start(name)
            recorder.cookie = None  # of a session that the early index does not know
            recorder.callgen("--seconds", 1, "--tone")
            wait_until(lambda: recorder.listed()[0]["state"] == "sealed", 20)

    def test_with_the_present_index_every_table_is_taken_over(self):
        with Recorder(rtp_ports=(24200, 24399)) as recorder:
            self.prepare(recorder)
            recorder.callgen("--calls", 6, "--seconds", 1, "--tone")
            rows = recorder.sealed(6)
            index = recorder.store / "index.sqlite"
            refused = self.rebuild(recorder, exit_code=4)
            self.assertIn("stop recorder-ingest", refused)
            callgen = recorder.callgen_start("--seconds", 30, "--tone", "--bye-wait-ms", 200)
            wait_until(lambda: recorder.listed()[0]["state"] == "recording", 10)
            unfinished = recorder.listed()[0]["id"]
            time.sleep(2)
            recorder.stop("keeper")
            recorder.kill9("ingest")
            self.abandon(callgen)
            recorder.stop("web")
            paths = [self.path_of(recorder, row["id"]) for row in rows]
            flip(paths[0], 4096 + 100)  # in its sound: the file still tells what it is
            flip(paths[1], 70)          # in its commitment: it tells nothing
            paths[2].unlink()
            old = {table: dump(index, table) for table in tables_of(index)}
            outcome = self.rebuild(recorder, exit_code=1)
            self.assertEqual({name: outcome[name] for name in
                              ("recordings", "unfinished", "unreadable", "kept", "placeholders")},
                             {"recordings": 4, "unfinished": 1, "unreadable": 1, "kept": 3,
                              "placeholders": 0})
            self.assertEqual(outcome["rows_lost"], 0)
            for table, before in old.items():
                after = dump(index, table)
                if table == "audit":
                    after = {key: row for key, row in after.items()
                             if row["action"] != "index.rebuild"}
                self.assert_rows(before, after, table)
            kept = only(recorder.store, "index.sqlite.before-*Z")
            self.assertEqual(outcome["before"], str(kept))
            self.assert_rows(old["recordings"], dump(kept, "recordings"), "the old one")
            self.keep_until_recovered(recorder, unfinished)

    def path_of(self, recorder, recording_id):
        return recorder.store / recorder.recorderctl("recordings", "show", recording_id)["path"]

    def test_without_any_index_customers_are_placeholders(self):
        with Recorder(rtp_ports=(24400, 24499)) as recorder:
            recorder.callgen("--calls", 2, "--seconds", 1, "--tone")
            recorder.sealed(2)
            self.assertEqual(recorder.stop_all(), [])
            index = recorder.store / "index.sqlite"
            customer = dump(index, "customers")
            ids = {row["id"] for row in customer.values() if row["number"] == CUSTOMER}
            index.write_bytes(b"no database" * 1000)
            outcome = self.rebuild(recorder, exit_code=1)
            self.assertEqual((outcome["recordings"], outcome["placeholders"],
                              outcome["other_index"]), (2, 1, False))
            names = [row for row in dump(index, "customers").values() if row["id"] in ids]
            self.assertEqual(names[0]["number"], names[0]["id"].hex())
            self.assertIn("no index knows", names[0]["name"])
            self.assertEqual(only(recorder.store, "index.sqlite.before-*Z").read_bytes()[:11],
                             b"no database")


class Places(Calls):
    @contextlib.contextmanager
    def places(self, recorder):
        yield recorder.directory / "backup", recorder.directory / "keys-apart"

    def restored(self, recorder, name="second"):
        """A configuration of an empty store."""
        config = recorder.directory / f"{name}.conf"
        config.write_text(f'store = "{recorder.directory}/{name}"\n')
        return config

    def run_with(self, config, *arguments, exit_code=0):
        done = subprocess.run([str(BIN / "recorderctl"), "--config", str(config), "--json",
                               *map(str, arguments)], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, exit_code, done.stdout + done.stderr)
        return json.loads(done.stdout) if done.stdout.strip() else done.stderr


class Backup(Places):
    def test_made_in_calls_it_is_restored_elsewhere_and_plays(self):
        with Recorder(rtp_ports=(24500, 24699)) as recorder, self.places(recorder) as (to, keys):
            recorder.callgen("--calls", 5, "--seconds", 2, "--speech", "--loss", 3)
            recorder.sealed(5)
            running = recorder.callgen_start("--calls", 4, "--seconds", 12, "--tone")
            wait_until(lambda: sum(row["state"] == "recording" for row in recorder.listed()) == 4,
                       10)
            first = self.ctl(recorder, "backup", to, "--keys", keys, "--master")
            self.assertEqual((first["copied"], first["running"], first["missing"], first["bad"]),
                             (5, 4, 0, 0))
            again = self.ctl(recorder, "backup", to, "--keys", keys, "--master")
            self.assertEqual((again["copied"], again["unchanged"], again["keys"]["copied"]),
                             (0, 5, 0))
            half = self.restored(recorder, "half")
            outcome = self.run_with(half, "restore", to, "--keys", keys)
            self.assertEqual((outcome["restored"], outcome["failed_as_they_went_on"]), (5, 4))
            rows = self.run_with(half, "recordings", "list", "--limit", 200)
            self.assertEqual(sorted(row["state"] for row in rows),
                             ["failed"] * 4 + ["sealed"] * 5)
            recorder.callgen_finish(running)
            recorder.sealed(9)
            last = self.ctl(recorder, "backup", to, "--keys", keys, "--master")
            self.assertEqual((last["copied"], last["unchanged"], last["running"]), (4, 5, 0))
            found = self.ctl(recorder, "backup", "test", to, "--keys", keys, "-n", 100)
            self.assertEqual((found["ok"], found["bad"]), (9, 0))
            for one in found["tested"]:
                self.assertGreater(one["duration_ms"], 1500)
                self.assertAlmostEqual(one["played_ms"], one["duration_ms"], delta=40)
            whole = self.restored(recorder)
            self.assertEqual(self.run_with(whole, "restore", to, "--keys", keys)["restored"], 9)
            self.run_with(whole, "recordings", "verify", "--all")
            listed = self.ctl(recorder, "recordings", "list", "--limit", 200)
            self.assertEqual(self.run_with(whole, "recordings", "list", "--limit", 200), listed)
            for path in recorder.recording_files():
                copy = recorder.directory / "second" / path.relative_to(recorder.store)
                self.assertEqual(path.read_bytes(), copy.read_bytes())
            self.run_with(whole, "restore", to, exit_code=4)
            log = [entry["action"] for entry in self.run_with(whole, "audit", "list")]
            self.assertIn("restore", log)

    def test_recovered_recording_with_a_hole_plays_too(self):
        with Recorder(rtp_ports=(25250, 25299)) as recorder, self.places(recorder) as (to, keys):
            callgen = recorder.callgen_start("--seconds", 30, "--speech", "--bye-wait-ms", 200)
            wait_until(lambda: recorder.listed(), 10)
            time.sleep(9)
            recorder.stop("keeper")
            recorder.kill9("ingest")
            self.abandon(callgen)
            path = recorder.recording_files()[0]
            for unit in (3, 4):
                flip(path, 4096 * unit + 1000)
            self.ctl(recorder, "keeper", "--once")
            row = recorder.recorderctl("recordings", "show", recorder.listed()[0]["id"])
            self.assertEqual(row["state"], "recovered")
            self.ctl(recorder, "backup", to, "--keys", keys, "--master")
            found = self.ctl(recorder, "backup", "test", to, "--keys", keys)
            self.assertEqual((found["ok"], found["bad"]), (1, 0))
            played = found["tested"][0]
            self.assertAlmostEqual(played["duration_ms"], row["duration_ms"], delta=40)
            self.assertAlmostEqual(played["played_ms"] + played["missing_ms"],
                                   played["duration_ms"], delta=40)
            self.assertGreater(played["duration_ms"], 6000)

    def test_what_was_cut_off_goes_on(self):
        with Recorder(rtp_ports=(24700, 24799)) as recorder, self.places(recorder) as (to, keys):
            recorder.callgen("--calls", 6, "--seconds", 1, "--tone")
            recorder.sealed(6)
            command = [str(BIN / "recorderctl"), "--config", str(recorder.config), "--json"]
            killed = ["strace", "-f", "-o", "/dev/null", "-e", "trace=rename", "-e"]
            done = subprocess.run([*killed, "inject=rename:signal=KILL:when=4", *command, "backup",
                                   str(to)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.assertNotEqual(done.returncode, 0)
            self.assertFalse((to / "manifest.json").exists())
            outcome = self.ctl(recorder, "backup", to, "--keys", keys, "--master")
            self.assertGreaterEqual(outcome["resumed"], 3)
            self.assertEqual(outcome["resumed"] + outcome["copied"], 6)
            self.assertEqual(len(list(to.glob("index-*"))), 1, "what was left is removed")
            config = self.restored(recorder)
            done = subprocess.run([*killed, "inject=rename:signal=KILL:when=9",
                                   str(BIN / "recorderctl"), "--config", str(config), "restore",
                                   str(to), "--keys", str(keys)], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE)
            self.assertNotEqual(done.returncode, 0)
            outcome = self.run_with(config, "restore", to, "--keys", keys)
            self.assertEqual(outcome["resumed"] + outcome["restored"], 6)
            self.run_with(config, "recordings", "verify", "--all")
            found = self.run_with(config, "backup", "test", to, "--keys", keys)
            self.assertEqual((found["ok"], found["bad"]), (6, 0))

    def test_what_was_changed_is_found(self):
        with Recorder(rtp_ports=(24800, 24899)) as recorder, self.places(recorder) as (to, keys):
            recorder.callgen("--calls", 3, "--seconds", 1, "--tone")
            rows = recorder.sealed(3)
            test = ("backup", "test", to, "--keys", keys, "-n", 50)
            self.ctl(recorder, "backup", to, "--keys", keys, "--master")
            path = self.ctl(recorder, "recordings", "show", rows[0]["id"])["path"]
            flip(to / path, 5000)
            found = self.ctl(recorder, *test, exit_code=1)
            self.assertEqual((found["ok"], found["bad"]), (2, 1))
            config = self.restored(recorder)
            outcome = self.run_with(config, "restore", to, "--keys", keys, exit_code=1)
            self.assertEqual((outcome["restored"], outcome["bad"]), (3, 1))
            (to / path).unlink()  # the next run puts it right
            self.assertEqual(self.ctl(recorder, "backup", to)["copied"], 1)
            self.ctl(recorder, *test)
            manifest = to / "manifest.json"
            good = manifest.read_text()
            for changed in (good.replace('"recordings": 3', '"recordings": 2'),
                            good.replace('"signature": "', '"signature": "00', 1), "{}", ""):
                self.assertNotEqual(changed, good)
                manifest.write_text(changed)
                self.ctl(recorder, *test, exit_code=1)
                self.run_with(self.restored(recorder, "third"), "restore", to, "--keys", keys,
                              exit_code=1)
            manifest.write_text(good)
            for pattern in ("index-*.sqlite", "files-*.jsonl"):
                flip(only(to, pattern), 200)
                self.ctl(recorder, *test, exit_code=1)
                self.run_with(self.restored(recorder, "third"), "restore", to, "--keys", keys,
                              exit_code=1)
                flip(only(to, pattern), 200)
            self.ctl(recorder, *test)
            self.assertFalse((recorder.directory / "third" / "index.sqlite").exists())

    def test_damage_in_the_store_is_told_and_does_not_reach_the_backup(self):
        with Recorder(rtp_ports=(24900, 24999)) as recorder, self.places(recorder) as (to, keys):
            recorder.callgen("--calls", 3, "--seconds", 1, "--tone")
            recorder.sealed(3)
            self.ctl(recorder, "backup", to, "--keys", keys, "--master")
            files = recorder.recording_files()
            flip(files[0], 5000)
            files[1].unlink()
            outcome = self.ctl(recorder, "backup", to, exit_code=1)
            self.assertEqual((outcome["bad"], outcome["missing"], outcome["recordings"]), (1, 1, 3))
            found = self.ctl(recorder, "backup", "test", to, "--keys", keys, "-n", 50)
            self.assertEqual((found["ok"], found["bad"]), (3, 0))

    def test_keys_lie_apart(self):
        with Recorder(rtp_ports=(25000, 25049), programs=()) as recorder:
            to = recorder.directory / "backup"
            for keys in (to, to / "keys", recorder.store / "keys", recorder.store):
                self.ctl(recorder, "backup", to, "--keys", keys, exit_code=2)
            link = recorder.directory / "link"
            to.mkdir(exist_ok=True)
            link.symlink_to(to)
            self.ctl(recorder, "backup", to, "--keys", link / "keys", exit_code=2)
            self.ctl(recorder, "backup", recorder.store / "b", exit_code=2)
            self.ctl(recorder, "backup", to, "--master", exit_code=2)
            keys = recorder.directory / "apart"
            self.ctl(recorder, "backup", to, "--keys", keys)
            self.assertFalse(list(to.rglob("*.key")) + list(to.rglob("*.pub")))
            self.assertFalse((keys / "master.key").exists())
            self.assertEqual((keys / "signing" / "ingest.key").stat().st_mode & 0o777, 0o400)
            self.run_with(self.restored(recorder), "backup", "test", to, "--keys", keys,
                          exit_code=5)


class Versions(Calls):
    def test_every_program_refuses_an_index_of_a_newer_one(self):
        with Recorder(rtp_ports=(25050, 25099), programs=()) as recorder:
            with contextlib.closing(sqlite3.connect(recorder.store / "index.sqlite")) as db:
                db.execute("PRAGMA user_version = 99")
            for name, arguments in (("recorder-ingest", ()), ("recorder-web", ()),
                                    ("recorderctl", ("status",)), ("recorderctl", ("init",)),
                                    ("recorderctl", ("keeper", "--once")),
                                    ("recorderctl", ("index", "rebuild")),
                                    ("recorderctl", ("backup", recorder.directory / "b"))):
                done = subprocess.run([str(BIN / name), "--config", str(recorder.config),
                                       *map(str, arguments)], stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, text=True, timeout=60)
                said = done.stderr.strip()
                self.assertIn("schema version 99 is newer than this program's", said, name)
                self.assertIn("update the program", said)
                self.assertEqual(len([line for line in said.splitlines() if "99" in line]), 1)
                self.assertEqual(done.returncode, 5 if name == "recorderctl" else
                                 done.returncode or -1, name)
            with contextlib.closing(sqlite3.connect(recorder.store / "index.sqlite")) as db:
                self.assertEqual(db.execute("PRAGMA user_version").fetchone(), (99,))


if __name__ == "__main__":
    unittest.main()
