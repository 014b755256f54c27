#!/usr/bin/env bash
# bench/compare.sh A B TARGET [OPTION…]: one microbenchmark (broker_bench, gateway_bench, hot_bench, journal_bench, net_bench,
# protocol_bench, search_bench, sentence_bench, warm_bench, websocket_bench) at two commits, in turns on this machine. B may be `.` for
# the working tree. Options go to the benchmark, say --benchmark_filter=Unmask. TURNS=5 says how often; builds are kept in build/compare.
set -euo pipefail
[ $# -ge 3 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
cd "$(dirname "${BASH_SOURCE[0]}")/.."
a=$1 b=$2 target=$3; shift 3
turns=${TURNS:-5} jobs=${WK_JOBS:-$(nproc)}
out=$PWD/build/compare

# built COMMIT: prints where the benchmark of that commit is.
built() {
  local source name
  if [ "$1" = . ]; then
    source=$PWD; name=working-tree
  else
    name=$(git rev-parse --short=12 "$1^{commit}")
    source=$out/$name/source
    [ -d "$source" ] || { mkdir -p "$source"; git archive "$name" | tar -x -C "$source"; }
  fi
  local build=$out/$name/build
  cmake -S "$source" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo >/dev/null
  ninja -C "$build" -j "$jobs" "$target" >&2
  find "$build" -name "$target" -type f -executable | head -1
}

mkdir -p "$out"
program_a=$(built "$a")
program_b=$(built "$b")
results=$(mktemp -d "$out/results.XXXXXX")
trap 'rm -rf "$results"' EXIT
for turn in $(seq "$turns"); do
  echo "· turn $turn of $turns" >&2
  "$program_a" --benchmark_out="$results/a.$turn.json" --benchmark_out_format=json "$@" >/dev/null
  "$program_b" --benchmark_out="$results/b.$turn.json" --benchmark_out_format=json "$@" >/dev/null
done
node bench/lib/compare.mjs "$a" "$b" "$results"
