"""What tests of recording sessions share: a recorder for a class, and how its calls ended."""
import unittest

from sip_client import Rtp, Udp, code, hang_up
from support import Recorder, wait_until

SDP_TYPE = "application/sdp"
HEAD = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"


class Session(unittest.TestCase):
    """A recorder for the class; calls from 127.0.0.1 must be recording sessions."""
    PORTS = (21500, 21699)

    @classmethod
    def setUpClass(cls):
        cls.recorder = cls.enterClassContext(Recorder(rtp_ports=cls.PORTS))

    def setUp(self):
        self.udp = Udp(self.recorder.addresses["sip"])
        self.addCleanup(self.udp.close)

    def sender(self, *arguments, **named):
        rtp = Rtp(*arguments, **named)
        self.addCleanup(rtp.close)
        return rtp

    def sealed(self, dialog):
        """(row, details) of a call that has ended."""
        def found():
            rows = self.recorder.recorderctl("recordings", "list", "--limit", 200)
            return [row for row in rows if row["sip_call_id"] == dialog.call_id
                    and row["state"] == "sealed"]
        row = wait_until(found, 10, what="sealed")[0]
        return row, self.recorder.details(row["id"])

    def ended(self, dialog, client=None):
        self.assertEqual(code(hang_up(client or self.udp, dialog)), 200)
        return self.sealed(dialog)

    def deviations(self, details):
        """The first words of each, before its standard."""
        return {fact["detail"].split(" (")[0] for fact in details["facts"]
                if fact["cause"] == "deviation"}


def audio(port, label="", more="", profile="RTP/AVP", formats="8", direction="sendonly"):
    """An m-line with its attributes; `more` are lines of attributes."""
    text = f"m=audio {port} {profile} {formats}\r\n{more}"
    text += f"a={direction}\r\n" if direction else ""
    return text + (f"a=label:{label}\r\n" if label else "")
