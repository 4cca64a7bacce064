"""What happens to a call while it is recorded, done by Debian's SIPp over UDP and over TCP: hold and
resume, codec change, late parties, metadata alone, transfer, a session timer that runs out.

All flows run at the same time against one recorder: the session timer alone takes a minute, for less
than 90 seconds may not be asked for (RFC 4028 section 4).
"""
import os
import pathlib
import subprocess
import sys
import time
import unittest

import numpy

import sound
from support import CALLED, CALLER, Recorder, wait_until

HERE = pathlib.Path(__file__).resolve().parent / "sipp"
sys.path.insert(0, str(HERE))
from scenario import Scenario, metadata, sdp  # noqa: E402

AS_ROOT = [] if os.geteuid() == 0 else ["sudo", "-n"]  # playing a capture needs raw sockets
SECONDS = 3  # of each stretch of speech
RATE = 8000
PEOPLE = [("p1", CALLER, "Anna"), ("p2", CALLED, "Bo")]
THIRD = "+4570100300"
TRANSPORTS = ("u1", "t1")  # SIPp's names: one UDP socket, one TCP connection


def capture(folder, name, left, right, start, payload_type):
    """A capture of two streams whose numbers and time go on from `start` packets."""
    subprocess.run([sys.executable, HERE / "two_streams.py", "-o", folder / name, "--start",
                    str(start), "--payload-type", str(payload_type), left, right], check=True,
                   stdout=subprocess.DEVNULL)


def flows(transport):
    """{name: [scenarios that run one after the other]}; Call-IDs begin with name and transport."""
    def scenario(name):
        return Scenario(name + transport)

    def start(name, **more):
        return scenario(name).invite(sdp(), people(name, PEOPLE, **more)).play("one.pcap",
                                                                               SECONDS * 1000)

    def people(name, who, **more):
        return metadata(who, session=f"session-{name}-{transport}", **more)

    held = {"hold": sdp(direction="inactive"), "hold0": sdp(address="0.0.0.0")}
    made = {}
    for name, offer in held.items():
        made[name] = [start(name).reinvite(offer, answered="a=inactive").pause(2000)
                      .reinvite(sdp()).play("two.pcap", SECONDS * 1000).bye()]
    made["codec"] = [start("codec").reinvite(sdp("PCMU"), answered="m=audio [0-9]+ RTP/AVP 0")
                     .play("two_u.pcap", SECONDS * 1000).bye()]
    stand_in = [("x1", "recorder-line", "Line"), ("x2", "trunk", "Trunk")]
    made["late"] = [scenario("late").invite(sdp(), people("late", stand_in)).pause(500)
                    .update(document=people("late", PEOPLE)).play("one.pcap", SECONDS * 1000).bye()]
    made["joined"] = [start("joined").update(document=people(
        "joined", [("p3", THIRD, "Carl")], mode="partial", send=False)).pause(500).bye()]
    made["transfer"] = [start("transfer1", group=f"group-{transport}").bye(),
                        scenario("transfer2").invite(
                            sdp(), people("transfer2", [PEOPLE[0], ("p3", THIRD, "Carl")],
                                          group=f"group-{transport}"))
                        .play("two.pcap", SECONDS * 1000).bye()]
    timer = "Require: siprec\nSupported: timer\nSession-Expires: {};refresher=uac\n"
    made["expiry"] = [scenario("expiry").invite(sdp(), people("timer", PEOPLE),
                                                headers=timer.format(90),
                                                header=("Session-Expires:", "90;refresher=uac"))
                      .expect_bye(80000)]
    made["short"] = [scenario("short").invite(sdp(), people("timer", PEOPLE), headers=timer.format(60),
                                              code=422, header=("Min-SE:", "90"))]
    return made


class Run:
    """All flows over both transports, once for the module."""

    def __init__(self):
        self.recorder = unittest.enterModuleContext(Recorder(rtp_ports=(21000, 21199)))
        self.folder = self.recorder.directory
        words = {"one": ("Good morning, this is the first part.",
                         "Hello there, I hear you very well."),
                 "two": ("Now comes the second part of it.", "And somebody records us both here.")}
        self.speech = {name: self.speak(name, said, "al") for name, said in words.items()}
        self.speech["two_u"] = self.speak("two", words["two"], "ul")
        packets = SECONDS * 50
        capture(self.folder, "one.pcap", *self.speech["one"], 0, 8)
        capture(self.folder, "two.pcap", *self.speech["two"], packets, 8)
        capture(self.folder, "two_u.pcap", *self.speech["two_u"], packets, 0)
        self.sipp()
        made = [flow for transport in TRANSPORTS for name, each in flows(transport).items()
                for flow in each if name != "short"]
        wait_until(lambda: len([row for row in self.recorder.listed()
                                if row["state"] == "sealed"]) == len(made), 30, what="sealed")
        rows = self.recorder.recorderctl("recordings", "list", "--limit", 50)
        self.rows = {row["sip_call_id"].split("/")[0]: row for row in rows}

    def speak(self, name, words, law):
        """Three seconds of raw G.711 of each side."""
        return [sound.speak(self.folder / f"{name}-{side}.{law}", said, voice, "pad", "0", "3",
                            "trim", "0", str(SECONDS))
                for side, said, voice in zip("lr", words, ("en-gb", "en-us"))]

    def sipp(self):
        """Every flow at the same time, its scenarios one after the other."""
        waiting = {name + transport: (transport, list(each)) for transport in TRANSPORTS
                   for name, each in flows(transport).items()}
        running = {}
        port = 24000  # below those that the system lends to others
        while waiting or running:
            for name in [name for name in waiting if name not in running]:
                transport, left = waiting[name]
                if left:
                    running[name] = self.start(transport, left.pop(0), port)
                    port += 10
                else:
                    del waiting[name]
            for name, (process, log) in list(running.items()):
                if process.poll() is None:
                    continue
                log.close()
                del running[name]
                if process.returncode:
                    raise AssertionError(f"{name}: " + pathlib.Path(log.name).read_text()[-3000:])
            time.sleep(0.1)

    def start(self, transport, flow, port):
        flow.write(self.folder / f"{flow.name}.xml")
        log = (self.folder / f"{flow.name}.log").open("w")
        return subprocess.Popen(
            [*AS_ROOT, "sipp", "-sf", f"{flow.name}.xml", self.recorder.addresses["sip"], "-m", "1",
             "-t", transport, "-i", "127.0.0.1", "-mi", "127.0.0.1", "-mp", str(port), "-p",
             str(port + 3000), "-nostdin",
             "-timeout", "100s", "-timeout_error"], cwd=self.folder, stdin=subprocess.DEVNULL,
            stdout=log, stderr=log), log


def setUpModule():
    Flows.all = Run()


class Flows:
    """The tests; a class for each transport looks at its own recordings."""

    def row(self, name):
        return Flows.all.rows[name + self.transport]

    def get(self, name, more=""):
        return Flows.all.recorder.get(f"/api/v1/recordings/{self.row(name)['id']}{more}")

    def details(self, name):
        return self.get(name).json()

    def facts(self, name, cause):
        return [fact for fact in self.get(name, "/facts").json()["facts"]
                if fact["cause"] == cause]

    def heard_at(self, name, part, law="al"):
        """Where each channel says a part, in seconds; fails where it does not."""
        heard = sound.decode(self.get(name, "/audio").body)
        places = []
        for i, raw in enumerate(Flows.all.speech[part]):
            codec = "PCMU" if law == "ul" else "PCMA"
            pattern = sound.g711(codec, raw.read_bytes()).astype(numpy.float64)
            line = sound.at_8k(heard[:, i])
            shift, _ = sound.best_shift(line, pattern, 0, len(line) - len(pattern))
            self.assertGreater(sound.share_found(line, pattern, shift), 0.7,
                               f"{name}: {part} on channel {i}")
            places.append(shift / RATE)
        return places

    def check_hold(self, name, cause):
        first, second = self.heard_at(name, "one"), self.heard_at(name, "two")
        for i in range(2):
            self.assertAlmostEqual(second[i] - first[i], SECONDS + 2, delta=0.5)
        held = self.facts(name, cause)
        self.assertEqual(sorted(fact["leg"] for fact in held), [0, 1])
        for fact in held:
            self.assertAlmostEqual(fact["end_ms"] - fact["start_ms"], 2000, delta=400)
        self.assertEqual(self.facts(name, "lost"), [])

    def test_pause_by_inactive_and_resume(self):
        self.check_hold("hold", "paused")

    def test_hold_by_an_address_of_zeros_and_resume(self):
        self.check_hold("hold0", "held")

    def test_codec_changes_within_the_call(self):
        first, second = self.heard_at("codec", "one"), self.heard_at("codec", "two_u", "ul")
        self.assertAlmostEqual(second[0] - first[0], SECONDS, delta=0.5)
        self.assertEqual(len(self.facts("codec", "codec_change")), 2)

    def test_parties_told_late_are_the_calls(self):
        details = self.details("late")
        self.assertEqual((details["caller"]["number"], details["called"]["number"]),
                         (CALLER, CALLED))
        self.heard_at("late", "one")

    def test_metadata_alone_tells_who_joined(self):
        joined = self.facts("joined", "party_joined")
        self.assertIn(THIRD, " ".join(fact["detail"] for fact in joined))

    def test_transfer_is_one_conversation(self):
        one, two = self.details("transfer1"), self.details("transfer2")
        self.assertEqual(one["conversation"]["id"], two["conversation"]["id"])
        self.assertEqual([row["id"] for row in two["conversation"]["recordings"]],
                         [one["id"], two["id"]])

    def test_session_timer_that_runs_out_ends_the_recording(self):
        self.assertEqual(self.details("expiry")["state"], "sealed")
        self.assertEqual(Flows.all.recorder.recorderctl(
            "recordings", "show", self.row("expiry")["id"])["end_cause"], "expired")

    def test_too_short_a_session_timer_makes_no_recording(self):
        self.assertNotIn("short" + self.transport, Flows.all.rows)


class OverUdp(Flows, unittest.TestCase):
    transport = "u1"


class OverTcp(Flows, unittest.TestCase):
    transport = "t1"


if __name__ == "__main__":
    unittest.main()
