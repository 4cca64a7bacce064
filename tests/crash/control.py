"""Whether the examination sees what it is there to see: a store that is damaged on purpose."""
import copy
import shutil
import sqlite3
import time

from lab import Lab, examine
from survivors import Store
from tally import Tally


def other_sound(sent, calls):
    """Of one call two packets are told to have been others."""
    path = sent / calls[0]["streams"][0]["payload_file"]
    data = bytearray(path.read_bytes())
    data[50 * 160:52 * 160] = bytes(reversed(data[60 * 160:62 * 160]))
    path.write_bytes(data)


def more_sent(sent, calls):
    """One call is told to have sent a second more than it did."""
    for stream in calls[0]["streams"]:
        path = sent / stream["payload_file"]
        path.write_bytes(path.read_bytes() + path.read_bytes()[:50 * 160])
        stream["packets_planned"] += 50


def change(store, text):
    with sqlite3.connect(store.directory / "index.sqlite") as index:
        index.execute(text)


def flip(store):
    path = next((store.directory / "recordings").rglob("*.crec"))
    data = bytearray(path.read_bytes())
    data[6000] ^= 1
    path.write_bytes(data)


DAMAGE = (
    ("another sound", lambda store, sent, calls: other_sound(sent, calls), "corrupt"),
    ("a second that is missing", lambda store, sent, calls: more_sent(sent, calls), "durable_lost"),
    ("a row that is missing", lambda store, sent, calls: change(
        store, "DELETE FROM recordings WHERE rowid = (SELECT min(rowid) FROM recordings)"), "calls_lost"),
    ("a file that is missing", lambda store, sent, calls: next(
        (store.directory / "recordings").rglob("*.crec")).unlink(), "calls_lost"),
    ("a row that says another length", lambda store, sent, calls: change(
        store, "UPDATE recordings SET duration_ms = duration_ms + 20"), "notes"),
    ("a bit", lambda store, sent, calls: flip(store), "corrupt"),
    ("a call that was never finished", lambda store, sent, calls: change(
        store, "UPDATE recordings SET state = 0"), "durable_lost"),
)


def run():
    """[(name, Tally)]: noted is each damage that was not seen."""
    tally = Tally()
    with Lab(0, ports=(29200, 29299), programs=("ingest",)) as lab:
        batch = lab.place(2, 3)
        calls = batch.finish(hang=True)
        store = Store(lab.store)
        end = time.monotonic() + 20
        while store.unfinished() and time.monotonic() < end:
            time.sleep(0.1)
        lab.stop("ingest")
        tally.add(examine(store, batch.sent, calls, None, "control"))
        tally.runs += 1
        for name, damage, field in DAMAGE:
            spoilt, sent = lab.directory / "spoilt", lab.directory / "spoilt-sent"
            shutil.copytree(lab.store, spoilt)
            shutil.copytree(batch.sent, sent)
            told = copy.deepcopy(calls)
            damage(Store(spoilt), sent, told)
            if not getattr(examine(Store(spoilt), sent, told, None, name), field):
                tally.notes.append(f"{name} was not seen")
            tally.runs += 1
            tally.faults += 1
            shutil.rmtree(spoilt)
            shutil.rmtree(sent)
    return [("control: damage that must be seen", tally)]
