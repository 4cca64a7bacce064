"""A recorder that is to be crashed, and callers that know what they sent.

Most calls are callgen's; beside them a few talk for a moment and then send nothing, or are put on
hold: what they said before must survive as well, though nothing follows that would push it out.
"""
import json
import random
import signal
import subprocess
import threading
import time
import wave

import numpy

from survivors import PACKET_S, Examiner, Store, answered, utc
from tally import Tally

from siprec_session import HEAD, SDP_TYPE, audio
from sip_client import Dialog, Rtp, Udp, code, hang_up, place_as, ports_of
from support import BIN, CALLER, Recorder
import sound

NOISE_S, NOISE_LEVEL = 30, 6000
KEEPER_YOUNG_S = 5  # a call so young the keeper leaves to its writer (tools/recorderctl/keeper.h)
SETTLE_S = 90


def make_sounds(directory):
    """Two voices, as files: noise in bursts of seeded lengths, so that no two moments are alike."""
    paths = []
    for name, seed in (("left", 1), ("right", 2)):
        draw = numpy.random.default_rng(seed)
        noise = draw.standard_normal(NOISE_S * 8000)
        noise = numpy.convolve(noise, (0.25, 0.5, 0.25), "same")  # less of what G.711 would alias
        envelope = numpy.ones_like(noise)
        at = 0
        while at < len(noise):
            at += int(draw.uniform(0.4, 1.6) * 8000)
            pause = int(draw.uniform(0.1, 0.4) * 8000)
            envelope[at:at + pause] = 0
            at += pause
        samples = (noise * envelope * NOISE_LEVEL).clip(-32000, 32000).astype("<i2")
        path = directory / f"{name}.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(samples.tobytes())
        paths.append(path)
    return paths


def alaw(samples):
    """G.711 A-law of samples that are exactly codes of it: the table the other way round."""
    table = sound.g711("PCMA", bytes(range(256))).astype(numpy.int32)
    order = numpy.argsort(table, kind="stable")
    near = numpy.searchsorted(table[order], samples)
    return bytes(order[numpy.clip(near, 0, 255)].astype(numpy.uint8))


class Quiet:
    """Calls that talk for `talk` seconds and then are quiet: every second one is put on hold."""

    def __init__(self, address, count, talk, directory, seed):
        self.address, self.talk, self.directory = address, talk, directory
        directory.mkdir(exist_ok=True)
        self.draw = numpy.random.default_rng(seed)
        self.calls = [self.plan(i) for i in range(count)]
        self.over = threading.Event()
        self.problem = None  # what ended the talk
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def plan(self, index):
        packets = int(self.talk / PACKET_S)
        call = {"index": f"quiet-{index}", "call_id": None, "answered_at": None, "answer_code": 0,
                "packets": packets, "streams": [], "late_ms": 0.0, "held": False}
        for side in ("left", "right"):
            payload = alaw(self.draw.normal(0, NOISE_LEVEL / 2, packets * 160).clip(-30000, 30000))
            path = self.directory / f"quiet-{index}-{side}.alaw"
            path.write_bytes(payload)
            call["streams"].append({"channel": side, "codec": "PCMA", "withheld": [], "first_sent_at": None,
                                    "packets_planned": packets, "payload_file": path.name, "sent": 0,
                                    "payload": payload})
        return call

    def begin(self, call):
        call["client"] = Udp(self.address)
        call["legs"] = [Rtp(ssrc=7 + i) for i in range(2)]
        dialog = Dialog("UDP", call["client"].port, caller=f"<sip:{CALLER}@pbx>")
        call["offer"] = HEAD + "".join(audio(leg.port, str(i + 1)) for i, leg in enumerate(call["legs"]))
        call["call_id"], call["dialog"] = dialog.call_id, dialog
        _, answer = place_as(call["client"], dialog, call["offer"], content_type=SDP_TYPE)
        call["answer_code"] = code(answer)
        if code(answer) == 200:
            call["answered_at"] = utc(time.time())
            call["ports"] = ports_of(answer)

    def say(self, call, packet):
        for leg, stream, port in zip(call["legs"], call["streams"], call["ports"]):
            header = numpy.array([0x8008, packet], ">u2").tobytes() + numpy.array(
                [packet * 160, leg.ssrc], ">u4").tobytes()
            if packet == 0:
                stream["first_sent_at"] = utc(time.time())
            leg.socket.sendto(header + stream["payload"][packet * 160:packet * 160 + 160],
                              ("127.0.0.1", port))
            stream["sent"] = packet + 1

    def hold(self, call):
        held = call["offer"].replace("sendonly", "inactive")
        call["client"].send(call["dialog"].request("INVITE", held, SDP_TYPE))
        answer = call["client"].final(2)
        if answer:  # none: the recorder died, or will not be believed to have held it
            call["client"].send(call["dialog"].request("ACK", extra=""))
        call["held"] = bool(answer) and code(answer) == 200

    def run(self):
        try:
            for call in self.calls:
                if not self.over.is_set():
                    self.begin(call)
            begin = time.monotonic()
            for packet in range(int(self.talk / PACKET_S)):
                for call in self.calls:
                    if answered(call) and not self.over.is_set():
                        self.say(call, packet)
                        late = time.monotonic() - begin - packet * PACKET_S
                        call["late_ms"] = max(call["late_ms"], late * 1000)
                time.sleep(max(0.0, begin + (packet + 1) * PACKET_S - time.monotonic()))
            for call in self.calls[1::2]:
                if answered(call) and not self.over.is_set():
                    self.hold(call)
        except Exception as problem:  # the recorder died; where it did not, finish says it
            self.problem = problem

    def finish(self, hang=False):
        """Their calls, in the words of callgen's report. hang: they end by BYE; else they just stop."""
        if hang:
            self.thread.join()
        self.over.set()
        self.thread.join()
        if hang and self.problem:  # nobody killed the recorder
            raise AssertionError("quiet calls broke off") from self.problem
        for call in self.calls:
            if hang and answered(call):
                assert code(hang_up(call["client"], call["dialog"])) == 200, "BYE"
            for stream in call["streams"]:
                stream["unsent"] = list(range(stream["sent"], stream["packets_planned"]))
            if "client" in call:
                call["client"].close()
                for leg in call["legs"]:
                    leg.close()
        return self.calls


class Calls:
    """A batch of calls: callgen's, and quiet ones."""

    def __init__(self, lab, number, count, seconds, quiet=0, loss=0):
        self.lab, self.quiet = lab, None
        self.sent = lab.directory / f"sent-{number}"
        arguments = ["--calls", count, "--seconds", seconds, "--rate", 40, "--left", lab.sounds[0],
                     "--right", lab.sounds[1], "--loss", loss, "--seed", number + 1,
                     "--sent-dir", self.sent]
        self.process = lab.callgen_start(*arguments)
        if quiet:
            self.quiet = Quiet(lab.addresses["sip"], quiet, 1.5, self.sent, number)

    def finish(self, hang=False):
        """All calls that were answered. hang: as planned; else every caller stops at once."""
        if not hang:
            self.process.send_signal(signal.SIGTERM)
        quiet = self.quiet.finish(hang) if self.quiet else []
        self.process.communicate(timeout=600)
        if self.process.returncode == -signal.SIGTERM:  # it had not begun: from then on it takes the signal
            return [call for call in quiet if answered(call)]
        report = json.loads(self.process.report_path.read_text())
        calls = [{**call, "late_ms": report["late_ms_max"]} for call in report["calls"]]
        return [call for call in calls + quiet if answered(call)]


class Lab(Recorder):
    """A recorder whose programs are killed; what survives is compared with what was sent."""

    def __init__(self, seed, ports=(26000, 27999), **named):
        super().__init__(rtp_ports=ports, **named)
        self.draw = random.Random(seed)
        self.number = 0

    def __enter__(self):
        super().__enter__()
        self.sounds = make_sounds(self.directory)
        return self

    def place(self, count, seconds, quiet=0, loss=0):
        self.number += 1
        return Calls(self, self.number, count, seconds, quiet, loss)

    def keep(self, *wrapper, config=None):
        """One round of a keeper; its exit status. wrapper: a program that runs it."""
        return subprocess.run([*wrapper, str(BIN / "recorderctl"), "--config", str(config or self.config),
                               "keeper", "--once"], stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True).returncode


class Campaign:
    """Faults one after another on one store. What a fault left is examined when the keeper has finished
    it, while the next faults may hit that very work; at the end all of it is looked at once more."""

    def __init__(self, lab):
        self.lab, self.tally = lab, Tally()
        self.store = Store(lab.store)
        self.waiting = []  # (folder of what was sent, calls, cut, what)
        self.examined = []

    def hit(self, batch, calls, cut, what):
        """A fault was done to this batch; calls, cut: see Examiner.examine."""
        self.tally.runs += 1
        self.tally.faults += 1
        self.waiting.append((batch.sent, calls, cut, what))

    def examine_settled(self, everything=False):
        for batch in list(self.waiting):
            sent, calls, cut, what = batch
            if everything:
                self.settle(calls)
            elif self.store.unfinished() & {call["call_id"] for call in calls}:
                continue
            self.waiting.remove(batch)
            self.examined += [call["call_id"] for call in calls]
            self.tally.add(examine(self.store, sent, calls, cut, what))

    def settle(self, calls):
        """Wait for the keeper; what it leaves is told by the examination."""
        ids = {call["call_id"] for call in calls}
        end = time.monotonic() + SETTLE_S
        while self.store.unfinished() & ids and time.monotonic() < end:
            time.sleep(0.5)

    def finish(self):
        """Examine the rest, and whether what was found once is still there."""
        self.examine_settled(everything=True)
        for call_id in self.examined:
            rows = self.store.rows(call_id)
            if len(rows) == 1 and not self.store.is_as_told(rows[0]):
                self.tally.corrupt += 1
                self.tally.notes.append(f"{call_id}: changed after it was found whole")
            self.tally.calls_lost += len(rows) == 0
        self.tally.notes += [f"left behind: {name}" for name in self.store.leftovers()]
        return self.tally


def examine(store, sent, calls, cut, what):
    """A Tally over answered calls."""
    tally = Tally()
    examiner = Examiner(store, sent)
    for call in calls:
        examiner.examine(tally, call, cut, what)
    tally.notes += [f"{what}: the index is damaged: {each}" for each in store.is_whole()]
    return tally
