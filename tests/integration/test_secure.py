"""TLS with mutual authentication and SRTP with keys in SDP, by Debian's baresip and by Python's ssl.

Certificates are made by the test. Two sources are known by certificate: "phone" takes plain calls,
"sbc" only SIPREC. A third, by address, may send SRTP keys over UDP.
"""
import pathlib
import socket
import ssl
import subprocess
import tempfile
import unittest

import numpy

import sound
from baresip import Baresip
from sip_client import Dialog, Tcp, Udp, multipart
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


class Tls(Tcp):
    """A TLS connection to the recorder."""
    transport = "TLS"

    def __init__(self, address, folder, name="", authority_name="ca", version=None):
        host, port = address.rsplit(":", 1)
        context = ssl.create_default_context(cafile=folder / f"{authority_name}.pem")
        if name:
            context.load_cert_chain(folder / f"{name}.pem")
        if version:
            context.minimum_version = context.maximum_version = version
        plain = socket.create_connection((host, int(port)), timeout=10)
        self.socket = context.wrap_socket(plain, server_hostname=host)
        self.port = self.socket.getsockname()[1]
        self.waiting = b""


class Secure(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.folder = folder
        folder.chmod(0o755)
        for name in ("ca", "stranger-ca"):
            authority(folder, name)
        certificate(folder, "recorder", "ca", "serverAuth")
        for name in ("phone", "sbc", "nobody"):
            certificate(folder, name, "ca", "clientAuth")
        certificate(folder, "stranger", "stranger-ca", "clientAuth")
        cls.wav = folder / "speech.wav"
        subprocess.run(["espeak-ng", "-v", "en-gb", "-w", folder / "raw.wav",
                        "Good morning, this is a telephone that nobody here wrote, and what it "
                        "says is sealed on its way to the recorder."], check=True)
        subprocess.run(["sox", folder / "raw.wav", "-r", str(RATE), "-c", "1", cls.wav, "pad", "0",
                        "6"], check=True)
        options = (f'sip_listen_tls = "127.0.0.1:0"\nsip_tls_certificate = "{folder}/recorder.crt"\n'
                   f'sip_tls_key = "{folder}/recorder.key"\nsip_tls_client_ca = "{folder}/ca.pem"\n'
                   'sip_tls_client_required = true\n')
        cls.recorder = cls.enterClassContext(Recorder(
            rtp_ports=(22000, 22199), options=options, sources=[
                ("phone", "--certificate", "phone", "--plain-calls"),
                ("sbc", "--certificate", "sbc"),
                ("keys", "127.0.0.2/32", "--plain-calls", "--plain-keys"),
                ("no-keys", "127.0.0.3/32", "--plain-calls")]))

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

    def test_an_address_of_no_source_is_refused(self):
        client = Udp.__new__(Udp)
        client.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        client.socket.bind(("127.0.0.77", 0))
        host, port = self.recorder.addresses["sip"].rsplit(":", 1)
        client.socket.connect((host, int(port)))
        client.port = client.socket.getsockname()[1]
        self.addCleanup(client.close)
        self.assertTrue(self.invite(client)[1].startswith("SIP/2.0 403"))


if __name__ == "__main__":
    unittest.main()
