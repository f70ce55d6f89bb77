/** The policy of the method on TensorFlow.js: sampling with a KV cache, and updates with the clipped policy loss. */
import type { Generated } from "../engine/generation.ts";
import type { OptimizerState } from "../engine/optimizerState.ts";
import * as tf from "../kernels/tf.ts";
import type {
  OnProgress,
  SampleRequest,
  Sampling,
  ScoredRollout,
  UpdateOptions,
  UpdateStats,
} from "../rl/policy.ts";
import type { Response, Rollout } from "../rl/types.ts";
import { createBreath } from "./breath.ts";
import { generate } from "./generate.ts";
import { scoreResponses, scoreTokens, type ScoredRows } from "./loss.ts";
import { microBatches } from "./microBatches.ts";
import { Optimizer } from "./optimizer.ts";
import { loadParameters, type HostTensor } from "./parameters.ts";
import { policyLoss } from "./policyLoss.ts";
import { FULL_ROOM, type Room } from "./room.ts";
import { layOutRequests, toResponses } from "./requests.ts";
import { column, type WeightedRow } from "./rolloutRows.ts";
import { rowsPerBatch } from "./rowsPerBatch.ts";
import { scoreRollouts } from "./scoreRollouts.ts";
import { TfCritic } from "./tfCritic.ts";
import { TfModel } from "./tfModel.ts";
import type { CriticStart } from "./trainableCritic.ts";
import {
  NO_INITIAL_MODEL,
  type PolicyStart,
  type ScoredText,
  type TrainablePolicy,
} from "./trainablePolicy.ts";
import { update, type Learner } from "./update.ts";
import type { Accumulated } from "./updateSums.ts";

export class TfPolicy implements TrainablePolicy {
  readonly model: TfModel;
  readonly #optimizer: Optimizer;
  readonly #room: Room;
  /** The initial weights; null when KL is never asked for. */
  readonly #reference: ReadonlyMap<string, tf.Tensor> | null;
  readonly #learner: Learner;

  /** Trains `model`, whose memory is the policy's from now on. */
  constructor(
    model: TfModel,
    { reference, optimizer }: Omit<PolicyStart, "weights">,
    room: Room = FULL_ROOM,
  ) {
    this.model = model;
    this.#room = room;
    this.#optimizer = new Optimizer(model.parameters, optimizer);
    this.#reference = reference === null ? null : loadParameters(model.config, reference);
    this.#learner = {
      microBatchTokens: room.microBatchTokens,
      accumulate: (rows, options) => this.#accumulate(rows, options),
      step: (options) => this.#optimizer.step(options),
      forget: () => this.#optimizer.forget(),
    };
  }

  async sample(
    requests: readonly SampleRequest[],
    sampling: Sampling,
    signal?: AbortSignal,
    onProgress?: OnProgress,
  ): Promise<Response[][]> {
    const { prompts, rows } = layOutRequests(this.model, requests, sampling);
    const { temperature, topP, maxResponseTokens: maxTokens } = sampling;
    const breathe = createBreath(signal);
    const generated: Generated[] = [];
    for (const batch of microBatches(rows, () => 1, rowsPerBatch(this.model.config, maxTokens, this.#room))) {
      const firstPrompt = batch[0]?.prompt ?? 0;
      const used = prompts.slice(firstPrompt, (batch.at(-1)?.prompt ?? 0) + 1);
      const local = batch.map((row) => ({ ...row, prompt: row.prompt - firstPrompt }));
      const decoded = generated.length;
      generated.push(
        ...(await generate(this.model.decoder, used, local, { temperature, topP, maxTokens }, (live) => {
          onProgress?.(decoded + batch.length - live, rows.length);
          return breathe();
        })),
      );
      onProgress?.(generated.length, rows.length);
    }
    return toResponses(this.model.tokenizer, prompts, generated);
  }

  update(
    rollouts: readonly Rollout[],
    options: UpdateOptions,
    signal?: AbortSignal,
    onProgress?: OnProgress,
  ): Promise<UpdateStats> {
    return update(this.#learner, this.model.tokenizer, rollouts, options, signal, onProgress);
  }

  async #accumulate(batch: readonly WeightedRow[], options: UpdateOptions): Promise<Accumulated> {
    const rows = layOut(batch);
    const reference = this.#reference;
    const referenceLogprobs =
      reference === null ? null : await this.#logprobs(reference, rows, options.temperature);
    let scores: tf.Tensor | undefined;
    const loss = await this.#optimizer.accumulate((parameters) => {
      const trained = scoreTokens({ ...this.model.decoder, parameters }, rows, options.temperature);
      scores = tf.keep(tf.concat([trained.logprob, trained.entropy]));
      const targets = {
        advantages: tf.tensor1d(column(batch, "advantages")),
        weights: tf.tensor1d(column(batch, "weights")),
        oldLogprobs: tf.tensor1d(column(batch, "oldLogprobs")),
        referenceLogprobs: referenceLogprobs === null ? null : tf.tensor1d(referenceLogprobs),
      };
      return policyLoss(trained, targets, options);
    });
    if (scores === undefined) throw new Error("the loss was not computed");
    const values = await scores.data<"float32">();
    scores.dispose();
    const tokens = values.length / 2;
    return { loss, logprobs: values.slice(0, tokens), entropies: values.slice(tokens), referenceLogprobs };
  }

  score(rollouts: readonly ScoredRollout[], temperature: number, signal?: AbortSignal) {
    const { microBatchTokens } = this.#room;
    const score = (texts: readonly ScoredText[]) => this.scoreTexts(texts, temperature);
    return scoreRollouts(this.model.tokenizer, rollouts, { microBatchTokens, score }, signal);
  }

  async initialLogprobs(rollouts: readonly ScoredRollout[], temperature: number, signal?: AbortSignal) {
    const reference = this.#reference;
    if (reference === null) throw new Error(NO_INITIAL_MODEL);
    const { microBatchTokens } = this.#room;
    const score = (texts: readonly ScoredText[]) => this.#logprobs(reference, layOut(texts), temperature);
    return scoreRollouts(this.model.tokenizer, rollouts, { microBatchTokens, score }, signal);
  }

  scoreTexts(texts: readonly ScoredText[], temperature: number): Promise<Float32Array> {
    return this.#logprobs(this.model.parameters, layOut(texts), temperature);
  }

  async #logprobs(
    parameters: ReadonlyMap<string, tf.Tensor>,
    rows: ScoredRows,
    temperature: number,
  ): Promise<Float32Array> {
    const decoder = { ...this.model.decoder, parameters };
    const logprob = tf.tidy(() => scoreTokens(decoder, rows, temperature).logprob);
    const values = await logprob.data<"float32">();
    logprob.dispose();
    return values;
  }

  another(start: PolicyStart): TfPolicy {
    return new TfPolicy(new TfModel(this.model, start.weights), start, this.#room);
  }

  critic(start: CriticStart): TfCritic {
    return new TfCritic(this.model, start, this.#room);
  }

  weight(name: string): Promise<HostTensor> {
    return this.model.weight(name);
  }

  weights(): Promise<Map<string, HostTensor>> {
    return this.model.weights();
  }

  load(weights: ReadonlyMap<string, HostTensor>): void {
    this.model.load(weights);
  }

  optimizerState(): Promise<OptimizerState> {
    return this.#optimizer.state();
  }

  dispose(): Promise<void> {
    this.#optimizer.dispose();
    if (this.#reference !== null) tf.dispose([...this.#reference.values()]);
    this.model.dispose();
    return Promise.resolve();
  }
}

function layOut(texts: readonly ScoredText[]): ScoredRows {
  return scoreResponses(
    texts.map(({ tokens }) => tokens),
    texts.map(({ first }) => first),
  );
}
