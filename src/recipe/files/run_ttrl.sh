#!/usr/bin/env bash
# Continues the run with the authors' code: `TTRL=<clone of PRIME-RL/TTRL> GPUS=8 NODES=1 bash run_ttrl.sh [override ...]`.
# With several nodes, start Ray on them first and place this folder at the same path on each.
set -euo pipefail
bundle="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
export PYTHONPATH="${TTRL:?set TTRL to the path of a clone of PRIME-RL/TTRL}/verl${PYTHONPATH:+:$PYTHONPATH}"
mapfile -t settings <"$bundle/overrides.txt"
exec python -m verl.trainer.main_ppo "${settings[@]}" \
  actor_rollout_ref.model.path="$bundle/model" \
  critic.model.path="$bundle/model" \
  data.train_files="$bundle/train.parquet" \
  data.val_files="$bundle/test.parquet" \
  trainer.default_local_dir="$bundle/trained" \
  trainer.n_gpus_per_node="${GPUS:-1}" \
  trainer.nnodes="${NODES:-1}" \
  "$@"
