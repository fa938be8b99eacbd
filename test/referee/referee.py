"""Judges Benchmark Reports by the published model (PyPI llmd-benchmark-report).

stdin: JSON list of texts (YAML or JSON). stdout: JSON list, per text null (accepted as it is) or why not. A report that
the model accepts but gives back otherwise is refused too: statistics drop keys that they do not know, silently.
"""

import json
import sys

import yaml
from llmd_benchmark_report import load_benchmark_report


def lost(given, kept, path=""):
    """Paths of what was given and is not in what the model kept."""
    if isinstance(given, dict) and isinstance(kept, dict):
        for key, value in given.items():
            if value is None:
                continue
            if key not in kept:
                yield f"{path}.{key}"
            else:
                yield from lost(value, kept[key], f"{path}.{key}")
    elif isinstance(given, list) and isinstance(kept, list):
        for index, pair in enumerate(zip(given, kept)):
            yield from lost(*pair, f"{path}[{index}]")
    elif isinstance(given, (int, float)) and not isinstance(given, bool) and given != kept:
        yield f"{path}: {given} became {kept}"


def judge(text):
    try:
        given = yaml.safe_load(text)
        gone = list(lost(given, load_benchmark_report(given).dump()))
        return f"dropped: {', '.join(gone)}" if gone else None
    except Exception as error:  # whatever the model says is the answer
        return str(error)


json.dump([judge(text) for text in json.load(sys.stdin)], sys.stdout)
