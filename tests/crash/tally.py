"""What the crash tests count, and how they tell it."""
import dataclasses

NOTES_MAX = 40  # that are printed of one table
SLOW_MS = 250   # later than planned: what was due is counted from there, so the promise is tried less


@dataclasses.dataclass
class Tally:
    """Of all runs of one kind; the last three must be 0."""
    runs: int = 0
    faults: int = 0          # kills, power cuts, failed system calls
    calls: int = 0           # that were answered with 200
    seconds: float = 0.0     # of audio, of both sides of a call, found to be what was sent
    moved: int = 0           # recordings whose line was moved in between: compared piece by piece
    durable_lost: float = 0.0  # seconds that were older than 2 s at the fault
    calls_lost: int = 0
    corrupt: int = 0         # recordings that say something else than was sent, and do not say so
    quiet: int = 0           # calls that fell silent before the fault
    held: int = 0            # of these, that were on hold: the recorder had answered so
    slow: int = 0            # calls that were cut, some packet of which went out later than SLOW_MS
    late_ms: float = 0.0     # the latest packet of a call that was cut: the promise is tried less by it
    notes: list = dataclasses.field(default_factory=list)

    def add(self, other):
        late_ms = max(self.late_ms, other.late_ms)
        for field in dataclasses.fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))
        self.late_ms = late_ms

    def cut_late(self, late_ms):
        """A call that was cut, whose caller was so late at most."""
        self.late_ms = max(self.late_ms, late_ms)
        self.slow += late_ms > SLOW_MS

    @property
    def too_slow(self):
        """Whether the machine was too slow to show what it is to show."""
        return self.slow * 2 > self.calls

    @property
    def good(self):
        return self.runs > 0 and not (self.durable_lost or self.calls_lost or self.corrupt
                                      or self.notes or self.too_slow)


HEAD = ("", "runs", "faults", "calls", "audio checked s", "durable lost s", "calls lost", "corrupt")


def table(rows):
    """rows: [(name, Tally)]; one table as text, with everything that was noted below it."""
    cells = [HEAD] + [(name, t.runs, t.faults, t.calls, f"{t.seconds:.1f}", f"{t.durable_lost:.2f}",
                       t.calls_lost, t.corrupt) for name, t in rows]
    widths = [max(len(str(row[i])) for row in cells) for i in range(len(HEAD))]
    lines = ["  ".join(f"{str(cell):<{width}}" if i == 0 else f"{str(cell):>{width}}"
                       for i, (cell, width) in enumerate(zip(row, widths))) for row in cells]
    moved = sum(t.moved for _, t in rows)
    if moved:
        lines.append(f"{moved} recordings were moved on their line by the recorder while nobody spoke, and were "
                     "compared piece by piece")
    late = max((t.late_ms for _, t in rows), default=0)
    if late:
        lines.append(f"{sum(t.held for _, t in rows)} of {sum(t.quiet for _, t in rows)} calls that had fallen "
                     f"silent were on hold; a call that was cut was sent up to {late:.0f} ms late")
    notes = [f"! {name}: {note}" for name, t in rows for note in t.notes]
    notes += [f"! {name}: {t.slow} of {t.calls} calls were sent more than {SLOW_MS} ms late: this machine is too "
              "slow to show what is lost" for name, t in rows if t.too_slow]
    more = [f"! and {len(notes) - NOTES_MAX} more"] if len(notes) > NOTES_MAX else []
    return "\n".join(lines + notes[:NOTES_MAX] + more)
