#!/usr/bin/env bash
# Continues the run with verl on Ray: `GPUS=8 NODES=1 bash run_verl.sh [override ...]`.
# With several nodes, start Ray on them first and place this folder at the same path on each.
set -euo pipefail
bundle="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
export PYTHONPATH="$bundle${PYTHONPATH:+:$PYTHONPATH}"
mapfile -t settings <"$bundle/overrides.txt"
exec python -m verl.trainer.main_ppo "${settings[@]}" \
  actor_rollout_ref.model.path="$bundle/model" \
  critic.model.path="$bundle/model" \
  data.train_files="$bundle/train.parquet" \
  data.val_files="$bundle/test.parquet" \
  actor_rollout_ref.rollout.agent.agent_loop_config_path="$bundle/agent_loops.yaml" \
  reward.custom_reward_function.path="$bundle/grade_reward.py" \
  trainer.default_local_dir="$bundle/trained" \
  trainer.n_gpus_per_node="${GPUS:-1}" \
  trainer.nnodes="${NODES:-1}" \
  +ray_kwargs.ray_init.runtime_env.env_vars.PYTHONPATH="$bundle" \
  "$@"
