/**
 * Files that start the tool with a key from the environment. It takes one from `server.api_key` only, logs its config before it runs
 * (config.py, read_config) and writes it to its results (reportgen/base.py, generate_config_report @v0.6.1 and 0.7.0), so the key is
 * put in after the one and taken out before the other.
 *
 * `inference-perf` is a Python script; its first line names the interpreter that has the tool, in the image as in a venv.
 */
export function keyedStart(variable: string): Readonly<Record<string, string>> {
  return { "start.sh": startShell, "start.py": startPython(variable) };
}

const startShell = `#!/bin/sh
set -e
tool=$(command -v "$1") || { echo "$1 is not on PATH" >&2; exit 127; }
shift
python=$(sed -n '1s/^#! *//p' "$tool")
case "$python" in
  *python*) ;;
  # Paths too long for a first line stand in the second: '''exec' "/long/path/python" "$0" "$@"
  *) python=$(sed -n "2s/^'''exec' \\"\\{0,1\\}\\([^ \\"]*\\).*/\\1/p" "$tool") ;;
esac
exec \${python:-python3} "$(dirname "$0")/start.py" "$@"
`;

const startPython = (variable: string) => `import importlib
import os

main = importlib.import_module("inference_perf.main")
read_config, report = main.read_config, main.ReportGenerator.generate_config_report


def with_key(*args, **kwargs):
    config = read_config(*args, **kwargs)
    config.server.api_key = os.environ["${variable}"]
    return config


def without_key(generator):
    server = generator.config.server
    key, server.api_key = server.api_key, None
    try:
        return report(generator)
    finally:
        server.api_key = key


main.read_config = with_key
main.ReportGenerator.generate_config_report = without_key

if __name__ == "__main__":
    main.main_cli()
`;
