#!/usr/bin/env bash
# Tells Spark which GPUs this host has: {"name":"gpu","addresses":["0","1"]}. For
# spark.worker.resource.gpu.discoveryScript of standalone workers, and for
# spark.executor.resource.gpu.discoveryScript on YARN and Kubernetes.
#
# An address is the number by which CUDA counts the GPUs that it shows to processes started here:
# with CUDA_VISIBLE_DEVICES=2,3 these are 0 and 1.
set -euo pipefail

fail() {
  echo "gpu-discovery.sh on $(uname -n): $1" >&2
  exit 1
}

command -v nvidia-smi >/dev/null ||
  fail "nvidia-smi is not on the PATH: install NVIDIA's driver, or offer Spark no GPU of this host"
gpus=$(nvidia-smi --query-gpu=index --format=csv,noheader 2>&1) || fail "nvidia-smi fails: $gpus"
count=$(grep -cE '^[0-9]+$' <<<"$gpus") || fail "nvidia-smi finds no GPU: $gpus"

# CUDA shows what is listed, up to the first entry that means no GPU.
if [[ -n ${CUDA_VISIBLE_DEVICES+set} ]]; then
  visible=0
  IFS=, read -ra entries <<<"$CUDA_VISIBLE_DEVICES"
  for entry in ${entries[@]+"${entries[@]}"}; do
    case $entry in
      GPU-* | MIG-*) ;;
      *) [[ $entry =~ ^[0-9]{1,4}$ ]] && ((10#$entry < count)) || break ;;
    esac
    visible=$((visible + 1))
  done
  ((visible > 0)) || fail "CUDA_VISIBLE_DEVICES='$CUDA_VISIBLE_DEVICES' shows none of $count GPUs"
  count=$visible
fi

addresses=$(seq -s ',' -f '"%.0f"' 0 $((count - 1)))
echo "{\"name\":\"gpu\",\"addresses\":[$addresses]}"
