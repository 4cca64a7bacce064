#!/bin/sh
# bench_media.sh PROGRAM: instructions of media's work on a call of two legs, by callgrind: per
# packet, and per encoded second of the call, codec by codec, beside bare libopus on the same
# samples.
set -eu
program=$1
# shellcheck source=tests/bench/callgrind.sh
. "$(dirname "$0")/callgrind.sh"
codecs='PCMA/8000 PCMU/8000 GSM/8000 G722/16000 L16/16000 L16/48000 opus/48000'

# run WHAT CODEC RATE SECONDS: instructions and packets
run() {
    instructions "$@"
    awk '{ print $2 }' "$folder/said"
}

# measure WHAT CODEC RATE: per packet and per second
measure() {
    # shellcheck disable=SC2046 # four numbers
    set -- $(run "$@" $short) $(run "$@" $long)
    per_packet=$((($3 - $1) / ($4 - $2)))
    per_second=$((($3 - $1) / (long - short)))
}

echo 'instructions of a call of two legs: "leg" is receiving, placing and decoding; "opus" is bare'
echo 'libopus on the same samples; "lossy" is with 3 % of the packets lost and a tenth late'
printf '%-11s %12s %12s %12s %12s %7s\n' '' 'leg' 'opus' 'all' 'all, lossy' ''
for codec in $codecs; do
    name=${codec%/*} rate=${codec#*/} packet='' second=''
    for what in leg opus track late; do
        measure $what "$name" "$rate"
        packet="$packet $per_packet" second="$second $per_second"
    done
    # shellcheck disable=SC2086 # four numbers each
    printf '%-11s %12d %12d %12d %12d   per packet\n' "$codec" $packet
    # shellcheck disable=SC2086
    printf '%-11s %12d %12d %12d %12d   per encoded second\n' '' $second
    # shellcheck disable=SC2086
    set -- $second
    printf '%-11s %51s   all / opus\n' '' "$(awk "BEGIN { printf \"%.3f\", $3 / $2 }")"
done
