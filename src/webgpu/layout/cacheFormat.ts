/** Number formats of the sampler's KV cache. */

/**
 * "f16" halves the bytes of "f32", in memory and per read, by rounding keys and values to 11 significant bits; values
 * above 65504 overflow. The trainer does not round, so sampled logprobs then differ from the trainer's by about 1e-3 (up
 * to 4e-3 in the tests) instead of about 1e-6.
 */
export type CacheFormat = "f32" | "f16";

/** WGSL of four consecutive numbers of the cache. */
interface CacheVector {
  /** Element type. */
  readonly type: string;
  readonly bytes: number;
  /** Converts an element to a vec4f. */
  readonly load: (element: string) => string;
  /** Converts a vec4f to an element. */
  readonly store: (vector: string) => string;
}

export const CACHE_VECTORS: Readonly<Record<CacheFormat, CacheVector>> = {
  f32: { type: "vec4f", bytes: 16, load: (element) => element, store: (vector) => vector },
  // Packing f16 is core WGSL; arithmetic in f16 is an optional feature.
  f16: {
    type: "vec2u",
    bytes: 8,
    load: (element) => `vec4f(unpack2x16float(${element}.x), unpack2x16float(${element}.y))`,
    store: (vector) => `vec2u(pack2x16float(${vector}.xy), pack2x16float(${vector}.zw))`,
  },
};
