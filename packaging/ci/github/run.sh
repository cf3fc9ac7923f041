#!/usr/bin/env bash
# Hands the inputs of the action, which come as variables, to `tsr-agent run`.
set -euo pipefail

options=(run)
option() {
  # With an equals sign, so that no value is taken for an option.
  if [ -n "$2" ]; then
    options+=("$1=$2")
  fi
}
option --results-dir "$INPUT_RESULTS_DIR"
option --environment "$INPUT_ENVIRONMENT"
option --evals "$INPUT_EVALS"
option --requirements "$INPUT_REQUIREMENTS"
option --coverage "$INPUT_COVERAGE"
option --policy "$INPUT_POLICY"
option --waivers "$INPUT_WAIVERS"
option --config "$INPUT_CONFIG"
option --output "$INPUT_REPORT"

case "$INPUT_ALLOW_PENDING" in
  true) options+=(--allow-pending) ;;
  false) ;;
  *)
    echo "run.sh: the input 'allow-pending' is neither true nor false." >&2
    exit 2
    ;;
esac
exec tsr-agent "${options[@]}"
