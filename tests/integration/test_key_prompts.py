"""What is asked at a terminal about the recovery key: nothing of it is shown while typed, a signal gives
the terminal back, and a new one is in force only when it was written down."""
import fcntl
import os
import pty
import re
import select
import subprocess
import termios
import time
import unittest

from support import BIN, Recorder


class Terminal:
    """A command with a terminal of its own, and what it showed."""

    def __init__(self, *arguments):
        self.master, slave = pty.openpty()
        self.slave = slave
        self.shown = ""
        self.process = subprocess.Popen(list(map(str, arguments)), stdin=slave, stdout=slave,
                                        stderr=slave, start_new_session=True,
                                        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self.slave)

    def read(self, seconds):
        if select.select([self.master], [], [], seconds)[0]:
            self.shown += os.read(self.master, 4096).decode()

    def expect(self, text, times=1, seconds=20):
        end = time.monotonic() + seconds
        while self.shown.count(text) < times:
            if time.monotonic() > end:
                raise AssertionError(f"no {text!r} in {self.shown!r}")
            self.read(0.1)

    def type(self, text):
        os.write(self.master, text.encode())

    def wait(self, seconds=20):
        """The exit code, when all was read."""
        end = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < end:
            self.read(0.1)
        self.read(0)
        return self.process.wait(0)

    def echoes(self):
        return bool(termios.tcgetattr(self.slave)[3] & termios.ECHO)


class KeyPrompts(unittest.TestCase):
    def command(self, recorder, *arguments):
        return (BIN / "recorderctl", "--config", recorder.config, *arguments)

    def test_a_recovery_key_is_in_force_when_its_end_was_typed(self):
        with Recorder(programs=()) as recorder:
            public = recorder.store / "keys" / "public" / "recovery.pub"
            with Terminal(*self.command(recorder, "keys", "recovery-new", "--shares", 3,
                                        "--threshold", 2)) as terminal:
                terminal.expect("text 1 of 3: ")
                self.assertFalse(public.exists())
                texts = re.findall(r"brs1 [a-z0-9 ]+", terminal.shown)
                self.assertEqual(len(texts), 3)
                ends = [text.replace(" ", "")[-6:] for text in texts]
                terminal.type("qqqqqq\n")
                terminal.expect("that is not how it ends")
                for i, end in enumerate(ends):
                    terminal.expect(f"text {i + 1} of 3: ", 2 if i == 0 else 1)
                    self.assertFalse(public.exists())
                    terminal.type(f"{end[:4].upper()} {end[4:]}\n")
                self.assertEqual(terminal.wait(), 0, terminal.shown)
                self.assertIn("private keys are sealed to it", terminal.shown)
                key_id = re.search(r"recovery key ([0-9a-f]{32})", terminal.shown).group(1)
            self.assertEqual(public.read_bytes()[32:48].hex(), key_id)

    def test_a_recovery_key_that_nobody_wrote_down_is_not_in_force(self):
        for keys, code in (("\x03", -2), ("\x04", 4)):
            with Recorder(programs=()) as recorder:
                public = recorder.store / "keys" / "public" / "recovery.pub"
                with Terminal(*self.command(recorder, "keys", "recovery-new")) as terminal:
                    terminal.expect("text 1 of 1: ")
                    terminal.type(keys)
                    self.assertEqual(terminal.wait(), code, terminal.shown)
                    self.assertTrue(terminal.echoes())
                self.assertFalse(public.exists())
                self.assertEqual(list((recorder.store / "keys").rglob("*.recovery")), [])

    def test_a_recovery_key_that_cannot_be_printed_is_not_in_force(self):
        with Recorder(programs=()) as recorder:
            with open("/dev/full", "w", encoding="utf-8") as full:
                done = subprocess.run(list(map(str, self.command(recorder, "keys",
                                                                 "recovery-new"))),
                                      stdout=full, stderr=subprocess.PIPE, text=True)
            self.assertEqual(done.returncode, 5)
            self.assertIn("it is not in force", done.stderr)
            self.assertFalse((recorder.store / "keys" / "public" / "recovery.pub").exists())

    def test_a_signal_at_the_hidden_prompt_gives_the_terminal_back(self):
        with Recorder(programs=()) as recorder:
            text = recorder.recorderctl("keys", "recovery-new")["texts"][0]
            with Terminal(*self.command(recorder, "keys", "recover")) as terminal:
                terminal.expect("share 1: ")
                self.assertFalse(terminal.echoes())
                terminal.type(text[:20] + "\x03")
                self.assertEqual(terminal.wait(), -2, terminal.shown)
                self.assertTrue(terminal.echoes())
                self.assertNotIn(text[5:19], terminal.shown)

    def test_it_is_stopped_and_goes_on(self):
        with Recorder(programs=()) as recorder:
            text = recorder.recorderctl("keys", "recovery-new")["texts"][0]
            seen = recorder.directory / "stty"
            command = " ".join(map(str, self.command(recorder, "keys", "recover")))
            with Terminal("bash", "-mc", f"{command}; stty -a >{seen}; fg") as terminal:
                terminal.expect("share 1: ")
                terminal.type(text[:20] + "\x1a")
                terminal.expect("share 1: ", 2)
                self.assertRegex(seen.read_text(), r"(^|\s)echo\b")
                self.assertFalse(terminal.echoes())
                terminal.type(text + "\n")
                self.assertEqual(terminal.wait(), 0, terminal.shown)
                self.assertNotIn(text[5:19], terminal.shown)
                self.assertIn("restored", terminal.shown)


if __name__ == "__main__":
    unittest.main()
