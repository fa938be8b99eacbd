# Written for these tests, in the shape of llm-d-benchmark's scenarios of v0.2.
export LLMDBENCH_CONTROL_KCMD=kubectl
export LLMDBENCH_HF_TOKEN=hf_NotARealTokenButLongEnough
export LLMDBENCH_DEPLOY_METHODS="standalone"
export LLMDBENCH_VLLM_COMMON_AFFINITY=cloud.google.com/gke-accelerator:nvidia-tesla-a100
export LLMDBENCH_VLLM_COMMON_PVC_STORAGE_CLASS=standard-rwx
export LLMDBENCH_VLLM_COMMON_PVC_MODEL_CACHE_SIZE=1Ti
export LLMDBENCH_VLLM_STANDALONE_IMAGE_TAG=v0.8.5   # as released
export LLMDBENCH_EPP_ENABLE_PREFIX_AWARE_SCORER=true
export LLMDBENCH_HARNESS_EXPERIMENT_PROFILE=sanity_short-input.yaml
export LLMDBENCH_HARNESS_PVC_SIZE=1Ti
export LLMDBENCH_IMAGE_TAG=v0.1.5
