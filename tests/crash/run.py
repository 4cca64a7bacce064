"""All crash tests, short or long: tests/crash/short and tests/crash/long.

The last lines count the rows of the table as tools/check reads it: `# pass N`, `# fail N`, and
`# skipped N` for parts that cannot be done here (power cuts need root and loop devices, failing
system calls need strace): that is said in capitals, and the rest is done. Exit status: 0 nothing
failed, 1 something did, 2 wrong usage.
"""
import argparse
import os
import shutil
import subprocess
import sys
import time

PRIVATE = "RECORDER_CRASH_PRIVATE"


def enter_private():
    """Go on with a network and mounts of our own, where that is possible: ports and mounts of others are
    left alone, and ours are gone with us."""
    if os.geteuid() or os.environ.get(PRIVATE) or not shutil.which("unshare"):
        return
    command = ["unshare", "-m", "-n"]
    if subprocess.run([*command, "true"], stderr=subprocess.DEVNULL).returncode:
        return
    os.environ[PRIVATE] = "1"
    inside = 'ip link set lo up && exec "$@"'
    os.execvp(command[0], [*command, "sh", "-c", inside, "sh", sys.executable, "-B", *sys.argv])


def cannot_trace():
    """Why no system call can be made to fail here; None where one can."""
    if not shutil.which("strace"):
        return "strace is not installed"
    tried = subprocess.run(["strace", "-qq", "-e", "trace=none", "true"], stderr=subprocess.PIPE, text=True)
    return tried.stderr.strip() or "strace fails" if tried.returncode else None


def parts(options):
    """[(name, what must be there, function that returns rows)]"""
    import control
    import kill9
    import power
    import sweep

    long, seed = options.long, options.seed
    strace = cannot_trace()
    listed = [("control", None, control.run),
              ("kill -9", None, lambda: kill9.run(500 if long else 6, 10 if long else 6, seed))]
    for fs in ("ext4", "xfs"):
        listed.append((f"power cuts on {fs}", power.cannot(fs), lambda fs=fs: power.run_cuts(
            fs, 200 if long else 3, 50 if long else 12, seed)))
        listed.append((f"snapshots on {fs}", power.cannot(fs) or power.cannot("xfs"),
                       lambda fs=fs: power.run_snapshots(fs, 100 if long else 2, 50 if long else 12, seed)))
    for program, sample in (("ingest", 24), ("keeper", 60)):
        listed.append((f"failing calls of {program}", strace, lambda program=program, sample=sample: sweep.run(
            program, options.jobs, 0 if long else sample, seed)))
    return listed


def one_part(name, why, function):
    """(rows, skipped): a part that breaks is a row that failed."""
    from tally import Tally, table

    if why:
        print(f"!!! {name.upper()}: NOT DONE HERE: {why}", flush=True)
        return [], 1
    began = time.monotonic()
    try:
        rows = function()
    except Exception as error:  # whatever it is, the other parts are done, and this one failed
        rows = [(name, Tally(runs=1, notes=[f"{type(error).__name__}: {error}"]))]
    if not sum(tally.calls for _, tally in rows):
        rows.append((name, Tally(runs=1, notes=["no call was answered: nothing was examined"])))
    if not sum(tally.faults for _, tally in rows):
        rows.append((name, Tally(runs=1, notes=["nothing failed: is tracing allowed here?"])))
    print(f"--- {name} ({time.monotonic() - began:.0f} s)\n{table(rows)}", flush=True)
    return rows, 0


def main(long):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--jobs", type=int, default=6, help="programs that fail at a time")
    parser.add_argument("--only", default="", help="parts whose name has this")
    options = parser.parse_args()
    options.long = long
    enter_private()
    from tally import table

    print(f"crash tests, {'long' if long else 'short'} form, seed {options.seed}", flush=True)
    began, rows, skipped = time.monotonic(), [], 0
    for name, why, function in parts(options):
        if options.only in name:
            more, left_out = one_part(name, why, function)
            rows += more
            skipped += left_out
    failed = sum(not tally.good for _, tally in rows)
    print(f"=== all ({time.monotonic() - began:.0f} s)\n{table(rows)}")
    print(f"# pass {len(rows) - failed}\n# fail {failed}\n# skipped {skipped}")
    return 1 if failed or not rows else 0
