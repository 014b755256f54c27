# ./dev test: the steps, their counts, the summary. Read by ./dev, whose helpers it uses.
# The last line of the output is "N passed, N failed" and nothing else; the exit status says whether N failed is 0.

all_steps=(unit asan tsan fuzz web conformance e2e faults browser abuse)
results=$root/build/test-results

# count STEP PASSED FAILED SKIPPED: a step may be counted several times.
count() { printf '%s %s %s %s\n' "$@" >> "$results/counts"; }

# check STEP NAME CMD…: a command that is one test by itself.
check() {
  local step=$1; shift
  if logged "$@"; then count "$step" 1 0 0; else count "$step" 0 1 0; return 1; fi
}

run_ctest() {  # STEP PRESET
  local step=$1 out=$results/$1
  mkdir -p "$out"
  local status=0
  GTEST_OUTPUT=json:$out/ logged "ctest-$step" ctest --test-dir "build/$2" -j "$jobs" --timeout 900 --output-on-failure \
    --output-junit "$out/ctest.xml" || status=1
  # shellcheck disable=SC2046
  count "$step" $(node tools/count_tests.mjs ctest "$out")
  return $status
}

step_unit() { build_cpp dev && run_ctest unit dev; }

step_asan() {
  build_cpp asan &&
    ASAN_OPTIONS=detect_stack_use_after_return=1:$symbolizer UBSAN_OPTIONS=print_stacktrace=1:$symbolizer run_ctest asan asan
}

step_tsan() {
  build_cpp tsan && TSAN_OPTIONS=second_deadlock_stack=1:$symbolizer run_ctest tsan tsan
}

step_web() {
  local status=0 out=$results/web
  mkdir -p "$out"
  check web web-types npm --prefix web run check || status=1
  check web web-size npm --prefix web run size || status=1
  logged web-tests npm --prefix web test -- --reporter=default --reporter=json --outputFile.json="$out/vitest.json" || status=1
  # shellcheck disable=SC2046
  count web $(node tools/count_tests.mjs vitest "$out/vitest.json")
  return $status
}

# A file that goes on after its last test, or never comes to it, fails; the others still run.
run_node_tests() {  # STEP FILE…
  local step=$1 out=$results/$1 status=0; shift
  mkdir -p "$out"
  local binary=${WEIKEYI_BINARY:-$root/build/dev/server/weikeyi}
  WEIKEYI_BINARY=$binary WEIKEYI_BIN=$binary \
    logged "$step" node --test --test-timeout=600000 --test-concurrency=1 --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter=tap --test-reporter-destination="$out/results.tap" "$@" || status=1
  # shellcheck disable=SC2046
  count "$step" $(node tools/count_tests.mjs tap "$out/results.tap")
  return $status
}

step_conformance() { build_cpp dev weikeyi && run_node_tests conformance tests/conformance/*.test.mjs; }
step_e2e() { build_cpp dev weikeyi && run_node_tests e2e tests/e2e/*.test.mjs; }
step_faults() { build_cpp dev weikeyi && run_node_tests faults tests/faults/*.test.mjs; }
step_abuse() { build_cpp dev weikeyi && run_node_tests abuse tests/abuse/*.test.mjs; }
step_browser() { build_cpp dev weikeyi && run_node_tests browser tests/browser/*.test.mjs; }

# run_step STEP: its line of the summary goes to a file, since one step may run behind the others.
run_step() {
  local step=$1 since=$SECONDS status=ok passed failed skipped
  say "${bold}$step${plain}"
  "step_$step" || status=failed
  failed=$(awk -v s="$step" '$1 == s {f += $3} END {print f + 0}' "$results/counts")
  # Something went wrong that no test's count knows of (it did not compile, a runner died).
  if [ $status = failed ] && [ "$failed" = 0 ]; then count "$step" 0 1 0; fi
  read -r passed failed skipped < <(awk -v s="$step" '$1 == s {p += $2; f += $3; k += $4} END {print p + 0, f + 0, k + 0}' "$results/counts")
  if [ "$failed" != 0 ]; then status=failed; fi
  printf '%-12s %-7s %6d passed %4d failed %4d skipped %6d s\n' "$step" $status "$passed" "$failed" "$skipped" $((SECONDS - since)) \
    > "$results/summary-$step"
}

run_steps() {
  local step
  for step in "$@"; do run_step "$step"; done
}

command_test() {
  local steps=("$@") step
  [ ${#steps[@]} -gt 0 ] || steps=("${all_steps[@]}")
  for step in "${steps[@]}"; do
    [[ " ${all_steps[*]} " == *" $step "* ]] || die "no test step '$step' (there are: ${all_steps[*]})"
  done
  prepare
  rm -rf "$results"; mkdir -p "$results"; : > "$results/counts"
  # Before anything is compiled, so that the binary is linked once.
  local summary=()
  if ! build_web; then
    count build 0 1 0
    summary+=("$(printf '%-12s %-7s' build failed) the front end does not build")
  fi

  # What only computes runs behind what mostly waits, and gives way to it. Beside the compiler of `unit` nothing runs, and nothing beside
  # `browser`, where a person's patience is the bound, and `abuse`, which bounds what a healthy client waits.
  local first=() behind=() before=() last=() line
  for step in "${steps[@]}"; do
    case $step in
      unit) first+=("$step") ;;
      asan | tsan | fuzz) behind+=("$step") ;;
      browser | abuse) last+=("$step") ;;
      *) before+=("$step") ;;
    esac
  done
  run_steps "${first[@]}"
  # A group of processes of its own, to be ended with this script: Ctrl-C does not reach what runs in the background.
  set -m
  { set +m; renice -n 10 -p "$BASHPID" > /dev/null || true; run_steps "${behind[@]}"; } &
  local computing=$!
  set +m
  # shellcheck disable=SC2064
  trap "kill -- -$computing 2> /dev/null || true" EXIT
  run_steps "${before[@]}"
  wait "$computing" || true
  trap - EXIT
  run_steps "${last[@]}"
  for step in "${steps[@]}"; do
    if ! read -r line < "$results/summary-$step"; then count "$step" 0 1 0; line="$step ended without a result"; fi
    summary+=("$line")
  done

  printf '\n'; printf '%s\n' "${summary[@]}"
  if [ -n "${WK_CCACHE_STATS:-}" ]; then printf '\n'; ccache --show-stats || true; fi
  local passed failed
  read -r passed failed < <(awk '{p += $2; f += $3} END {print p + 0, f + 0}' "$results/counts")
  printf '\n%s passed, %s failed\n' "$passed" "$failed"
  [ "$failed" = 0 ]
}
