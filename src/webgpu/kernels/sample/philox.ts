/**
 * Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): four random words from a counter and
 * a key, so every draw of every row is independent of the draws before it.
 */

const ROUNDS = 10;
const MULTIPLIERS = [0xd2511f53, 0xcd9e8d57] as const;
const KEY_STEPS = [0x9e3779b9, 0xbb67ae85] as const;

export const PHILOX_WGSL = `
/** The upper half of a product; WGSL has the lower half only. */
fn upper(a: u32, b: u32) -> u32 {
  let aLow = a & 0xffffu;
  let aHigh = a >> 16u;
  let bLow = b & 0xffffu;
  let bHigh = b >> 16u;
  let middle = aHigh * bLow + ((aLow * bLow) >> 16u);
  let carried = aLow * bHigh + (middle & 0xffffu);
  return aHigh * bHigh + (middle >> 16u) + (carried >> 16u);
}
fn philox(counter: vec4u, seed: vec2u) -> vec4u {
  var c = counter;
  var key = seed;
  for (var round = 0; round < ${ROUNDS}; round++) {
    c = vec4u(
      upper(${MULTIPLIERS[1]}u, c.z) ^ c.y ^ key.x, ${MULTIPLIERS[1]}u * c.z,
      upper(${MULTIPLIERS[0]}u, c.x) ^ c.w ^ key.y, ${MULTIPLIERS[0]}u * c.x,
    );
    key += vec2u(${KEY_STEPS[0]}u, ${KEY_STEPS[1]}u);
  }
  return c;
}`;

/** Philox4x32-10 on the host. */
export function philox(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): readonly [number, number, number, number] {
  let [c0, c1, c2, c3] = counter.map((word) => BigInt(word >>> 0)) as [bigint, bigint, bigint, bigint];
  let [k0, k1] = key.map((word) => BigInt(word >>> 0)) as [bigint, bigint];
  const word = (value: bigint): bigint => BigInt.asUintN(32, value);
  for (let round = 0; round < ROUNDS; round++) {
    const [first, second] = [BigInt(MULTIPLIERS[0]) * c0, BigInt(MULTIPLIERS[1]) * c2];
    [c0, c1, c2, c3] = [(second >> 32n) ^ c1 ^ k0, word(second), (first >> 32n) ^ c3 ^ k1, word(first)];
    [k0, k1] = [word(k0 + BigInt(KEY_STEPS[0])), word(k1 + BigInt(KEY_STEPS[1]))];
  }
  return [Number(c0), Number(c1), Number(c2), Number(c3)];
}
