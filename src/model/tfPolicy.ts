/** The policy of the method on TensorFlow.js: sampling with a KV cache, and updates with the clipped policy loss. */
import type {
  OnProgress,
  Policy,
  SampleRequest,
  Sampling,
  UpdateOptions,
  UpdateStats,
} from "../rl/policy.ts";
import type { Response, Rollout } from "../rl/types.ts";
import * as tf from "../kernels/tf.ts";
import { createBreath } from "./breath.ts";
import type { Generated, RowRequest } from "../engine/generation.ts";
import { generate } from "./generate.ts";
import type { LanguageModel } from "./languageModel.ts";
import { policyLoss, scoreFrom, scoreTokens } from "./loss.ts";
import { microBatches } from "./microBatches.ts";
import { Optimizer, type OptimizerState } from "./optimizer.ts";

/** Rows decoded together: enough to fill the matrix products. */
const ROWS_PER_BATCH = 512;
/** Memory of their keys and values; rows of a large model or of long responses are decoded in smaller batches. */
const CACHE_BYTES = 2 ** 29;
/** Tokens trained on together: bounds the memory of the backward pass. */
const TOKENS_PER_MICRO_BATCH = 4096;

/** A rollout with its tokens laid out. */
interface TrainingRow {
  readonly tokens: Int32Array;
  readonly promptLength: number;
  readonly rollout: Rollout;
}

/** What micro-batches add up to: sums over tokens, and the largest gap. */
interface BatchStats {
  readonly loss: number;
  readonly clipped: number;
  readonly kl: number;
  readonly gap: number;
}

export class TfPolicy implements Policy {
  readonly #model: LanguageModel;
  readonly #optimizer: Optimizer;
  /** The initial weights; null when KL is never asked for. */
  readonly #reference: ReadonlyMap<string, tf.Tensor> | null;

  constructor(
    model: LanguageModel,
    options: {
      readonly reference: ReadonlyMap<string, tf.Tensor> | null;
      readonly optimizer?: OptimizerState;
    },
  ) {
    this.#model = model;
    this.#optimizer = new Optimizer(model.parameters, options.optimizer);
    this.#reference = options.reference;
  }

  async sample(
    requests: readonly SampleRequest[],
    sampling: Sampling,
    signal?: AbortSignal,
    onProgress?: OnProgress,
  ): Promise<Response[][]> {
    const prompts = requests.map(({ prompt }) => this.#model.tokenizer.encodePrompt(prompt));
    this.#checkLengths(prompts, sampling.maxResponseTokens);
    const rows = requests.flatMap((request, prompt) =>
      Array.from({ length: sampling.count }, (_, stream): RowRequest => ({
        prompt,
        seed: request.seed,
        stream,
      })),
    );
    const { temperature, topP, maxResponseTokens: maxTokens } = sampling;
    const breathe = createBreath(signal);
    const generated: Generated[] = [];
    for (const batch of microBatches(rows, () => 1, this.#rowsPerBatch(maxTokens))) {
      const firstPrompt = batch[0]?.prompt ?? 0;
      const used = prompts.slice(firstPrompt, (batch.at(-1)?.prompt ?? 0) + 1);
      const local = batch.map((row) => ({ ...row, prompt: row.prompt - firstPrompt }));
      const decoded = generated.length;
      generated.push(
        ...(await generate(this.#model.decoder, used, local, { temperature, topP, maxTokens }, (live) => {
          onProgress?.(decoded + batch.length - live, rows.length);
          return breathe();
        })),
      );
      onProgress?.(generated.length, rows.length);
    }
    return requests.map((_, i) =>
      generated.slice(i * sampling.count, (i + 1) * sampling.count).map((row) => this.#toResponse(row)),
    );
  }

  #toResponse({ tokens, logprobs, entropy, finished }: Generated): Response {
    return { text: this.#model.tokenizer.decode(tokens), tokens, logprobs, entropy, finished };
  }

  #rowsPerBatch(maxTokens: number): number {
    const { layers, kvHeads, headDim } = this.#model.config;
    const bytesPerRow = 2 * layers * maxTokens * kvHeads * headDim * Float32Array.BYTES_PER_ELEMENT;
    return Math.max(1, Math.min(ROWS_PER_BATCH, Math.floor(CACHE_BYTES / bytesPerRow)));
  }

  #checkLengths(prompts: readonly Int32Array[], maxResponseTokens: number): void {
    const longest = prompts.reduce((length, prompt) => Math.max(length, prompt.length), 0);
    const { maxPositions } = this.#model.config;
    if (longest + maxResponseTokens <= maxPositions) return;
    throw new RangeError(
      `a prompt of ${longest} tokens and a response of up to ${maxResponseTokens} exceed the model's ${maxPositions} positions; ` +
        "lower the longest response or leave out the longest questions",
    );
  }

  async update(
    rollouts: readonly Rollout[],
    options: UpdateOptions,
    signal?: AbortSignal,
    onProgress?: OnProgress,
  ): Promise<UpdateStats> {
    const sums = await this.#accumulate(this.#layOut(rollouts), options, createBreath(signal), onProgress);
    const gradientNorm = await this.#optimizer.step(options);
    const tokens = rollouts.reduce((total, { response }) => total + response.tokens.length, 0);
    return {
      loss: sums.loss,
      gradientNorm,
      clipFraction: sums.clipped / tokens,
      kl: this.#reference === null ? null : sums.kl / tokens,
      tokens,
      logprobGap: sums.gap,
    };
  }

  #layOut(rollouts: readonly Rollout[]): TrainingRow[] {
    const prompts = new Map<string, Int32Array>(); // rollouts of a group share theirs
    return rollouts.map((rollout) => {
      const prompt = prompts.get(rollout.prompt) ?? this.#model.tokenizer.encodePrompt(rollout.prompt);
      prompts.set(rollout.prompt, prompt);
      const tokens = new Int32Array(prompt.length + rollout.response.tokens.length);
      tokens.set(prompt);
      tokens.set(rollout.response.tokens, prompt.length);
      return { tokens, promptLength: prompt.length, rollout };
    });
  }

  /** Sums the gradient over all rows, a micro-batch at a time; an aborted sum leaves no trace. */
  async #accumulate(
    rows: readonly TrainingRow[],
    options: UpdateOptions,
    breathe: () => Promise<void>,
    onProgress?: OnProgress,
  ): Promise<BatchStats> {
    let sums: BatchStats = { loss: 0, clipped: 0, kl: 0, gap: 0 };
    let done = 0;
    try {
      for (const batch of microBatches(rows, ({ tokens }) => tokens.length, TOKENS_PER_MICRO_BATCH)) {
        const { loss, clipped, kl, gap } = await this.#accumulateBatch(batch, options);
        sums = {
          loss: sums.loss + loss,
          clipped: sums.clipped + clipped,
          kl: sums.kl + kl,
          gap: Math.max(sums.gap, gap),
        };
        done += batch.length;
        onProgress?.(done, rows.length);
        await breathe();
      }
    } catch (error) {
      this.#optimizer.forget();
      throw error;
    }
    return sums;
  }

  /** Adds the gradient of one micro-batch. */
  async #accumulateBatch(batch: readonly TrainingRow[], options: UpdateOptions): Promise<BatchStats> {
    const rows = scoreFrom(
      batch.map(({ tokens }) => tokens),
      batch.map(({ promptLength }) => promptLength),
    );
    const perToken = (value: (row: TrainingRow, token: number) => number): Float32Array =>
      Float32Array.from(
        batch.flatMap((row) => Array.from(row.rollout.response.tokens, (_, t) => value(row, t))),
      );
    const advantages = perToken(({ rollout }) => rollout.advantage);
    const oldLogprobs = perToken(({ rollout }, t) => rollout.response.logprobs[t] ?? Number.NaN);
    const referenceLogprobs = await this.#referenceLogprobs(rows, options.temperature);

    let trained: tf.Tensor | undefined;
    const loss = await this.#optimizer.accumulate((parameters) => {
      const { logprob } = scoreTokens({ ...this.#model.decoder, parameters }, rows, options.temperature);
      trained = tf.keep(tf.clone(logprob));
      const targets = {
        advantages: tf.tensor1d(advantages),
        oldLogprobs: tf.tensor1d(oldLogprobs),
        referenceLogprobs: referenceLogprobs === null ? null : tf.tensor1d(referenceLogprobs),
      };
      const { clipRange, klCoefficient, normalizer } = options;
      return policyLoss(logprob, targets, {
        clipLow: clipRange,
        clipHigh: clipRange,
        klCoefficient,
        normalizer,
      });
    });
    if (trained === undefined) throw new Error("the loss was not computed");
    const logprobs = await trained.data<"float32">();
    trained.dispose();
    return { loss, ...tokenStats(logprobs, oldLogprobs, referenceLogprobs, advantages, options.clipRange) };
  }

  /** Logprobs of the scored tokens under the initial model, or null when none is kept. */
  async #referenceLogprobs(
    rows: ReturnType<typeof scoreFrom>,
    temperature: number,
  ): Promise<Float32Array | null> {
    const parameters = this.#reference;
    if (parameters === null) return null;
    const logprob = tf.tidy(
      () => scoreTokens({ ...this.#model.decoder, parameters }, rows, temperature).logprob,
    );
    const values = await logprob.data<"float32">();
    logprob.dispose();
    return values;
  }

  /** The optimizer's state on the host, for a checkpoint. */
  optimizerState(): Promise<OptimizerState> {
    return this.#optimizer.state();
  }

  dispose(): void {
    this.#optimizer.dispose();
    if (this.#reference !== null) tf.dispose([...this.#reference.values()]);
  }
}

/** Clipped tokens, summed k3 and the largest gap between sampled and trained logprobs. */
function tokenStats(
  logprobs: Float32Array,
  oldLogprobs: Float32Array,
  referenceLogprobs: Float32Array | null,
  advantages: Float32Array,
  clipRange: number,
): Omit<BatchStats, "loss"> {
  let [clipped, kl, gap] = [0, 0, 0];
  for (const [i, logprob] of logprobs.entries()) {
    const difference = logprob - (oldLogprobs[i] ?? 0);
    const ratio = Math.exp(difference);
    const advantage = advantages[i] ?? 0;
    gap = Math.max(gap, Math.abs(difference));
    if ((advantage > 0 && ratio > 1 + clipRange) || (advantage < 0 && ratio < 1 - clipRange)) clipped += 1;
    const d = (referenceLogprobs?.[i] ?? logprob) - logprob;
    kl += Math.exp(d) - d - 1;
  }
  return { clipped, kl, gap };
}
