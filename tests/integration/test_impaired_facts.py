"""A network that loses in bursts and delays unevenly: what facts tell is what it did.

The network is simulated here, on the way to the socket, seeded, so that it runs everywhere and what
was lost is known to the packet. It drops 3 % in bursts and delays by up to 100 ms, which reorders.
"""
import heapq
import random
import struct
import time

from sip_client import place, ports_of
from siprec_session import Session

SECONDS = 40
LOSS, BURST = 0.03, 4  # of all packets; packets in a row, on average
JITTER_S = 0.1
SEED = 20


class Impaired:
    """What one sender sends, and what the network makes of it."""

    def __init__(self, rtp, port, seed):
        self.rtp, self.port = rtp, port
        self.random = random.Random(seed)
        self.losing, self.lost, self.sent = False, 0, 0
        self.waiting = []  # (when it arrives, number)

    def say(self, now, certain):
        """Send one packet, which is lost, or arrives some time."""
        change = 1 / BURST if self.losing else LOSS / (1 - LOSS) / BURST
        if self.random.random() < change:
            self.losing = not self.losing
        if self.losing and not certain:
            self.lost += 1
        else:
            delay = 0 if certain else self.random.random() * JITTER_S
            heapq.heappush(self.waiting, (now + delay, self.sent))
        self.sent += 1

    def deliver(self, now):
        while self.waiting and self.waiting[0][0] <= now:
            number = heapq.heappop(self.waiting)[1]
            header = struct.pack(">BBHII", 0x80, self.rtp.payload_type, number & 0xffff,
                                 number * 160, self.rtp.ssrc)
            self.rtp.socket.sendto(header + bytes([0x30 + number % 16]) * 160,
                                   (self.rtp.own, self.port))


class ImpairedFacts(Session):
    PORTS = (21700, 21799)

    def play(self, senders):
        begin = time.monotonic()
        packets = SECONDS * 50
        for i in range(packets):
            due = begin + i * 0.02
            for sender in senders:
                # the first and the last arrive: what lies outside of them nobody can know
                sender.say(due, certain=i < 5 or i >= packets - 5)
            while (now := time.monotonic()) < due + 0.02:
                for sender in senders:
                    sender.deliver(now)
                time.sleep(0.002)
        time.sleep(JITTER_S)
        for sender in senders:
            sender.deliver(time.monotonic())

    def test_facts_tell_what_the_network_lost(self):
        dialog, answer = place(self.udp)
        ports = ports_of(answer)
        senders = [Impaired(self.sender(ssrc=i + 1, payload_type=(8, 0)[i]), port, SEED + i)
                   for i, port in enumerate(ports)]
        self.play(senders)
        details = self.ended(dialog)[1]
        for i, sender in enumerate(senders):
            leg = details["legs"][i]
            told = {cause: [fact for fact in self.facts(details, cause) if fact["leg"] == i]
                    for cause in ("lost", "concealed", "late", "overlaid")}
            counted = sum(fact["count"] for fact in told["lost"] + told["concealed"])
            self.assertGreater(sender.lost, sender.sent * LOSS / 2)
            self.assertEqual(counted, sender.lost)
            self.assertEqual(leg["packets_lost"], sender.lost)
            self.assertEqual(leg["packets_received"], sender.sent - sender.lost)
            self.assertEqual((told["late"], told["overlaid"]), ([], []))
            stretches = told["lost"] + told["concealed"]
            length_ms = sum(fact["end_ms"] - fact["start_ms"] for fact in stretches)
            # each is told in whole milliseconds
            self.assertAlmostEqual(length_ms, sender.lost * 20, delta=len(stretches))
            # up to three in a row are concealed, more are not
            self.assertTrue(all(fact["count"] <= 3 for fact in told["concealed"]))
            self.assertTrue(all(fact["count"] > 3 for fact in told["lost"]))
