"""A small volume of its own for a recorder's store: a tmpfs, or ext4 in a file.

    own_mounts()                     # once, before the first: what is mounted is this process's alone
    with Volume("ext4", 64) as volume, Recorder(store=volume.path) as recorder:
        volume.leave(3)
"""
import ctypes
import os
import pathlib
import subprocess
import tempfile

CLONE_NEWNS = 0x20000
MIB = 1 << 20


def cannot(kind):
    """Why no volume of that kind can be mounted here; None where one can."""
    if os.geteuid():
        return "needs root: mounts volumes"
    mounts = ["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    if subprocess.run(mounts, stderr=subprocess.DEVNULL).returncode:
        return "this root may not mount"
    if kind != "tmpfs" and not os.path.exists("/dev/loop-control"):
        return "there are no loop devices"
    return None


def own_mounts():
    """Give this process, and what it starts, mounts that nobody else sees."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS):
        raise OSError(ctypes.get_errno(), "unshare")
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)


class Volume:
    """`kind` is tmpfs or ext4, of so many MiB."""

    def __init__(self, kind, mib):
        self.kind, self.mib = kind, mib
        self.path = self.image = None

    def __enter__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="recorder-volume-"))
        try:
            subprocess.run(["mount", *self.make(), str(self.path)], check=True)
        except BaseException:
            self.remove()
            raise
        return self

    def make(self):
        """What mount is to be told."""
        if self.kind == "tmpfs":
            return ["-t", "tmpfs", "-o", f"size={self.mib}m", "tmpfs"]
        handle, self.image = tempfile.mkstemp(prefix="recorder-volume-")
        os.truncate(handle, self.mib * MIB)
        os.close(handle)
        subprocess.run(["mkfs.ext4", "-q", "-m", "0", self.image], check=True)
        return ["-o", "loop", self.image]

    def remove(self):
        self.path.rmdir()
        if self.image:
            os.unlink(self.image)

    def __exit__(self, kind, *ignored):
        """Whoever uses it still is a failure, but does not hide another one, nor keep it here."""
        busy = subprocess.run(["umount", str(self.path)], stderr=subprocess.PIPE, text=True).stderr
        if busy:
            subprocess.run(["umount", "-l", str(self.path)], check=True)
        self.remove()
        assert kind or not busy, busy

    @property
    def filler(self):
        return self.path / "filler"

    def free(self):
        about = os.statvfs(self.path)
        return about.f_bavail * about.f_frsize

    def whole(self):
        about = os.statvfs(self.path)
        return (about.f_blocks - about.f_bfree + about.f_bavail) * about.f_frsize

    def leave(self, percent):
        """Fill it so that about so much of it is free."""
        self.fill(max(0, self.free() - int(self.whole() * percent / 100)))

    def fill(self, count):
        """Take so many bytes more at once, or as many as there are."""
        handle = os.open(self.filler, os.O_WRONLY | os.O_CREAT)
        try:
            at = os.fstat(handle).st_size
            while count >= 4096:
                try:
                    os.posix_fallocate(handle, at, count)
                    return
                except OSError:
                    count = count // 2 if count > 64 * 1024 else count - 4096
        finally:
            os.close(handle)

    def fill_all(self):
        """Take all there is, byte by byte at the end."""
        self.fill(self.free())
        handle = os.open(self.filler, os.O_WRONLY | os.O_APPEND)
        try:
            while True:
                os.write(handle, bytes(4096))
        except OSError:
            pass
        finally:
            os.close(handle)

    def empty(self):
        os.truncate(self.filler, 0)
        self.filler.unlink()
