"""All crash tests, short or long: tests/crash/short and tests/crash/long.

The last lines count the rows of the table as tools/check reads it: `# pass N`, `# fail N`, and
`# skipped N` for parts that cannot be done here (power cuts need root and loop devices, failing
system calls need strace): that is said in capitals, and the rest is done. Exit status: 0 nothing
failed, 1 something did, 2 wrong usage.
"""
import argparse
import ctypes
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PRIVATE = "RECORDER_CRASH_PRIVATE"
FOLDER = "recorder-crash-"  # and the process whose it is; "kept-" before that where it is kept
PR_SET_PDEATHSIG = 1
SHORT_S = 180  # that the short form may take
# a network, mounts and processes of our own: those of others are left alone, ours are gone with us
UNSHARE = ["unshare", "-m", "-n", "-p", "-f", "--kill-child", "--mount-proc"]


def remove_old(folder):
    """What runs left there that were killed themselves."""
    for path in folder.glob(FOLDER + "*"):
        owner = re.fullmatch(FOLDER + r"(\d+)", path.name)
        if owner and not pathlib.Path("/proc", owner.group(1)).exists():
            shutil.rmtree(path, ignore_errors=True)


def give_up(number, frame):
    raise SystemExit(128 + number)


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def run_private():
    """Run ourselves in a place of our own, as far as that is possible, and end with what that ended
    with: whatever becomes of us, no process, mount or loop device stays behind, and no file but those
    of a run that failed. Returns in that place alone."""
    if os.environ.get(PRIVATE):
        return
    folder = pathlib.Path(tempfile.gettempdir())
    remove_old(folder)
    own = folder / f"{FOLDER}{os.getpid()}"
    own.mkdir(0o755)
    command = [sys.executable, "-B", *sys.argv]
    if not os.geteuid() and shutil.which("unshare") and not subprocess.run(
            [*UNSHARE, "true"], stderr=subprocess.DEVNULL).returncode:
        command = [*UNSHARE, "sh", "-c", 'ip link set lo up && "$@"', "sh", *command]
    signal.signal(signal.SIGTERM, give_up)
    child = subprocess.Popen(command, env={**os.environ, PRIVATE: "1", "TMPDIR": str(own)},
                             preexec_fn=die_with_parent)
    try:
        code = child.wait()
    finally:
        child.kill()
        child.wait()
        if (child.returncode == 1 or os.environ.get("KEEP")) and any(own.iterdir()):
            print(f"kept: {own.rename(folder / f'{FOLDER}kept-{os.getpid()}')}")
        shutil.rmtree(own, ignore_errors=True)
    raise SystemExit(code)


def cannot_trace():
    """Why no system call can be made to fail here; None where one can."""
    if not shutil.which("strace"):
        return "strace is not installed"
    tried = subprocess.run(["strace", "-qq", "-e", "trace=none", "true"], stderr=subprocess.PIPE, text=True)
    return tried.stderr.strip() or "strace fails" if tried.returncode else None


def parts(options):
    """[(name, function that says why it cannot be done here, function that returns rows)]"""
    import control
    import kill9
    import power
    import sweep

    long, seed = options.long, options.seed
    listed = [("control", lambda: None, control.run),
              ("kill -9", lambda: None, lambda: kill9.run(500 if long else 5, 10 if long else 6, seed))]
    for fs in ("ext4", "xfs"):
        listed.append((f"power cuts on {fs}", lambda fs=fs: power.cannot(fs), lambda fs=fs: power.run_cuts(
            fs, 200 if long else 3, 50 if long else 12, seed)))
        listed.append((f"snapshots on {fs}", lambda fs=fs: power.cannot(fs) or power.cannot("xfs"),
                       lambda fs=fs: power.run_snapshots(fs, 100 if long else 2, 50 if long else 12, seed)))
    for program, sample in (("ingest", 18), ("keeper", 45)):
        listed.append((f"failing calls of {program}", cannot_trace,
                       lambda program=program, sample=sample: sweep.run(
                           program, options.jobs, 0 if long else sample, seed)))
    return listed


def one_part(name, cannot, function):
    """(rows, skipped): a part that breaks is a row that failed."""
    from tally import Tally, table

    began = time.monotonic()
    try:
        why = cannot()
        if why:
            print(f"!!! {name.upper()}: NOT DONE HERE: {why}", flush=True)
            return [], 1
        rows = function()
    except Exception as error:  # whatever it is, the other parts are done, and this one failed
        rows = [(name, Tally(runs=1, notes=[f"{type(error).__name__}: {error}"]))]
    else:
        notes = [] if sum(tally.calls for _, tally in rows) else ["no call was answered: nothing was examined"]
        if not sum(tally.faults for _, tally in rows):
            notes.append("nothing failed: is tracing allowed here?")
        if notes:
            rows.append((name, Tally(runs=1, notes=notes)))
    print(f"--- {name} ({time.monotonic() - began:.0f} s)\n{table(rows)}", flush=True)
    return rows, 0


def as_a_whole(rows, options, took_s):
    """What all parts together must show: a row that failed for what they do not."""
    from tally import Tally

    notes = []
    if not options.only and not sum(tally.held for _, tally in rows):
        notes.append("no call that was on hold was examined")
    if not options.only and sum(tally.quiet for _, tally in rows) <= sum(tally.held for _, tally in rows):
        notes.append("no call that had fallen silent, and was not on hold, was examined")
    if not options.long and took_s > SHORT_S:
        notes.append(f"it took {took_s:.0f} s: the short form is to end within {SHORT_S} s")
    return [("as a whole", Tally(runs=1, notes=notes))] if notes else []


def main(long):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--jobs", type=int, default=6, help="programs that fail at a time")
    parser.add_argument("--only", default="", help="parts whose name has this")
    options = parser.parse_args()
    options.long = long
    run_private()
    from tally import table

    print(f"crash tests, {'long' if long else 'short'} form, seed {options.seed}", flush=True)
    began, rows, skipped = time.monotonic(), [], 0
    for name, cannot, function in parts(options):
        if options.only in name:
            more, left_out = one_part(name, cannot, function)
            rows += more
            skipped += left_out
    rows += as_a_whole(rows, options, time.monotonic() - began)
    failed = sum(not tally.good for _, tally in rows)
    print(f"=== all ({time.monotonic() - began:.0f} s)\n{table(rows)}")
    print(f"# pass {len(rows) - failed}\n# fail {failed}\n# skipped {skipped}")
    return 1 if failed or not rows else 0
