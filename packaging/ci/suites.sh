#!/usr/bin/env bash
# The test suites of your project. Edit this list; the rest of this folder needs no change.
#
# Each suite runs, also when one before it failed, through `tsr-agent exec`, which records its exit code
# beside the results: a run that was killed never looks green. The exit code is 0 only if all passed.
#
# Whatever else your policy asks for goes into results/ here, too: coverage, evals.json or the logs of an eval
# tool, SARIF. What a run leaves outside of it has to stand in .gitignore: changes that no commit has are not
# released.
set -euo pipefail

# The form of pytest's XML that names file and line, so that a failure is shown there.
export PYTEST_ADDOPTS="-o junit_family=xunit1 ${PYTEST_ADDOPTS:-}"

failed=0
suite() {
  local type=$1
  shift
  tsr-agent exec --type "$type" --timeout 1200 -- "$@" || failed=1
}

suite unit pytest tests/unit --junitxml=results/unit.xml
suite integration pytest tests/integration --junitxml=results/integration.xml
suite evals pytest tests/evals --junitxml=results/evals.xml
suite security pytest tests/security --junitxml=results/security.xml

exit "$failed"
