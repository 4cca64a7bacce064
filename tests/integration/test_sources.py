"""Who may call and how much, and that nobody is let in while the recorder goes down."""
import signal
import time
import unittest

from sip_client import Dialog, Rtp, Udp, code, hang_up, place, play, ports_of
from support import STOP_S, Recorder, wait_until

PORTS = (21000, 21199)


def options(client):
    client.send(Dialog(client.transport, client.port).request("OPTIONS", extra=""))
    return client.final()


class Sources(unittest.TestCase):
    def recorder(self, **arguments):
        recorder = self.enterContext(Recorder(rtp_ports=PORTS, **arguments))
        self.udp = Udp(recorder.addresses["sip"])
        self.addCleanup(self.udp.close)
        return recorder

    def refused(self, answer, with_code=503):
        self.assertEqual(code(answer), with_code)
        if with_code == 503:
            self.assertRegex(answer, r"(?im)^Retry-After:\s*[1-9]\d*")

    def test_only_configured_addresses_may_call_from_the_moment_they_are_configured(self):
        recorder = self.recorder(sources=(("elsewhere", "192.0.2.0/24"),))
        self.refused(place(self.udp)[1], 403)
        self.refused(options(self.udp), 403)
        self.assertEqual(recorder.recorderctl("recordings", "list"), [])
        recorder.recorderctl("source", "add", "here", "127.0.0.1")
        time.sleep(0.2)
        dialog, answer = place(self.udp)
        self.assertEqual(code(answer), 200)
        self.assertEqual(code(options(self.udp)), 200)
        recorder.recorderctl("source", "remove", "here")
        wait_until(lambda: code(place(self.udp)[1]) == 403, 5, what="forbidden again")
        self.assertEqual(code(hang_up(self.udp, dialog)), 200, "a call in progress goes on")
        rows = wait_until(lambda: [row for row in recorder.recorderctl("recordings", "list")
                                   if row["state"] == "sealed"], 10, what="sealed")
        shown = recorder.recorderctl("recordings", "show", rows[0]["id"])
        self.assertEqual(shown["source"], "here")

    def test_rate_is_limited_per_source(self):
        self.recorder(sources=(("here", "127.0.0.0/8", "--rate", 2),))
        answers = [code(options(self.udp)) for _ in range(8)]
        self.assertEqual(answers[:4], [200] * 4, "a burst of two seconds")
        self.assertIn(503, answers)
        self.refused(next(answer for answer in iter(lambda: options(self.udp), None)
                          if code(answer) == 503))
        wait_until(lambda: code(options(self.udp)) == 200, 5, 0.6, "let in again")

    def test_dialogs_and_calls_are_limited_per_source_and_free_again_at_their_end(self):
        recorder = self.recorder(sources=(("here", "127.0.0.0/8", "--calls", 2),))
        first = [place(self.udp) for _ in range(2)]
        self.assertEqual([code(answer) for _, answer in first], [200, 200])
        self.refused(place(self.udp)[1])
        self.refused(options(self.udp))
        self.assertEqual(code(hang_up(self.udp, first[0][0])), 200)
        dialog, answer = place(self.udp)
        self.assertEqual(code(answer), 200)
        recorder.recorderctl("source", "change", "here", "--calls", 0, "--dialogs", 2)
        wait_until(lambda: code(options(self.udp)) == 503, 5, what="two dialogs are enough")
        self.refused(place(self.udp)[1])
        for each in (dialog, first[1][0]):
            self.assertEqual(code(hang_up(self.udp, each)), 200)
        self.assertEqual(code(options(self.udp)), 200)

    def test_full_recorder_answers_options_with_503_too(self):
        self.recorder(options="calls_max = 1")
        dialog, answer = place(self.udp)
        self.assertEqual(code(answer), 200)
        self.refused(options(self.udp))
        self.refused(place(self.udp)[1])
        self.assertEqual(code(hang_up(self.udp, dialog)), 200)
        self.assertEqual(code(options(self.udp)), 200)


    def test_recorder_without_a_free_port_answers_options_with_503_too(self):
        recorder = self.enterContext(Recorder(rtp_ports=(PORTS[0], PORTS[0] + 3)))
        udp = Udp(recorder.addresses["sip"])
        self.addCleanup(udp.close)
        self.assertEqual(code(options(udp)), 200)
        dialog, answer = place(udp)
        self.assertEqual((code(answer), len(ports_of(answer))), (200, 2))
        self.refused(options(udp))
        self.refused(place(udp)[1])
        self.assertEqual(code(hang_up(udp, dialog)), 200)
        wait_until(lambda: code(options(udp)) == 200, 5, what="ports are back")

    def test_another_node_of_a_source_goes_on_with_its_call(self):
        recorder = self.enterContext(Recorder(
            rtp_ports=PORTS, sources=(("cluster", "127.0.0.8/30"), ("wide", "127.0.0.0/8"))))
        nodes = [Udp(recorder.addresses["sip"], own) for own in ("127.0.0.9", "127.0.0.10",
                                                                 "127.0.0.12")]
        for node in nodes:
            self.addCleanup(node.close)
        dialog, answer = place(nodes[0])
        self.assertEqual(code(answer), 200)
        self.assertEqual(code(hang_up(nodes[2], dialog)), 481, "it is of another source")
        recorder.recorderctl("source", "remove", "cluster")
        wait_until(lambda: "wide" in self.source_of_a_call(recorder, nodes[1]), 5,
                   what="the source is taken away")
        dialog.sequence += 1
        self.assertEqual(code(hang_up(nodes[1], dialog)), 200, "it is who the source was")

    def source_of_a_call(self, recorder, client):
        dialog, answer = place(client)
        self.assertEqual((code(answer), code(hang_up(client, dialog))), (200, 200))
        row, details = recorder.sealed_call(dialog.call_id)
        return recorder.recorderctl("recordings", "show", row["id"])["source"]


class Drain(unittest.TestCase):
    def begin(self, drain_s):
        """A recorder with a call of one second, told to stop; returns (recorder, dialog)."""
        recorder = self.enterContext(Recorder(rtp_ports=PORTS, options=f"drain_s = {drain_s}"))
        self.udp = Udp(recorder.addresses["sip"])
        self.addCleanup(self.udp.close)
        self.rtp = Rtp()
        self.addCleanup(self.rtp.close)
        dialog, answer = place(self.udp)
        self.port = ports_of(answer)[0]
        play(1, (self.rtp, self.port))
        self.process = recorder.processes["ingest"]
        self.process.send_signal(signal.SIGTERM)
        return recorder, dialog

    def ended(self, recorder, cause, packets):
        self.assertEqual(self.process.wait(STOP_S), 0)
        row = recorder.recorderctl("recordings", "list")[0]
        self.assertEqual(row["state"], "sealed")
        details = recorder.details(row["id"])
        self.assertEqual(details["end_cause"], cause)
        self.assertEqual(details["legs"][0]["packets_received"], packets)

    def test_calls_in_progress_are_finished_while_nobody_else_is_let_in(self):
        recorder, dialog = self.begin(60)
        wait_until(lambda: code(options(self.udp)) == 503, 5, what="draining")
        answer = place(self.udp)[1]
        self.assertEqual(code(answer), 503)
        self.assertRegex(answer, r"(?im)^Retry-After:\s*[1-9]\d*")
        play(1, (self.rtp, self.port))
        self.assertIsNone(self.process.poll())
        self.assertEqual(code(hang_up(self.udp, dialog)), 200)
        self.ended(recorder, "bye", 100)

    def test_calls_are_sealed_when_the_limit_is_over(self):
        recorder, dialog = self.begin(1)
        bye = self.udp.asked("BYE")
        self.udp.respond(bye)
        self.ended(recorder, "shutdown", 50)

    def test_second_signal_seals_at_once(self):
        recorder, dialog = self.begin(600)
        wait_until(lambda: code(options(self.udp)) == 503, 5, what="draining")
        self.process.send_signal(signal.SIGTERM)
        self.udp.respond(self.udp.asked("BYE"))
        self.ended(recorder, "shutdown", 50)

    def test_hangup_signal_changes_nothing_for_calls(self):
        recorder = self.enterContext(Recorder(rtp_ports=PORTS))
        udp = Udp(recorder.addresses["sip"])
        self.addCleanup(udp.close)
        dialog, answer = place(udp)
        recorder.processes["ingest"].send_signal(signal.SIGHUP)
        self.assertEqual(code(options(udp)), 200)
        self.assertEqual(code(hang_up(udp, dialog)), 200)


if __name__ == "__main__":
    unittest.main()
