"""TLS with mutual authentication and SRTP with keys in SDP, by Debian's baresip and Python's ssl.

Also renewed certificates, and a recorder that listens for TLS alone.

Certificates are made by the test. Two sources are known by certificate: "phone" takes plain calls,
"sbc" only SIPREC. A third, by address, may send SRTP keys over UDP.
"""
import base64
import copy
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import tempfile
import unittest

import numpy

import sound
from baresip import Baresip
from sip_client import (METADATA, SDP, Dialog, Rtp, Tcp, Udp, change, code, hang_up, multipart,
                        place, play, ports_of)
from support import CALLED, CALLER, Recorder, wait_until

SECONDS = 5
RATE = 8000


def openssl(folder, *arguments):
    subprocess.run(["openssl", *map(str, arguments)], cwd=folder, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def authority(folder, name):
    openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
            "-nodes", "-days", "2", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out",
            f"{name}.pem")


def certificate(folder, name, signer, usage):
    """NAME.pem with certificate and key, of 127.0.0.1."""
    (folder / "extensions").write_text(f"subjectAltName=IP:127.0.0.1\nextendedKeyUsage={usage}\n")
    openssl(folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
    openssl(folder, "x509", "-req", "-days", "2", "-in", f"{name}.csr", "-CA", f"{signer}.pem",
            "-CAkey", f"{signer}.key", "-CAcreateserial", "-extfile", "extensions", "-out",
            f"{name}.crt")
    whole = (folder / f"{name}.crt").read_bytes() + (folder / f"{name}.key").read_bytes()
    (folder / f"{name}.pem").write_bytes(whole)


def certificates(folder, *clients):
    """Those of the recorder, of clients, and of who signs both."""
    folder.chmod(0o755)
    authority(folder, "ca")
    certificate(folder, "recorder", "ca", "serverAuth")
    for name in clients:
        certificate(folder, name, "ca", "clientAuth")


def tls_options(folder):
    return (f'sip_listen_tls = "127.0.0.1:0"\nsip_tls_certificate = "{folder}/recorder.crt"\n'
            f'sip_tls_key = "{folder}/recorder.key"\nsip_tls_client_ca = "{folder}/ca.pem"\n'
            'sip_tls_client_required = true\n')


class Tls(Tcp):
    """A TLS connection to the recorder."""
    transport = "TLS"

    def __init__(self, address, folder, name="", authority_name="ca", version=None, own=None):
        host, port = address.rsplit(":", 1)
        context = ssl.create_default_context(cafile=folder / f"{authority_name}.pem")
        if name:
            context.load_cert_chain(folder / f"{name}.pem")
        if version:
            context.minimum_version = context.maximum_version = version
        plain = socket.create_connection((host, int(port)), timeout=10,
                                         source_address=own and (own, 0))
        self.socket = context.wrap_socket(plain, server_hostname=host)
        self.port = self.socket.getsockname()[1]
        self.waiting = b""


PLAIN = ("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
         "m=audio 40000 RTP/AVP 8\r\na=sendonly\r\na=label:1\r\n")


def sealed():
    """An offer of one stream of SRTP, with a key of its own."""
    key = base64.b64encode(os.urandom(30)).decode()
    return (PLAIN.replace("RTP/AVP", "RTP/SAVP") +
            f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{key}\r\n")


def as_if(dialog, client):
    """The dialog, as another client would go on with it who knows all of its identifiers."""
    named = copy.copy(dialog)
    named.transport, named.port = client.transport, client.port
    named.host = client.socket.getsockname()[0]
    return named


class Secure(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.folder = folder
        certificates(folder, "phone", "sbc", "nobody")
        authority(folder, "stranger-ca")
        certificate(folder, "stranger", "stranger-ca", "clientAuth")
        cls.wav = folder / "speech.wav"
        subprocess.run(["espeak-ng", "-v", "en-gb", "-w", folder / "raw.wav",
                        "Good morning, this is a telephone that nobody here wrote, and what it "
                        "says is sealed on its way to the recorder."], check=True)
        subprocess.run(["sox", folder / "raw.wav", "-r", str(RATE), "-c", "1", cls.wav, "pad", "0",
                        "6"], check=True)
        cls.recorder = cls.enterClassContext(Recorder(
            rtp_ports=(22000, 22199), options=tls_options(folder), sources=[
                ("phone", "--certificate", "phone", "--plain-calls"),
                ("sbc", "--certificate", "sbc"),
                ("keys", "127.0.0.2/32", "--plain-calls", "--plain-keys"),
                ("no-keys", "127.0.0.3/32", "--plain-calls"), ("address", "127.0.0.4/32")]))

    def setUp(self):
        self.seen = {row["id"] for row in self.recorder.listed()}

    def phone(self, transport, media="", certificate_name="", listen="127.0.0.1:0"):
        return Baresip(self.folder / self.id().rsplit(".", 1)[1], self.wav, transport, media,
                       f"{self.folder}/{certificate_name}.pem" if certificate_name else "",
                       f"{self.folder}/ca.pem" if certificate_name else "", listen,
                       CALLER.lstrip("+"))

    def recorded(self):
        """The recording that this test made, sealed."""
        return wait_until(lambda: [row for row in self.recorder.listed()
                                   if row["id"] not in self.seen and row["state"] == "sealed"],
                          20, what="a new recording")[0]

    def check_speech(self, row):
        heard = sound.at_8k(sound.decode(self.recorder.get(
            f"/api/v1/recordings/{row['id']}/audio").body)[:, 0])
        said = subprocess.run(["sox", self.wav, "-t", "al", "-"], check=True,
                              stdout=subprocess.PIPE).stdout[:(SECONDS - 2) * RATE]
        pattern = sound.g711("PCMA", said).astype(numpy.float64)
        _, likeness = sound.best_shift(heard, pattern, 0, len(heard) - len(pattern))
        self.assertGreater(likeness, 0.95)
        legs = self.recorder.get(f"/api/v1/recordings/{row['id']}").json()["legs"]
        self.assertEqual(legs[0]["packets_lost"], 0)

    # --- baresip ---
    def test_baresip_over_tls_with_srtp_is_recorded(self):
        log = self.phone("tls", "srtp-mand", "phone").dial(
            f"sip:{CALLED}@{self.recorder.addresses['sip_tls']};transport=tls", SECONDS)
        row = self.recorded()
        self.assertEqual((row["caller"]["number"].lstrip("+"), row["called"]["number"]),
                         (CALLER.lstrip("+"), CALLED), log)
        self.check_speech(row)

    def test_baresip_over_udp_with_srtp_is_recorded_where_the_source_may(self):
        self.phone("udp", "srtp-mand", listen="127.0.0.2:0").dial(
            f"sip:{CALLED}@{self.recorder.addresses['sip']}", SECONDS)
        self.check_speech(self.recorded())

    def test_srtp_keys_over_udp_are_refused_by_default(self):
        log = self.phone("udp", "srtp-mand", listen="127.0.0.3:0").dial(
            f"sip:{CALLED}@{self.recorder.addresses['sip']}", 3)
        self.assertIn("488", log)
        self.assertEqual({row["id"] for row in self.recorder.listed()}, self.seen)

    # --- who may connect ---
    def invite(self, client, **body):
        dialog = Dialog(client.transport, client.port)
        client.send(dialog.request("INVITE", multipart(**body)))
        answer = client.final()
        dialog.learn(answer)
        return dialog, answer

    def test_siprec_over_each_version_of_tls_is_recorded(self):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with self.subTest(version=version.name):
                self.seen = {row["id"] for row in self.recorder.listed()}
                client = Tls(self.recorder.addresses["sip_tls"], self.folder, "sbc",
                             version=version)
                self.addCleanup(client.close)
                dialog, answer = self.invite(client)
                self.assertTrue(answer.startswith("SIP/2.0 200"), answer)
                self.assertIn("transport=tls", answer)
                client.send(dialog.request("ACK", extra=""))
                client.send(dialog.request("BYE", extra=""))
                self.assertTrue(client.final().startswith("SIP/2.0 200"))
                self.recorded()

    def test_a_source_that_is_not_for_plain_calls_makes_none(self):
        client = Tls(self.recorder.addresses["sip_tls"], self.folder, "sbc")
        self.addCleanup(client.close)
        dialog = Dialog("TLS", client.port)
        offer = ("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
                 "m=audio 40000 RTP/AVP 8\r\n")
        request = dialog.request("INVITE", offer, "application/sdp", extra="")
        client.send(request.replace(b";+sip.src", b""))
        self.assertTrue(client.final().startswith("SIP/2.0 403"))

    def test_a_certificate_of_no_source_is_refused(self):
        client = Tls(self.recorder.addresses["sip_tls"], self.folder, "nobody")
        self.addCleanup(client.close)
        self.assertTrue(self.invite(client)[1].startswith("SIP/2.0 403"))

    def test_no_certificate_and_a_strangers_do_not_get_in(self):
        for name in ("", "stranger"):
            with self.subTest(certificate=name or "none"), \
                    self.assertRaises((ssl.SSLError, ConnectionError, OSError)):
                client = Tls(self.recorder.addresses["sip_tls"], self.folder, name)
                self.addCleanup(client.close)
                client.send(Dialog("TLS", client.port).request("OPTIONS"))
                client.receive(5)

    def test_tls_before_1_2_is_refused(self):
        with self.assertRaises((ssl.SSLError, ConnectionError, OSError, ValueError)):
            Tls(self.recorder.addresses["sip_tls"], self.folder, "sbc",
                version=ssl.TLSVersion.TLSv1_1)

    def udp(self, own):
        client = Udp(self.recorder.addresses["sip"], own)
        self.addCleanup(client.close)
        return client

    def tls(self, name, own=None):
        client = Tls(self.recorder.addresses["sip_tls"], self.folder, name, own=own)
        self.addCleanup(client.close)
        return client

    def test_an_address_of_no_source_is_refused(self):
        self.assertTrue(self.invite(self.udp("127.0.0.77"))[1].startswith("SIP/2.0 403"))

    # --- who may change a call ---
    def test_a_call_is_changed_and_ended_by_its_own_source_alone(self):
        client = self.tls("sbc")
        dialog, answer = place(client)
        self.assertEqual(code(answer), 200)
        port = ports_of(answer)[0]
        own, others = Rtp(), Rtp(ssrc=9, own="127.0.0.1")
        self.addCleanup(own.close)
        self.addCleanup(others.close)
        play(1, (own, port))
        moved = SDP.replace("o=- 1 1", "o=- 1 2").replace("40000", str(others.port))
        for intruder, refusal in ((self.tls("phone"), 481), (self.udp("127.0.0.3"), 481),
                                  (self.udp("127.0.0.77"), 403)):
            named = as_if(dialog, intruder)
            unknown = as_if(dialog, intruder)
            unknown.to_tag = "no-such-call"
            for each in (named, unknown):
                self.assertEqual(code(change(intruder, each, "UPDATE", multipart(moved))), refusal)
                self.assertEqual(code(change(intruder, each, "INVITE", multipart(moved))), refusal)
                self.assertEqual(code(change(intruder, each, "INVITE", "")), refusal)
                self.assertEqual(code(hang_up(intruder, each)), refusal)
        play(1, (own, port), (others, port))
        # over another connection, with the certificate that began it
        again = self.tls("sbc")
        self.assertEqual(code(hang_up(again, as_if(dialog, again))), 200)
        row, details = self.recorder.sealed_call(dialog.call_id)
        self.assertEqual(details["end_cause"], "bye")
        self.assertEqual(details["legs"][0]["packets_received"], 100)
        refused = [line for line in self.recorder.logs["ingest"].read_text().splitlines()
                   if "call.not_admitted" in line]
        self.assertTrue(refused)
        self.assertLess(len(refused), 10, "one line a second")

    def test_keys_of_a_call_over_tls_are_changed_and_told_over_tls_alone(self):
        client, clear = self.tls("nobody", "127.0.0.4"), self.udp("127.0.0.4")
        dialog, answer = place(client, sdp=sealed())
        self.assertEqual(code(answer), 200)
        self.assertEqual(answer.count("a=crypto:"), 1)
        unsealed = as_if(dialog, clear)
        for sdp in (sealed(), PLAIN, None):
            for method in ("INVITE", "UPDATE") if sdp else ("INVITE",):
                answer = change(clear, unsealed, method, sdp or "", "application/sdp")
                self.assertEqual(code(answer), 488, (method, sdp))
                self.assertNotIn("a=crypto:", answer)
        answer = change(clear, unsealed, "UPDATE", METADATA, "application/rs-metadata+xml")
        self.assertEqual(code(answer), 200, "who speaks is no key")
        dialog.sequence = unsealed.sequence
        answer = change(client, dialog, "INVITE", sealed(), "application/sdp")
        self.assertEqual((code(answer), answer.count("a=crypto:")), (200, 1))
        self.assertEqual(code(hang_up(client, dialog)), 200)


class Renewed(unittest.TestCase):
    """SIGHUP: the certificate's files are read again."""

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        certificates(self.folder, "sbc")
        self.recorder = self.enterContext(Recorder(
            rtp_ports=(22200, 22399), options=tls_options(self.folder),
            sources=[("sbc", "--certificate", "sbc")]))

    def connect(self):
        client = Tls(self.recorder.addresses["sip_tls"], self.folder, "sbc")
        self.addCleanup(client.close)
        return client

    def served(self):
        """The certificate that a new connection is shown."""
        return self.connect().socket.getpeercert(binary_form=True)

    def own(self):
        return ssl.PEM_cert_to_DER_cert((self.folder / "recorder.crt").read_text())

    def reload(self, event):
        """SIGHUP, and the line that the log gets by it."""
        log = self.recorder.logs["ingest"]
        before = len(log.read_text().splitlines())
        self.recorder.processes["ingest"].send_signal(signal.SIGHUP)
        return wait_until(lambda: [line for line in log.read_text().splitlines()[before:]
                                   if event in line.split()], what=event)[0]

    def test_renewed_certificate_is_served_and_calls_go_on(self):
        first = self.own()
        self.assertEqual(self.served(), first)
        client = self.connect()
        dialog, answer = place(client)
        self.assertEqual(code(answer), 200)
        sender = Rtp()
        self.addCleanup(sender.close)
        play(1, (sender, ports_of(answer)[0]))
        certificate(self.folder, "recorder", "ca", "serverAuth")
        self.assertEqual(self.served(), first, "a file that was changed is not read by itself")
        self.reload("tls.reloaded")
        self.assertNotEqual(self.own(), first)
        self.assertEqual(self.served(), self.own())
        # the old connection and its call
        self.assertEqual(code(change(client, dialog, "UPDATE", multipart())), 200)
        play(1, (sender, ports_of(answer)[0]))
        self.assertEqual(code(hang_up(client, dialog)), 200)
        row, details = self.recorder.sealed_call(dialog.call_id)
        self.assertEqual(details["end_cause"], "bye")
        self.assertEqual(details["legs"][0]["packets_received"], 100)
        # and a new one
        client = self.connect()
        dialog, answer = place(client)
        self.assertEqual((code(answer), code(hang_up(client, dialog))), (200, 200))

    def test_file_that_cannot_be_used_changes_nothing_and_is_told(self):
        first = self.own()
        client = self.connect()
        dialog, answer = place(client)
        self.assertEqual(code(answer), 200)
        file = self.folder / "recorder.crt"
        for name, spoil in (("not a certificate", lambda: file.write_text("none\n")),
                            ("missing", file.unlink)):
            with self.subTest(name):
                spoil()
                line = self.reload("tls.not_reloaded")
                self.assertIn("recorder.crt", line)
                self.assertEqual(self.served(), first)
        self.assertEqual(code(hang_up(client, dialog)), 200)
        certificate(self.folder, "recorder", "ca", "serverAuth")
        self.reload("tls.reloaded")
        self.assertEqual(self.served(), self.own())


class TlsAlone(unittest.TestCase):
    """Nothing is taken that is not sealed on its way."""

    def test_recorder_may_listen_for_tls_alone(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        certificates(folder, "sbc")
        recorder = self.enterContext(Recorder(
            rtp_ports=(22400, 22599), options="sip_listen = {}\n" + tls_options(folder),
            sources=[("sbc", "--certificate", "sbc")]))
        self.assertEqual(recorder.addresses["sip"], "")
        client = Tls(recorder.addresses["sip_tls"], folder, "sbc")
        self.addCleanup(client.close)
        dialog, answer = place(client)
        self.assertEqual(code(answer), 200)
        sender = Rtp()
        self.addCleanup(sender.close)
        play(1, (sender, ports_of(answer)[0]))
        self.assertEqual(code(hang_up(client, dialog)), 200)
        row, details = recorder.sealed_call(dialog.call_id)
        self.assertEqual(details["legs"][0]["packets_received"], 50)

    def test_recorder_that_listens_nowhere_does_not_start(self):
        recorder = self.enterContext(Recorder(options="sip_listen = {}\n", programs=()))
        done = subprocess.run(recorder.command("ingest")[0], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=30)
        self.assertEqual(done.returncode, 5)
        self.assertIn("neither sip_listen nor sip_listen_tls", done.stdout)


if __name__ == "__main__":
    unittest.main()
