# Written for these tests: a template of a sweep, and what only a shell can tell.
export LLMDBENCH_DEPLOY_METHODS=standalone,modelservice
export LLMDBENCH_DEPLOY_MODEL_LIST=llama-70b
export LLMDBENCH_VLLM_COMMON_AFFINITY=nvidia.com/gpu.product:NVIDIA-H100-80GB-HBM3
export LLMDBENCH_VLLM_COMMON_REPLICAS=__rep__
export LLMDBENCH_VLLM_COMMON_NAMESPACE=$(id -un)
export LLMDBENCH_VLLM_COMMON_MAX_MODEL_LEN=10000
if [[ -n $BIG ]]; then
  export LLMDBENCH_VLLM_COMMON_MAX_MODEL_LEN=100000
fi
source ./more.sh
export LLMDBENCH_VLLM_MODELSERVICE_PREFIIL_REPLICAS=1
export LLMDBENCH_VLLM_STANDALONE_ARGS="vllm____serve____REPLACE_MODEL____--hf-token____hf_AnotherMadeUpToken123____--enforce-eager"
