/** Descriptions of the metrics of steps, in the order of the files' columns. */
import { ofTruth, text, type MetricText } from "../contracts/metricText.ts";

/** Those of votes are of evaluations, too; "post" are the responses kept for training, as the authors call them. */
export const STEP_TEXTS = {
  labelAccuracy: ofTruth(
    { name: "label accuracy", logged: "train/label_accuracy" },
    "mean over questions of [pseudo-label = truth]",
    "How many pseudo-labels are right: Maj@N of the responses just voted on.",
  ),
  rewardAccuracy: ofTruth(
    { name: "reward accuracy", logged: "train/reward_accuracy, val-ttrl/reward_accuracy" },
    "mean over responses of [vote reward = true reward]; of soft rewards 1 - |vote reward - true reward|, of rewards by novelty [above 0 = right]",
    "How many rewards are right: all under a right label, 1 - share(label) - share(truth) under a wrong one. A wrong response that disagrees with a wrong label correctly earns 0 (the paper's lucky hit), so it is high while wrong answers scatter and low once they agree.",
  ),
  groundTruthRatio: ofTruth(
    { name: "ground-truth ratio", logged: "train/ground_truth_ratio" },
    "mean over responses of [answer = truth]",
    "pass@1 of the training samples, at the training temperature.",
  ),
  passAtN: ofTruth(
    { name: "pass@N", logged: "train/pass@N, val-ttrl/pass@N" },
    "mean over questions of [any of the N responses is right]",
    "Whether the policy can still find the right answer at all; a drop means lost diversity.",
  ),
  ungradedShare: ofTruth(
    { name: "ungraded" },
    "mean over responses of [right or wrong not decided within the budget of a comparison]",
    "Answers too complex to compare with the truth within the budget. They count as neither right nor wrong: accuracies are over graded answers, and metrics of k responses over questions without ungraded ones.",
  ),
  majorityRatio: text(
    { name: "majority ratio", unit: "share", logged: "train/majority_ratio, val-ttrl/majority_ratio" },
    "mean over questions of (votes for the majority / all votes)",
    "How much the votes agree. It rises as the policy sharpens, right or wrong.",
  ),
  reward: text(
    {
      name: "reward",
      unit: "share",
      logged: "train/majority_voting_reward, val-ttrl/majority_voting_reward",
    },
    "mean over responses of the vote reward",
    "What the policy is trained to raise: agreement with the vote.",
  ),
  voteEntropy: text(
    { name: "vote entropy", unit: "nats" },
    "mean over questions of -sum over answers of s log s, s = votes for the answer / votes given",
    "How scattered the votes are: 0 when all agree, log n when n answers share them evenly. It falls as the policy sharpens; near 0 on all questions there is nothing left to learn from votes.",
  ),
  flipRate: text(
    { name: "flip rate", unit: "share" },
    "questions whose pseudo-label changed since they were last asked / questions of the step asked before",
    "How often a question's pseudo-label still changes. It should settle: labels that keep changing teach little, but once it is near 0 a wrong label stays. Empty until a question is asked a second time.",
  ),
  unansweredShare: text(
    { name: "unanswered", unit: "share" },
    "responses without an answer / responses",
    "Responses without an extracted answer. They never win a vote and earn 0.",
  ),
  truncatedShare: text(
    { name: "truncated", unit: "share" },
    "responses cut at the limit / responses",
    "Responses cut at the token limit.",
  ),
  entropy: text(
    { name: "entropy", unit: "nats", logged: "train/entropy, actor/entropy_loss" },
    "mean over tokens of -sum p log p",
    "Entropy of the next token while sampling; near 0 there is no exploration left.",
  ),
  responseLength: text(
    { name: "response length", unit: "tokens" },
    "mean tokens per response",
    "Length of the responses, including the end-of-sequence token.",
  ),
  responseLengthMin: text(
    { name: "shortest response", unit: "tokens" },
    "tokens of the shortest response",
    "Very short responses often contain no reasoning, or no answer.",
  ),
  responseLengthMax: text(
    { name: "longest response", unit: "tokens" },
    "tokens of the longest response",
    "At the limit as soon as a single response is cut.",
  ),

  postRewardAccuracy: ofTruth(
    { name: "post reward accuracy", logged: "train/post_reward_accuracy" },
    "mean over kept responses of [vote reward = true reward]",
    "Reward accuracy of the responses kept for training: how many of the rewards that the policy learns from are right.",
  ),
  postGroundTruthRatio: ofTruth(
    { name: "post ground-truth ratio", logged: "train/post_ground_truth_ratio" },
    "mean over kept responses of [answer = truth]",
    "Share of right responses among those kept for training.",
  ),
  postPassAtN: ofTruth(
    { name: "post pass@k", logged: "train/post_pass@k" },
    "mean over questions of [any of the k kept responses is right]",
    "Whether the responses kept for training contain a right one to learn from.",
  ),
  postReward: text(
    { name: "post reward", unit: "share", logged: "critic/score/mean, critic/rewards/mean" },
    "mean over kept responses of the vote reward",
    "Reward of the responses kept for training.",
  ),
  postRewardMin: text(
    { name: "lowest post reward", unit: "", logged: "critic/score/min, critic/rewards/min" },
    "min over kept responses of the vote reward",
    "0 or 1 under a majority vote; other voting schemes give other values.",
  ),
  postRewardMax: text(
    { name: "highest post reward", unit: "", logged: "critic/score/max, critic/rewards/max" },
    "max over kept responses of the vote reward",
    "0 only when no kept response agrees with its question's label.",
  ),
  postEntropy: text(
    { name: "post entropy", unit: "nats", logged: "train/post_entropy" },
    "mean over the tokens of kept responses of -sum p log p",
    "Entropy of the responses kept for training.",
  ),
  postResponseLength: text(
    { name: "post response length", unit: "tokens", logged: "response_length/mean" },
    "mean tokens per kept response",
    "Length of the responses kept for training: what the authors log as response length.",
  ),
  postResponseLengthMin: text(
    { name: "shortest post response", unit: "tokens", logged: "response_length/min" },
    "tokens of the shortest kept response",
    "The shortest of the responses kept for training.",
  ),
  postResponseLengthMax: text(
    { name: "longest post response", unit: "tokens", logged: "response_length/max" },
    "tokens of the longest kept response",
    "The longest of the responses kept for training.",
  ),
  postTruncatedShare: text(
    { name: "post truncated", unit: "share", logged: "response_length/clip_ratio" },
    "kept responses cut at the limit / kept responses",
    "Responses kept for training that did not end by themselves.",
  ),
  promptLength: text(
    { name: "prompt length", unit: "tokens", logged: "prompt_length/mean" },
    "mean tokens per prompt, the chat template included",
    "Length of the prompts. Questions too long for the model are left out before a run, so none is truncated.",
  ),
  promptLengthMin: text(
    { name: "shortest prompt", unit: "tokens", logged: "prompt_length/min" },
    "tokens of the shortest prompt",
    "The shortest question asked.",
  ),
  promptLengthMax: text(
    { name: "longest prompt", unit: "tokens", logged: "prompt_length/max" },
    "tokens of the longest prompt",
    "The longest question asked.",
  ),
  batchTokens: text(
    { name: "batch tokens", unit: "tokens", logged: "perf/total_num_tokens" },
    "prompt and response tokens of the kept responses, a prompt counted with each of them",
    "Tokens that a step trains on; fewer are computed, since responses to a question share their prompt.",
  ),
  advantageMean: text(
    { name: "mean advantage", unit: "", logged: "critic/advantages/mean" },
    "mean over the tokens of kept responses of the response's advantage",
    "Below 0 where rewarded responses are shorter than others: each response is weighted by its tokens.",
  ),
  advantageMin: text(
    { name: "lowest advantage", unit: "", logged: "critic/advantages/min" },
    "min over kept responses of the advantage",
    "The strongest push down: as agreement grows, the few dissenting responses are pushed harder.",
  ),
  advantageMax: text(
    { name: "highest advantage", unit: "", logged: "critic/advantages/max" },
    "max over kept responses of the advantage",
    "The strongest push up: a label that few kept responses agree with.",
  ),
  unanimousShare: text(
    { name: "no-signal groups", unit: "share" },
    "groups whose kept responses all have advantage 0 / groups",
    "Groups without a learning signal in this step, mostly because every kept response earned the same.",
  ),

  kl: text(
    { name: "KL to initial", unit: "nats", logged: "actor/kl_loss" },
    "mean over tokens of exp(d) - d - 1, d = log p_initial - log p",
    "Distance of the policy from the initial model (k3 estimator).",
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
  logprobGap: text(
    { name: "logprob gap", unit: "nats" },
    "max |logprob sampled - logprob trained|",
    "Agreement of sampler and trainer before the update; above 1e-4 something is wrong.",
  ),
  oldKl: text(
    { name: "KL within the step", unit: "nats", logged: "actor/ppo_kl" },
    "mean over tokens of (logprob when sampled - logprob before the update)",
    "How far earlier updates of the step moved the policy from the one that sampled; 0 with one update a step.",
  ),
  learningRate: text(
    { name: "learning rate", unit: "", logged: "actor/lr" },
    "schedule at this step",
    "AdamW step size of the step.",
  ),
} as const satisfies Record<string, MetricText>;

export const TIMING_TEXTS = {
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
} as const satisfies Record<string, MetricText>;
