"""tools/check: install what the tests need, build, run all tests, count them.

The last line, `N passed, M failed`, counts the cases inside the test programs (cmocka, unittest,
node); a program that prints no count is one case, and one that died without counting a failure is
one failure. Exit status: 0 nothing failed, 1 something did, 2 wrong usage.
"""
import argparse
import dataclasses
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
PORTAL = ROOT / "web" / "portal"
JOBS = str(os.cpu_count() or 1)
# what runs again under the address sanitizer by default: see --asan for all
ASAN_LABELS = "unit|asan"


@dataclasses.dataclass
class Tally:
    """Cases by how they went."""
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    failures: list = dataclasses.field(default_factory=list)

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.failures += other.failures


def say(text):
    print(f"check: {text}", flush=True)


def step(name, arguments, cwd=ROOT):
    """One command as one case; its output is shown when it fails."""
    began = time.monotonic()
    done = subprocess.run([str(argument) for argument in arguments], cwd=cwd, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          errors="replace")
    good = done.returncode == 0
    if not good:
        print("\n".join(done.stdout.splitlines()[-80:]))
    say(f"{name}: {'ok' if good else 'FAILED'} ({time.monotonic() - began:.0f} s)")
    return Tally(passed=1) if good else Tally(failed=1, failures=[name])


# --- counting -----------------------------------------------------------------------------------
def total(pattern, text):
    return sum(int(number) for number in re.findall(pattern, text, re.M))


def count_unittest(text):
    ran = total(r"^Ran (\d+) tests? in", text)
    bad = skipped = 0
    for words in re.findall(r"^(?:OK|FAILED) \((.*)\)$", text, re.M):
        for what, number in re.findall(r"([a-z ]+)=(\d+)", words):
            what = what.strip()
            bad += int(number) if what in ("failures", "errors", "unexpected successes") else 0
            skipped += int(number) if what == "skipped" else 0
    return Tally(max(0, ran - bad - skipped), bad, skipped)


def count_cases(text):
    """Cases that a program's output tells of, by the counts of each test library."""
    tally = Tally(total(r"^\[  PASSED  \] (\d+) test", text),
                  total(r"^\[  FAILED  \] (\d+) test", text),
                  total(r"^\[  SKIPPED \] (\d+) test", text))
    tally.add(count_unittest(text))
    tally.add(Tally(total(r"^(?:#|ℹ) pass (\d+)", text), total(r"^(?:#|ℹ) fail (\d+)", text),
                    total(r"^(?:#|ℹ) (?:skipped|todo) (\d+)", text)))
    return tally


def count_program(name, text, good):
    tally = count_cases(text)
    if good and tally.passed + tally.failed + tally.skipped == 0:
        tally.passed = 1
    if not good and tally.failed == 0:
        tally.failed = 1
    if tally.failed:
        tally.failures.append(name)
    return tally


def read_log(path):
    """What ctest's LastTest.log tells: a Tally over all its programs."""
    tally = Tally()
    text = path.read_text(errors="replace") if path.exists() else ""
    # each block: "1/9 Testing: NAME", ..., "Output:", text, "<end of output>", ..., "Test Passed."
    for name, block in re.findall(r"^\d+/\d+ Testing: (.*?)$(.*?)(?=^\d+/\d+ Testing: |\Z)", text,
                                  re.M | re.S):
        output, _, ending = block.rpartition("<end of output>")
        good = re.search(r"^Test Passed\.", ending, re.M) is not None
        tally.add(count_program(name, output or block, good))
    return tally


# --- parts --------------------------------------------------------------------------------------
def configure_and_build(preset):
    tally = Tally()
    if not (ROOT / "build" / preset / "build.ninja").exists():
        tally.add(step(f"configure {preset}", ["cmake", "--preset", preset]))
    if not tally.failed:
        tally.add(step(f"build {preset}", ["cmake", "--build", "--preset", preset]))
    return tally


def run_tests(preset, labels):
    """All tests of a build, or those of a label."""
    folder = ROOT / "build" / preset
    log = folder / "Testing" / "Temporary" / "LastTest.log"
    log.unlink(missing_ok=True)
    arguments = ["ctest", "--test-dir", str(folder), "--output-on-failure", "--no-tests=error",
                 "--parallel", JOBS]
    if labels:
        arguments += ["--label-regex", labels]
    environment = dict(os.environ)
    environment.setdefault("UBSAN_OPTIONS", "print_stacktrace=1")
    environment.setdefault("ASAN_OPTIONS", "detect_leaks=1:detect_stack_use_after_return=1")
    environment.setdefault("TSAN_OPTIONS", "halt_on_error=1:second_deadlock_stack=1")
    began = time.monotonic()
    code = subprocess.run(arguments, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL).returncode
    tally = read_log(log)
    if code and not tally.failed:  # ctest itself failed, or a program that never ran
        tally.add(Tally(failed=1, failures=[f"ctest {preset}"]))
    say(f"tests {preset}: {tally.passed} passed, {tally.failed} failed, {tally.skipped} skipped "
        f"({time.monotonic() - began:.0f} s)")
    return tally


def check_build(preset, labels=None):
    tally = configure_and_build(preset)
    if not tally.failed:
        tally.add(run_tests(preset, labels))
    return tally


def check_source():
    tally = Tally()
    for target in ("layers", "requirements", "format-check"):
        tally.add(step(target, ["cmake", "--build", "--preset", "release", "--target", target]))
    return tally


def install_portal_tests():
    """npm's packages for the portal's tests, where they are not those of the lock file."""
    lock, done = PORTAL / "package-lock.json", PORTAL / "node_modules" / ".package-lock.json"
    if not lock.exists() or (done.exists() and done.stat().st_mtime >= lock.stat().st_mtime):
        return Tally()
    return step("npm ci", ["npm", "ci", "--no-audit", "--no-fund"], PORTAL)


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="tools/check", allow_abbrev=False,
        description="Install what the tests need, build, run all tests (release, then the unit "
        "tests under the address and undefined behaviour sanitizers). The last line counts.",
        epilog="environment: CORPUS, a folder of real messages and captures that tests also run; "
        "RFC4475_TXT, the text of that RFC, whose messages are taken from it; exit status: "
        "0 nothing failed, 1 something did, 2 wrong usage")
    parser.add_argument("--unit", action="store_true", help="unit tests only; alone: of the release build")
    parser.add_argument("--asan", action="store_true",
                        help="only the sanitizer build, with all its tests")
    parser.add_argument("--tsan", action="store_true",
                        help="only the thread sanitizer's build, with all its tests")
    parser.add_argument("--lint", action="store_true", help="only clang-tidy; slow")
    parser.add_argument("--no-install", action="store_true", help="install no packages")
    return parser.parse_args()


def find_outside(name, what, is_there):
    """Tests run in folders of their own: what lies outside is handed on by its whole path, or not at
    all, and then said to be left out."""
    path = os.environ.pop(name, "")
    if not path:
        say(f"{what}: none; {name} is not set, its tests are skipped")
    elif not is_there(pathlib.Path(path)):
        say(f"{what}: {path} is not there, its tests are skipped")
    else:
        os.environ[name] = str(pathlib.Path(path).resolve())
        say(f"{what}: {os.environ[name]}")


def find_inputs():
    find_outside("CORPUS", "corpus", pathlib.Path.is_dir)
    find_outside("RFC4475_TXT", "text of RFC 4475", pathlib.Path.is_file)


def run_parts(options):
    tally = Tally()
    labels = "unit" if options.unit else None
    chosen = options.asan or options.tsan or options.lint
    if not options.unit:
        tally.add(install_portal_tests())
    if not chosen:
        tally.add(check_build("release", labels))
        tally.add(check_source())
    if options.asan:
        tally.add(check_build("asan", labels))
    elif not chosen and not options.unit:
        tally.add(check_build("asan", ASAN_LABELS))
    if options.tsan:
        tally.add(check_build("tsan", labels))
    if options.lint:
        tally.add(configure_and_build("release"))
        tally.add(step("lint", ["cmake", "--build", "--preset", "release", "--target", "lint"]))
    return tally


def main():
    options = parse_arguments()
    began = time.monotonic()
    if not options.no_install:
        groups = ["build", "run", "demo", "test"]
        if subprocess.run([ROOT / "tools" / "install", *groups], stdin=subprocess.DEVNULL).returncode:
            print("0 passed, 1 failed")
            return 1
    find_inputs()
    tally = run_parts(options)
    for name in tally.failures:
        say(f"FAILED: {name}")
    say(f"{tally.skipped} skipped, {time.monotonic() - began:.0f} s")
    print(f"{tally.passed} passed, {tally.failed} failed", flush=True)
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
