"""The 49 messages of RFC 4475, bit-exact out of the archive in its text (RFC4475_TXT).

Each is sent over UDP from the port that its Via names, and over a TCP connection of its own, from
an address of its own, to a recorder whose source takes plain calls. ANSWERS says for each what is
answered, and why where that is not the first thing that the RFC names.
"""
import base64
import io
import os
import pathlib
import re
import socket
import tarfile
import time
import unittest

from sip_client import Udp, code, hang_up, place
from support import Recorder

ARCHIVE = os.environ.get("RFC4475_TXT", "")
NONE = 0  # no answer at all
COMPACT = {"From": "f", "To": "t", "Call-ID": "i"}
SIP_PORT = 5060

# name: (section, codes that are answered, why)
ANSWERS = {
    "wsinv": ("3.1.1.1", {481}, "well-formed, however odd; its To tag names a dialog, which is not "
                                "here (RFC 3261 section 12.2.2)"),
    "intmeth": ("3.1.1.2", {501}, "a method that nobody knows"),
    "esc01": ("3.1.1.3", {200}, "escapes are valid"),
    "escnull": ("3.1.1.4", {405}, "REGISTER: a recorder is no registrar"),
    "esc02": ("3.1.1.5", {501}, "% is no escape in a method name: unknown method"),
    "lwsdisp": ("3.1.1.6", {200}, "accepted as well-formed"),
    "longreq": ("3.1.1.7", {200}, "long values are valid"),
    "dblreq": ("3.1.1.8", {405}, "REGISTER; over UDP the octets behind it are ignored"),
    "semiuri": ("3.1.1.9", {200}, "well-formed"),
    "transports": ("3.1.1.10", {200}, "well-formed"),
    "mpart01": ("3.1.1.11", {405}, "MESSAGE: known, and not taken here"),
    "unreason": ("3.1.1.12", {NONE}, "a response to nothing of ours"),
    "noreason": ("3.1.1.13", {NONE}, "a response to nothing of ours"),
    "badinv01": ("3.1.2.1", {400}, "separators without a parameter"),
    "clerr": ("3.1.2.2", {400}, "body shorter than its Content-Length"),
    "ncl": ("3.1.2.3", {400}, "negative Content-Length"),
    "scalar02": ("3.1.2.4", {400}, "CSeq over 2^31"),
    "scalarlg": ("3.1.2.5", {NONE}, "a response that cannot be"),
    "quotbal": ("3.1.2.6", {200}, "liberal, as allowed: no call is lost for a display name"),
    "ltgtruri": ("3.1.2.7", {200}, "liberal, as allowed: the brackets are ignored"),
    "lwsruri": ("3.1.2.8", {400}, "a blank in the Request-URI"),
    "lwsstart": ("3.1.2.9", {200}, "liberal, as allowed: the second blanks are ignored"),
    "trws": ("3.1.2.10", {200}, "liberal, as allowed: blanks at the end are ignored"),
    "escruri": ("3.1.2.11", {200}, "liberal, as allowed: its headers mean nothing here"),
    "baddate": ("3.1.2.12", {200}, "liberal, as advised: Date is not looked at"),
    "regbadct": ("3.1.2.13", {405}, "REGISTER, before its Contact is looked at"),
    "badaspec": ("3.1.2.14", {200}, "liberal, as allowed: blanks round an address are ignored"),
    "baddn": ("3.1.2.15", {400}, "a display name that is no token; its empty line is missing too"),
    "badvers": ("3.1.2.16", {505}, "SIP/7.0"),
    "mismatch01": ("3.1.2.17", {400}, "CSeq of another method"),
    "mismatch02": ("3.1.2.18", {501}, "the better of the two that the RFC allows"),
    "bigcode": ("3.1.2.19", {NONE}, "a response that cannot be"),
    "badbranch": ("3.2.1", {200}, "no identifier behind the cookie: told apart as RFC 2543 did"),
    "insuf": ("3.3.1", {400}, "no Call-ID, From or To"),
    "unkscm": ("3.3.2", {416}, "unknown URI scheme"),
    "novelsc": ("3.3.3", {416}, "a scheme that is never a recorder's"),
    "unksm2": ("3.3.4", {405}, "REGISTER, before its To is looked at"),
    "bext01": ("3.3.5", {420}, "with Unsupported: the features in Require"),
    "invut": ("3.3.6", {415}, "a body of unknown type"),
    "regaut01": ("3.3.7", {405}, "REGISTER"),
    "multi01": ("3.3.8", {400}, "several values where one may be"),
    "mcl01": ("3.3.9", {400}, "two Content-Lengths that differ"),
    "bcast": ("3.3.10", {NONE}, "a response to nothing of ours"),
    "zeromf": ("3.3.11", {200}, "an endpoint does not look at it"),
    "cparam01": ("3.3.12", {405}, "REGISTER"),
    "cparam02": ("3.3.13", {405}, "REGISTER"),
    "regescrt": ("3.3.14", {405}, "REGISTER"),
    "sdp01": ("3.3.15", {406}, "our answer would be SDP, which Accept leaves out"),
    "inv2543": ("3.4.1", {200}, "a client of RFC 2543, which is not to be refused for that"),
}

# where a connection, which knows a message's end by its Content-Length alone, has another answer
ANSWERS_OVER_TCP = {
    "dblreq": ("3.1.1.8", {405}, "REGISTER; the second is a call, whose Content-Length "
                                 "is too short: behind it the connection ends"),
    "clerr": ("3.1.2.2", {NONE}, "what is missing may still come"),
    "baddn": ("3.1.2.15", {NONE}, "its empty line may still come"),
    "inv2543": ("3.4.1", {400}, "a body without Content-Length: its end is not known"),
}


def messages():
    """{name: bytes}, out of the base-64 block between the last pair of markers."""
    text = pathlib.Path(ARCHIVE).read_text(encoding="latin-1")
    block = re.findall(r"^ *-- BEGIN MESSAGE ARCHIVE --$(.*?)^ *-- END MESSAGE ARCHIVE --$",
                       text, re.M | re.S)[-1]
    lines = [line.strip() for line in block.splitlines() if re.fullmatch(r"\s*\S+\s*", line)]
    packed = base64.b64decode("".join(lines))
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        return {pathlib.Path(member.name).stem: archive.extractfile(member).read()
                for member in archive.getmembers() if member.isfile()}


def header(message, name):
    names = f"{name}|{COMPACT[name]}" if name in COMPACT else name
    found = re.search(rf"(?im)^(?:{names})[ \t]*:\s*(.*)$", message)
    return found.group(1).strip() if found else ""


class Sender:
    """A UDP socket on the port that a message's top Via names, where answers to it go."""
    transport = "UDP"

    def __init__(self, host, message, server):
        via = re.search(rb"(?im)^(?:via|v)\s*:[^\r\n]*(?:\r\n[ \t][^\r\n]*)*", message)
        port = re.search(rb"[A-Za-z0-9.\]]:(\d+)", via.group(0)) if via else None
        self.server = server
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((host, int(port.group(1)) if port else SIP_PORT))

    def send(self, message):
        self.socket.sendto(message, self.server)

    def receive(self):
        """The next message, '' at the end of a connection."""
        return self.socket.recv(65535).decode("utf-8", "replace")

    def final(self, seconds):
        """The first final answer, '' where none comes."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                answer = self.receive()
            except (TimeoutError, socket.timeout):
                return ""
            if not answer or (answer.startswith("SIP/2.0 ") and answer[8] != "1"):
                return answer
        return ""


class StreamSender(Sender):
    """A TCP connection."""
    transport = "TCP"

    def __init__(self, host, message, server):
        self.socket = socket.create_connection(server, source_address=(host, 0))
        self.buffer = b""

    def send(self, message):
        self.socket.sendall(message)

    def receive(self):
        while b"\r\n\r\n" not in self.buffer:
            piece = self.socket.recv(65535)
            if not piece:
                return ""
            self.buffer += piece
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        length = int(re.search(rb"(?im)^Content-Length\s*:\s*(\d+)", head).group(1))
        while len(self.buffer) < length:
            self.buffer += self.socket.recv(65535)
        self.buffer = self.buffer[length:]
        return head.decode("utf-8", "replace") + "\r\n"

    def is_closed(self, seconds):
        self.socket.settimeout(seconds)
        try:
            return self.socket.recv(65535) == b""
        except (TimeoutError, socket.timeout):
            return False
        except ConnectionResetError:
            return True


class Messages:
    """The tests, over one transport."""
    sender = None
    answers = ANSWERS

    @classmethod
    def setUpClass(cls):
        cls.messages = messages()
        cls.recorder = cls.enterClassContext(Recorder(rtp_ports=(20000, 20399), sources=[
            ("torture", "127.4.75.0/24", "--plain-calls")]))
        host, port = cls.recorder.addresses["sip"].rsplit(":", 1)
        cls.server = (host, int(port))

    def exchange(self, name):
        """Send one; returns who did, and its final answer."""
        number = sorted(self.answers).index(name) + 1
        message = self.messages[name]
        sender = self.sender(f"127.4.75.{number}", message, self.server)
        self.addCleanup(sender.socket.close)
        sender.send(message)
        answer = sender.final(1.0 if self.answers[name][1] == {NONE} else 5)
        if answer.startswith("SIP/2.0 200") and "INVITE" in header(answer, "CSeq"):
            self.end(sender, answer)
        return sender, answer

    def end(self, sender, answer):
        """ACK and BYE as the client that sent it would."""
        common = "".join(f"{name}: {header(answer, name)}\r\n"
                         for name in ("From", "To", "Call-ID"))
        number = header(answer, "CSeq").split()[0]
        host, port = sender.socket.getsockname()
        for method, sequence in (("ACK", int(number)), ("BYE", int(number) + 1)):
            sender.send((
                f"{method} sip:recorder@127.0.0.1 SIP/2.0\r\n"
                f"Via: SIP/2.0/{sender.transport} {host}:{port};"
                f"branch=z9hG4bK{os.urandom(8).hex()}\r\n"
                f"Max-Forwards: 70\r\n{common}CSeq: {sequence} {method}\r\n"
                "Content-Length: 0\r\n\r\n").encode())
        self.assertTrue(sender.final(5).startswith("SIP/2.0 200"), "BYE was not answered 200")

    def check(self, name):
        section, codes, why = self.answers[name]
        sender, answer = self.exchange(name)
        got = int(answer.split()[1]) if answer else NONE
        self.assertIn(got, codes, f"RFC 4475 section {section}: {why}; got {answer[:200]!r}")
        if got == 405:
            self.assertIn("INVITE", header(answer, "Allow"))
        return sender

    def test_all_49_messages_are_in_the_archive(self):
        self.assertEqual(set(self.answers) - set(self.messages), set())
        self.assertEqual(len(self.answers), 49)

    def test_unsupported_names_what_was_required(self):
        _, answer = self.exchange("bext01")
        self.assertEqual({tag.strip() for tag in header(answer, "Unsupported").split(",")},
                         {"nothingSupportsThis", "nothingSupportsThisEither"})

    def test_z_the_recorder_is_well_afterwards(self):
        client = Udp(self.recorder.addresses["sip"], "127.4.75.250")
        self.addCleanup(client.close)
        dialog, answer = place(client)
        self.assertEqual(code(answer), 200)
        self.assertEqual(code(hang_up(client, dialog)), 200)
        self.recorder.sealed_call(dialog.call_id)


@unittest.skipUnless(ARCHIVE and pathlib.Path(ARCHIVE).is_file(),
                     "RFC4475_TXT names no file: the messages of RFC 4475 are not here")
class Torture(Messages, unittest.TestCase):
    sender = Sender


@unittest.skipUnless(ARCHIVE and pathlib.Path(ARCHIVE).is_file(),
                     "RFC4475_TXT names no file: the messages of RFC 4475 are not here")
class TortureOverTcp(Messages, unittest.TestCase):
    sender = StreamSender
    answers = ANSWERS | ANSWERS_OVER_TCP

    def test_connections_end_where_the_next_message_cannot_be_found(self):
        for name in ("ncl", "mcl01", "inv2543"):
            with self.subTest(name):
                sender, _ = self.exchange(name)
                self.assertTrue(sender.is_closed(5))

    def test_connections_go_on_after_a_message_that_cannot_be_read(self):
        for name in ("lwsruri", "badvers", "badinv01"):
            with self.subTest(name):
                sender, _ = self.exchange(name)
                sender.send(self.messages["zeromf"])
                self.assertTrue(sender.final(5).startswith("SIP/2.0 200"))


def make_test(name):
    def test(self):
        self.check(name)

    test.__doc__ = f"RFC 4475 section {ANSWERS[name][0]}"
    return test


for each in ANSWERS:
    setattr(Messages, f"test_{ANSWERS[each][0].replace('.', '_')}_{each}", make_test(each))
