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
 * Writes the model as tensorizer reads it, once, with vLLM's own function (tensorize_vllm_model in v0.26.0's
 * model_executor/model_loader/tensorizer.py): it loads the model as an engine does and has every worker write its shard.
 * The guard of __main__ is needed: workers import this file again.
 */
export const serialiseScript = `import os
import sys


def main():
    uri = os.environ["TENSORIZER_URI"]
    folder = os.path.dirname(uri)
    done = os.path.join(folder, ".complete")
    if os.path.exists(done):
        print("the serialised model is in the cache already")
        return
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        sys.exit(f"cannot write to the model cache ({folder}): {error}; check the claim's access mode and the pod's fsGroup")
    from vllm.engine.arg_utils import EngineArgs
    from vllm.model_executor.model_loader.tensorizer import TensorizerConfig, tensorize_vllm_model

    engine = EngineArgs(
        model=os.environ["MODEL_DIR"],
        # serialize_extra_artifacts takes one name only.
        served_model_name=os.environ["MODEL_DIR"],
        tensor_parallel_size=int(os.environ["TENSOR_PARALLEL"]),
        dtype=os.environ["DTYPE"],
        max_model_len=int(os.environ["MAX_MODEL_LEN"]),
        gpu_memory_utilization=float(os.environ["GPU_MEMORY_UTILIZATION"]),
        # Nothing is computed with it: compiling and capturing graphs would be for nothing.
        enforce_eager=True,
    )
    tensorize_vllm_model(engine, TensorizerConfig(tensorizer_uri=uri))
    # Last: a pod killed before leaves no mark, and the next one writes all files again.
    with open(done, "w") as mark:
        mark.write(uri)
    print("the serialised model is in the cache now")


if __name__ == "__main__":
    main()
`;
