"""A bad network: what is sent to one address arrives at another, late or never.

    with Relay("127.0.0.9", "127.0.0.1", range(27000, 27200, 2), loss=0.03, burst=4) as relay:
        ...
    relay.streams[ssrc].lost

It takes datagrams on the same ports of both addresses, seeded, each stream for itself: loss in
bursts (two states, as Gilbert's), and a delay of 0 to jitter_s for each packet, which reorders.
"""
import heapq
import random
import selectors
import socket
import struct
import threading
import time


class Stream:
    """What was sent by one SSRC, and what became of it: RTP numbers."""

    def __init__(self, seed):
        self.random, self.losing = random.Random(seed), False
        self.sent, self.lost = [], set()

    def unknowable(self):
        """How many were lost before the first, or behind the last, that arrived."""
        came = [i for i, number in enumerate(self.sent) if number not in self.lost]
        return came[0] + len(self.sent) - 1 - came[-1]


class Relay(threading.Thread):
    def __init__(self, taken, given, ports, loss, burst, jitter_s, seed=1):
        super().__init__()
        self.given, self.loss, self.burst, self.jitter_s = given, loss, burst, jitter_s
        self.seed, self.streams, self.waiting, self.count = seed, {}, [], 0
        self.selector, self.over = selectors.DefaultSelector(), threading.Event()
        for port in ports:
            taker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            taker.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            taker.setblocking(False)
            taker.bind((taken, port))
            self.selector.register(taker, selectors.EVENT_READ, port)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()
        self.selector.close()

    def run(self):
        while not self.over.is_set() or self.waiting:
            due = self.waiting[0][0] - time.monotonic() if self.waiting else 0.05
            for key, _ in self.selector.select(min(max(due, 0), 0.05)):
                self.take(key.fileobj, key.data)
            while self.waiting and self.waiting[0][0] <= time.monotonic():
                _, _, sender, port, data = heapq.heappop(self.waiting)
                sender.sendto(data, (self.given, port))

    def take(self, taker, port):
        while True:
            try:
                data = taker.recv(65535)
            except BlockingIOError:
                return
            number, _, ssrc = struct.unpack(">HII", data[2:12])
            if ssrc not in self.streams:
                self.streams[ssrc] = Stream(self.seed * 1000 + len(self.streams))
            if self.arrives(self.streams[ssrc], number):
                self.count += 1
                delay = self.streams[ssrc].random.random() * self.jitter_s
                heapq.heappush(self.waiting,
                               (time.monotonic() + delay, self.count, taker, port, data))

    def arrives(self, stream, number):
        change = 1 / self.burst if stream.losing else self.loss / (1 - self.loss) / self.burst
        if stream.random.random() < change:
            stream.losing = not stream.losing
        stream.sent.append(number)
        if stream.losing:
            stream.lost.add(number)
        return not stream.losing
