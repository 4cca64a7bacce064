"""A few raw SIP messages over UDP and TCP, for what no well-behaved client would send."""
import re
import socket
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

    def __init__(self, transport, port):
        self.transport, self.port = transport, port
        self.call_id, self.tag = f"{uuid.uuid4().hex}@test", uuid.uuid4().hex[:8]
        self.sequence, self.to_tag, self.target = 1, "", "sip:srs@127.0.0.1"

    def request(self, method, body="", content_type=f"multipart/mixed;boundary={BOUNDARY}",
                extra="Require: siprec\r\n", length=None, branch=None):
        if method not in ("ACK", "CANCEL"):
            self.sequence += 1
        self.branch = branch or "z9hG4bK" + uuid.uuid4().hex
        to_tag = f";tag={self.to_tag}" if self.to_tag else ""
        kind = f"Content-Type: {content_type}\r\n" if body else ""
        size = len(body.encode()) if length is None else length
        return (f"{method} {self.target} SIP/2.0\r\n"
                f"Via: SIP/2.0/{self.transport} 127.0.0.1:{self.port};rport;branch={self.branch}\r\n"
                f"Max-Forwards: 70\r\nFrom: <sip:pbx@127.0.0.1>;tag={self.tag}\r\n"
                f"To: <sip:srs@127.0.0.1>{to_tag}\r\nCall-ID: {self.call_id}\r\n"
                f"CSeq: {self.sequence} {method}\r\n"
                f"Contact: <sip:pbx@127.0.0.1:{self.port};transport={self.transport.lower()}>"
                f";+sip.src\r\n{extra}{kind}Content-Length: {size}\r\n\r\n{body}").encode()

    def learn(self, answer):
        """Take the To tag of an answer, as a client does."""
        found = re.search(r"(?im)^To:.*;tag=([^;\s]+)", answer)
        if found:
            self.to_tag = found.group(1)


class Udp:
    """A UDP socket that talks to the recorder."""
    transport = "UDP"

    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
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


def place(client, **body):
    """INVITE and ACK; returns (dialog, final answer)."""
    dialog = Dialog(client.transport, client.port)
    client.send(dialog.request("INVITE", multipart(**body)))
    answer = client.final()
    dialog.learn(answer)
    client.send(dialog.request("ACK", extra=""))
    return dialog, answer


def hang_up(client, dialog):
    client.send(dialog.request("BYE", extra=""))
    return client.final()
