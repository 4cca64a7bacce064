"""Keys through the real commands: a new master key while the portal serves, a new machine and k of n
shares, a month destroyed while a recording of it is on hold."""
import hashlib
import json
import pathlib
import shutil
import subprocess
import sys
import time
import unittest

from support import BIN, CUSTOMER, ROOT, TOOLS, Recorder, wait_until

sys.path.insert(0, str(ROOT / "tests"))
from open_recording import call, check, sodium, ull  # noqa: E402

PAST_DAYS = 70
LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


# --- a share as storage/FORMAT.md section 6.1 has it, by Python alone ---
def bech32m(prefix, text):
    """The bytes of a text."""
    given, letters = text.replace(" ", "").split("1")
    check(given == prefix, "prefix")
    values = [LETTERS.index(letter) for letter in letters]
    checksum = 1
    for value in [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix] + values:
        top = checksum >> 25
        checksum = (checksum & 0x1ffffff) << 5 ^ value
        for bit, generator in enumerate((0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
                                         0x2a1462b3)):
            checksum ^= generator if top >> bit & 1 else 0
    check(checksum == 0x2bc830a3, "checksum")
    number = 0
    for value in values[:-6]:
        number = number << 5 | value
    bits = 5 * (len(values) - 6)
    return (number >> bits % 8).to_bytes(bits // 8, "big")


def multiply(a, b):
    """In GF(2^8) with the polynomial 0x11d."""
    product = 0
    while b:
        product ^= a if b & 1 else 0
        a = a << 1 ^ (0x11d if a & 0x80 else 0)
        b >>= 1
    return product


def inverse(a):
    return next(b for b in range(1, 256) if multiply(a, b) == 1)


def join(shares):
    """The secret at 0, by Lagrange; shares are {number: bytes}."""
    secret = bytearray(32)
    for number, data in shares.items():
        factor = 1
        for other in shares:
            if other != number:
                factor = multiply(factor, multiply(other, inverse(other ^ number)))
        secret = bytearray(s ^ multiply(factor, d) for s, d in zip(secret, data))
    return bytes(secret)


def wrapped_by(path, master):
    """Whether a .key file opens with that master key."""
    data = path.read_bytes()
    try:
        call(32, "crypto_aead_xchacha20poly1305_ietf_decrypt", None, None, data[72:], ull(48),
             data[:48], ull(48), data[48:72], master)
    except Exception:  # noqa: BLE001: refused
        return False
    return True


def key_files(store):
    return sorted(path for path in (store / "keys" / "private").rglob("*.key")
                  if path.name != "sign-in.key")


def make(recorder, seconds=2, days=0):
    """A finished recording, from that many days ago; returns its id."""
    return subprocess.run([str(TOOLS / "make_recording"), str(recorder.store), CUSTOMER,
                           str(seconds), "0", str(days)], check=True, stdout=subprocess.PIPE,
                          text=True).stdout.strip()


def audio(recorder, recording):
    return recorder.get(f"/api/v1/recordings/{recording}/audio")


class Keys(unittest.TestCase):
    def test_a_master_key_is_rotated_while_calls_are_made_and_played(self):
        with Recorder() as recorder:
            rows = [make(recorder) for _ in range(3)]
            heard = {row: audio(recorder, row).body for row in rows[:1]}
            old = (recorder.store / "keys" / "master.key").read_bytes()
            callgen = recorder.callgen_start("--seconds", 4, "--tone")
            self.assertGreaterEqual(recorder.recorderctl("keys", "rotate")["wrapped"], 5)
            for row in rows:  # the first is open already, the others are opened now
                answer = audio(recorder, row)
                self.assertEqual(answer.status, 200)
                self.assertEqual(answer.body, heard.get(row, answer.body))
            recorder.callgen_finish(callgen)
            sealed = recorder.sealed(4)[0]
            self.assertEqual(audio(recorder, sealed["id"]).status, 200)
            new = (recorder.store / "keys" / "master.key").read_bytes()
            self.assertNotEqual(old, new)
            for path in key_files(recorder.store):
                self.assertTrue(wrapped_by(path, new), path)
                self.assertFalse(wrapped_by(path, old), path)
            recorder.add_customer("500", "New", "+4511223344")  # the next keys are under it too
            recorder.recorderctl("recordings", "verify", "--all")

    def test_shares_bring_all_back_on_a_new_machine(self):
        with Recorder(programs=("web",)) as recorder:
            row = make(recorder)
            whole = audio(recorder, row).body
            printed = recorder.recorderctl("keys", "recovery-new", "--shares", 5, "--threshold", 3)
            self.assertEqual(len(printed["texts"]), 5)
            recorder.recorderctl("keys", "status")
            secrets = self.check_shares(recorder, printed["texts"])
            other = recorder.directory / "new-machine"
            shutil.copytree(recorder.store, other / "store")
            (other / "store" / "keys" / "master.key").unlink()
            config = other / "recorder.conf"
            config.write_text(f'store = "{other}/store"\n')

            def there(*arguments, text=""):
                return subprocess.run([str(BIN / "recorderctl"), "--config", str(config),
                                       *arguments], input=text, stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, text=True)
            self.assertEqual(there("recordings", "verify", row).returncode, 5)
            few = there("keys", "recover", text="\n".join(printed["texts"][:2]))
            self.assertEqual(few.returncode, 2, few.stderr)
            self.assertIn("2 of 3", few.stderr)
            done = there("keys", "recover", text="\n".join(printed["texts"][2:]))
            self.assertEqual(done.returncode, 4, done.stderr)
            self.assertIn("--new-master", done.stderr)
            done = there("keys", "recover", "--new-master", str(other / "store/keys/master.key"),
                         text="\n".join(printed["texts"][2:]))
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(there("recordings", "verify", row).returncode, 0)
            export = other / "export.opus"
            self.assertEqual(there("recordings", "export", row, "-o", str(export)).returncode, 0)
            self.assertEqual(export.read_bytes(), whole)
            for text in printed["texts"]:  # on paper alone, in groups, without spaces, as bytes
                secrets += [text[5:19].encode(), text.replace(" ", "")[4:20].encode()]
            self.assert_nowhere(recorder.directory, secrets)

    def check_shares(self, recorder, texts):
        """FORMAT.md alone is enough to join them. Returns the key and the shares, as bytes."""
        read = [bech32m("brs", text) for text in texts]
        secret = join({data[0]: data[6:] for data in (read[0], read[3], read[4])})
        public = call(32, "crypto_scalarmult_base", secret)
        kept = (recorder.store / "keys" / "public" / "recovery.pub").read_bytes()
        self.assertEqual(kept[48:], public)
        key_id = hashlib.blake2b(public, digest_size=16).digest()
        for data in read:
            self.assertEqual((data[1], data[2:6]), (3, key_id[:4]))
        copies = list((recorder.store / "keys" / "private").rglob("*.recovery"))
        self.assertEqual(len(copies), len(key_files(recorder.store)))
        for path in copies:
            data = path.read_bytes()
            self.assertEqual((data[:4], data[48:64]), (b"CRRK", key_id))
            private = call(32, "crypto_box_seal_open", data[64:], ull(80), public, secret)
            own = call(32, "crypto_scalarmult_base", private)
            self.assertEqual(hashlib.blake2b(own, digest_size=16).digest(), data[32:48])
        return [secret, *(data[6:] for data in read)]

    def assert_nowhere(self, directory, secrets):
        for path in directory.rglob("*"):
            if path.is_file():
                for secret in secrets:
                    self.assertNotIn(secret, path.read_bytes(), path)

    def test_a_month_is_destroyed_and_what_is_on_hold_plays_on(self):
        with Recorder(programs=("web", "keeper")) as recorder:
            held, gone = (make(recorder, days=PAST_DAYS) for _ in range(2))
            present = make(recorder)
            whole = {row: audio(recorder, row).body for row in (held, gone, present)}
            shown = recorder.recorderctl("recordings", "reseal", held, "--to", "hold")
            self.assertEqual([slot["key"] for slot in shown["slots"]][1], "hold")
            month = time.strftime("%Y-%m", time.gmtime(time.time() - PAST_DAYS * 86400))
            arguments = ("keys", "shred", CUSTOMER, month, "--reason", "opbevaringen er udløbet")
            refused = recorder.recorderctl(*arguments, check=False, parse=False)
            self.assertEqual(refused.returncode, 4)
            self.assertIn("1 recordings would open never again", refused.stderr)
            receipt = recorder.recorderctl(*arguments, "--yes")
            self.assertEqual((receipt["unreadable"], receipt["kept_by_another_key"]), (1, 1))
            self.check_receipt(recorder, receipt)
            self.assertEqual(recorder.recorderctl(*arguments, "--yes"), receipt)
            recorder.stop("web")  # and with it what it had open
            recorder.start("web")
            recorder.cookie = None
            for row in (held, present):
                self.assertEqual(audio(recorder, row).body, whole[row])
            refused = audio(recorder, gone)
            self.assertGreaterEqual(refused.status, 400)
            self.assertNotIn(b"OggS", refused.body)
            left = [path.name for path in (recorder.store / "keys").rglob(f"{month}.*")]
            self.assertEqual(left, [f"{month}.shredded"])
            entries = recorder.recorderctl("audit", "list", "--limit", 1000)
            self.assertEqual([e["detail"]["unreadable"] for e in entries
                              if e["action"] == "keys_shred"], [1])
            # the hold ends: sealed to the customer's present key first, for its month is gone
            shown = recorder.recorderctl("recordings", "reseal", held, "--to", "customer",
                                         "--drop", 2)
            self.assertNotIn("hold", [slot["key"] for slot in shown["slots"]])
            self.assertEqual(audio(recorder, held).body, whole[held])

    def check_receipt(self, recorder, receipt):
        """FORMAT.md section 6.3: the file's bytes, but for the last 144, are signed by the keeper."""
        path = next((recorder.store / "receipts").glob("*.json"))
        data = path.read_bytes()
        self.assertEqual(json.loads(data), receipt)
        self.assertEqual(data[-144:], b',"signature":"' + receipt["signature"].encode() + b'"}')
        message = b"CRF1 receipt" + data[:-144]
        signer = (recorder.store / "keys" / "public" / "signers" /
                  f"{receipt['signer']}.pub").read_bytes()
        self.assertEqual(sodium.crypto_sign_verify_detached(
            bytes.fromhex(receipt["signature"]), message, ull(len(message)), signer[48:]), 0)
        verified = recorder.recorderctl("receipt", "verify", str(path))
        self.assertEqual((verified["unchanged"], verified["receipt"]), (True, receipt))

    def test_a_credential_is_the_master_key_where_none_is_named(self):
        with Recorder(programs=()) as recorder:
            row = make(recorder)
            credentials = recorder.directory / "credentials"
            credentials.mkdir(mode=0o700)
            master = recorder.store / "keys" / "master.key"
            shutil.move(master, credentials / "recorder-master")

            def run(*arguments, **environment):
                return subprocess.run([str(BIN / "recorderctl"), "--config", str(recorder.config),
                                       *arguments], env=environment, stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, text=True)
            self.assertEqual(run("recordings", "verify", row).returncode, 5)
            where = {"CREDENTIALS_DIRECTORY": str(credentials)}
            self.assertEqual(run("recordings", "verify", row, **where).returncode, 0)
            self.assertEqual(run("init", **where).returncode, 0)
            self.assertFalse(master.exists())

    def test_a_keeper_with_the_old_credential_makes_no_keys(self):
        with Recorder(programs=()) as recorder:
            credentials = recorder.directory / "credentials"
            credentials.mkdir(mode=0o700)
            copy = credentials / "recorder-master"
            master = recorder.store / "keys" / "master.key"
            shutil.copy(master, copy)

            def keeper():
                return subprocess.run([str(BIN / "recorderctl"), "--config", str(recorder.config),
                                       "keeper", "--once"],
                                      env={"CREDENTIALS_DIRECTORY": str(credentials)},
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            self.assertEqual(keeper().returncode, 0)
            recorder.recorderctl("keys", "rotate")
            gone = max((recorder.store / "keys" / "public" / "customers").rglob("*.pub"),
                       key=lambda path: path.name)  # as where the next month's are not made yet
            owner = gone.parent.name
            private = recorder.store / "keys" / "private" / owner / f"{gone.stem}.key"
            gone.unlink()
            private.unlink()
            done = keeper()
            self.assertEqual(done.returncode, 5, done.stderr)
            self.assertIn("another took its place", done.stderr)
            self.assertFalse(gone.exists() or private.exists())
            copy.chmod(0o600)
            shutil.copy(master, copy)  # and a restart
            done = keeper()
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertTrue(gone.exists())
            self.assertTrue(wrapped_by(private, master.read_bytes()))


if __name__ == "__main__":
    unittest.main()
