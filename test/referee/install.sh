#!/usr/bin/env bash
# Installs the referee of the Benchmark Report tests into a folder and prints the Python that has it:
#   export LLMBENCH_TEST_REFEREE=$(test/referee/install.sh ~/.cache/llm-bench/referee)
# A second call with the same folder is quick. Ends with 1, and says why on stderr, where it cannot be had.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:?usage: test/referee/install.sh FOLDER}
python=$folder/bin/python
if ! "$python" -c 'import sys
from importlib.metadata import version
wanted = dict(line.strip().split("==") for line in open(sys.argv[1]) if "==" in line)
sys.exit(any(version(name) != number for name, number in wanted.items()))' "$here/requirements.txt" >/dev/null 2>&1; then
  base=
  for name in python3.13 python3.12 python3.11 python3; do
    # A version manager's shim may be there for a Python that is not.
    "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && base=$name && break
  done
  [ -n "$base" ] || {
    echo "the referee needs Python >= 3.11, and there is none" >&2
    exit 1
  }
  "$base" -m venv "$folder" >&2
  "$python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt" >&2
fi
echo "$python"
