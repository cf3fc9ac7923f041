#!/usr/bin/env bash
# Installs the version of aitr that TSR_VERSION names; none where it is empty.
set -euo pipefail

if [ -z "$TSR_VERSION" ]; then
  exit 0
fi
if [[ ! $TSR_VERSION =~ ^[0-9][0-9A-Za-z.+!-]*$ ]]; then
  echo "install.sh: the input 'version' is no version, such as 0.1.0." >&2
  exit 2
fi
python3 -m pip install --disable-pip-version-check "aitr==$TSR_VERSION"
