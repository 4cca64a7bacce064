#!/usr/bin/python3 -B
"""apart.py MODULE: run an integration test in a network of its own, so that others may run beside it.

Tests take free ports where they can, but RTP has a fixed range. Where nobody may make a network
namespace, they wait for each other.
"""
import fcntl
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

UNSHARE = ["unshare", "--net"]


def main():
    test = [sys.executable, "-B", "-m", "unittest", "-v", *sys.argv[1:]]
    if shutil.which("ip") and not subprocess.run([*UNSHARE, "true"], stderr=subprocess.DEVNULL).returncode:
        os.execvp(UNSHARE[0], [*UNSHARE, "sh", "-c", 'ip link set lo up && exec "$@"', "sh", *test])
    with open(pathlib.Path(tempfile.gettempdir()) / f"recorder-apart-{os.getuid()}", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return subprocess.run(test).returncode


sys.exit(main())
