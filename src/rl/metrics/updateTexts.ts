/** Descriptions of what is measured of updates and of time. */
import { text, type MetricText } from "../contracts/metricText.ts";

/** Of updates and of time. */
export const UPDATE_TEXTS = {
  kl: text(
    { name: "KL to initial", unit: "nats", logged: "actor/kl_loss" },
    "mean over tokens of exp(d) - d - 1, d = log p_initial - log p",
    "Distance of the policy from the initial model (k3 estimator).",
  ),
  oldKl: text(
    { name: "KL within the step", unit: "nats", logged: "actor/ppo_kl" },
    "mean over tokens of (logprob when sampled - logprob before the update)",
    "How far earlier updates of the step moved the policy from the one that sampled; 0 with one update a step.",
  ),
  clipFraction: text(
    { name: "clip fraction", unit: "share", logged: "actor/pg_clipfrac" },
    "tokens where clipping changed the loss / tokens",
    "How often the probability ratio left the clip range.",
  ),
  clipFractionLow: text(
    { name: "dual-clip fraction", unit: "share", logged: "actor/pg_clipfrac_lower" },
    "tokens whose loss the dual clip bounded / tokens",
    "How often a response that should become less likely had become far more likely; 0 without a dual clip.",
  ),
  gradientNorm: text(
    { name: "gradient norm", unit: "", logged: "actor/grad_norm" },
    "global L2 norm before clipping",
    "Norm of the update's gradient; spikes are a warning sign.",
  ),
  loss: text(
    { name: "loss", unit: "", logged: "actor/pg_loss" },
    "clipped policy loss per sampled token",
    "What the optimizer minimizes. It does not measure progress.",
  ),
  learningRate: text(
    { name: "learning rate", unit: "", logged: "actor/lr" },
    "schedule at this step",
    "AdamW step size of the step.",
  ),
  logprobGap: text(
    { name: "logprob gap", unit: "nats" },
    "max |logprob sampled - logprob trained|",
    "Agreement of sampler and trainer before the update; above 1e-4 something is wrong.",
  ),
  sampleTokensPerSecond: text(
    { name: "sampling speed", unit: "tokens/s" },
    "response tokens / seconds sampling",
    "Speed of sampling.",
  ),
  trainTokensPerSecond: text(
    { name: "training speed", unit: "tokens/s" },
    "response tokens trained / seconds training",
    "Speed of training.",
  ),
  judgeSeconds: text(
    { name: "judging time", unit: "seconds", logged: "timing_s/adv" },
    "wall-clock time of extraction, votes, rewards and advantages",
    "Time between sampling and training.",
  ),
  stepSeconds: text(
    { name: "step time", unit: "seconds", logged: "timing_s/step, perf/time_per_step" },
    "sampling time + judging time + training time",
    "Time of the whole step, evaluations aside.",
  ),
  sampleMsPerToken: text(
    { name: "sampling time per token", unit: "ms", logged: "timing_per_token_ms/gen" },
    "sampling time / response tokens",
    "The inverse of the sampling speed.",
  ),
  trainMsPerToken: text(
    { name: "training time per token", unit: "ms", logged: "timing_per_token_ms/update_actor" },
    "training time / response tokens trained on",
    "The inverse of the training speed; the authors divide by prompt tokens too.",
  ),
  batchTokensPerSecond: text(
    { name: "throughput", unit: "tokens/s", logged: "perf/throughput" },
    "batch tokens / step time",
    "How much text to train on a step makes and learns in a second.",
  ),
  sampleSeconds: text(
    { name: "sampling time", unit: "seconds", logged: "timing_s/gen" },
    "wall-clock time of sampling",
    "Time spent sampling in the step.",
  ),
  trainSeconds: text(
    { name: "training time", unit: "seconds", logged: "timing_s/update_actor" },
    "wall-clock time of the update",
    "Time spent training in the step.",
  ),
} as const satisfies Record<string, MetricText>;
