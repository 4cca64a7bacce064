"""What the crash tests count, and how they tell it."""
import dataclasses

NOTES_MAX = 40  # that are printed of one table


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
    notes: list = dataclasses.field(default_factory=list)

    def add(self, other):
        for field in dataclasses.fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))

    @property
    def good(self):
        return self.runs > 0 and not (self.durable_lost or self.calls_lost or self.corrupt
                                      or self.notes)


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
    notes = [f"! {name}: {note}" for name, t in rows for note in t.notes]
    more = [f"! and {len(notes) - NOTES_MAX} more"] if len(notes) > NOTES_MAX else []
    return "\n".join(lines + notes[:NOTES_MAX] + more)
