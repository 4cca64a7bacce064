"""A whole recorder for one test: a store of its own, all three programs on free ports.

    with Recorder() as recorder:
        report = recorder.callgen("--seconds", "3", "--tone")
        row = recorder.sealed()[0]
        audio = recorder.get(f"/api/v1/recordings/{row['id']}/audio").body

Environment: RECORDER_BUILD, the build folder whose bin/ is tested (ctest sets it).
On the way out every program is stopped and must have exited with 0 and without a sanitizer's report.
"""
import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("RECORDER_BUILD", ROOT / "build" / "release"))
BIN = BUILD / "bin"
TOOLS = BUILD / "tests"
CUSTOMER, CALLER, CALLED = "88303080", "+4588303080", "+4570100200"
START_S, STOP_S = 30, 60
# who may call, unless a test says otherwise: arguments of `recorderctl source add`
SOURCES = (("loopback", "127.0.0.0/8"), ("loopback-6", "::1"))


class Answer:
    """One HTTP answer: status, headers (lower-case names), body."""

    def __init__(self, status, headers, body):
        self.status, self.body = status, body
        self.headers = {name.lower(): value for name, value in headers}

    def json(self):
        return json.loads(self.body)


def wait_until(condition, seconds=20, every=0.05, what="condition"):
    """The first true value of condition(), or AssertionError after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(every)
    raise AssertionError(f"{what}: not within {seconds} s")


class Recorder:
    """Store, configuration and running programs; see the module's text."""

    def __init__(self, rtp_ports=(20000, 23999), options="", programs=("ingest", "web", "keeper"),
                 ingest_user=None, sources=SOURCES, store=None):
        self.rtp_ports, self.options, self.programs = rtp_ports, options, programs
        self.ingest_user = ingest_user  # (uid, gid) to run recorder-ingest as
        self.sources = sources
        self.store = store  # its directory, where it is not to lie with everything else
        self.processes, self.logs, self.addresses = {}, {}, {}
        self.cookie = None
        self.pin = None

    # --- life ---
    def __enter__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="recorder-test-"))
        self.directory.chmod(0o755)
        self.store = self.store or self.directory / "store"
        self.config = self.directory / "recorder.conf"
        self.config.write_text(
            f'store = "{self.store}"\nsip_listen = "127.0.0.1:0"\nhttp_listen = "127.0.0.1:0"\n'
            f'rtp_port_first = {self.rtp_ports[0]}\nrtp_port_last = {self.rtp_ports[1]}\n'
            f'portal = "{ROOT}/web/portal/dist"\nkeeper_period_s = 1\ndisk_reserve_mib = 1\n'
            f'{self.options}\n')
        try:
            self.recorderctl("init")
            for source in self.sources:
                self.recorderctl("source", "add", *source)
            self.pin = self.add_customer(CUSTOMER, "Nordlys Revision", CALLER)
            if self.ingest_user:
                self.give_ingest_its_files()
            for name in self.programs:
                self.start(name)
        except BaseException:
            self.kill_all()
            raise
        return self

    def __exit__(self, kind, error, trace):
        problems = [] if kind else self.stop_all()
        self.kill_all()
        if kind or problems:
            for name, path in self.logs.items():
                print(f"--- {name}: {path}\n{path.read_text(errors='replace')[-4000:]}")
        elif not os.environ.get("KEEP"):
            shutil.rmtree(self.directory)
        if problems:
            raise AssertionError("; ".join(problems))

    def add_customer(self, number, name, *numbers):
        """Make a customer with phone numbers; returns its PIN."""
        pin = self.recorderctl("customer", "add", number, "--name", name)["pin"]
        for phone in numbers:
            self.recorderctl("number", "add", number, phone)
        return pin

    def give_ingest_its_files(self):
        """The ownership of an installed system: ingest reads public keys and its signer, no more."""
        uid, gid = self.ingest_user
        # a clone below /root is nobody else's to run from
        shutil.copy(BIN / "recorder-ingest", self.directory)
        for path in [self.store, *self.store.rglob("*")]:
            os.chown(path, 0, gid)
        os.chown(self.store / "keys" / "signing" / "ingest.key", uid, gid)
        for path in (self.store / "keys", self.store / "keys" / "signing"):
            path.chmod(0o755)

    def command(self, name):
        ready = self.directory / f"{name}.ready"
        program = {"ingest": ["recorder-ingest"], "web": ["recorder-web"],
                   "keeper": ["recorderctl"]}[name]
        extra = ["keeper"] if name == "keeper" else []
        folder = self.directory if name == "ingest" and self.ingest_user else BIN
        return [str(folder / program[0]), "--config", str(self.config), *extra,
                "--ready-file", str(ready)], ready

    def start(self, name):
        """Start one program and wait until it says that it is ready."""
        arguments, ready = self.command(name)
        ready.unlink(missing_ok=True)
        log = self.directory / f"{name}.log"
        self.logs[name] = log
        user = {}
        if name == "ingest" and self.ingest_user:
            user = {"user": self.ingest_user[0], "group": self.ingest_user[1], "extra_groups": []}
            ready.touch()
            os.chown(ready.parent, self.ingest_user[0], self.ingest_user[1])
            ready.unlink()
        with log.open("ab") as output:
            process = subprocess.Popen(arguments, stdout=output, stderr=output,
                                       stdin=subprocess.DEVNULL, **user)
        self.processes[name] = process

        def is_ready():
            if process.poll() is not None:
                raise AssertionError(f"{name} ended with {process.returncode}:\n{log.read_text()}")
            return ready.exists()
        wait_until(is_ready, START_S, what=f"{name} ready")
        text = ready.read_text().strip()
        self.addresses.update(json.loads(text) if text else {})

    def kill9(self, name):
        """SIGKILL, as a crash would."""
        process = self.processes.pop(name)
        process.kill()
        process.wait()

    def stop(self, name):
        """SIGTERM; returns what was wrong with the way it ended, or None."""
        process = self.processes.pop(name)
        process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return f"{name} did not stop within {STOP_S} s"
        return None if code == 0 else f"{name} exited with {code}"

    def stop_all(self):
        problems = [self.stop(name) for name in ("ingest", "web", "keeper")
                    if name in self.processes]
        for name, path in self.logs.items():
            found = re.search(r"(ERROR: \w+Sanitizer|runtime error:|WARNING: ThreadSanitizer).*",
                              path.read_text(errors="replace"))
            if found:
                problems.append(f"{name}: {found.group(0)}")
        return [problem for problem in problems if problem]

    def kill_all(self):
        for process in self.processes.values():
            process.kill()
            process.wait()
        self.processes.clear()

    # --- commands ---
    def recorderctl(self, *arguments, check=True, parse=True):
        """Run recorderctl --json; returns what it printed, parsed."""
        done = subprocess.run([str(BIN / "recorderctl"), "--config", str(self.config), "--json",
                               *map(str, arguments)], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)
        if check and done.returncode:
            raise AssertionError(f"recorderctl {arguments}: exit {done.returncode}: {done.stderr}")
        if not parse:
            return done
        return json.loads(done.stdout) if done.stdout.strip() else None

    def callgen_start(self, *arguments, caller=CALLER, called=CALLED):
        """Start callgen against this recorder; the report is read by callgen_finish."""
        report = self.directory / f"report-{time.monotonic_ns()}.json"
        process = subprocess.Popen([str(BIN / "callgen"), "--to", self.addresses["sip"],
                                    "--caller", caller, "--called", called, "--report",
                                    str(report), *map(str, arguments)],
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        process.report_path = report
        return process

    def callgen_finish(self, process, check=True):
        output = process.communicate(timeout=1200)[0]
        if check and process.returncode:
            raise AssertionError(f"callgen: exit {process.returncode}: {output}")
        return json.loads(process.report_path.read_text())

    def callgen(self, *arguments, check=True, **parties):
        return self.callgen_finish(self.callgen_start(*arguments, **parties), check)

    # --- HTTP ---
    def request(self, method, path, headers=None, body=None, cookie=True):
        where = urllib.parse.urlsplit(self.addresses["http"])
        connection = http.client.HTTPConnection(where.hostname, where.port, timeout=60)
        headers = dict(headers or {})
        if cookie and self.cookie:
            headers["Cookie"] = self.cookie
        with contextlib.closing(connection):
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.getheaders(), answer.read())

    def sign_in(self, customer=CUSTOMER, pin=None):
        """Sign in and keep the cookie; returns the answer."""
        answer = self.request("POST", "/api/v1/session", {"Content-Type": "application/json"},
                              json.dumps({"customer": customer, "pin": pin or self.pin}),
                              cookie=False)
        if answer.status == 204:
            self.cookie = answer.headers["set-cookie"].split(";")[0]
        return answer

    def get(self, path, headers=None):
        if not self.cookie:
            assert self.sign_in().status == 204
        return self.request("GET", path, headers)

    def head(self, path, headers=None):
        if not self.cookie:
            assert self.sign_in().status == 204
        return self.request("HEAD", path, headers)

    def listed(self, **query):
        """All of the customer's recordings, newest first, page after page."""
        rows, cursor = [], None
        while True:
            if cursor:
                query["cursor"] = cursor
            page = self.get("/api/v1/recordings?" + urllib.parse.urlencode(query)).json()
            rows += page["recordings"]
            cursor = page["next"]
            if not cursor:
                return rows

    def sealed(self, count=1, seconds=30, states=("sealed", "recovered")):
        """Wait until `count` recordings are finished; returns all rows, newest first."""
        def enough():
            rows = self.listed(limit=200)
            return rows if sum(row["state"] in states for row in rows) >= count else None
        return wait_until(enough, seconds, 0.2, f"{count} finished recordings")

    def calls(self, call_id):
        """The rows of one Call-ID, with what only operators see."""
        rows = self.recorderctl("recordings", "list", "--limit", 200)
        return [row for row in rows if row["sip_call_id"] == call_id]

    def sealed_call(self, call_id, seconds=10):
        """Wait until a call is sealed; returns (row, details)."""
        def found():
            return [row for row in self.calls(call_id) if row["state"] == "sealed"]
        row = wait_until(found, seconds, what=f"call {call_id} sealed")[0]
        return row, self.details(row["id"])

    def recording_files(self):
        return sorted((self.store / "recordings").rglob("*.crec"))

    def details(self, recording_id):
        """The details that the sealed file itself holds (storage/FORMAT.md section 4.1)."""
        return self.recorderctl("recordings", "show", recording_id, "--details")["details"]
