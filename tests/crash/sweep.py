#!/usr/bin/python3
"""Let the n-th system call of a program fail, for n = 1, 2, ... until a run ends without a failure.

usage: sweep.py [--program ingest|keeper] [--jobs N] [--sample N] [--seed N]

Every call by which something reaches the disk, with EIO and with ENOSPC, once and from then on for
good; SQLite's are among them. recorder-ingest has calls while it happens; the keeper has to recover
what a killed recorder left, and does so again without failures afterwards. What was answered must
be there; all audio of it where one call failed; where all do from then on, what was older than 2 s
by then. strace counts in each thread on its own.

--sample N: only N of these, drawn by the seed. Exit status: 0 nothing was lost, 1 something was,
3 there is no strace.
"""
import argparse
import collections
import concurrent.futures
import itertools
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

from lab import KEEPER_YOUNG_S, Lab, examine
from survivors import Store
from tally import Tally, table

ERRORS, MODES = ("EIO", "ENOSPC"), ("once", "for good")
# write: recorder-ingest has it for its log and between its threads only
CALLS = {"ingest": ("pwrite64", "fsync", "fdatasync", "syncfs", "rename", "mkdir", "link", "unlink",
                    "ftruncate", "fallocate", "openat"),
         "keeper": ("pwrite64", "write", "fsync", "fdatasync", "syncfs", "rename", "mkdir", "link",
                    "unlink", "ftruncate", "fallocate", "openat")}
FREQUENT = {"pwrite64": 4, "openat": 2}  # swept by so many at a time
SECONDS, COUNT, PORTS_EACH = 4, 3, 60
N_MAX = 4000


class Case:
    """What fails, and when."""

    def __init__(self, program, name, error, mode, number):
        self.program, self.name, self.error, self.mode, self.number = program, name, error, mode, number

    def __str__(self):
        return f"{self.program}: {self.name} {self.number} {self.mode}: {self.error}"

    def options(self, log):
        when = f"{self.number}{'+' if self.mode == 'for good' else ''}"
        return ["strace", "-f", "-qq", "-ttt", "-o", str(log), "-e", f"trace={self.name}", "-e",
                f"inject={self.name}:error={self.error}:when={when}"]


def first_failure(log):
    """When strace let the first call fail; None where it let none."""
    for line in log.read_text(errors="replace").splitlines():
        found = re.match(r"\s*(?:\d+\s+)?(\d+\.\d+) .*\(INJECTED\)", line)
        if found:
            return float(found.group(1))
    return None


class Ports:
    """Ranges of RTP ports that no two recorders share."""

    def __init__(self, count):
        self.free = [(26000 + i * PORTS_EACH, 26000 + i * PORTS_EACH + PORTS_EACH - 1)
                     for i in range(count)]
        self.lock = threading.Lock()

    def take(self):
        with self.lock:
            return self.free.pop()

    def give(self, ports):
        with self.lock:
            self.free.append(ports)


class FailingLab(Lab):
    """recorder-ingest under strace: from its start, or, for openat, which loading a program is made of,
    from when it is ready."""

    def __init__(self, case, ports):
        super().__init__(0, ports=ports, programs=())
        self.case = case

    @property
    def log(self):
        return self.directory / "strace"

    def command(self, name):
        words, ready = super().command(name)
        if self.case and self.case.name != "openat":
            words = [*self.case.options(self.log), "-D", *words]
        return words, ready

    def attach(self):
        """Returns strace, once it has all threads."""
        if not self.case or self.case.name != "openat":
            return None
        words = [word for word in self.case.options(self.log) if word != "-qq"]
        tracer = subprocess.Popen([*words, "-p", str(self.processes["ingest"].pid)],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        assert "attached" in tracer.stderr.readline(), "strace attaches"
        threading.Thread(target=tracer.stderr.read, daemon=True).start()
        return tracer


def is_over(log):
    """strace ends a little after the program."""
    before = -1
    while log.exists() and log.stat().st_size != before:
        before = log.stat().st_size
        time.sleep(0.05)
    return True


def began(lab, case, tally):
    """Start recorder-ingest; False where it said why not, and ended, which is as it should be."""
    try:
        lab.start("ingest")
        return True
    except AssertionError:
        process = lab.processes.pop("ingest")
        ended = process.poll()
        if ended is None:
            process.kill()
            process.wait()
            tally.notes.append(f"{case}: recorder-ingest hangs at its start")
        elif ended < 0:
            tally.notes.append(f"{case}: recorder-ingest died of signal {-ended} at its start")
        return False


def end(lab, case, tally):
    """Stop it: it may say that something failed, but neither crash nor hang."""
    died = lab.processes["ingest"].poll()
    problem = lab.stop("ingest")
    if died is not None and died < 0:
        tally.notes.append(f"{case}: recorder-ingest died of signal {-died}")
    elif problem and ("did not stop" in problem or "exited with -" in problem):
        tally.notes.append(f"{case}: {problem}")


def run_ingest(case, ports):
    """(Tally, whether something failed) of one run of recorder-ingest."""
    tally = Tally(runs=1)
    with FailingLab(case, ports) as lab:
        calls, batch = [], None
        if began(lab, case, tally):
            tracer = lab.attach()
            batch = lab.place(COUNT, SECONDS)
            calls = batch.finish(hang=True)
            end(lab, case, tally)
            if tracer:
                tracer.wait()
        is_over(lab.log)
        failed = first_failure(lab.log) if case else None
        tally.faults = int(failed is not None)
        store = Store(lab.store)
        # the keeper leaves what has just begun, or ended, to its writer for a while
        until = time.monotonic() + 2 * KEEPER_YOUNG_S
        while calls and store.unfinished() and time.monotonic() < until:
            time.sleep(0.5)
            lab.keep()
        cut = failed if case and case.mode == "for good" else None
        if batch:
            tally.add(examine(store, batch.sent, calls, cut, str(case)))
    return tally, failed is not None


class KeeperSweep:
    """What a killed recorder left, made once, and copied for each run."""

    def __init__(self, folder):
        self.folder = folder
        self.numbers = itertools.count()
        self.lab = Lab(0, ports=(29000, 29199), programs=("ingest",))

    def __enter__(self):
        self.lab.__enter__()
        batch = self.lab.place(COUNT, 10, quiet=2)
        time.sleep(SECONDS)
        self.cut = time.time()
        self.lab.kill9("ingest")
        self.calls, self.sent = batch.finish(), batch.sent
        time.sleep(KEEPER_YOUNG_S + 1)
        clean, _ = self.run(None)
        self.seconds = clean.seconds
        assert clean.good and self.seconds, table([("without failures", clean)])
        return self

    def __exit__(self, *problem):
        self.lab.__exit__(*problem)

    def run(self, case):
        tally = Tally(runs=1)
        copy = self.folder / f"copy-{next(self.numbers)}"
        shutil.copytree(self.lab.store, copy / "store", symlinks=True)
        config, log = copy / "recorder.conf", copy / "strace"
        config.write_text(self.lab.config.read_text().replace(str(self.lab.store), str(copy / "store")))
        failed = None
        if case:
            code = self.lab.keep(*case.options(log), config=config)
            is_over(log)
            failed = first_failure(log)
            if code < 0 or code > 127:
                tally.notes.append(f"{case}: the keeper died: {code}")
        tally.faults = int(failed is not None)
        store = Store(copy / "store")
        for _ in range(3):
            if store.unfinished() or store.leftovers():
                self.lab.keep(config=config)
        tally.add(examine(store, self.sent, self.calls, self.cut, str(case)))
        if case and round(tally.seconds, 2) != round(self.seconds, 2):
            tally.notes.append(f"{case}: {tally.seconds:.2f} s are there, {self.seconds:.2f} s without a failure")
        tally.notes += [f"{case}: left behind: {name}" for name in store.leftovers()]
        if not tally.notes:
            shutil.rmtree(copy)
        return tally, failed is not None


def sweep(run, program, name, error, mode, first, step):
    """One call, each step-th time from `first` on, until a run ends without a failure."""
    tally = Tally()
    for number in range(first, N_MAX, step):
        one, failed = run(Case(program, name, error, mode, number))
        tally.add(one)
        if not failed:
            return tally
    tally.notes.append(f"{program}: {name} {mode}: {error}: it never ended")
    return tally


def all_sweeps(program, run, pool):
    """{(error, mode): [future]} of everything."""
    jobs = collections.defaultdict(list)
    for name in CALLS[program]:
        step = FREQUENT.get(name, 1)
        for error, mode, first in itertools.product(ERRORS, MODES, range(1, step + 1)):
            jobs[error, mode].append(pool.submit(sweep, run, program, name, error, mode, first, step))
    return jobs


def sampled(program, run, pool, sample, draw):
    """Numbers are drawn low rather than high, for rare calls are made only a few times."""
    jobs = collections.defaultdict(list)
    for _ in range(sample):
        error, mode = draw.choice(ERRORS), draw.choice(MODES)
        number = int(2 ** draw.uniform(0, 5))
        case = Case(program, draw.choice(CALLS[program]), error, mode, number)
        jobs[error, mode].append(pool.submit(lambda case=case: run(case)[0]))
    return jobs


def gather(program, jobs):
    rows = []
    for (error, mode), futures in jobs.items():
        tally = Tally()
        for future in futures:
            tally.add(future.result())
        rows.append((f"{program}: {error} {mode}", tally))
    return sorted(rows, key=lambda row: row[0])


def run(program, workers, sample, seed):
    """[(name, Tally)]"""
    draw = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="recorder-sweep-") as name, \
            concurrent.futures.ThreadPoolExecutor(workers) as pool:
        start = (lambda one: sampled(program, one, pool, sample, draw)) if sample else \
            (lambda one: all_sweeps(program, one, pool))
        if program == "keeper":
            with KeeperSweep(pathlib.Path(name)) as keeper:
                return gather(program, start(keeper.run))
        ports = Ports(workers)

        def one(case):
            taken = ports.take()
            try:
                return run_ingest(case, taken)
            finally:
                ports.give(taken)
        return gather(program, start(one))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", choices=sorted(CALLS), default="keeper")
    parser.add_argument("--jobs", type=int, default=6)
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    if not shutil.which("strace"):
        print("sweep: NOT DONE: strace is not installed")
        return 3
    print(f"sweep: seed {options.seed}", flush=True)
    rows = run(options.program, options.jobs, options.sample, options.seed)
    print(table(rows))
    return 0 if all(tally.good for _, tally in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
