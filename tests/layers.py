#!/usr/bin/env python3
"""Fail on an include against the order of the folders (src/ARCHITECTURE.md, "Folders").

usage: layers.py ROOT
"""
import pathlib
import re
import sys

# folder -> the folders it may include, itself and src/base aside
ALLOWED = {
    "src/base": [],
    "src/net": [],
    "src/body": ["src/net"],
    "src/sip": ["src/body", "src/net"],
    "src/rtp": ["src/net"],
    "src/audio": [],
    "src/encode": [],
    "src/g729": ["src/audio"],
    "src/session": ["src/net", "src/body", "src/rtp", "src/audio", "src/encode"],
    "src/ingest": ["src/net", "src/body", "src/sip", "src/audio", "src/session", "storage/disk",
                   "storage/seal", "storage/recording", "storage/index"],
    "storage/disk": [],
    "storage/seal": ["storage/disk"],
    "storage/recording": ["storage/seal", "storage/disk"],
    "storage/index": ["storage/recording", "storage/seal", "storage/disk"],
    "web/api": ["src/net", "storage/disk", "storage/seal", "storage/recording", "storage/index"],
    # audio: the keeper draws what it recovers, and `backup test` plays, by decoding it
    "tools/recorderctl": ["src/net", "src/audio", "storage/disk", "storage/seal", "storage/recording",
                          "storage/index"],
    "tools/callgen": ["src/net"],
}
# libraries that stay behind one folder (or two)
ONLY = {
    r"re/|re\.h|re_": ["src/sip"],
    r"expat\.h": ["src/body"],
    r"openssl/": ["src/sip"],
    r"srtp2/": ["src/rtp"],
    r"opus/": ["src/audio", "src/encode", "tools/callgen"],
    r"spandsp|speex/|gsm\.h": ["src/audio", "tools/callgen"],
    r"bcg729/": ["src/g729"],
    r"libgfshare": ["storage/seal"],
    r"sqlite3\.h": ["storage/index"],
    r"microhttpd\.h": ["web/api"],
    r"confuse\.h": ["src/base"],
}
# what these read and write goes through storage/disk, so that tests can put another in its place
NO_FILES = ["storage/seal", "storage/recording", "storage/index"]
FILES = re.compile(r"(unistd|dirent|fts|sys/file)\.h$")
# of what other headers declare (fcntl.h, stdio.h, stdlib.h, sys/stat.h); not a member of struct disk
FILE_CALL = re.compile(r"(?<![\w.>])(f?open|openat|creat|freopen|rename|remove|stat|lstat|mkdir|chmod|mkstemp)\((?!\d\))")
CALLS_ALLOWED = {"storage/index": {"stat"}}  # whether the index is there, before SQLite is asked
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.M)


def folder_of(path, root):
    relative = path.relative_to(root).as_posix()
    matches = [f for f in ALLOWED if relative.startswith(f + "/")]
    return max(matches, key=len) if matches else None


def target_of(name, root, source):
    for base in (root / "src", root, source.parent):
        if (base / name).is_file():
            return folder_of((base / name).resolve(), root)
    return "missing"


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    errors = []
    files = [p for top in ("src", "storage", "web/api", "tools")
             for p in sorted((root / top).rglob("*.[ch]"))]
    for path in files:
        folder = folder_of(path, root)
        where = path.relative_to(root).as_posix()
        if folder is None:
            errors.append(f"{where}: in no folder that layers.py knows")
            continue
        text = path.read_text()
        for name in FILE_CALL.findall(text) if folder in NO_FILES else []:
            if name not in CALLS_ALLOWED.get(folder, ()):
                errors.append(f"{where}: {name}(): files are storage/disk's")
        for kind, name in INCLUDE.findall(text):
            if kind == "<":
                if folder in NO_FILES and FILES.match(name):
                    errors.append(f"{where}: <{name}>: files are storage/disk's")
                for pattern, owners in ONLY.items():
                    if re.match(pattern, name) and folder not in owners:
                        errors.append(f"{where}: <{name}> belongs to {', '.join(owners)}")
                continue
            target = target_of(name, root, path)
            if target == "missing":
                errors.append(f"{where}: no such file: {name}")
            elif target not in (folder, "src/base") and target not in ALLOWED[folder]:
                errors.append(f"{where}: {folder} may not include {name}")
    for line in errors:
        print(line)
    print(f"layers: {len(files)} files, {len(errors)} against the order")
    return 1 if errors or not files else 0


sys.exit(main())
