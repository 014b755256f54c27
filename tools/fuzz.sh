# Fuzz targets: the step of ./dev test, and ./dev fuzz by hand. Read by ./dev, whose helpers it uses. tests/fuzz/README.md.

fuzz_dir=$root/build/asan/fuzz
# Seconds for each target in ./dev test, two targets at a time.
fuzz_seconds=${WK_FUZZ_SECONDS:-60}

fuzz_targets() {
  local file
  for file in "$fuzz_dir"/*_fuzz.corpus; do basename "$file" .corpus; done
}

# An input may take 25 s by the clock: in ./dev test the targets give way to the tests beside them.
# fuzz_one TARGET SECONDS [OPTION…]: what is new goes to build/fuzz/found/TARGET, what breaks to build/fuzz/crashes/TARGET.
fuzz_one() {
  local target=$1 seconds=$2 corpus dictionary found=$root/build/fuzz/found/$1 crashes=$root/build/fuzz/crashes/$1; shift 2
  corpus=$(cat "$fuzz_dir/$target.corpus") dictionary=$corpus.dict
  mkdir -p "$found" "$crashes"
  if [ -f "$dictionary" ]; then set -- -dict="$dictionary" "$@"; fi
  ASAN_OPTIONS=detect_stack_use_after_return=1:allocator_may_return_null=1:$symbolizer UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1:$symbolizer \
    "$fuzz_dir/$target" -max_total_time="$seconds" -max_len=8192 -timeout=25 -rss_limit_mb=1024 -print_final_stats=1 \
    -artifact_prefix="$crashes/" "$@" "$found" "$corpus"
}

step_fuzz() {
  build_cpp asan fuzzers || return 1
  local target status=0 running=()
  say "each target for $fuzz_seconds s"
  rm -f "$results"/fuzz-* "$log_dir"/fuzz-*.log
  for target in $(fuzz_targets); do
    if [ ${#running[@]} = 2 ]; then wait "${running[0]}" || true; running=("${running[@]:1}"); fi
    { check fuzz "fuzz-$target" fuzz_one "$target" "$fuzz_seconds" || touch "$results/fuzz-$target.failed"; } &
    running+=($!)
  done
  wait || true
  for target in $(fuzz_targets); do
    # The last thing libFuzzer says of itself, so that a target that ran nothing does not pass.
    if ! grep -q '^stat::number_of_executed_units: [1-9]' "$log_dir/fuzz-$target.log" 2>/dev/null; then status=1; fi
    if [ -e "$results/fuzz-$target.failed" ]; then status=1; fi
  done
  return $status
}

command_fuzz() {
  local target=${1:-} seconds=${2:-3600}
  prepare
  build_cpp asan fuzzers || die "the fuzz targets do not build"
  if [ ! -f "$fuzz_dir/$target.corpus" ]; then die "usage: ./dev fuzz TARGET [SECONDS] [LIBFUZZER-OPTION…]; targets: $(fuzz_targets | tr '\n' ' ')"; fi
  if [ $# -gt 2 ]; then shift 2; else shift $#; fi
  fuzz_one "$target" "$seconds" "$@"
}
