/**
 * Seeded random numbers. All randomness in the project comes from a `Random`, so that equal seeds give equal runs. Its
 * state is a plain value that is saved in checkpoints.
 */

/** State of the generator: four unsigned 32-bit words (sfc32: three words and a counter). */
export type RandomState = readonly [number, number, number, number];

/** A seeded stream of random numbers. */
export interface Random {
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number;
  /** Uniform integer in [low, high], inclusive. */
  integer(low: number, high: number): number;
  /** Standard normal (Box-Muller, one value per call). */
  normal(): number;
  /** Uniform element of a non-empty list; throws if it is empty. */
  choice<T>(items: readonly T[]): T;
  /** Index with probability proportional to `weights`. */
  weighted(weights: readonly number[]): number;
  /** Shuffled copy (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[];
  /** Current state, from which `restoreRandom` continues the stream exactly. */
  state(): RandomState;
}

/** splitmix32, which spreads a small seed over 32 bits. */
function splitmix32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
}

/** Creates a generator from an integer seed; different `stream` numbers give independent streams of one seed. */
export function createRandom(seed: number, stream = 0): Random {
  const mix = splitmix32(seed ^ Math.imul(stream + 1, 0x85ebca6b));
  const random = restoreRandom([mix(), mix(), mix(), 1]);
  for (let i = 0; i < 12; i++) random.uniform(); // sfc32 needs a dozen rounds until its state is mixed
  return random;
}

/** Creates a generator that continues from a saved state. */
export function restoreRandom(saved: RandomState): Random {
  const { next, state } = sfc32(saved);
  const uniform = (): number => ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992;
  const integer = (low: number, high: number): number => low + Math.floor(uniform() * (high - low + 1));

  return {
    uniform,
    integer,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    choice: (items) => {
      const item = items[integer(0, items.length - 1)];
      if (item === undefined) throw new Error("choice: the list is empty");
      return item;
    },
    weighted: (weights) => {
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      let left = uniform() * total;
      for (const [i, weight] of weights.entries()) {
        left -= weight;
        if (left < 0) return i;
      }
      return weights.length - 1; // rounding left a remainder
    },
    shuffle: (items) => {
      const shuffled = [...items];
      for (let i = shuffled.length - 1; i > 0; i--) {
        const j = integer(0, i);
        const held = shuffled[i] as (typeof shuffled)[number]; // i and j are in range by construction
        shuffled[i] = shuffled[j] as (typeof shuffled)[number];
        shuffled[j] = held;
      }
      return shuffled;
    },
    state,
  };
}

/** sfc32 (Chris Doty-Humphrey, PractRand). `next` returns 32 random bits. */
function sfc32(saved: RandomState): { next: () => number; state: () => RandomState } {
  let [a, b, c, d] = saved;
  const next = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  return { next, state: () => [a >>> 0, b >>> 0, c >>> 0, d >>> 0] };
}
