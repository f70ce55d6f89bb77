import { Lanes, largest, log } from "./lanes";

// Draws from softmax(logits / temperature), as the sampler of src/model does in float64: the same number in [0, 1)
// gives the same token, but for the rounding of float32 weights. Sums over the vocabulary are float64.

/** Weights summed up together; a draw first finds its block. */
const BLOCK: i32 = 64;

/** Logits of a row and their softmax. */
@unmanaged
class Row {
  total: f64;
  logTotal: f64;
  entropy: f64;
  logits: usize;
  v: i32;
  top: f32;
  /** e^((logit - top) / temperature), [v] */
  weights: usize;
  /** Sum of each block of weights, float64. */
  blocks: usize;
  /** Tokens that may belong to the nucleus, int32 [v]. */
  candidates: usize;
}

/** Bytes of the `Row` at the start of the scratch memory. */
const ROW_BYTES: usize = 64;

/** Scratch bytes to draw from `v` tokens. */
export function drawScratch(v: i32): usize {
  const blocks: usize = (v + BLOCK - 1) / BLOCK;
  return ROW_BYTES + blocks * 8 + <usize>(v + 3) * 8;
}

/** Lays out the scratch memory, which must be aligned to 8 bytes. */
function openRow(scratch: usize, logits: usize, v: i32): Row {
  const row = changetype<Row>(scratch);
  row.logits = logits;
  row.v = v;
  row.blocks = scratch + ROW_BYTES;
  row.weights = row.blocks + <usize>((v + BLOCK - 1) / BLOCK) * 8;
  row.candidates = row.weights + <usize>((v + 3) & ~3) * 4;
  return row;
}

/** The first token with the largest logit. */
function mostLikely(row: Row): i32 {
  for (let i = 0; i < row.v; i++) {
    if (load<f32>(row.logits + <usize>i * 4) == row.top) return i;
  }
  return 0;
}

/** Fills weights, block sums, total and entropy. */
function weigh(row: Row, scale: f32): void {
  const tops = f32x4.splat(row.top);
  const scales = f32x4.splat(scale);
  let total: f64 = 0;
  let weighted: f64 = 0; // sum of e^z z, z = (logit - top) / temperature
  for (let start = 0; start < row.v; start += BLOCK) {
    const end = min(start + BLOCK, row.v);
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    let moments = f32x4.splat(0);
    let sum: f64 = 0;
    let i = start;
    for (; i + 4 <= end; i += 4) {
      const at = <usize>i * 4;
      const z = f32x4.mul(f32x4.sub(v128.load(row.logits + at), tops), scales);
      const e = Lanes.exp(z);
      v128.store(row.weights + at, e);
      moments = Lanes.madd(moments, e, z);
      low = f64x2.add(low, f64x2.promote_low_f32x4(e));
      high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f32>(e, e, 2, 3, 0, 1)));
    }
    for (; i < end; i++) {
      const at = <usize>i * 4;
      const z = (load<f32>(row.logits + at) - row.top) * scale;
      const e = f32x4.extract_lane(Lanes.exp(f32x4.splat(z)), 0);
      store<f32>(row.weights + at, e);
      weighted += <f64>e * <f64>z;
      sum += <f64>e;
    }
    const both = f64x2.add(low, high);
    sum += f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
    store<f64>(row.blocks + <usize>(start / BLOCK) * 8, sum);
    total += sum;
    weighted += <f64>Lanes.sum(moments);
  }
  row.total = total;
  row.logTotal = log(total);
  row.entropy = row.logTotal - weighted / total;
}

/** Inverse of the cumulative distribution over all tokens. */
function chooseFromAll(row: Row, uniform: f64): i32 {
  let left = uniform * row.total;
  for (let start = 0; start < row.v; start += BLOCK) {
    const sum = load<f64>(row.blocks + <usize>(start / BLOCK) * 8);
    if (left >= sum) {
      left -= sum;
      continue;
    }
    const end = min(start + BLOCK, row.v);
    for (let i = start; i < end; i++) {
      left -= <f64>load<f32>(row.weights + <usize>i * 4);
      if (left < 0) return i;
    }
  }
  return mostLikely(row); // rounding error at the end
}

/** Whether token a comes before token b: more likely, ties by id. */
function before(row: Row, a: i32, b: i32): bool {
  const x = load<f32>(row.logits + <usize>a * 4);
  const y = load<f32>(row.logits + <usize>b * 4);
  return x > y || (x == y && a < b);
}

/** Restores the heap (its first token comes before all others) below `place`. */
function siftDown(row: Row, place: i32, size: i32): void {
  const heap = row.candidates;
  const token = load<i32>(heap + <usize>place * 4);
  for (;;) {
    let child = 2 * place + 1;
    if (child >= size) break;
    const right = child + 1;
    if (right < size && before(row, load<i32>(heap + <usize>right * 4), load<i32>(heap + <usize>child * 4))) child = right;
    const other = load<i32>(heap + <usize>child * 4);
    if (!before(row, other, token)) break;
    store<i32>(heap + <usize>place * 4, other);
    place = child;
  }
  store<i32>(heap + <usize>place * 4, token);
}

/** Lists the tokens that the nucleus may need as a heap; returns how many. */
function gatherCandidates(row: Row, topP: f64): i32 {
  // Tokens below this share have less than 1 - topP together, so the nucleus never needs them.
  const floor = ((1 - topP) / <f64>row.v) * row.total;
  let size = 0;
  for (let i = 0; i < row.v; i++) {
    store<i32>(row.candidates + <usize>size * 4, i);
    size += i32(<f64>load<f32>(row.weights + <usize>i * 4) >= floor);
  }
  for (let place = size / 2 - 1; place >= 0; place--) siftDown(row, place, size);
  return size;
}

/** Inverse of the cumulative distribution over the smallest set of most likely tokens that reaches topP. */
function chooseFromNucleus(row: Row, topP: f64, uniform: f64): i32 {
  const heap = row.candidates;
  const candidates = gatherCandidates(row, topP);
  let size = candidates;
  let mass: f64 = 0;
  while (size > 0 && mass < topP * row.total) {
    const token = load<i32>(heap);
    mass += <f64>load<f32>(row.weights + <usize>token * 4);
    size--;
    store<i32>(heap, load<i32>(heap + <usize>size * 4));
    store<i32>(heap + <usize>size * 4, token); // the nucleus grows from the end, most likely first
    siftDown(row, 0, size);
  }
  let left = uniform * mass;
  for (let place = candidates - 1; place >= size; place--) {
    const token = load<i32>(heap + <usize>place * 4);
    left -= <f64>load<f32>(row.weights + <usize>token * 4);
    if (left < 0) return token;
  }
  return mostLikely(row); // rounding error at the end
}

/**
 * Draws a token of one row; stores its logprob (float32) and adds the entropy to a float64. Temperature 0 is greedy.
 * Returns -1 when the logits are not finite.
 */
export function drawToken(logits: usize, v: i32, temperature: f64, topP: f64, uniform: f64, logprob: usize, entropy: usize, scratch: usize): i32 {
  const row = openRow(scratch, logits, v);
  const greedy = temperature == 0;
  const scale = greedy ? 1.0 : 1 / temperature;
  row.top = largest(logits, v);
  weigh(row, <f32>scale);
  if (!isFinite(row.entropy)) return -1;
  let token: i32;
  if (greedy) token = mostLikely(row);
  else if (topP < 1) token = chooseFromNucleus(row, topP, uniform);
  else token = chooseFromAll(row, uniform);
  const distance = <f64>load<f32>(logits + <usize>token * 4) - <f64>row.top;
  store<f32>(logprob, <f32>(distance * scale - row.logTotal));
  store<f64>(entropy, load<f64>(entropy) + row.entropy);
  return token;
}
