/** Says, inside a model's folder, which model it holds in full. */
export const completeMarker = ".llm-bench-complete";

/**
 * Fetches a model into the cache, once. POSIX sh, also busybox's; a test runs it with a stand-in for `hf`.
 *
 * Environment: MODEL_REPO, MODEL_REVISION, MODEL_DIR; MODEL_BYTES, the expected size of the weights; MODEL_GATED (true
 * or false); RETRY_SECONDS before the second try, twice that before the third; HF_TOKEN, if any.
 * Prints every PROGRESS_SECONDS `{"downloadedBytes":n,"totalBytes":n}`; its last line is the outcome in one sentence.
 */
export const downloadScript = `#!/bin/sh
set -u
marker="$MODEL_DIR/${completeMarker}"
wanted="$MODEL_REPO@$MODEL_REVISION"

if [ -f "$marker" ] && [ "$(cat "$marker")" = "$wanted" ]; then
  echo "$wanted is in the cache already"
  exit 0
fi

log=$(mktemp) || exit 1
child=
reporter=
stop() {
  [ -n "$reporter" ] && kill "$reporter" 2>/dev/null
  [ -n "$child" ] && kill "$child" 2>/dev/null
  rm -f "$log"
}
# PID 1 dies of a signal only if it says so itself.
trap 'stop; exit 143' TERM INT

fail() {
  stop
  echo "$1" >&2
  exit 1
}

mkdir -p "$MODEL_DIR" || fail "cannot write to the model cache ($MODEL_DIR): check the claim's access mode and the pod's fsGroup"
rm -f "$marker"

downloaded() {
  set -- $(du -sk "$MODEL_DIR" 2>/dev/null || echo 0)
  echo $(($1 * 1024))
}
report() {
  printf '{"downloadedBytes":%s,"totalBytes":%s}\\n' "$(downloaded)" "$MODEL_BYTES"
}
while :; do
  report
  sleep "$PROGRESS_SECONDS"
done &
reporter=$!

try=1
while :; do
  # Without "original/": Meta's repositories hold the weights a second time there, in a format that is not served.
  hf download "$MODEL_REPO" --revision "$MODEL_REVISION" --local-dir "$MODEL_DIR" --exclude "original/*" >"$log" 2>&1 &
  child=$!
  wait "$child"
  code=$?
  child=
  [ "$code" -eq 0 ] && break
  # Colours and hints of the command would bury its one sentence.
  sed "s/$(printf '\\033')\\[[0-9;]*m//g" "$log" | grep -v -e '^[[:space:]]*$' -e '^Hint:' >"$log.plain"
  mv "$log.plain" "$log"
  cat "$log" >&2
  reason=$(grep '^Error:' "$log" | tail -n 1)
  [ -n "$reason" ] || reason=$(tail -n 1 "$log")
  if grep -qiE 'access denied|requires approval|40[13] client error|unauthorized|forbidden|gated repo' "$log"; then
    fail "$MODEL_REPO: access denied: set hfToken to a token whose owner accepted the licence at https://huggingface.co/$MODEL_REPO ($reason)"
  fi
  if grep -qiE '404 client error|(model|repository|revision).* not found' "$log"; then
    fail "$MODEL_REPO: no such model or revision ($MODEL_REVISION) on the hub, or one that hfToken may not see ($reason)"
  fi
  if grep -qi 'no space left' "$log"; then
    fail "$MODEL_REPO: the model cache is full: raise cluster.modelStorage.size ($reason)"
  fi
  [ "$try" -ge 3 ] && fail "$MODEL_REPO: download failed 3 times: \${reason:-exit code $code}"
  echo "try $try of 3 failed (exit code $code)" >&2
  sleep $((RETRY_SECONDS * try))
  try=$((try + 1))
done

[ -f "$MODEL_DIR/config.json" ] || fail "$MODEL_REPO: downloaded, but there is no config.json: not a model that can be served"
# Written aside and renamed: a pod killed here must not leave half a marker.
printf '%s\\n' "$wanted" >"$marker.new" && mv "$marker.new" "$marker" || fail "cannot write to the model cache ($MODEL_DIR)"
report
stop
echo "$wanted is in the cache now"
`;

/** Waits, bounded, until the download Job has finished: an engine that starts sooner would crash on an empty folder. */
export const waitForModelScript = `#!/bin/sh
waited=0
until [ "$(cat "$MODEL_DIR/${completeMarker}" 2>/dev/null)" = "$MODEL_REPO@$MODEL_REVISION" ]; do
  if [ "$waited" -ge "$WAIT_SECONDS" ]; then
    echo "$MODEL_REPO is not in the cache after $WAIT_SECONDS s: see the log of Job $DOWNLOAD_JOB" >&2
    exit 1
  fi
  sleep 2
  waited=$((waited + 2))
done
`;
