/**
 * Installs a loader where the image has none, into PYTHONUSERBASE. Without --user pip would want to write to the image's
 * own folders, which a random user id may not. Environment: LOADER_MODULE, LOADER_REQUIREMENT.
 */
export const installLoaderScript = `#!/bin/sh
if python3 -c "import $LOADER_MODULE" 2>/dev/null; then
  echo "$LOADER_MODULE is in the image already"
  exit 0
fi
# Requirements that the image meets stay as they are: another torch would break vLLM.
if python3 -m pip install --user --break-system-packages --no-warn-script-location "$LOADER_REQUIREMENT" &&
  python3 -c "import $LOADER_MODULE"; then
  echo "$LOADER_REQUIREMENT is installed"
  exit 0
fi
echo "cannot install $LOADER_REQUIREMENT, which engine.loadFormat needs: use an image that has it, or give the cluster a package index (PyPI)" >&2
exit 1
`;

/**
 * Writes the model as tensorizer reads it, once, with vLLM's own function (tensorize_vllm_model in
 * vllm/model_executor/model_loader/tensorizer.py@v0.26.0): it loads the model as an engine does and has every worker write its
 * shard. Not run on a GPU yet. Environment: MODEL_DIR, TENSORIZER_URI, TENSOR_PARALLEL, DTYPE, KV_CACHE_DTYPE, MAX_MODEL_LEN,
 * GPU_MEMORY_UTILIZATION.
 */
export const serialiseScript = `import os
import shutil
import socket
import sys
import time


def skip_extra_artifacts():
    # Each worker of v0.26.0 ends by downloading what else the model's repository has, by the served name
    # (serialize_extra_artifacts in vllm/model_executor/model_loader/tensorizer.py): impossible for a folder, and offline.
    # They are copies of config and tokenizer, for who serves from the tensors' folder; the engine has them from MODEL_DIR.
    from vllm.model_executor.model_loader import tensorizer

    tensorizer.serialize_extra_artifacts = lambda *args, **kwargs: None


def remove_leftovers(folder):
    # Of pods that were killed while they wrote; one that still writes has touched its files.
    parent = os.path.dirname(folder)
    for name in os.listdir(parent):
        path = os.path.join(parent, name)
        if not path.startswith(folder + ".new-"):
            continue
        try:
            times = [os.path.getmtime(os.path.join(path, file)) for file in os.listdir(path)]
            if max([os.path.getmtime(path), *times]) < time.time() - 3600:
                shutil.rmtree(path, ignore_errors=True)
        except FileNotFoundError:
            # Renamed or removed just now, by its own pod.
            continue


def main():
    uri = os.environ["TENSORIZER_URI"]
    folder = os.path.dirname(uri)
    if os.path.exists(folder):
        print("the serialised model is in the cache already")
        return
    # A folder of the pod's own, renamed when whole: another pod may do the same at the same time.
    new = f"{folder}.new-{socket.gethostname()}"
    try:
        shutil.rmtree(new, ignore_errors=True)
        os.makedirs(new)
        remove_leftovers(folder)
    except OSError as error:
        sys.exit(f"cannot write to the model cache ({new}): {error}; check the claim's access mode and the pod's fsGroup")
    skip_extra_artifacts()
    from vllm.engine.arg_utils import EngineArgs
    from vllm.model_executor.model_loader.tensorizer import TensorizerConfig, tensorize_vllm_model

    engine = EngineArgs(
        model=os.environ["MODEL_DIR"],
        tensor_parallel_size=int(os.environ["TENSOR_PARALLEL"]),
        dtype=os.environ["DTYPE"],
        kv_cache_dtype=os.environ["KV_CACHE_DTYPE"],
        max_model_len=int(os.environ["MAX_MODEL_LEN"]),
        gpu_memory_utilization=float(os.environ["GPU_MEMORY_UTILIZATION"]),
        # Nothing is computed with it: compiling and capturing graphs would be for nothing.
        enforce_eager=True,
    )
    tensorize_vllm_model(engine, TensorizerConfig(tensorizer_uri=os.path.join(new, os.path.basename(uri))))
    try:
        os.rename(new, folder)
    except OSError:
        if not os.path.exists(folder):
            raise
        shutil.rmtree(new, ignore_errors=True)
        print("another pod has written the serialised model in the meantime")
        return
    print("the serialised model is in the cache now")


if __name__ == "__main__":
    main()
else:
    # A worker that was spawned imports this file again, and nothing of what main has done is in it.
    skip_extra_artifacts()
`;
