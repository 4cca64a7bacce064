#!/usr/bin/env python3
"""Fail where a table of requirements names a test that is not there.

usage: requirements.py ROOT

Every REQUIREMENTS.md below src has tables of rows | number | requirement | shown by |. A number
begins with a digit or a capital letter and is there once. The last cell names tests in code quotes:

`test_server.a_sentence`         a case of tests/unit/*/test_server.c or tests/media/test_server.c
`test_calls.Calls.test_hold`     of tests/integration/test_calls.py
`test_torture.ANSWERS`           a table there that tests are made from
`.another`                       of the same file (and class) as the name before
`fuzz_body_sdp`, `bench_x`        a program of tests/fuzz or tests/bench

A row that no test shows says so in words that begin with "not ".
"""
import pathlib
import re
import sys

NUMBER = re.compile(r"\| *([0-9A-Z][\w.-]*) *\|")
QUOTED = re.compile(r"`([^`]*)`")
NAME = re.compile(r"(test_\w+)\.(?:(\w+)\.)?(\w+)")
PROGRAM = re.compile(r"(fuzz|bench)_\w+")
# where a case of a name begins, in C and in Python
C_CASE = r"\bvoid\s+{}\(\s*void \*\*"
PYTHON_CASE = r"(?m)^ +def {}\(|^{} = "


def cases(root):
    """{file stem: [(suffix, text)]} of all tests; files of several folders may share a name."""
    texts = {}
    for pattern in ("unit/*/test_*.c", "media/test_*.c", "integration/test_*.py"):
        for path in (root / "tests").glob(pattern):
            texts.setdefault(path.stem, []).append((path.suffix, path.read_text()))
    return texts


def has_case(suffix, text, group, case):
    if suffix == ".c":
        return group is None and re.search(C_CASE.format(case), text) is not None
    found = re.search(PYTHON_CASE.format(case, case), text) is not None
    return found and (group is None or re.search(rf"\bclass {group}\b", text) is not None)


class Names:
    """The names of one cell, in their order; `.case` goes by the name before it."""

    def __init__(self, root, texts):
        self.root, self.texts, self.before = root, texts, None

    def fault(self, quoted):
        """What is wrong with a name; None where nothing is."""
        if PROGRAM.fullmatch(quoted):
            there = self.root / "tests" / quoted.split("_")[0] / f"{quoted}.c"
            return None if there.is_file() else f"no such program: {quoted}"
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
    for path in sorted(root.glob("src/**/REQUIREMENTS.md")):
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
