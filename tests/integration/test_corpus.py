"""Real vendors' INVITEs, where a folder of them is given (environment CORPUS): answered, and right.

The folder is not part of the project; without it this says so. Our own messages with the same quirks
are in tests/vectors/siprec and are sent always.
"""
import os
import pathlib
import re
import unittest

from sip_client import Dialog, Udp
from support import ROOT, Recorder

VECTORS = ROOT / "tests" / "vectors" / "siprec"
CORPUS = os.environ.get("CORPUS", "")
# (caller, called) user parts that each message of the corpus names; None: it names nobody
PARTIES = {
    "audiocodes-mediant-ve-7.20A-legacy": ("+45700100709", "+45700100699"),
    "broadsoft-2016-metadata-first-inner-content-length": ("45700100667", "45700100682"),
    "cisco-cube-iosxe-16.10": ("1234", "911"),
    "google-telephony-client-sdes": None,
    "jambonz-default": ("45700100670", "45700100674"),
    "opensips-2019-no-stream-assoc": ("1001", "1006"),
    "oracle-acme-2026-template": ("+45700100681", "+45700100674"),
    "twilio-siprec-connector": (None, None),
}


def send(client, message):
    """Send a message as it is, but for its topmost Via, so that the answer comes back here."""
    text = re.sub(rb"(?im)^Via: SIP/2.0/\w+ [^;\r]*", b"Via: SIP/2.0/UDP 127.0.0.1:%d;rport"
                  % client.port, message, count=1)
    text = text.replace(b";rport;rport", b";rport")
    client.send(text)
    return client.final()


def media(text):
    """The m-lines of a message, each with its attributes."""
    return re.findall(r"(?ms)^m=.*?(?=^m=|^--|\Z)", text)


def offered_labels(message):
    return [re.search(r"(?m)^a=label:(\S+)", part).group(1)
            for part in media(message.decode(errors="replace")) if "a=label" in part]


def recorded(answer):
    return [part for part in media(answer) if not re.match(r"m=\w+ 0 ", part)]


def answered_labels(answer):
    return [re.search(r"(?m)^a=label:(\S+)", part).group(1) for part in recorded(answer)
            if "a=label" in part]


def bye(client, message, answer):
    """End the dialog that the message began; ACK first."""
    def header(name, text):
        return re.search(rf"(?im)^{name}:\s*(.*?)\r?$", text).group(1)
    text = message.decode(errors="replace")
    dialog = Dialog("UDP", client.port)
    dialog.call_id = header("Call-ID", text)
    sequence = int(header("CSeq", text).split()[0])
    for method, number in (("ACK", sequence), ("BYE", sequence + 1)):
        request = dialog.request(method, extra="").decode()
        request = re.sub(r"(?m)^From:.*\r$", f"From: {header('From', text)}\r", request)
        request = re.sub(r"(?m)^To:.*\r$", f"To: {header('To', answer)}\r", request)
        request = re.sub(r"(?m)^CSeq:.*\r$", f"CSeq: {number} {method}\r", request)
        client.send(request.encode())
    return client.final()


class Messages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.recorder = cls.enterClassContext(Recorder())

    def play(self, message):
        """The answer's code and, where recorded, the row."""
        udp = Udp(self.recorder.addresses["sip"])
        self.addCleanup(udp.close)
        answer = send(udp, message)
        code = int(answer.split()[1]) if answer else 0
        if code != 200:
            return code, None
        labels = answered_labels(answer)
        self.assertEqual(labels, [label for label in offered_labels(message) if label in labels])
        self.assertNotIn("a=sendonly", answer)
        self.assertTrue(bye(udp, message, answer).startswith("SIP/2.0 200"))
        call_id = re.search(rb"(?im)^Call-ID:\s*(\S+)", message).group(1).decode()
        return code, self.recorder.calls(call_id)[0]

    def test_own_vectors_are_answered(self):  # their parties: unit_body_test_siprec_metadata_vectors
        vectors = sorted(VECTORS.glob("*.sip"))
        self.assertGreaterEqual(len(vectors), 6)
        for path in vectors:
            with self.subTest(path.name):
                message = path.read_bytes()
                code, _ = self.play(message)
                self.assertEqual(code, 200 if b"RTP/AVP " in message else 488)

    def test_corpus_is_answered_and_names_its_parties(self):
        if not CORPUS:
            print("no corpus folder: set CORPUS to run it")
            self.skipTest("CORPUS is not set")
        messages = sorted(pathlib.Path(CORPUS, "siprec").glob("*.sip"))
        self.assertGreaterEqual(len(messages), 1, f"no messages in {CORPUS}/siprec")
        for path in messages:
            with self.subTest(path.name):
                message = path.read_bytes()
                code, row = self.play(message)
                recordable = b"RTP/AVP " in message
                self.assertEqual(code, 200 if recordable else 488)
                expected = PARTIES.get(path.stem)
                if row and expected:
                    self.assertEqual((row["caller"]["number"], row["called"]["number"]), expected)


if __name__ == "__main__":
    unittest.main()
