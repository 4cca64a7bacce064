#!/bin/sh
# Rebuilds the portal into a scratch folder, and compares it byte by byte with the committed
# web/portal/dist/. Exit 0: the same, or (with a message) the npm packages cannot be installed;
# 1: it differs, or the source does not build.
set -eu

portal=$(CDPATH='' cd -- "$(dirname -- "$0")/../../web/portal" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

cd "$portal"
if ! command -v npm >/dev/null; then
    echo "check_bundle: SKIPPED, there is no npm here"
    exit 0
fi
if [ ! -d node_modules ] && ! npm ci --ignore-scripts >"$scratch/npm.log" 2>&1; then
    tail -n 3 "$scratch/npm.log"
    echo "check_bundle: SKIPPED, npm could not install the packages"
    exit 0
fi

node node_modules/typescript/bin/tsc
node build.mjs "$scratch/dist" >/dev/null
if ! diff -r "$scratch/dist" dist; then
    echo "check_bundle: web/portal/dist is not what the source gives; run: cd web/portal && npm run build"
    exit 1
fi
echo "check_bundle: web/portal/dist is what the source gives"
