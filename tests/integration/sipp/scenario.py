"""SIPp scenarios of a session recording client, put together step by step.

    flow = Scenario("hold")
    flow.invite(sdp(), metadata(...))
    flow.play("first.pcap", 3000)
    flow.reinvite(sdp(direction="inactive"), answered="a=inactive")
    flow.bye()
    flow.write(folder / "hold.xml")

SIPp itself keeps the dialog: Call-ID, tags, routes, retransmissions, and fails on any message that
the scenario does not expect.
"""
BOUNDARY = "siprec-parts"
CODECS = {"PCMU": 0, "PCMA": 8}


def sdp(codec="PCMA", direction="sendonly", address="[media_ip]", lines=2, ports=None):
    """An offer of `lines` labelled streams; ports: of each, None for [media_port], +2, ..."""
    payload_type = CODECS[codec]
    text = ("v=0\r\no=src 53655765 [cseq] IN IP[local_ip_type] [local_ip]\r\ns=-\r\n"
            f"c=IN IP[media_ip_type] {address}\r\nt=0 0\r\n")
    for i in range(lines):
        port = ports[i] if ports else f"[media_port+{2 * i}]" if i else "[media_port]"
        text += (f"m=audio {port} RTP/AVP {payload_type}\r\n"
                 f"a=rtpmap:{payload_type} {codec}/8000\r\na=label:{i + 1}\r\na={direction}\r\n")
    return text


def metadata(people, session="s-1", group=None, mode="complete", send=True):
    """Who takes part: [(id, number, name)], the n-th sends the stream of label n."""
    refer = f"<group-ref>{group}</group-ref>" if group else ""
    text = ('<?xml version="1.0" encoding="UTF-8"?>\r\n'
            '<recording xmlns="urn:ietf:params:xml:ns:recording:1">\r\n'
            f"<datamode>{mode}</datamode>\r\n")
    if group:
        text += f'<group group_id="{group}"/>\r\n'
    text += f'<session session_id="{session}">{refer}</session>\r\n'
    for who, number, name in people:
        text += (f'<participant participant_id="{who}"><nameID aor="sip:{number}@example.net">'
                 f'<name xml:lang="en">{name}</name></nameID></participant>\r\n'
                 f'<participantsessionassoc participant_id="{who}" session_id="{session}"/>\r\n')
    for i, (who, _, _) in enumerate(people[:2] if send else []):
        text += (f'<stream stream_id="m{i + 1}" session_id="{session}"><label>{i + 1}</label>'
                 f"</stream>\r\n<participantstreamassoc participant_id=\"{who}\">"
                 f"<send>m{i + 1}</send></participantstreamassoc>\r\n")
    return text + "</recording>\r\n"


def multipart(description, document):
    parts = [("application/sdp", "", description),
             ("application/rs-metadata+xml", "Content-Disposition: recording-session\r\n", document)]
    return "".join(f"--{BOUNDARY}\r\nContent-Type: {kind}\r\n{more}\r\n{body}\r\n"
                   for kind, more, body in parts if body) + f"--{BOUNDARY}--\r\n"


class Scenario:
    def __init__(self, name):
        self.name, self.steps, self.cseq, self.checks = name, [], 0, []

    def _request(self, method, body="", kind="", headers="", retransmit=True, in_dialog=True):
        target = "[next_url]" if in_dialog else "sip:recorder@[remote_ip]:[remote_port]"
        to = "[peer_tag_param]" if in_dialog else ""
        lines = [f"{method} {target} SIP/2.0",
                 "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]",
                 *(["[routes]"] if in_dialog else []),
                 "From: <sip:src@[local_ip]:[local_port]>;tag=[pid]src[call_number]",
                 f"To: <sip:recorder@[remote_ip]:[remote_port]>{to}",
                 # SIPp knows its call by what follows the slashes
                 f"Call-ID: {self.name}///[call_id]",
                 f"CSeq: {self.cseq} {method}",
                 "Contact: <sip:src@[local_ip]:[local_port];transport=[transport]>;+sip.src",
                 "Max-Forwards: 70", "User-Agent: SIPp",
                 *headers.splitlines(),
                 *([f"Content-Type: {kind}"] if body else []),
                 "Content-Length: [len]" if body else "Content-Length: 0"]
        text = "\n".join(lines) + "\n\n" + body.replace("\r\n", "\n")
        text = text.replace("[cseq]", str(self.cseq))
        wait = ' retrans="500"' if retransmit else ""
        self.steps.append(f"<send{wait}><![CDATA[\n{text}\n]]></send>")

    def _with_body(self, method, description, document, headers, in_dialog):
        if description and document:
            self._request(method, multipart(description, document),
                          f"multipart/mixed;boundary={BOUNDARY}", headers, in_dialog=in_dialog)
        elif document:
            self._request(method, document, "application/rs-metadata+xml",
                          "Content-Disposition: recording-session\n" + headers, in_dialog=in_dialog)
        else:
            self._request(method, description or "", "application/sdp", headers,
                          in_dialog=in_dialog)

    def _expect(self, code, header=None, body=None, routes=False):
        checks = ""
        for where, pattern in (("hdr", header), ("body", body)):
            if not pattern:
                continue
            name = f"check{len(self.checks)}"
            self.checks.append(name)
            place = (f'search_in="hdr" header="{pattern[0]}"' if where == "hdr"
                     else 'search_in="body"')
            text = pattern[1] if where == "hdr" else pattern
            checks += f'<ereg regexp="{text}" {place} check_it="true" assign_to="{name}"/>'
        action = f"<action>{checks}</action>" if checks else ""
        more = ' rrs="true"' if routes else ""
        if code >= 200:
            self.steps.append('<recv response="100" optional="true"/>')
        self.steps.append(f'<recv response="{code}"{more}>{action}</recv>')

    def invite(self, description, document=None, headers="Require: siprec\n", code=200,
               header=("Contact:", r"sip\.srs"), answered="a=recvonly"):
        """INVITE, final answer, ACK."""
        self.cseq += 1
        self._with_body("INVITE", description, document, headers, False)
        self._expect(code, header, answered if code == 200 else None, routes=code == 200)
        self._request("ACK", retransmit=False, in_dialog=code == 200)
        return self

    def reinvite(self, description, document=None, answered="a=recvonly", headers=""):
        self.cseq += 1
        self._with_body("INVITE", description, document, headers, True)
        self._expect(200, None, answered)
        self._request("ACK", retransmit=False)
        return self

    def update(self, description=None, document=None, answered=None):
        self.cseq += 1
        self._with_body("UPDATE", description, document, "", True)
        self._expect(200, None, answered)
        return self

    def play(self, capture, milliseconds):
        self.steps.append(f'<nop><action><exec play_pcap_audio="{capture}"/></action></nop>')
        return self.pause(milliseconds)

    def pause(self, milliseconds):
        self.steps.append(f'<pause milliseconds="{milliseconds}"/>')
        return self

    def bye(self, document=None):
        self.cseq += 1
        self._with_body("BYE", None, document, "", True) if document else self._request("BYE")
        self._expect(200)
        return self

    def expect_bye(self, timeout_ms):
        """The recorder's BYE, answered 200."""
        self.steps.append(f'<recv request="BYE" timeout="{timeout_ms}"/>')
        self.steps.append("<send><![CDATA[\nSIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:]\n"
                          "[last_Call-ID:]\n[last_CSeq:]\nContent-Length: 0\n\n]]></send>")
        return self

    def write(self, path):
        used = f'<Reference variables="{",".join(self.checks)}"/>\n' if self.checks else ""
        path.write_text('<?xml version="1.0" encoding="ISO-8859-1" ?>\n'
                        '<!DOCTYPE scenario SYSTEM "sipp.dtd">\n'
                        f'<scenario name="{self.name}">\n' + "\n".join(self.steps) + "\n"
                        + used + "</scenario>\n")
