/** Draws a token from one row's logits, in float64, with logprob and entropy of its distribution. */

/** One drawn token. */
export interface Draw {
  readonly token: number;
  /** Logprob in nats under softmax(logits / temperature) before top-p; at temperature 0 under softmax(logits). */
  readonly logprob: number;
  /** Entropy of the same distribution in nats. */
  readonly entropy: number;
}

/** Keeps its buffer between calls, so that a step over many rows allocates nothing. */
export class Sampler {
  readonly #weights: Float64Array;

  constructor(vocabulary: number) {
    this.#weights = new Float64Array(vocabulary);
  }

  /**
   * Draws from `logits[offset .. offset + V)` at `uniform` in [0, 1) of the cumulative distribution. With `topP` below 1,
   * draws from the nucleus: the smallest set of most likely tokens with at least that probability. Throws on NaN or infinity.
   */
  draw(logits: Float32Array, offset: number, temperature: number, topP: number, uniform: number): Draw {
    const weights = this.#weights;
    const size = weights.length;
    let best = 0;
    for (let i = 1; i < size; i++) {
      if ((logits[offset + i] as number) > (logits[offset + best] as number)) best = i;
    }
    const max = logits[offset + best] as number; // i < V: in range
    const scale = temperature === 0 ? 1 : 1 / temperature;
    let total = 0;
    let weighted = 0;
    for (let i = 0; i < size; i++) {
      const score = ((logits[offset + i] as number) - max) * scale;
      const weight = Math.exp(score);
      weights[i] = weight;
      total += weight;
      weighted += weight * score;
    }
    if (!Number.isFinite(weighted))
      throw new Error("the model's logits are not finite: its weights are broken");
    const logTotal = Math.log(total);
    const token = temperature === 0 ? best : this.#choose(total, topP, uniform);
    return {
      token,
      logprob: ((logits[offset + token] as number) - max) * scale - logTotal,
      entropy: logTotal - weighted / total,
    };
  }

  /** Inverts the cumulative distribution over the nucleus at `uniform`. */
  #choose(total: number, topP: number, uniform: number): number {
    const kept = topP < 1 ? this.#nucleus(total, topP) : null;
    const mass = kept === null ? total : kept.reduce((sum, i) => sum + (this.#weights[i] as number), 0);
    let left = uniform * mass;
    const count = kept?.length ?? this.#weights.length;
    for (let n = 0; n < count; n++) {
      const i = kept === null ? n : (kept[n] as number);
      left -= this.#weights[i] as number;
      if (left < 0) return i;
    }
    return kept?.[0] ?? this.#weights.indexOf(1); // rounding error at the end: the most likely token
  }

  /** Tokens of the nucleus, most likely first, ties by id. */
  #nucleus(total: number, topP: number): number[] {
    // Tokens below this probability sum to less than 1 - topP, so they are not in the nucleus.
    const floor = ((1 - topP) / this.#weights.length) * total;
    const candidates: number[] = [];
    for (let i = 0; i < this.#weights.length; i++) {
      if ((this.#weights[i] as number) >= floor) candidates.push(i);
    }
    candidates.sort((a, b) => (this.#weights[b] as number) - (this.#weights[a] as number) || a - b);
    let mass = 0;
    const size = candidates.findIndex((i) => (mass += this.#weights[i] as number) >= topP * total);
    return size < 0 ? candidates : candidates.slice(0, size + 1);
  }
}
