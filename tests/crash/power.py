#!/usr/bin/python3
"""Cut the power of a store while calls run; nothing that was durable may be missing.

usage: power.py [--fs ext4|xfs] [--times N] [--calls N] [--seed N] [--snapshots]

The store lies on a file system of its own, in an image. A cut is a shutdown of that file system
without a flush of its log: what is in memory never reaches the image. By turns the programs are
killed before it (a machine that stops at once), or run into it (a disk that is gone first). Then it is
mounted again, which replays its log, and looked at by its fsck at every tenth cut.

With --snapshots the image lies on XFS and is cloned there (FICLONE) at random moments while calls
run, five times a batch. That is a state that a power cut can leave on a disk that keeps what it said
was written: the clone holds the lock that each write to the image takes, so it has every write that
was complete before, and none of those after. Each clone is mounted, recovered and examined.

Root is needed, and loop devices. Exit status: 0 nothing was lost, 1 something was, 3 it cannot be done
here.
"""
import argparse
import fcntl
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import time

from lab import KEEPER_YOUNG_S, Campaign, Lab, examine
from survivors import Store, epoch
from tally import Tally, table

SHUTDOWN, NO_LOG_FLUSH = 0x8004587D, 2  # _IOR('X', 125, __u32): ext4 and xfs alike
IMAGE_MIB, HOST_MIB, TRIAL_MIB = 768, 6144, 320
SECONDS, QUIET, SNAPSHOTS = 7, 4, 5
MKFS = {"ext4": ["mkfs.ext4", "-q", "-F"], "xfs": ["mkfs.xfs", "-q", "-f"]}
FSCK = {"ext4": ["e2fsck", "-f", "-n"], "xfs": ["xfs_repair", "-n"]}


def command(*words):
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise OSError(f"{' '.join(map(str, words))}: {done.stdout.strip()}")
    return done.stdout


def cannot(fs):
    """Why this cannot be done here; None where it can."""
    if os.geteuid():
        return "not root"
    if not shutil.which(MKFS[fs][0]):
        return f"{MKFS[fs][0]} is not installed"
    with tempfile.TemporaryDirectory() as name:
        disk = Disk(fs, pathlib.Path(name) / "image", pathlib.Path(name) / "at", TRIAL_MIB)
        try:
            disk.make()
            disk.mount()
            disk.cut()
            disk.unmount()
        except OSError as why:
            disk.detach()
            return str(why)
    return None


class Disk:
    """A file system in an image."""

    def __init__(self, fs, image, at, mib):
        self.fs, self.image, self.at, self.mib = fs, image, at, mib
        self.mounted = False

    def make(self):
        self.at.mkdir(parents=True, exist_ok=True)
        with self.image.open("wb") as file:
            file.truncate(self.mib << 20)
        command(*MKFS[self.fs], self.image)

    def mount(self):
        options = "loop,nouuid" if self.fs == "xfs" else "loop"
        command("mount", "-t", self.fs, "-o", options, self.image, self.at)
        self.mounted = True

    def unmount(self):
        if self.mounted:
            command("umount", self.at)
        self.mounted = False

    def detach(self):
        """Unmount it as soon as nobody uses it: what must not hide why somebody does."""
        if self.mounted:
            subprocess.run(["umount", "-l", str(self.at)], stderr=subprocess.DEVNULL)
        self.mounted = False

    def cut(self):
        """From here on nothing reaches the image."""
        fd = os.open(self.at, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.ioctl(fd, SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(fd)

    def check(self):
        """Of one that is not mounted, and whose log is replayed."""
        command(*FSCK[self.fs], self.image)


class Power(Campaign):
    def __init__(self, lab, disk, calls):
        super().__init__(lab)
        self.disk, self.calls = disk, calls

    def kill_programs(self):
        for name in list(self.lab.processes):
            self.lab.kill9(name)

    def once(self, index):
        batch = self.lab.place(self.calls, SECONDS, quiet=QUIET)
        time.sleep(self.lab.draw.uniform(0.2, SECONDS + 1))
        cut = time.time()
        if index % 2:
            self.disk.cut()
            self.kill_programs()
        else:
            self.kill_programs()
            self.disk.cut()
        calls = batch.finish()
        self.disk.unmount()
        self.disk.mount()
        if index % 10 == 0:
            self.disk.unmount()
            self.disk.check()
            self.disk.mount()
        for name in ("ingest", "keeper"):
            self.lab.start(name)
        self.hit(batch, calls, cut, f"{self.disk.fs}: cut {index}, {'disk' if index % 2 else 'programs'} first")
        self.examine_settled()


def run_cuts(fs, times, calls, seed):
    """[(name, Tally)]"""
    with tempfile.TemporaryDirectory(prefix="recorder-power-") as name:
        disk = Disk(fs, pathlib.Path(name) / "image", pathlib.Path(name) / "disk", IMAGE_MIB)
        disk.make()
        disk.mount()
        try:
            with Lab(seed, store=disk.at / "store", programs=("ingest", "keeper")) as lab:
                power = Power(lab, disk, calls)
                for index in range(times):
                    power.once(index)
                return [(f"power cut, {fs}", power.finish())]
        finally:
            disk.detach()


class Snapshots:
    """Clones of the image, taken while calls run, each examined as if the power had gone then."""

    def __init__(self, lab, disk, folder, calls):
        self.lab, self.disk, self.folder, self.calls = lab, disk, folder, calls
        self.tally = Tally()
        self.all = []  # (folder of what was sent, calls) of every batch

    def batch(self, count):
        batch = self.lab.place(self.calls, SECONDS, quiet=QUIET)
        placed, taken = time.time(), []
        for moment in sorted(self.lab.draw.uniform(0.2, SECONDS + 1) for _ in range(count)):
            time.sleep(max(0, placed + moment - time.time()))
            image = self.folder / f"snapshot-{len(taken)}"
            cut = time.time()
            command("cp", "--reflink=always", self.disk.image, image)
            taken.append((cut, image))
        self.all.append((batch.sent, batch.finish(hang=True)))
        time.sleep(max(0, taken[-1][0] + KEEPER_YOUNG_S + 1 - time.time()))
        for cut, image in taken:
            self.examine(cut, image)
            image.unlink()

    def examine(self, cut, image):
        what = f"{self.disk.fs}: snapshot {self.tally.runs}"
        copy = Disk(self.disk.fs, image, self.folder / "copy", 0)
        copy.at.mkdir(exist_ok=True)
        copy.mount()
        try:
            config = self.folder / "copy.conf"
            config.write_text(self.lab.config.read_text().replace(str(self.disk.at), str(copy.at)))
            store = Store(copy.at / "store")
            self.lab.keep(config=config)
            for _ in range(2):
                if store.leftovers():
                    self.lab.keep(config=config)
            for sent, calls in self.all[-2:]:
                there = [call for call in calls if epoch(call["answered_at"]) < cut]
                self.tally.add(examine(store, sent, there, cut, what))
            self.look_again(store, [call for _, calls in self.all[:-2] for call in calls], what)
        finally:
            copy.detach()
        self.tally.runs += 1
        self.tally.faults += 1


    def look_again(self, store, calls, what):
        """Whether what earlier batches left, which were compared before, is as it was; and what else is
        there."""
        for call in calls:
            rows = store.rows(call["call_id"])
            self.tally.calls_lost += len(rows) != 1
            if len(rows) == 1 and not store.is_as_told(rows[0]):
                self.tally.corrupt += 1
                self.tally.notes.append(f"{what}: {call['call_id']}: changed after it was found whole")
        self.tally.notes += [f"{what}: left behind: {name}" for name in store.leftovers()]


def run_snapshots(fs, times, calls, seed):
    """[(name, Tally)]"""
    with tempfile.TemporaryDirectory(prefix="recorder-power-") as name:
        folder = pathlib.Path(name)
        host = Disk("xfs", folder / "host.image", folder / "host", HOST_MIB)
        disk = Disk(fs, folder / "host" / "image", folder / "disk", IMAGE_MIB)
        try:
            for each in (host, disk):
                each.make()
                each.mount()
            with Lab(seed, store=disk.at / "store", programs=("ingest", "keeper")) as lab:
                snapshots = Snapshots(lab, disk, host.at, calls)
                while snapshots.tally.runs < times:
                    snapshots.batch(min(SNAPSHOTS, times - snapshots.tally.runs))
                return [(f"snapshot, {fs}", snapshots.tally)]
        finally:
            disk.detach()
            host.detach()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fs", choices=sorted(MKFS), default="ext4")
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--calls", type=int, default=50)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--snapshots", action="store_true")
    options = parser.parse_args()
    why = cannot(options.fs)
    if why:
        print(f"power: NOT DONE: {why}")
        return 3
    print(f"power: seed {options.seed}", flush=True)
    run = run_snapshots if options.snapshots else run_cuts
    rows = run(options.fs, options.times, options.calls, options.seed)
    print(table(rows))
    return 0 if all(tally.good for _, tally in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
