"""What tests of recording sessions share: a recorder, how calls ended, descriptions, documents."""
import unittest

from sip_client import Rtp, Udp, code, hang_up
from support import SOURCES, Recorder

SDP_TYPE = "application/sdp"
HEAD = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"


class Session(unittest.TestCase):
    """A recorder for the class; calls from 127.0.0.1 must be recording sessions."""
    PORTS = (21500, 21699)
    SOURCES = SOURCES

    @classmethod
    def setUpClass(cls):
        cls.recorder = cls.enterClassContext(Recorder(rtp_ports=cls.PORTS, sources=cls.SOURCES))

    def setUp(self):
        self.udp = Udp(self.recorder.addresses["sip"])
        self.addCleanup(self.udp.close)

    def sender(self, *arguments, **named):
        rtp = Rtp(*arguments, **named)
        self.addCleanup(rtp.close)
        return rtp

    def sealed(self, dialog):
        """(row, details) of a call that has ended."""
        return self.recorder.sealed_call(dialog.call_id)

    def ended(self, dialog, client=None):
        self.assertEqual(code(hang_up(client or self.udp, dialog)), 200)
        return self.sealed(dialog)

    def facts(self, details, cause):
        return [fact for fact in details["facts"] if fact["cause"] == cause]

    def deviations(self, details):
        """The first words of each, before its standard."""
        return {fact["detail"].split(" (")[0] for fact in self.facts(details, "deviation")}


def audio(port, label="", more="", profile="RTP/AVP", formats="8", direction="sendonly"):
    """An m-line with its attributes; `more` are lines of attributes."""
    text = f"m=audio {port} {profile} {formats}\r\n{more}"
    text += f"a={direction}\r\n" if direction else ""
    return text + (f"a=label:{label}\r\n" if label else "")


# --- rs-metadata ---
def recording(inside, mode="complete", root="recording", name="urn:ietf:params:xml:ns:recording:1"):
    return (f'<?xml version="1.0" encoding="UTF-8"?>\r\n<{root} xmlns="{name}">'
            f"<datamode>{mode}</datamode>{inside}</{root}>\r\n")


def session(key="s1", inside=""):
    return f'<session session_id="{key}">{inside}</session>'


def person(key, number, inside=""):
    return (f'<participant participant_id="{key}"><nameID aor="sip:{number}@pbx">{inside}</nameID>'
            "</participant>")


def sends(key, label, stream=None):
    stream = stream or f"st{label}"
    return (f'<stream stream_id="{stream}" session_id="s1"><label>{label}</label></stream>'
            f'<participantstreamassoc participant_id="{key}"><send>{stream}</send>'
            "</participantstreamassoc>")
