"""Each program as a user of its own, with only its own files: storage/KEYS.md, tried out."""
import hashlib
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from support import BIN, CALLED, CUSTOMER, Recorder, wait_until

INGEST, WEB, KEEPER, SHARED = 60001, 60002, 60003, 60000
# uid and gid, and the further groups that README.md says
USERS = {
    "ingest": (INGEST, [SHARED]),
    "web": (WEB, [SHARED]),
    "keeper": (KEEPER, [SHARED, INGEST, WEB]),
}
INIT = ("init", "--ingest-user", INGEST, "--web-user", WEB, "--keeper-user", KEEPER, "--group",
        SHARED)
# what may be done with a file or directory: R read, W write; by which programs
MAY = {
    "": {"ingest": "RW", "web": "RW", "keeper": "RW"},
    "store.id": {"ingest": "R", "web": "R", "keeper": "RW"},
    "keeper.json": {"ingest": "R", "web": "R", "keeper": "RW"},
    "receipts": {"ingest": "", "web": "", "keeper": "RW"},
    "reserve": {"ingest": "RW", "web": "", "keeper": ""},
    "index.sqlite": {"ingest": "RW", "web": "RW", "keeper": "RW"},
    "recordings": {"ingest": "RW", "web": "R", "keeper": "RW"},
    "keys/lock": {"ingest": "", "web": "", "keeper": "RW"},
    "keys/slots.lock": {"ingest": "", "web": "", "keeper": "RW"},
    "keys/master.key": {"ingest": "", "web": "", "keeper": "RW"},
    "keys/private": {"ingest": "", "web": "R", "keeper": "RW"},
    "keys/signing/ingest.key": {"ingest": "R", "web": "", "keeper": ""},
    "keys/signing/keeper.key": {"ingest": "", "web": "", "keeper": "R"},
    "keys/signing": {"ingest": "R", "web": "R", "keeper": "R"},
    "keys": {"ingest": "R", "web": "R", "keeper": "RW"},
    "keys/public": {"ingest": "R", "web": "R", "keeper": "RW"},
}


# what lies below these has rows of its own
ALONE = ("", "keys", "keys/signing")


class OwnUsers(Recorder):
    """A recorder whose programs run as users without a name, set up by `init` as root."""

    def recorderctl(self, *arguments, **options):
        return super().recorderctl(*(INIT if arguments == ("init",) else arguments), **options)

    def start(self, name):
        self.prepare()
        uid, groups = USERS[name]
        arguments, ready = self.command(name)
        arguments[0] = str(self.bin / pathlib.Path(arguments[0]).name)
        environment = {**os.environ, **self.environment.get(name, {})}
        ready.unlink(missing_ok=True)
        log = self.directory / f"{name}.log"
        self.logs[name] = log
        with log.open("ab") as output:
            process = subprocess.Popen(arguments, stdout=output, stderr=output,
                                       stdin=subprocess.DEVNULL, user=uid, group=uid,
                                       extra_groups=groups, env=environment,
                                       preexec_fn=allow_cores, cwd=self.run)
        self.processes[name] = process

        def is_ready():
            assert process.poll() is None, f"{name} ended:\n{log.read_text()}"
            return ready.exists()
        wait_until(is_ready, 30, what=f"{name} ready")
        text = ready.read_text().strip()
        self.addresses.update(json.loads(text) if text else {})

    def prepare(self):
        """Programs where anybody may run them, a place for ready files, and web's master key: its
        own copy, as systemd hands out a credential."""
        if hasattr(self, "bin"):
            return
        self.bin, self.run = self.directory / "bin", self.directory / "run"
        shutil.copytree(BIN, self.bin)
        self.run.mkdir()
        self.run.chmod(0o1777)
        given = self.directory / "credentials"
        given.mkdir()
        copy = given / "recorder-master"
        shutil.copy(self.store / "keys" / "master.key", copy)
        for path, mode in ((copy, 0o400), (given, 0o500)):
            os.chown(path, WEB, WEB)
            path.chmod(mode)
        # a configuration of its own names it; the others keep the one that is everybody's
        self.web_config = self.directory / "web.conf"
        self.web_config.write_text(f'{self.config.read_text()}master_key = "{copy}"\n')
        portal = self.directory / "portal"
        shutil.copytree(re.search(r'portal = "(.*)"', self.config.read_text()).group(1), portal)
        for path in (self.config, self.web_config):
            path.write_text(re.sub(r'portal = ".*"', f'portal = "{portal}"', path.read_text()))
        self.environment = {}

    def command(self, name):
        arguments, _ = super().command(name)
        ready = self.run / f"{name}.ready"
        arguments[-1] = str(ready)
        if name == "web":
            arguments[arguments.index("--config") + 1] = str(self.web_config)
        return arguments, ready

    def as_user(self, name, *arguments):
        """Run a command as one of the programs' users; returns what it did."""
        uid, groups = USERS[name]
        return subprocess.run(list(map(str, arguments)), user=uid, group=uid, extra_groups=groups,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              cwd=self.run)


def allow_cores():
    """As much as the system lets a program dump: that it does not is its own doing."""
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))


@unittest.skipUnless(os.geteuid() == 0, "needs root: runs programs as other users")
class Users(unittest.TestCase):
    def test_files_are_for_the_programs_that_need_them_and_for_no_other(self):
        with OwnUsers() as recorder:
            recorder.callgen("--seconds", 2, "--tone")
            row = recorder.sealed()[0]
            recorder.recorderctl("recordings", "reseal", row["id"], "--to", "hold")
            for leaf, may in MAY.items():
                top = recorder.store / leaf
                below = top.rglob("*") if top.is_dir() and leaf not in ALONE else []
                for path in [top, *below]:
                    for name, wanted in may.items():
                        self.assertEqual(self.rights(recorder, name, path), wanted,
                                         f"{name}: {path}")
            done = subprocess.run(["setpriv", "--reuid", "60009", "--regid", "60009",
                                   "--clear-groups", "ls", str(recorder.store)],
                                  stderr=subprocess.PIPE, check=False)
            self.assertNotEqual(done.returncode, 0, "nobody else gets into the store")
            self.assertEqual(recorder.recorderctl("doctor")["bad"], 0)
            findings = {finding["check"]: finding
                        for finding in recorder.recorderctl("doctor")["findings"]}
            self.assertEqual(findings["owners"]["verdict"], "ok", findings["owners"])
            self.assertEqual(findings["users"]["verdict"], "ok", findings["users"])

    def rights(self, recorder, name, path):
        """What the kernel lets a program's user do. A directory is written by making a file in it."""
        script = ('r=; w=; if test -d "$1"; then ls "$1" >/dev/null 2>&1 && r=R;'
                  ' t="$1/.try"; (: > "$t") 2>/dev/null && { w=W; rm "$t"; };'
                  ' else (: < "$1") 2>/dev/null && r=R; (: >> "$1") 2>/dev/null && w=W; fi;'
                  ' echo "$r$w"')
        done = recorder.as_user(name, "sh", "-c", script, "sh", path)
        allowed = done.stdout.strip()
        if path.is_file() and name == "keeper" and allowed == "R":
            return self.of_directory(recorder, path)
        return allowed

    def of_directory(self, recorder, path):
        """The keeper writes no file in place, but makes another and renames it: its directory's
        right is what counts."""
        return self.rights(recorder, "keeper", path.parent)

    def test_call_is_recorded_crashes_is_recovered_and_played_by_three_users(self):
        with OwnUsers() as recorder:
            callgen = recorder.callgen_start("--calls", 2, "--seconds", 60, "--tone",
                                             "--bye-wait-ms", 300)
            wait_until(lambda: len(recorder.recording_files()) == 2, 20)
            time.sleep(4)
            recorder.kill9("ingest")
            rows = wait_until(lambda: [row for row in recorder.listed()
                                       if row["state"] == "recovered"][1:] and recorder.listed(),
                              30, 0.2, "recovered by the keeper's user")
            callgen.terminate()
            callgen.communicate()
            for row in rows:
                audio = recorder.get(f"/api/v1/recordings/{row['id']}/audio")
                self.assertEqual((audio.status, audio.body[:4]), (200, b"OggS"))
                self.assertGreater(row["duration_ms"], 1500)
            recorder.start("ingest")
            recorder.callgen("--seconds", 2, "--tone")
            row = recorder.sealed(3)[0]
            self.assertEqual(row["state"], "sealed")
            self.assertEqual(recorder.get(f"/api/v1/recordings/{row['id']}/audio").status, 200)
            # a customer whom root adds is everybody's who needs it
            recorder.add_customer("70100200", "Else", CALLED)
            recorder.callgen("--seconds", 1, "--tone", caller="+4599000000")
            wait_until(lambda: [each for each in recorder.recorderctl("recordings", "list")
                                if each["state"] == "sealed"][1:], 20, what="the other's call")
            owners = {path.stat().st_uid for path in recorder.store.rglob("*")
                      if path != recorder.store / "keys" / "signing"}
            self.assertEqual(owners - {INGEST, WEB, KEEPER}, set(), "nothing else is root's")

    def test_web_says_that_its_master_key_was_rotated_away_and_plays_when_it_has_the_new_one(self):
        with OwnUsers() as recorder:
            recorder.callgen("--seconds", 2, "--tone")
            audio = f"/api/v1/recordings/{recorder.sealed()[0]['id']}/audio"
            rotated = recorder.recorderctl("keys", "rotate")
            self.assertIn("restart", rotated["next_step"])
            answer = recorder.get(audio)
            self.assertEqual((answer.status, json.loads(answer.body)["type"]),
                             (503, "/problems/master-key-replaced"))
            self.assertIn("keys.master_key_is_old", recorder.logs["web"].read_text())
            copy = recorder.directory / "credentials" / "recorder-master"
            copy.write_bytes((recorder.store / "keys" / "master.key").read_bytes())
            recorder.stop("web")
            recorder.start("web")
            self.assertEqual(recorder.get(audio).status, 200)

    def test_web_cannot_put_another_directory_or_key_where_root_and_the_keeper_work(self):
        with OwnUsers() as recorder:
            store = recorder.store
            for name in ("web", "ingest"):
                for leaf in ("receipts", "recordings", "keys", "store.id", "keys/signing/ingest.key",
                             "keys/signing"):
                    done = recorder.as_user(name, "sh", "-c",
                                            f"rm -rf {store}/{leaf}.x; mv {store}/{leaf}"
                                            f" {store}/{leaf}.x || rm {store}/{leaf}")
                    own = name == "ingest" and leaf == "recordings"
                    if own:  # its own directory: what it holds it can delete anyway
                        (store / f"{leaf}.x").rename(store / leaf)
                    self.assertNotEqual(done.returncode, 0 if not own else 1, f"{name}: {leaf}")
                    self.assertTrue((store / leaf).exists(), leaf)
            # nor does who only reads keys hold up who makes them
            held = subprocess.Popen(["flock", "-n", store / "keys/private", "sleep", "60"],
                                    user=WEB, group=WEB, extra_groups=[SHARED])
            try:
                done = recorder.as_user("web", "flock", "-n", store / "keys/lock", "true")
                self.assertNotEqual(done.returncode, 0, done.stdout)
                recorder.add_customer("70100300", "Makes a pair")
            finally:
                held.kill()
                held.wait()
            done = recorder.as_user("keeper", "rm", "-f", store / "keys/signing/ingest.key")
            self.assertNotEqual(done.returncode, 0, "not even the keeper, who has all else")

    def test_ingest_signs_nobody_in_by_what_it_writes_into_the_index(self):
        with OwnUsers() as recorder:
            recorder.callgen("--seconds", 2, "--tone")
            audio = f"/api/v1/recordings/{recorder.sealed()[0]['id']}/audio"
            self.assertEqual(recorder.get(audio).status, 200)
            own = recorder.cookie
            accomplice = recorder.add_customer("70100200", "Accomplice")
            self.assertEqual(recorder.sign_in("70100200", accomplice).status, 204)
            self.assertEqual(recorder.get(audio).status, 404)

            # a session of its own making; then one whose proof is another's
            token, now = "41" * 32, int(time.time() * 1e6)
            self.write_as_ingest(recorder, f"""INSERT INTO sessions
                (token_hash, customer, created_us, seen_us, proof) SELECT
                x'{hashlib.sha256(bytes.fromhex(token)).hexdigest()}', id, {now}, {now},
                (SELECT proof FROM sessions) FROM customers WHERE number = '{CUSTOMER}'""")
            theirs, recorder.cookie = recorder.cookie, f"recorder_session={token}"
            self.assertEqual(recorder.get(audio).status, 401)
            # the accomplice's session, now the customer's
            recorder.cookie = theirs
            self.write_as_ingest(recorder, f"""UPDATE sessions SET customer =
                (SELECT id FROM customers WHERE number = '{CUSTOMER}')""")
            self.assertEqual(recorder.get(audio).status, 401)
            recorder.cookie = own
            self.assertEqual(recorder.get(audio).status, 200)

            # the accomplice's PIN, or a hash of its own making, in the customer's row
            self.write_as_ingest(recorder, f"""UPDATE customers SET pin =
                (SELECT pin FROM customers WHERE number = '70100200')
                WHERE number = '{CUSTOMER}'""")
            self.assertEqual(recorder.sign_in(CUSTOMER, accomplice).status, 401)
            self.write_as_ingest(recorder, "UPDATE customers SET pin = randomblob(168)")
            self.assertEqual(recorder.sign_in(CUSTOMER, accomplice).status, 401)
            log = recorder.logs["web"].read_text()
            self.assertEqual(log.count("session.forged"), 2)
            self.assertEqual(log.count("session.pin_foreign"), 2)
            findings = {finding["check"]: finding
                        for finding in recorder.recorderctl("doctor", check=False)["findings"]}
            self.assertEqual(findings["sign-in"]["verdict"], "bad", findings["sign-in"])

    def write_as_ingest(self, recorder, sql):
        script = ("import sqlite3, sys\nindex = sqlite3.connect(sys.argv[1])\n"
                  "index.execute(sys.argv[2])\nindex.commit()")
        done = recorder.as_user("ingest", "/usr/bin/python3", "-c", script,
                                recorder.store / "index.sqlite", sql)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_ingest_cannot_open_what_it_has_finished_and_web_cannot_change_or_sign_it(self):
        with OwnUsers() as recorder:
            recorder.callgen("--seconds", 2, "--tone")
            row = recorder.sealed()[0]
            path = recorder.recording_files()[0]
            tool = recorder.bin / "recorderctl"
            for name in ("ingest", "web"):
                done = recorder.as_user(name, tool, "--config", recorder.config, "recordings",
                                        "verify", row["id"])
                self.assertEqual(done.returncode, 5, done.stdout)
                self.assertRegex(done.stdout, "master.key: Permission denied")
            # with its own copy of the master key web reads, but neither signs nor writes
            done = recorder.as_user("web", tool, "--config", recorder.web_config, "recordings",
                                    "verify", row["id"])
            self.assertEqual(done.returncode, 0, done.stdout)
            done = recorder.as_user("web", tool, "--config", recorder.web_config, "keeper",
                                    "--once")
            self.assertEqual(done.returncode, 5, done.stdout)
            self.assertIn("signing", done.stdout)
            done = recorder.as_user("web", "sh", "-c", f"rm {path} || mv {path} {path}.x ||"
                                    f" mv {recorder.store}/recordings {recorder.store}/gone ||"
                                    f" mv {recorder.store}/keys {recorder.store}/gone")
            self.assertNotEqual(done.returncode, 0)
            self.assertTrue(path.exists())
            done = recorder.as_user("keeper", tool, "--config", recorder.config, "recordings",
                                    "verify", row["id"])
            self.assertEqual(done.returncode, 0, done.stdout)


@unittest.skipUnless(os.geteuid() == 0, "needs root: looks into other users' processes")
class Memory(unittest.TestCase):
    def limits(self, pid):
        text = pathlib.Path(f"/proc/{pid}/limits").read_text()
        return re.search(r"Max core file size\s+(\S+)\s+(\S+)", text).groups()

    def test_programs_dump_no_core_and_let_nobody_look_into_them(self):
        with OwnUsers() as recorder:
            callgen = recorder.callgen_start("--seconds", 20, "--tone")
            wait_until(lambda: recorder.recording_files(), 20)
            for name in ("ingest", "web", "keeper"):
                pid = recorder.processes[name].pid
                self.assertEqual(self.limits(pid), ("0", "0"), name)
                # of a process that is not dumpable the kernel makes root the owner
                self.assertEqual(os.stat(f"/proc/{pid}/environ").st_uid, 0, name)
                looked = recorder.as_user(name, "cat", f"/proc/{pid}/maps")
                self.assertNotEqual(looked.returncode, 0, "not even the same user")
            for name, fatal in (("ingest", signal.SIGABRT), ("web", signal.SIGSEGV),
                                ("keeper", signal.SIGABRT)):
                process = recorder.processes.pop(name)
                os.kill(process.pid, fatal)
                _, status = os.waitpid(process.pid, 0)
                process.returncode = -fatal
                self.assertTrue(os.WIFSIGNALED(status), name)
                self.assertEqual(os.WTERMSIG(status), fatal)
                self.assertFalse(os.WCOREDUMP(status), f"{name} left a core")
            self.assertEqual([path for path in recorder.directory.rglob("core*")
                              if path.is_file()], [])
            callgen.terminate()
            callgen.communicate()

    def test_what_is_not_protected_would_have_been_seen_by_the_test_before(self):
        with tempfile.TemporaryDirectory() as directory:
            os.chown(directory, INGEST, INGEST)
            child = subprocess.Popen(["sleep", "60"], preexec_fn=allow_cores, user=INGEST,
                                     cwd=directory)
            try:
                self.assertEqual(os.stat(f"/proc/{child.pid}/environ").st_uid, INGEST)
            finally:
                child.send_signal(signal.SIGSEGV)
                _, status = os.waitpid(child.pid, 0)
                child.returncode = -signal.SIGSEGV
            if not os.WCOREDUMP(status):
                self.skipTest("this system dumps no cores: that ours leave none says nothing")


if __name__ == "__main__":
    unittest.main()
