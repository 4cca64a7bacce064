#!/bin/sh
# bench_media.sh PROGRAM: instructions of media's work per packet and per encoded second of a call
# of two legs, by callgrind, beside bare libopus on the same samples. Each figure is the difference
# of a long run and a short one, so that what happens once does not count.
set -eu
program=$1
short=5
long=25

if ! command -v valgrind >/dev/null; then
    echo "bench_media: valgrind is not installed; nothing measured"
    exit 0
fi
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT

# instructions WHAT SECONDS: instructions and packets
instructions() {
    valgrind --tool=callgrind --callgrind-out-file="$folder/out" "$program" "$1" "$2" \
        >"$folder/said" 2>"$folder/log"
    awk '/^(summary|totals):/ { print $2; exit }' "$folder/out"
    awk '{ print $2 }' "$folder/said"
}

printf '%-8s %22s %22s\n' '' 'instructions/packet' 'instructions/second'
for what in track late leg opus; do
    set -- $(instructions $what $short) $(instructions $what $long)
    printf '%-8s %22d %22d\n' $what $((($3 - $1) / ($4 - $2))) $((($3 - $1) / (long - short)))
done
