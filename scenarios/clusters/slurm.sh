#!/usr/bin/env bash
# Shares a study out over a Slurm cluster: an array with one task a shard, and a job that waits for all of them and
# joins their parts. The study is said as on one machine, from a folder that all nodes see under the same path:
#
#   bash scenarios/clusters/slurm.sh run after --replications 400 --ranges off
#
# Said once more after a failure it goes on: shards that are done end at once, the others go on where they stopped.
#
# To change: the number of shards, what each job asks for, and how nodes start wssim, here or by the variables.
set -euo pipefail

shards=${SHARDS:-4}
needs=(--cpus-per-task="${CPUS:-4}" --time="${TIME:-2:00:00}")
# `apptainer exec wssim.sif wssim` where nodes have the image but not the program. Several words: never quoted below.
wssim=${WSSIM:-wssim}
# A folder for each study: `merge` takes all the parts that lie in it.
parts=${PARTS:-out/parts}

# Slurm starts a copy of this file, in the folder that it was submitted from.
case ${1:-} in
  shard)
    shift
    # Which shard of how many stands in SLURM_ARRAY_TASK_ID and its relatives. A node may have more cores than are
    # ours, and not every cluster hides them.
    exec $wssim "$@" --shard "auto/$shards" --out "$parts" --threads "$SLURM_CPUS_PER_TASK"
    ;;
  merge)
    # A refuted claim is an answer. Without --no-fail it would be exit status 1, to Slurm a failed job.
    exec $wssim merge "$parts" --threads "$SLURM_CPUS_PER_TASK" --no-fail
    ;;
  '')
    echo "say the study as on one machine: bash $0 run after --replications 400 --ranges off" >&2
    exit 2
    ;;
esac

mkdir -p "$parts"
# A task whose node is lost is queued again as the same shard.
array=$(sbatch --parsable --job-name=wssim --array="1-$shards" --requeue "${needs[@]}" \
  --output="$parts/shard-%a.log" "$0" shard "$@")
# `afterok` of an array waits for all its tasks. If one fails, nothing is joined and the job goes.
merge=$(sbatch --parsable --job-name=wssim-merge --dependency="afterok:$array" --kill-on-invalid-dep=yes "${needs[@]}" \
  --output="$parts/merge.log" "$0" merge)
echo "shards: array $array of $shards tasks; then job $merge joins them: $parts/merge.log"
