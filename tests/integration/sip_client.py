"""A few raw SIP messages over UDP and TCP, for what no well-behaved client would send; and RTP."""
import re
import socket
import struct
import time
import uuid

SDP = ("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
       "m=audio 40000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=sendonly\r\na=label:1\r\n"
       "m=audio 40002 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=sendonly\r\na=label:2\r\n")
METADATA = ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
            "<recording xmlns=\"urn:ietf:params:xml:ns:recording:1\">"
            "<datamode>complete</datamode><session session_id=\"s1\"/>"
            "<participant participant_id=\"p1\"><nameID aor=\"sip:+4588303080@pbx\"/></participant>"
            "<participant participant_id=\"p2\"><nameID aor=\"sip:+4570100200@pbx\"/></participant>"
            "<stream stream_id=\"a\" session_id=\"s1\"><label>1</label></stream>"
            "<stream stream_id=\"b\" session_id=\"s1\"><label>2</label></stream>"
            "<participantstreamassoc participant_id=\"p1\"><send>a</send></participantstreamassoc>"
            "<participantstreamassoc participant_id=\"p2\"><send>b</send></participantstreamassoc>"
            "</recording>")
BOUNDARY = "part-line"


def multipart(sdp=SDP, metadata=METADATA, padding=0):
    """A SIPREC body; `padding` bytes of an unknown part make it as large as wanted."""
    parts = [("application/sdp", sdp), ("application/rs-metadata+xml", metadata)]
    if padding:
        parts.append(("application/x-unknown", "x" * padding))
    return "".join(f"--{BOUNDARY}\r\nContent-Type: {kind}\r\n\r\n{body}\r\n"
                   for kind, body in parts if body is not None) + f"--{BOUNDARY}--\r\n"


class Dialog:
    """One UAC dialog's identifiers and its messages as text."""

    def __init__(self, transport, port, caller="<sip:pbx@127.0.0.1>", features=";+sip.src"):
        self.transport, self.port, self.caller, self.features = transport, port, caller, features
        self.call_id, self.tag = f"{uuid.uuid4().hex}@test", uuid.uuid4().hex[:8]
        self.sequence, self.to_tag, self.target = 1, "", "sip:srs@127.0.0.1"
        self.host = "127.0.0.1"

    def request(self, method, body="", content_type=f"multipart/mixed;boundary={BOUNDARY}",
                extra="Require: siprec\r\n", length=None, branch=None):
        if method not in ("ACK", "CANCEL"):
            self.sequence += 1
        self.branch = branch or "z9hG4bK" + uuid.uuid4().hex
        to_tag = f";tag={self.to_tag}" if self.to_tag else ""
        kind = f"Content-Type: {content_type}\r\n" if body else ""
        size = len(body.encode()) if length is None else length
        return (f"{method} {self.target} SIP/2.0\r\n"
                f"Via: SIP/2.0/{self.transport} {self.host}:{self.port};rport"
                f";branch={self.branch}\r\n"
                f"Max-Forwards: 70\r\nFrom: {self.caller};tag={self.tag}\r\n"
                f"To: <sip:srs@127.0.0.1>{to_tag}\r\nCall-ID: {self.call_id}\r\n"
                f"CSeq: {self.sequence} {method}\r\n"
                f"Contact: <sip:pbx@{self.host}:{self.port};transport={self.transport.lower()}>"
                f"{self.features}\r\n{extra}{kind}Content-Length: {size}\r\n\r\n{body}").encode()

    def learn(self, answer):
        """Take the To tag of an answer, as a client does."""
        found = re.search(r"(?im)^To:.*;tag=([^;\s]+)", answer)
        if found:
            self.to_tag = found.group(1)


class Udp:
    """A UDP socket that talks to the recorder."""
    transport = "UDP"

    def __init__(self, address, own="127.0.0.1"):
        host, port = address.rsplit(":", 1)
        family = socket.AF_INET6 if ":" in own else socket.AF_INET
        host = host.strip("[]")
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.bind((own, 0))
        self.socket.connect((host, int(port)))
        self.port = self.socket.getsockname()[1]

    def send(self, data):
        self.socket.send(data)

    def receive(self, seconds=5):
        self.socket.settimeout(seconds)
        return self.socket.recv(65535).decode()

    def final(self, seconds=10):
        """The next answer of 200 or above; '' where none comes."""
        try:
            while True:
                answer = self.receive(seconds)
                if answer.startswith("SIP/2.0 ") and answer[8] != "1":
                    return answer
        except (TimeoutError, socket.timeout):
            return ""

    def asked(self, method, seconds=10):
        """The next request of that method that the recorder sends to us."""
        while True:
            message = self.receive(seconds)
            if message.startswith(method + " "):
                return message

    def respond(self, request, status="200 OK", extra="", body=""):
        """Answer a request of the recorder's."""
        kept = "".join(f"{name}: {value}\r\n" for name, value in
                       re.findall(r"(?im)^(Via|From|To|Call-ID|CSeq):[ \t]*(.*?)\r?$", request))
        self.send(f"SIP/2.0 {status}\r\n{kept}{extra}Content-Length: {len(body.encode())}\r\n\r\n"
                  f"{body}".encode())

    def close(self):
        self.socket.close()


class Tcp(Udp):
    """A TCP connection to the recorder; receive() gives whole messages."""
    transport = "TCP"

    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = self.socket.getsockname()[1]
        self.waiting = b""

    def send(self, data):
        self.socket.sendall(data)

    def receive(self, seconds=5):
        self.socket.settimeout(seconds)
        while True:
            self.waiting = self.waiting.lstrip(b"\r\n")
            head, separator, rest = self.waiting.partition(b"\r\n\r\n")
            if separator:
                length = int(re.search(rb"(?im)^Content-Length:\s*(\d+)", head).group(1))
                if len(rest) >= length:
                    self.waiting = rest[length:]
                    return (head + separator + rest[:length]).decode()
            data = self.socket.recv(65535)
            if not data:
                raise ConnectionResetError("closed by the recorder")
            self.waiting += data


class Rtp:
    """One sender of G.711 packets of 20 ms."""

    def __init__(self, ssrc=7, payload_type=8, own="127.0.0.1"):
        self.own = own
        self.socket = socket.socket(socket.AF_INET6 if ":" in own else socket.AF_INET,
                                    socket.SOCK_DGRAM)
        self.socket.bind((own, 0))
        self.port = self.socket.getsockname()[1]
        self.ssrc, self.payload_type, self.sequence = ssrc, payload_type, 0

    def send(self, port, count=1):
        for _ in range(count):
            header = struct.pack(">BBHII", 0x80, self.payload_type, self.sequence & 0xffff,
                                 self.sequence * 160, self.ssrc)
            self.socket.sendto(header + b"\x55" * 160, (self.own, port))
            self.sequence += 1

    def close(self):
        self.socket.close()


def play(seconds, *streams):
    """Send packets of several (Rtp, port) in step, in real time."""
    begin = time.monotonic()
    for i in range(int(seconds * 50)):
        for sender, port in streams:
            sender.send(port)
        time.sleep(max(0.0, begin + (i + 1) * 0.02 - time.monotonic()))


def ports_of(answer):
    """Of the audio lines of an answer, in order."""
    return [int(port) for port in re.findall(r"m=audio (\d+)", answer)]


def code(answer):
    return int(answer.split()[1]) if answer else 0


def place(client, **body):
    """INVITE and ACK; returns (dialog, final answer)."""
    return place_as(client, Dialog(client.transport, client.port), multipart(**body))


def place_as(client, dialog, body="", ack="", **request):
    """INVITE of that dialog and ACK, with `ack` as its description; returns (dialog, answer)."""
    client.send(dialog.request("INVITE", body, **request))
    answer = client.final()
    if code(answer) >= 300:
        client.send(dialog.request("ACK", extra="", branch=dialog.branch))
        return dialog, answer
    dialog.learn(answer)
    client.send(dialog.request("ACK", ack, "application/sdp", extra=""))
    return dialog, answer


def change(client, dialog, method, body, content_type=f"multipart/mixed;boundary={BOUNDARY}"):
    """A re-INVITE (with its ACK) or an UPDATE; returns the final answer."""
    client.send(dialog.request(method, body, content_type))
    answer = client.final()
    if method == "INVITE":
        client.send(dialog.request("ACK", extra="",
                                   branch=dialog.branch if code(answer) >= 300 else None))
    return answer


def hang_up(client, dialog):
    client.send(dialog.request("BYE", extra=""))
    return client.final()
