// Runs the bare TTRL loop on a policy of three numbers: the logits of the answers 7, 8 and 9.
import { configFrom, initialLoopState, methodOf, ttrl } from "ttrl-lab";

const logits = [0, 0.5, 0];

function probabilities() {
  const weights = logits.map(Math.exp);
  const total = weights.reduce((sum, weight) => sum + weight);
  return weights.map((weight) => weight / total);
}

function respond() {
  const chances = probabilities();
  let at = Math.random();
  const found = chances.findIndex((chance) => (at -= chance) < 0);
  const token = found < 0 ? 2 : found;
  return {
    text: `\\boxed{${7 + token}}`,
    tokens: Int32Array.of(token),
    logprobs: Float32Array.of(Math.log(chances[token])),
    entropy: 0,
    finished: true,
  };
}

const score = async (rollouts) =>
  rollouts.map(({ response }) => Float32Array.of(Math.log(probabilities()[response.tokens[0]])));

const policy = {
  sample: async (requests, { count }) => requests.map(() => Array.from({ length: count }, respond)),
  score,
  initialLogprobs: score,
  async update(rollouts, { learningRate }) {
    const before = probabilities();
    for (const { response, advantages, weight } of rollouts)
      for (const i of logits.keys())
        logits[i] +=
          10 * learningRate * advantages[0] * weight * (Number(i === response.tokens[0]) - before[i]);
    const stats = {
      loss: 0,
      gradientNorm: 1,
      clipFraction: 0,
      clipFractionLow: 0,
      entropy: 0,
      oldKl: 0,
      kl: null,
    };
    return { ...stats, tokens: rollouts.length, logprobGap: 0 };
  },
};

const none = async () => Promise.reject(new Error("this run has no companions"));
const models = { policy, critic: none, emaTeacher: none, rewardModel: none };

const config = configFrom({ steps: 20, questionsPerStep: 1, learningRate: 0.1, warmupSteps: 0 });
const set = { task: "math", questions: [{ id: "sum", prompt: "3 + 5?" }] };
for await (const { outcome } of ttrl({ models, set, method: methodOf(config) }, initialLoopState(config))) {
  const [{ vote }] = outcome.groups;
  console.log(
    `step ${outcome.step}: ${vote.pseudoLabel} with ${(100 * vote.majorityRatio).toFixed(0)}% of the votes`,
  );
}
