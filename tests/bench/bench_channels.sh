#!/bin/sh
# bench_channels.sh PROGRAM: instructions of a call's media per encoded second, by callgrind, where
# legs are kept alone beside left and right, and as a ratio to bare libopus of as many encoders on
# the same samples.
set -eu
program=$1
# shellcheck source=tests/bench/callgrind.sh
. "$(dirname "$0")/callgrind.sh"

# per_second WHAT LEGS
per_second() {
    echo $((($(instructions "$1" "$2" $long) - $(instructions "$1" "$2" $short)) / (long - short)))
}

echo 'instructions per encoded second of a call of PCMA, all legs speaking: left and right, and how'
echo 'many legs alone beside them'
printf '%-8s %14s %14s %12s\n' 'streams' 'all' 'bare libopus' 'all / opus'
for legs in 2 3 8; do
    all=$(per_second track $legs)
    opus=$(per_second opus $legs)
    own=$legs
    [ "$legs" -gt 2 ] || own=0
    printf '%-8s %14d %14d %12s\n' "2+$own" "$all" "$opus" \
        "$(awk "BEGIN { printf \"%.3f\", $all / $opus }")"
done
