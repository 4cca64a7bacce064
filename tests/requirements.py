#!/usr/bin/env python3
"""Fail where a table of requirements names a test that is not there.

usage: requirements.py ROOT

Every REQUIREMENTS.md below src and storage has tables of rows | number | requirement | shown by |. A
number begins with a digit or a capital letter and is there once. The last cell names tests in code quotes:

`test_server.a_sentence`         a case of tests/unit/*/test_server.c, or of tests/media or tests/oom
`test_calls.Calls.test_hold`     of tests/integration/test_calls.py
`test_torture.ANSWERS`           a table, or a class, there that tests are made from
`.another`                       of the same file (and class) as the name before
`fuzz_body_sdp`, `bench_x`        a program of tests/fuzz or tests/bench
`crash/power.py`                 a program of tests/crash

A row that no test shows says so in words that begin with "not ".
"""
import pathlib
import re
import sys

NUMBER = re.compile(r"\| *([0-9A-Z][\w.-]*) *\|")
QUOTED = re.compile(r"`([^`]*)`")
NAME = re.compile(r"(test_\w+)\.(?:(\w+)\.)?(\w+)")
PROGRAM = re.compile(r"(fuzz|bench)_\w+|(crash)/\w+\.py")
# where a case of a name begins, in C and in Python
C_CASE = r"\bvoid\s+{}\(\s*void \*\*"
PYTHON_CASE = r"(?m)^ +def {0}\(|^{0} = |^class {0}\("
TOPS = ("src", "storage")  # below which tables are


def cases(root):
    """{file stem: [(suffix, text)]} of all tests; files of several folders may share a name."""
    texts = {}
    for pattern in ("unit/*/test_*.c", "media/test_*.c", "oom/test_*.c", "integration/test_*.py"):
        for path in (root / "tests").glob(pattern):
            texts.setdefault(path.stem, []).append((path.suffix, path.read_text()))
    return texts


def has_case(suffix, text, group, case):
    if suffix == ".c":
        return group is None and re.search(C_CASE.format(case), text) is not None
    found = re.search(PYTHON_CASE.format(case), text) is not None
    return found and (group is None or re.search(rf"\bclass {group}\b", text) is not None)


def has_program(root, quoted):
    """Whether a program is there; None where the name is none of a program."""
    found = PROGRAM.fullmatch(quoted)
    if not found:
        return None
    path = quoted if found.group(2) else f"{found.group(1)}/{quoted}.c"
    return (root / "tests" / path).is_file()


class Names:
    """The names of one cell, in their order; `.case` goes by the name before it."""

    def __init__(self, root, texts):
        self.root, self.texts, self.before = root, texts, None

    def fault(self, quoted):
        """What is wrong with a name; None where nothing is."""
        there = has_program(self.root, quoted)
        if there is not None:
            return None if there else f"no such program: {quoted}"
        full = quoted
        if quoted.startswith(".") and self.before:
            full = self.before + quoted
        name = NAME.fullmatch(full)
        if not name:
            return f"not the name of a test: {quoted}"
        stem, group, case = name.groups()
        self.before = full.rsplit(".", 1)[0]
        if stem not in self.texts:
            return f"no such file of tests: {stem}"
        if not any(has_case(*text, group, case) for text in self.texts[stem]):
            return f"no such test: {full}"
        return None


def check(path, root, texts):
    """(errors, numbers of rows, numbers of those that no test shows) of one file."""
    errors, seen, unshown = [], set(), []
    for count, line in enumerate(path.read_text().splitlines(), 1):
        number = NUMBER.match(line)
        if not number:
            continue
        where = f"{path.relative_to(root)}:{count}: {number.group(1)}"
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) != 3 or not all(cells):
            errors.append(f"{where}: has not three cells")
            continue
        if number.group(1) in seen:
            errors.append(f"{where}: is there twice")
        seen.add(number.group(1))
        if cells[-1].startswith("not "):
            unshown.append(number.group(1))
            continue
        quoted, names = QUOTED.findall(cells[-1]), Names(root, texts)
        if not quoted:
            errors.append(f"{where}: names no test")
        errors += [f"{where}: {fault}" for fault in map(names.fault, quoted) if fault]
    return errors, seen, unshown


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    texts = cases(root)
    rows, unshown, errors = 0, [], []
    for path in sorted(path for top in TOPS for path in root.glob(f"{top}/**/REQUIREMENTS.md")):
        found, seen, without = check(path, root, texts)
        errors += found
        rows += len(seen)
        unshown += without
    for line in errors:
        print(line)
    print(f"requirements: {rows} rows, {len(unshown)} of them with a reason instead of a test, "
          f"{len(errors)} errors")
    return 1 if errors or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
