"""tools/run: install, build and run Business Recorder, place a call and check what was recorded.

Runs recorder-ingest, recorder-web and `recorderctl keeper` as children on the loopback address. Progress goes
to standard error; standard output holds the address to open, or the one line of --demo-and-exit.

RECORDER_BUILD: a build folder to run as it is, instead of building build/release.
"""
import argparse
import contextlib
import ctypes
import fcntl
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = pathlib.Path(os.environ.get("RECORDER_BUILD", ROOT / "build" / "release")).resolve()
BIN = BUILD / "bin"
VAR = ROOT / "var"
PROGRAMS = ("recorder-ingest", "recorder-web", "recorderctl", "callgen")

HOST = "127.0.0.1"
CUSTOMER, CUSTOMER_NAME = "88303080", "Nordlys Revision"
CALLER, CALLER_NAME = "+4520304050", "Anna Holm"
CALLED, CALLED_NAME = "+4588303080", "Service desk"
DEMO_S = 22

READY_WAIT_S, STOP_WAIT_S, SEAL_WAIT_S = 60, 30, 60
SETTLED_S, DEATHS_MAX = 10, 3  # a program that dies so often, each time so soon, is given up
CORRELATION_MIN, CROSSTALK_DB_MAX = 0.98, -40.0
EXISTS = 4  # exit code of recorderctl


class Failure(Exception):
    """One line that tells the user what is wrong and what to do."""


class Stopped(Exception):
    """SIGINT or SIGTERM."""


def say(text):
    print(f"tools/run: {text}", file=sys.stderr, flush=True)


def in_one_line(error):
    """What an exception tells, for the one line that is printed about it."""
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return " ".join(str(error).split()) or type(error).__name__


def port_number(text):
    value = int(text)
    if not 0 <= value <= 65535:
        raise argparse.ArgumentTypeError(f"{text}: 0 to 65535")
    return value


def port_pair(text):
    first, dash, last = text.partition("-")
    if not (dash and first.isdigit() and last.isdigit()
            and 1024 <= int(first) < int(last) <= 65535):
        raise argparse.ArgumentTypeError(f"{text}: two ports from 1024 to 65535, like 20000-29999")
    return int(first), int(last)


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="tools/run", allow_abbrev=False,
        description="Install what is missing, build, and run a recorder on this machine with one "
        "recorded call to listen to, until Ctrl-C. A second start keeps the store.",
        epilog="exit status: 0 stopped by Ctrl-C or SIGTERM, or the demonstration went well; "
        "1 something failed; 2 wrong usage")
    parser.add_argument("--store", metavar="DIR", type=pathlib.Path,
                        help="directory of recordings and keys (var/store); configuration and logs "
                        "are then in DIR/run instead of var/")
    parser.add_argument("--sip-port", metavar="N", type=port_number, default=5060,
                        help="SIP, UDP and TCP (5060); 0: any free one")
    parser.add_argument("--http-port", metavar="N", type=port_number, default=8080,
                        help="portal and API (8080); 0: any free one")
    parser.add_argument("--rtp-ports", metavar="A-B", type=port_pair, default=(20000, 29999),
                        help="ports for audio (20000-29999)")
    parser.add_argument("--ready-file", metavar="FILE", type=pathlib.Path,
                        help="once all is up, and the call was placed: one JSON object with sip, http, "
                        "config, customer, pin")
    demo = parser.add_mutually_exclusive_group()
    demo.add_argument("--no-demo", action="store_true", help="place no call")
    demo.add_argument("--demo-and-exit", action="store_true",
                      help="place a call, fetch its recording, compare it with what was sent, "
                      "print one line")
    return parser.parse_args()


# --- files --------------------------------------------------------------------------------------
def write_whole(path, text, mode=0o644):
    """A file that appears whole or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode), "w") as out:
        out.write(text)
    part.rename(path)


def last_lines(path, count=15):
    with contextlib.suppress(OSError):
        return "\n".join(path.read_text(errors="replace").splitlines()[-count:])
    return ""


# --- build --------------------------------------------------------------------------------------
def run_logged(arguments, log, what):
    with log.open("ab") as out:
        done = subprocess.run(arguments, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    if done.returncode:
        print(last_lines(log, 40), file=sys.stderr)
        raise Failure(f"{what} failed; all of it is in {log}")


def install(demo):
    groups = ["build", "run"] + (["demo"] if demo else [])
    if subprocess.run([ROOT / "tools" / "install", *groups], stdin=subprocess.DEVNULL).returncode:
        raise Failure("packages are missing")


def build(log):
    if "RECORDER_BUILD" in os.environ:  # somebody else's care: the tests run what ctest built
        return
    log.unlink(missing_ok=True)
    if not (BUILD / "build.ninja").exists():
        say("configuring and building; the first time takes a minute")
        run_logged(["cmake", "--preset", "release"], log, "cmake")
    run_logged(["cmake", "--build", "--preset", "release", "--target", *PROGRAMS], log, "the build")


# --- the recorder -------------------------------------------------------------------------------
def check_port(kind, port, option):
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind == socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise Failure(f"port {port} of {HOST}: {error.strerror}; stop what uses it, or give "
                          f"{option} N (0: any free one)") from error


def die_with_parent():
    """In a child: SIGTERM when this program is killed."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


class Api:
    """The customer's side of recorder-web."""

    def __init__(self, base):
        where = urllib.parse.urlsplit(base)
        self.place = (where.hostname, where.port)
        self.cookie = None

    def request(self, method, path, body=None):
        connection = http.client.HTTPConnection(*self.place, timeout=60)
        headers = {"Cookie": self.cookie} if self.cookie else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        with contextlib.closing(connection):
            connection.request(method, path, body and json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()

    def sign_in(self, customer, pin):
        status, headers, _ = self.request("POST", "/api/v1/session",
                                          {"customer": customer, "pin": pin})
        if status == 204:
            self.cookie = headers["Set-Cookie"].split(";")[0]
        return status

    def get(self, path):
        status, _, body = self.request("GET", path)
        if status != 200:
            raise Failure(f"GET {path} was answered {status}: {body[:200].decode(errors='replace')}")
        return body

    def recordings(self):
        return json.loads(self.get("/api/v1/recordings?limit=50"))["recordings"]


class Child:
    """One of the three programs."""

    def __init__(self, name, arguments, ready, log):
        self.name, self.arguments, self.ready, self.log = name, arguments, ready, log
        self.process = None
        self.started = 0.0
        self.deaths = 0  # one after the other, each soon after its start

    def obituary(self):
        """How it ended, in one line; the last lines of its log go to standard error."""
        print(last_lines(self.log), file=sys.stderr)
        code = self.process.returncode
        how = f"was killed by signal {-code}" if code < 0 else f"exited with status {code}"
        return f"{self.name} {how}; its log is {self.log}"


class Recorder:
    """Configuration, customer and the three running programs."""

    def __init__(self, options):
        self.options = options
        self.store = (options.store or VAR / "store").resolve()
        self.work = self.store / "run" if options.store else VAR
        self.logs = self.work / "log"
        self.config = self.work / "recorder.conf"
        self.secret = self.work / "customer.json"
        self.children = []  # in the order to stop them
        self.addresses = {}
        self.pin = None
        self.lock = None

    def configure(self):
        options = self.options
        for path in (self.store, ROOT):
            if set('"\\$\n') & set(str(path)):
                raise Failure(f'{path}: a path with ", \\ or $ cannot be written into the configuration')
        self.check_ports()
        if not self.store.exists():  # as `recorderctl init` makes it
            self.store.mkdir(parents=True)
            self.store.chmod(0o2770)
        self.take_lock()
        self.logs.mkdir(parents=True, exist_ok=True)
        self.write_config(f"{HOST}:{options.sip_port}", f"{HOST}:{options.http_port}")

    def take_lock(self):
        """One tools/run a store; the lock goes with this process."""
        self.work.mkdir(parents=True, exist_ok=True)
        self.lock = (self.work / "lock").open("w")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Failure(f"{self.store} is in use by another tools/run; stop that, or give "
                          "--store DIR") from error

    def write_config(self, sip, http_place):
        options = self.options
        write_whole(self.config,
                    "# written by tools/run at each start\n"
                    f'store = "{self.store}"\n'
                    f'sip_listen = "{sip}"\n'
                    f"rtp_port_first = {options.rtp_ports[0]}\n"
                    f"rtp_port_last = {options.rtp_ports[1]}\n"
                    f'http_listen = "{http_place}"\n'
                    "http_connections_per_address_max = 512  # all come from this machine\n"
                    "disk_reserve_mib = 64  # enough to try it\n"
                    f'portal = "{ROOT}/web/portal/dist"\n')

    def check_ports(self):
        """Fail before anything of a recorder that runs already is touched."""
        options = self.options
        if options.sip_port:
            check_port(socket.SOCK_DGRAM, options.sip_port, "--sip-port")
            check_port(socket.SOCK_STREAM, options.sip_port, "--sip-port")
        if options.http_port:
            check_port(socket.SOCK_STREAM, options.http_port, "--http-port")

    def recorderctl(self, *arguments, may_exist=False):
        """Run a command; what it printed, parsed, or None where the object is there already."""
        done = subprocess.run([BIN / "recorderctl", "--config", self.config, "--json", *arguments],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if may_exist and done.returncode == EXISTS:
            return None
        if done.returncode:
            raise Failure(done.stderr.strip() or
                          f"recorderctl {' '.join(arguments)}: exit status {done.returncode}")
        return json.loads(done.stdout) if done.stdout.strip() else {}

    def keep_pin(self, pin):
        self.pin = pin
        write_whole(self.secret, json.dumps({"customer": CUSTOMER, "pin": pin}) + "\n", 0o600)

    def new_pin(self):
        self.keep_pin(self.recorderctl("customer", "pin", CUSTOMER)["pin"])

    def prepare(self):
        """Store, customer and its number; calls of other numbers are nobody's."""
        self.recorderctl("init", "--new-store")  # its directory was made above, and is empty
        made = self.recorderctl("customer", "add", CUSTOMER, "--name", CUSTOMER_NAME, may_exist=True)
        if made:
            self.keep_pin(made["pin"])
        else:
            try:
                self.pin = json.loads(self.secret.read_text())["pin"]
            except (OSError, ValueError, KeyError):
                self.new_pin()
        self.recorderctl("number", "add", CUSTOMER, CALLED, may_exist=True)
        for source in (("loopback", "127.0.0.0/8"), ("loopback-6", "::1")):
            self.recorderctl("source", "add", *source, may_exist=True)

    def start(self, child):
        child.ready.unlink(missing_ok=True)
        child.started = time.monotonic()
        with child.log.open("ab") as out:
            child.process = subprocess.Popen([*child.arguments, "--ready-file", child.ready],
                                             stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                             start_new_session=True, preexec_fn=die_with_parent)

    def start_all(self):
        common = ["--config", self.config]
        for name, arguments in (("recorder-ingest", [BIN / "recorder-ingest", *common]),
                                ("recorder-web", [BIN / "recorder-web", *common]),
                                ("keeper", [BIN / "recorderctl", *common, "keeper"])):
            child = Child(name, arguments, self.work / f"{name}.ready", self.logs / f"{name}.log")
            self.children.append(child)
            self.start(child)
        end = time.monotonic() + READY_WAIT_S
        while not all(child.ready.exists() for child in self.children):
            for child in self.children:
                if child.process.poll() is not None:
                    raise Failure(child.obituary())
            if time.monotonic() > end:
                late = [child.name for child in self.children if not child.ready.exists()]
                raise Failure(f"{', '.join(late)} not ready within {READY_WAIT_S} s; see {self.logs}")
            time.sleep(0.02)
        for child in self.children:
            text = child.ready.read_text().strip()
            self.addresses.update(json.loads(text) if text else {})
        # a program that is started again comes back where it was, also on a port that was any free one
        self.write_config(self.addresses["sip"], urllib.parse.urlsplit(self.addresses["http"]).netloc)

    def look_after_children(self):
        """Start again what died, as an installed system would; give up on what keeps dying."""
        for child in self.children:
            if child.process.poll() is None:
                continue
            child.deaths = child.deaths + 1 if time.monotonic() - child.started < SETTLED_S else 1
            if child.deaths > DEATHS_MAX:
                raise Failure(child.obituary())
            say(f"{child.obituary()}; starting it again")
            time.sleep(child.deaths - 1)
            self.start(child)

    def stop(self):
        """Stop the children in order; what was wrong with that, in words."""
        problems = []
        for child in self.children:
            name, process, log = child.name, child.process, child.log
            ended_before = process.poll() is not None
            if not ended_before:
                process.send_signal(signal.SIGTERM)
            try:
                code = process.wait(STOP_WAIT_S)
                if code and not ended_before:
                    problems.append(f"{name} ended with {code}; its log is {log}")
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                problems.append(f"{name} did not stop within {STOP_WAIT_S} s and was killed")
        return problems

    def sign_in(self):
        api = Api(self.addresses["http"])
        status = api.sign_in(CUSTOMER, self.pin)
        if status == 401:  # somebody gave the customer another PIN
            self.new_pin()
            status = api.sign_in(CUSTOMER, self.pin)
        if status != 204:
            raise Failure(f"signing in was answered {status}")
        return api

    def wait(self, process=None, seconds=None, until=lambda: False):
        """Look after the children until a process has ended, a condition holds, or time is out."""
        end = time.monotonic() + seconds if seconds else float("inf")
        while time.monotonic() < end:
            self.look_after_children()
            if until() or (process and process.poll() is not None):
                return True
            time.sleep(0.2)
        return False

    def ready_line(self):
        return json.dumps({"sip": self.addresses["sip"], "http": self.addresses["http"],
                           "config": str(self.config), "customer": CUSTOMER, "pin": self.pin}) + "\n"


# --- the demonstration --------------------------------------------------------------------------
def place_call(recorder, folder):
    """One dialogue through the recorder; callgen's report of the call."""
    report = folder / "report.json"
    say(f"placing a call of {DEMO_S} s: {CALLER_NAME} calls {CUSTOMER_NAME}")
    with subprocess.Popen(
            [BIN / "callgen", "--to", recorder.addresses["sip"], "--speech", "--seconds", str(DEMO_S),
             "--caller", CALLER, "--called", CALLED, "--caller-name", CALLER_NAME,
             "--called-name", CALLED_NAME, "--report", report, "--sent-dir", folder],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            preexec_fn=die_with_parent) as process:
        try:
            recorder.wait(process, DEMO_S + 60)
        finally:
            if process.poll() is None:
                process.terminate()
        errors = process.communicate()[1]
    if process.returncode:
        raise Failure(f"the call failed: {(errors.strip().splitlines() or ['no reason given'])[-1]}")
    return json.loads(report.read_text())["calls"][0]


def find_recording(recorder, api, call, seen):
    """The row of the call, once its recording is sealed."""
    found = []

    def is_sealed():
        rows = [row for row in api.recordings()
                if row["id"] not in seen and row["caller"]["number"] == call["caller"]]
        found[:] = rows[:1]
        return rows and rows[0]["state"] != "recording"
    if not recorder.wait(seconds=SEAL_WAIT_S, until=is_sealed):
        raise Failure(f"the call was not sealed within {SEAL_WAIT_S} s" if found else
                      f"the call was not in the list within {SEAL_WAIT_S} s")
    if found[0]["state"] != "sealed":
        raise Failure(f"the recording's state is {found[0]['state']}, not sealed")
    return found[0]


def compare(audio, call, folder):
    """Line up what is heard with what was sent, channel by channel; measured figures."""
    sys.path.insert(0, str(ROOT / "tests" / "integration"))
    import numpy  # pylint: disable=import-outside-toplevel
    import sound  # pylint: disable=import-outside-toplevel
    (folder / "heard.opus").write_bytes(audio)
    decoded = subprocess.run(["opusdec", "--quiet", "--rate", "8000", "--force-stereo", "--no-dither",
                              folder / "heard.opus", folder / "heard.raw"],
                             stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if decoded.returncode:
        raise Failure(f"opusdec cannot decode the recording: {decoded.stderr.strip()}")
    played = numpy.fromfile(folder / "heard.raw", dtype="<i2").reshape(-1, 2)
    heard = [played[:, channel].astype(numpy.float64) for channel in (0, 1)]
    sent, shifts, alike = [], [], []
    for channel, stream in zip(heard, call["streams"]):
        payload = (folder / stream["payload_file"]).read_bytes()
        sent.append(sound.g711(stream["codec"], payload).astype(numpy.float64))
        shift, correlation = sound.best_shift(channel, sent[-1], 0, 8000)
        shifts.append(shift)
        alike.append(correlation)
    crosstalk = max(leak_db(numpy, heard[i], sent[i], sent[1 - i], shifts[i], shifts[1 - i])
                    for i in (0, 1))
    return alike, crosstalk


def leak_db(numpy, heard, own, other, own_shift, other_shift):
    """How much of the other party is heard in a channel, in dB of what that party said."""
    length = min(len(heard) - max(own_shift, other_shift), len(own), len(other)) - 1
    start = max(own_shift, other_shift)
    part = heard[start:start + length]
    mine = own[start - own_shift:][:length]
    theirs = other[start - other_shift:][:length]
    common = min(len(part), len(mine), len(theirs))
    part, mine, theirs = part[:common], mine[:common], theirs[:common]
    gains, *_ = numpy.linalg.lstsq(numpy.stack([mine, theirs], axis=1), part, rcond=None)
    return 20 * float(numpy.log10(max(abs(gains[1]), 1e-6)))


def check_recording(api, row, call, folder):
    """The one line of --demo-and-exit; Failure where the recording is not what was sent."""
    audio = api.get(f"/api/v1/recordings/{row['id']}/audio")
    alike, crosstalk = compare(audio, call, folder)
    figures = (f"{row['duration_ms'] / 1000:.1f} s, left {alike[0]:.4f}, right {alike[1]:.4f}, "
               f"crosstalk {crosstalk:.0f} dB, recording {row['id']}")
    sent_ms = call["streams"][0]["packets_planned"] * 20
    if abs(row["duration_ms"] - sent_ms) > 1000:
        raise Failure(f"{sent_ms} ms were sent, {row['duration_ms']} ms recorded: {figures}")
    if min(alike) < CORRELATION_MIN:
        raise Failure(f"what is heard is not what was sent (at least {CORRELATION_MIN}): {figures}")
    if crosstalk > CROSSTALK_DB_MAX:
        raise Failure(f"the channels leak into each other (at most {CROSSTALK_DB_MAX:.0f} dB): {figures}")
    return f"demo: ok {figures}"


def demonstrate(recorder, api, seen):
    """Place the call; the line about it where it is to be checked."""
    with tempfile.TemporaryDirectory(prefix="recorder-demo-") as name:
        folder = pathlib.Path(name)
        call = place_call(recorder, folder)
        row = find_recording(recorder, api, call, seen)
        if recorder.options.demo_and_exit:
            return check_recording(api, row, call, folder)
    return None


# --- the whole ----------------------------------------------------------------------------------
def greet(recorder):
    print(f"Business Recorder is running.\n"
          f"  portal    {recorder.addresses['http']}\n"
          f"  customer  {CUSTOMER}\n"
          f"  PIN       {recorder.pin}\n"
          f"  SIP       {recorder.addresses['sip']} (UDP and TCP)\n"
          f"  config    {recorder.config}\n"
          f"  logs      {recorder.logs}\n"
          f"Ctrl-C stops it.", flush=True)


def serve(recorder):
    options = recorder.options
    recorder.configure()
    recorder.prepare()
    recorder.start_all()
    api = recorder.sign_in()
    seen = {row["id"] for row in api.recordings()}
    if options.demo_and_exit or not (options.no_demo or seen):
        line = demonstrate(recorder, api, seen)
        if line:
            print(line, flush=True)
    elif seen and not options.no_demo:
        say("the store holds recordings already: no further call is placed")
    if options.ready_file:
        write_whole(options.ready_file, recorder.ready_line(), 0o600)
    if not options.demo_and_exit:
        greet(recorder)
        recorder.wait()


def stopped(*_):
    raise Stopped


def main():
    options = parse_arguments()
    signal.signal(signal.SIGINT, stopped)
    signal.signal(signal.SIGTERM, stopped)
    recorder = Recorder(options)
    problem, interrupted = None, False
    try:
        if options.ready_file:
            options.ready_file = options.ready_file.absolute()
            options.ready_file.parent.mkdir(parents=True, exist_ok=True)
            options.ready_file.unlink(missing_ok=True)
        install(not options.no_demo)
        VAR.mkdir(exist_ok=True)
        build(VAR / "build.log")
        serve(recorder)
    except (Failure, OSError, http.client.HTTPException) as error:
        problem = in_one_line(error)
    except Stopped:
        interrupted = True
    except BaseException:
        recorder.stop()
        raise
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if interrupted:
        say("stopping")
    problems = ([problem] if problem else []) + recorder.stop()
    for text in problems:
        say(text)
    if options.demo_and_exit and (problems or interrupted):
        print(f"demo: failed: {problems[0] if problems else 'stopped'}", flush=True)
    return 1 if problems or (interrupted and options.demo_and_exit) else 0


if __name__ == "__main__":
    sys.exit(main())
