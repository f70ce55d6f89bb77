/** How keys and values lie in the sampler's cache. */

/**
 * "f16" takes half the bytes of "f32", in memory and in each read, by rounding keys and values to 11 significant bits
 * (numbers above 65504 do not fit). The trainer rounds nothing, so with it the logprobs that the sampler notes differ
 * from those the trainer computes by some 1e-3 (up to 4e-3 in the tests), where "f32" leaves some 1e-6.
 */
export type CacheFormat = "f32" | "f16";

/** WGSL of four neighbouring numbers of the cache. */
interface CacheVector {
  /** Type of an element of the cache. */
  readonly type: string;
  readonly bytes: number;
  /** vec4f of an element. */
  readonly load: (element: string) => string;
  /** Element of a vec4f. */
  readonly store: (vector: string) => string;
}

export const CACHE_VECTORS: Readonly<Record<CacheFormat, CacheVector>> = {
  f32: { type: "vec4f", bytes: 16, load: (element) => element, store: (vector) => vector },
  // Packing is core WGSL: no adapter lacks it, whereas arithmetic in f16 is a feature.
  f16: {
    type: "vec2u",
    bytes: 8,
    load: (element) => `vec4f(unpack2x16float(${element}.x), unpack2x16float(${element}.y))`,
    store: (vector) => `vec2u(pack2x16float(${vector}.xy), pack2x16float(${vector}.zw))`,
  },
};
