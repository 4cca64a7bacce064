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

# bytes_per_hour LEGS
bytes_per_hour() {
    for seconds in $short $long; do
        "$program" track "$1" $seconds | awk '/^bytes/ { print $2 }'
    done | awk -v s=$((long - short)) '{ at[NR] = $1 } END { print (at[2] - at[1]) / s * 3600 }'
}

echo 'instructions per encoded second of a call of PCMA, all legs speaking: left and right, and how'
echo 'many legs alone beside them'
printf '%-14s %14s %14s %12s\n' 'streams' 'all' 'bare libopus' 'all / opus'
for legs in 2 3 8; do
    all=$(per_second track $legs)
    opus=$(per_second opus $legs)
    own=$legs
    [ "$legs" -gt 2 ] || own=0
    [ "$legs" -ne 3 ] || own='3, 1 silent'
    printf '%-14s %14d %14d %12s\n' "2+$own" "$all" "$opus" \
        "$(awk "BEGIN { printf \"%.3f\", $all / $opus }")"
done
hour=$(bytes_per_hour 2)
# each of four spare streams is two bytes in each of 50 packets a second
spare=$((4 * 2 * 50 * 3600))
echo "bytes per hour of 2+0, noise that swells and fades: $hour, of which spare streams for later legs" \
    "$spare: $(awk "BEGIN { printf \"%.1f\", 100 * $spare / ($hour - $spare) }") % more"
