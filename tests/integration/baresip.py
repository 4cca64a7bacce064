"""Debian's baresip as a telephone that calls the recorder: TLS, SRTP, its own SIP stack.

    with Baresip(folder, "tls", speech_wav, certificate=pem, ca=ca_pem) as phone:
        phone.dial("sip:recorder@127.0.0.1:5061;transport=tls", seconds=5)
"""
import os
import pathlib
import subprocess

# an account names codecs and encryption: what knows those is loaded first
MODULES = ("g711.so", "aufile.so", "srtp.so")
FOLDERS = ("/usr/lib/baresip/modules", "/usr/lib/x86_64-linux-gnu/baresip/modules",
           "/usr/lib/aarch64-linux-gnu/baresip/modules")


class Baresip:
    """A configuration folder of its own; every call is a process of its own."""

    def __init__(self, folder, wav, transport="udp", media="", certificate="", ca="",
                 listen="127.0.0.1:0", user="4588303080"):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        modules = next(path for path in FOLDERS if os.path.isdir(path))
        lines = [f"sip_listen {listen}", f"module_path {modules}",
                 f"audio_source aufile,{wav}", f"audio_player aufile,{self.folder}/heard.wav",
                 "audio_srate 8000-8000", "audio_channels 1-1", "rtp_stats yes",
                 "rtp_ports 42000-42999",
                 *[f"module {each}" for each in MODULES],
                 "module_app account.so", "module_app menu.so"]
        if certificate:
            lines.append(f"sip_certificate {certificate}")
        if ca:
            lines += [f"sip_cafile {ca}", "sip_verify_server yes"]
        (self.folder / "config").write_text("\n".join(lines) + "\n")
        more = f";mediaenc={media}" if media else ""
        host = listen.rsplit(":", 1)[0]
        (self.folder / "accounts").write_text(
            f'"Anna" <sip:{user}@{host};transport={transport}>;regint=0;audio_codecs=PCMA{more}\n')
        (self.folder / "contacts").write_text("")

    def dial(self, uri, seconds):
        """Call, and hang up after so many seconds; returns what baresip printed."""
        done = subprocess.run(["baresip", "-f", str(self.folder), "-e", f"/dial {uri}", "-t",
                               str(seconds)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace",
                              timeout=seconds + 30)
        return done.stdout
