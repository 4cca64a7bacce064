#!/usr/bin/python3
"""Kill the programs at random moments while calls run; nothing that was durable may be missing.

usage: kill9.py [--times N] [--calls N] [--seed N]

Of ten kills seven are of recorder-ingest, the others of the keeper in the middle of a recovery, of
recorder-web while it is listened to, and of recorderctl while it changes the index. All keep one
store. Exit status: 0 nothing was lost, 1 something was.
"""
import argparse
import subprocess
import sys
import threading
import time

from lab import KEEPER_YOUNG_S, Campaign, Lab
from support import BIN, CUSTOMER
from tally import table

VICTIMS = ["ingest"] * 7 + ["keeper", "web", "recorderctl"]
SECONDS = 6  # of a call, if nobody kills it


class Kill9(Campaign):
    def __init__(self, lab, calls):
        super().__init__(lab)
        self.calls = calls
        self.web_kills = self.heard = 0  # how often while it was listened to, and what was heard
        self.commands = self.cut_short = 0  # of recorderctl, and of these that were still at work

    def kill_ingest(self, batch):
        time.sleep(self.lab.draw.uniform(0.05, SECONDS))
        cut = time.time()
        self.lab.kill9("ingest")
        calls = batch.finish()
        self.lab.start("ingest")
        return calls, cut

    def kill_keeper(self, batch):
        """A crash of the recorder leaves it work; it is killed in the middle of that three times."""
        calls, cut = self.kill_ingest(batch)
        self.lab.kill9("keeper")
        time.sleep(max(0, cut + KEEPER_YOUNG_S + 0.5 - time.time()))
        for _ in range(3):
            process = subprocess.Popen([str(BIN / "recorderctl"), "--config", str(self.lab.config),
                                        "keeper", "--once"], stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            time.sleep(self.lab.draw.uniform(0.005, 0.15))
            process.kill()
            process.wait()
        self.lab.start("keeper")
        return calls, cut

    def listen(self, over):
        """Ask for what is there until the program is gone."""
        try:
            while not over.is_set():
                for row in self.lab.listed(limit=20)[:20]:
                    answer = self.lab.get(f"/api/v1/recordings/{row['id']}/audio")
                    self.heard += answer.status == 200
        except Exception:  # in whatever way the death of the program shows; what was heard is counted
            pass

    def kill_web(self, batch):
        self.web_kills += 1
        over = threading.Event()
        listener = threading.Thread(target=self.listen, args=(over,))
        listener.start()
        time.sleep(self.lab.draw.uniform(0.05, SECONDS))
        self.lab.kill9("web")
        over.set()
        listener.join()
        self.lab.start("web")
        return batch.finish(hang=True), None

    def kill_recorderctl(self, batch):
        number = 10000000 + 10 * self.tally.runs
        for i in range(5):
            commands = (["customer", "add", str(number + i), "--name", "Short Lived"],
                        ["number", "add", CUSTOMER, f"+4530{self.tally.runs:05}{i}"],
                        ["recordings", "verify", "--all"],
                        ["customer", "set", CUSTOMER, "--pause-limit", "300"],
                        ["source", "add", f"s{number + i}", f"10.{i}.{self.tally.runs % 250}.1"])
            process = subprocess.Popen([str(BIN / "recorderctl"), "--config", str(self.lab.config),
                                        *commands[i]], stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            time.sleep(self.lab.draw.uniform(0.001, 0.15))
            process.kill()
            self.commands += 1
            self.cut_short += process.wait() < 0
        return batch.finish(hang=True), None

    def finish(self):
        if self.web_kills > 5 and not self.heard:
            self.tally.notes.append("nobody heard anything whenever recorder-web was killed")
        if self.commands > 25 and not 0 < self.cut_short < self.commands:
            self.tally.notes.append(f"{self.cut_short} of {self.commands} commands were killed at work: "
                                    "all too early, or all too late")
        return super().finish()

    def once(self, index):
        victim = self.lab.draw.choice(VICTIMS)
        batch = self.lab.place(self.calls, SECONDS, quiet=2, loss=self.lab.draw.choice((0, 0, 0, 3)))
        calls, cut = getattr(self, f"kill_{victim}")(batch)
        self.hit(batch, calls, cut, f"kill {index} of {victim}")
        self.examine_settled()


def run(times, calls, seed):
    """[(name, Tally)]"""
    with Lab(seed) as lab:
        kill9 = Kill9(lab, calls)
        for index in range(times):
            kill9.once(index)
        return [("kill -9", kill9.finish())]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--calls", type=int, default=10)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    print(f"kill9: seed {options.seed}", flush=True)
    rows = run(options.times, options.calls, options.seed)
    print(table(rows))
    return 0 if all(tally.good for _, tally in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
