#!/usr/bin/env python3
"""Build the libFuzzer targets (preset fuzz, clang) and run each for some time.

usage: tests/fuzz/run.py [--seconds N] [--jobs N] [TARGET...]

Corpora grow in build/fuzz/corpus, beginning with the small ones beside this file. The last lines tell
for each target how often it was executed, and whether something was found: its input is then in
build/fuzz/found. Exit status 0: nothing was found.
"""
import argparse
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = ROOT / "build" / "fuzz"


def start(target, seconds, folder):
    corpus = BUILD / "corpus" / target
    found = BUILD / "found"
    corpus.mkdir(parents=True, exist_ok=True)
    found.mkdir(exist_ok=True)
    log = (BUILD / f"{target}.log").open("w")
    environment = dict(os.environ, FUZZ_DIR=folder, LSAN_OPTIONS=f"suppressions={ROOT}/tests/lsan.supp")
    process = subprocess.Popen(
        [BUILD / "tests" / target, corpus, HERE / "corpus" / target,
         f"-max_total_time={seconds}", f"-artifact_prefix={found}/{target}-", "-max_len=16384",
         "-timeout=20", "-rss_limit_mb=2048", "-print_final_stats=1", "-verbosity=0"],
        stdout=log, stderr=log, env=environment, stdin=subprocess.DEVNULL)
    return target, process, log


def report(target, code, log):
    text = pathlib.Path(log.name).read_text(errors="replace")
    executed = re.search(r"stat::number_of_executed_units:\s*(\d+)", text)
    count = int(executed.group(1)) if executed else 0
    good = code == 0 and count > 0
    outcome = "nothing found" if good else f"FOUND, or could not run: {log.name}"
    print(f"{target}: {count:,} executions, {outcome}", flush=True)
    return good


def build(targets):
    """Build them; what the compiler says is shown where that fails."""
    for command in (["cmake", "--preset", "fuzz"],
                    ["cmake", "--build", "--preset", "fuzz", "--target", *targets]):
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            sys.exit(f"{done.stdout}\nfuzz: cannot be built; it needs the packages that tools/packages.list has "
                     "for `more`: tools/install more")


def run_all(waiting, options, folder):
    """Whether nothing was found. Ended before its time, it ends what it started."""
    running, good = [], True
    try:
        while waiting or running:
            while waiting and len(running) < options.jobs:
                running.append(start(waiting.pop(0), options.seconds, folder))
            time.sleep(0.5)
            for each in [each for each in running if each[1].poll() is not None]:
                running.remove(each)
                each[2].close()
                good &= report(each[0], each[1].returncode, each[2])
    finally:
        for _, process, log in running:
            process.kill()
            process.wait()
            log.close()
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=1800)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("targets", nargs="*")
    options = parser.parse_args()
    known = sorted(path.stem for path in HERE.glob("fuzz_*.c"))
    waiting = options.targets or known
    if set(waiting) - set(known):
        parser.error(f"no such target: {', '.join(sorted(set(waiting) - set(known)))}")
    build(waiting)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    # what targets keep in files goes with us, also where one of them crashes
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="recorder-fuzz-", dir=memory) as folder:
        return 0 if run_all(waiting, options, folder) else 1


if __name__ == "__main__":
    sys.exit(main())
