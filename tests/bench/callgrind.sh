# callgrind.sh, for the benches beside it, which source it with their program in $program: how many
# instructions their function `measured` takes. shellcheck shell=sh
#
# A figure is the difference of a run of $long seconds and one of $short, so that what happens once
# does not count.
short=2
long=12

if ! command -v valgrind >/dev/null; then
    echo "$(basename "$0" .sh): valgrind is not installed; nothing measured"
    exit 0
fi
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT

# instructions ARGUMENT...: those of one run, whose output is in $folder/said
instructions() {
    valgrind --tool=callgrind --collect-atstart=no --toggle-collect='measured*' \
        --callgrind-out-file="$folder/out" "$program" "$@" >"$folder/said" 2>"$folder/log" ||
        { cat "$folder/log" >&2; exit 1; }
    awk '/^(summary|totals):/ { print $2; exit }' "$folder/out"
}
