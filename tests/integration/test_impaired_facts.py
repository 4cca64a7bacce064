"""A network that loses in bursts and delays unevenly: what facts tell is what it did.

Calls of callgen's go through a relay of ours that drops 3 % in bursts and delays by up to 100 ms,
so that what was lost is known to the packet. Longer: IMPAIRED_CALLS, IMPAIRED_SECONDS.
"""
import os
import unittest

from relay import Relay
from support import Recorder

CALLS = int(os.environ.get("IMPAIRED_CALLS", "20"))
SECONDS = int(os.environ.get("IMPAIRED_SECONDS", "30"))
LOSS, BURST = 0.03, 4  # of all packets; packets in a row, on average
JITTER_S = 0.1
PORTS = (26000, 26399)
OWN, RELAYED = "127.0.0.1", "127.0.0.9"
POINT_MAX = 0.1  # percentage points between what was lost and what is told
PACKET_MS = 20


class ImpairedFacts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.recorder = cls.enterClassContext(Recorder(
            rtp_ports=PORTS, options=f'rtp_address = "{OWN}"\nrtp_advertise = "{RELAYED}"'))

    def told(self, details, leg, *causes):
        return [fact for fact in details["facts"]
                if fact["leg"] == leg and fact["cause"] in causes]

    def judge_leg(self, details, index, stream):
        """Facts of one leg tell to the packet what the network did; returns how many they count."""
        leg = details["legs"][index]
        known = len(stream.lost) - stream.unknowable()
        missing = self.told(details, index, "lost", "concealed")
        self.assertEqual(leg["packets_received"], len(stream.sent) - len(stream.lost))
        self.assertEqual((leg["packets_lost"], leg["packets_late"]), (known, 0))
        self.assertEqual(sum(fact["count"] for fact in missing), known)
        self.assertEqual(self.told(details, index, "late", "overlaid", "clock_corrected"), [])
        length_ms = sum(fact["end_ms"] - fact["start_ms"] for fact in missing)
        # each begins and ends in a millisecond that it covers in part
        self.assertAlmostEqual(length_ms, known * PACKET_MS, delta=len(missing) + 1)
        # up to three in a row are concealed, more are not
        self.assertTrue(all(fact["count"] <= 3 for fact in missing
                            if fact["cause"] == "concealed"))
        self.assertTrue(all(fact["count"] > 3 for fact in missing if fact["cause"] == "lost"))
        return known

    def test_facts_tell_what_the_network_lost(self):
        with Relay(RELAYED, OWN, range(PORTS[0], PORTS[1], 2), LOSS, BURST, JITTER_S) as relay:
            report = self.recorder.callgen("--calls", CALLS, "--seconds", SECONDS, "--tone",
                                           "--bye-wait-ms", 400)
        self.assertEqual(len(relay.streams), 2 * CALLS)
        told = 0
        for call in report["calls"]:
            details = self.recorder.sealed_call(call["call_id"], 60)[1]
            for index, stream in enumerate(call["streams"]):
                with self.subTest(call=call["index"], leg=index):
                    told += self.judge_leg(details, index, relay.streams[stream["ssrc"]])
        sent = sum(len(stream.sent) for stream in relay.streams.values())
        lost = sum(len(stream.lost) for stream in relay.streams.values())
        self.assertGreater(lost, sent * LOSS / 2)
        print(f"of {sent} packets {lost} were lost, {100 * lost / sent:.3f} %; "
              f"facts tell {told}, {100 * told / sent:.3f} %")
        self.assertLess(100 * abs(lost - told) / sent, POINT_MAX)


if __name__ == "__main__":
    unittest.main()
