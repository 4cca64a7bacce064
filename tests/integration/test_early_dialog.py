"""What comes between an INVITE and its answer: the index is held by another program meanwhile."""
import re
import sqlite3
import unittest

from sip_client import Dialog, code, multipart
from siprec_session import HEAD, Session, audio, person, recording, session
from test_siprec_metadata import ANNA, BO, TWO, TWO_LINES, XML, parties

STAND_IN = recording(session() + person("p", "conference"))


class EarlyDialog(Session):
    PORTS = (22800, 22999)

    def setUp(self):
        super().setUp()
        self.index = sqlite3.connect(self.recorder.store / "index.sqlite", isolation_level=None)
        self.addCleanup(self.index.close)

    def invite(self, document):
        """An INVITE that is not answered until the index is let go; acknowledged is its 180."""
        self.index.execute("BEGIN IMMEDIATE")
        dialog = Dialog("UDP", self.udp.port)
        self.udp.send(dialog.request("INVITE", multipart(sdp=TWO_LINES, metadata=document),
                                     extra="Require: siprec, 100rel\r\n"))
        sequence = dialog.sequence
        while not (ringing := self.udp.receive()).startswith("SIP/2.0 180"):
            pass
        dialog.learn(ringing)
        number = re.search(r"(?im)^RSeq: (\d+)", ringing).group(1)
        self.udp.send(dialog.request("PRACK", extra=f"RAck: {number} {sequence} INVITE\r\n"))
        self.assertEqual(self.answer("PRACK"), 200)
        return dialog, sequence

    def answer(self, method):
        """The code of the final answer to a request of that method."""
        while True:
            answer = self.udp.final()
            self.assertTrue(answer, f"no answer to {method}")
            if re.search(rf"(?im)^CSeq: \d+ {method}", answer):
                return code(answer)

    def answered(self, dialog, sequence):
        self.index.rollback()
        self.assertEqual(self.answer("INVITE"), 200)
        later, dialog.sequence = dialog.sequence, sequence
        self.udp.send(dialog.request("ACK", extra=""))
        dialog.sequence = later

    def test_parties_that_an_update_tells_before_the_answer_are_the_calls(self):
        dialog, sequence = self.invite(STAND_IN)
        self.udp.send(dialog.request("UPDATE", TWO, XML))
        self.assertEqual(self.answer("UPDATE"), 200)
        self.answered(dialog, sequence)
        row, _ = self.ended(dialog)
        self.assertEqual(parties(row), (ANNA, BO))
        self.assertEqual(self.documents(row), ["INVITE", "UPDATE"])

    def test_metadata_beside_an_offer_that_comes_too_early_is_taken(self):
        dialog, sequence = self.invite(STAND_IN)
        self.udp.send(dialog.request("UPDATE", multipart(sdp=HEAD + audio(40000, "1"),
                                                         metadata=TWO)))
        self.assertEqual(self.answer("UPDATE"), 500)
        self.answered(dialog, sequence)
        row, details = self.ended(dialog)
        self.assertEqual(parties(row), (ANNA, BO))
        self.assertEqual(self.documents(row), ["INVITE", "UPDATE"])
        self.assertEqual(len(details["legs"]), 2, "the offer changed nothing")

    def documents(self, row):
        """The messages that brought documents, in order."""
        return [each["message"] for each in self.recorder.recorderctl(
            "recordings", "export", row["id"], "-o", self.recorder.directory / f"{row['id']}.opus",
            "--documents")["documents"]]


if __name__ == "__main__":
    unittest.main()
