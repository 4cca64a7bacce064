"""Whether the examination sees what it is there to see: a store that is damaged on purpose."""
import copy
import shutil
import sqlite3
import time

from lab import Lab, examine
from support import wait_until
from survivors import Store
from tally import Tally


def other_sound(sent, calls):
    """Of one call two packets are told to have been others."""
    path = sent / calls[0]["streams"][0]["payload_file"]
    data = bytearray(path.read_bytes())
    data[50 * 160:52 * 160] = bytes(reversed(data[60 * 160:62 * 160]))
    path.write_bytes(data)


def all_other_sound(sent, calls):
    """One call is told to have been another from its first packet on."""
    for stream in calls[0]["streams"]:
        path = sent / stream["payload_file"]
        path.write_bytes(bytes(reversed(path.read_bytes())))


def more_sent(sent, calls):
    """One call is told to have sent a second more than it did."""
    for stream in calls[0]["streams"]:
        path = sent / stream["payload_file"]
        path.write_bytes(path.read_bytes() + path.read_bytes()[:50 * 160])
        stream["packets_planned"] += 50


def change(store, text):
    with sqlite3.connect(store.directory / "index.sqlite") as index:
        index.execute(text)


def file_of(store, calls):
    return store.directory / store.rows(calls[0]["call_id"])[0]["path"]


def flip(path):
    data = bytearray(path.read_bytes())
    data[6000] ^= 1
    path.write_bytes(data)


def spoil_index(store, at):
    """Write over the index from there on."""
    path = store.directory / "index.sqlite"
    with sqlite3.connect(path) as index:
        index.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    index.close()
    with path.open("r+b") as file:
        file.seek(at)
        file.write(b"\xa5" * 3 * 4096)


DAMAGE = (
    ("another sound", lambda store, sent, calls: other_sound(sent, calls), "corrupt"),
    ("all of it another sound", lambda store, sent, calls: all_other_sound(sent, calls), "corrupt"),
    ("a second that is missing", lambda store, sent, calls: more_sent(sent, calls), "durable_lost"),
    ("a row that is missing", lambda store, sent, calls: change(
        store, f"DELETE FROM recordings WHERE sip_call_id = '{calls[0]['call_id']}'"), "calls_lost"),
    ("a file that is missing", lambda store, sent, calls: file_of(store, calls).unlink(), "calls_lost"),
    ("a row that says another length", lambda store, sent, calls: change(
        store, "UPDATE recordings SET duration_ms = duration_ms + 20"), "notes"),
    ("a bit", lambda store, sent, calls: flip(file_of(store, calls)), "corrupt"),
    ("an index that is no database", lambda store, sent, calls: spoil_index(store, 0), "corrupt"),
    ("an index that is damaged", lambda store, sent, calls: spoil_index(store, 4096), "notes"),
    ("a call that was never finished", lambda store, sent, calls: change(
        store, "UPDATE recordings SET state = 0"), "durable_lost"),
)


# of a call that is so short that little of it can be told from anything else
DAMAGE_OF_SHORT = DAMAGE[1:2]


def see(lab, tally, batch, calls, damages):
    """What is whole is found whole, and each damage is seen."""
    tally.add(examine(Store(lab.store), batch.sent, calls, None, "control"))
    tally.runs += 1
    for name, damage, field in damages:
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


def run():
    """[(name, Tally)]: noted is each damage that was not seen."""
    tally = Tally()
    with Lab(0, ports=(29200, 29299), programs=("ingest",)) as lab:
        batch = lab.place(2, 3)
        calls = batch.finish(hang=True)
        short = lab.place(1, 3)
        wait_until(lambda: len(lab.recording_files()) == 3, what="the short call")
        time.sleep(0.4)
        cut_off = short.finish()
        store = Store(lab.store)
        end = time.monotonic() + 20
        while store.unfinished() and time.monotonic() < end:
            time.sleep(0.1)
        lab.stop("ingest")
        see(lab, tally, batch, calls, DAMAGE)
        see(lab, tally, short, cut_off, DAMAGE_OF_SHORT)
    return [("control: damage that must be seen", tally)]
