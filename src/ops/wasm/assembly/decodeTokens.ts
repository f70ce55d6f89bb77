import { decodeAttention } from "./decode";
import { drawToken } from "./draw";
import { copyFloats } from "./lanes";
import { BLOCK, multiplyPanels } from "./linear";
import { rmsNormForward } from "./rmsNorm";
import { rotate } from "./rotate";
import { swigluForward } from "./swiglu";
import { openScratch } from "./tile";

// Whole decoding steps of a Llama-style decoder in one call. Rows are independent of each other, so several threads may
// decode rows of one batch, each with a `Decoding` of its own; a row's numbers do not depend on the other rows of its call.
//
// Rows of one prompt that have drawn the same tokens so far are one chain, computed once: its first row, the head, stands
// for all, and each then draws with its own random number. Where they draw different tokens, the chain is cut into chains.

/** Addresses of one layer. Matrices are panels (see `packWeight`); biases and norms of heads may be 0. */
@unmanaged
class Layer {
  inputNorm: usize;
  query: usize;
  key: usize;
  value: usize;
  queryBias: usize;
  keyBias: usize;
  valueBias: usize;
  queryNorm: usize;
  keyNorm: usize;
  output: usize;
  postNorm: usize;
  gate: usize;
  up: usize;
  down: usize;
  prefixKeys: usize;
  prefixValues: usize;
  /** [places, slots, kvHeads, headDim] */
  suffixKeys: usize;
  suffixValues: usize;
}

/** Ends a chain. */
const NONE: i32 = -1;

/** A batch being decoded; src/ops/decodeTokens/layout.ts writes it, in this order. */
@unmanaged
class Decoding {
  temperature: f64;
  topP: f64;
  epsilon: f32;
  // The model.
  layers: i32;
  width: i32;
  hiddenWidth: i32;
  heads: i32;
  kvHeads: i32;
  headDim: i32;
  vocabulary: i32;
  embedding: usize;
  layerTable: usize;
  finalNorm: usize;
  head: usize;
  cos: usize;
  sin: usize;
  // Prompts, and the tokens that end a response.
  prefixStarts: usize;
  groups: i32;
  longest: i32;
  endTokens: usize;
  endCount: i32;
  // All rows, by place.
  /** Maximum tokens of a row. */
  slots: i32;
  /** Numbers in [0, 1) kept for each row. */
  drawn: i32;
  groupOf: usize;
  /** int32 [rows, slots] */
  tokens: usize;
  /** float32 [rows, slots] */
  logprobs: usize;
  /** Summed, float64 [rows] */
  entropies: usize;
  /** float64 [rows, drawn] */
  uniforms: usize;
  /** The place of the next row of a row's chain, rising; NONE after the last. */
  next: usize;
  // Chains of this call: the places of their heads, rising. Finished rows are taken out.
  live: usize;
  count: i32;
  /** Tokens that each live row has. */
  step: i32;
  // Working memory, for `count` chains.
  x: usize;
  normed: usize;
  /** Of rows, or of their heads. */
  rstd: usize;
  queries: usize;
  keys: usize;
  values: usize;
  context: usize;
  gates: usize;
  ups: usize;
  positions: usize;
  groupsOfLive: usize;
  /** Places of the heads before the step's token, and of the last rows of the chains after it. */
  oldHeads: usize;
  tails: usize;
  /** [BLOCK, vocabulary] */
  logits: usize;
  drawScratch: usize;
  scratch: usize;
}

/** out [count, n] = a [count, depth] times panels, plus a bias if there is one. */
function project(d: Decoding, a: usize, panels: usize, bias: usize, out: usize, n: i32, depth: i32): void {
  if (bias) multiplyPanels(d.scratch, a, panels, out, bias, 0, 4, d.count, n, depth);
  else multiplyPanels(d.scratch, a, panels, out, d.scratch, 0, 0, d.count, n, depth);
}

/** x [count, width] += a [count, depth] times panels. */
function addProjection(d: Decoding, a: usize, panels: usize, depth: i32): void {
  multiplyPanels(d.scratch, a, panels, d.x, d.x, <usize>d.width * 4, 4, d.count, d.width, depth);
}

/** Embeddings, positions and groups of each chain's last token. */
function openStep(d: Decoding): void {
  for (let i = 0; i < d.count; i++) {
    const at = <usize>i * 4;
    const place = load<i32>(d.live + at);
    const token = load<i32>(d.tokens + <usize>(place * d.slots + d.step - 1) * 4);
    copyFloats(d.embedding + <usize>(token * d.width) * 4, d.x + <usize>(i * d.width) * 4, d.width);
    const group = load<i32>(d.groupOf + <usize>place * 4);
    const starts = d.prefixStarts + <usize>group * 4;
    store<i32>(d.groupsOfLive + at, group);
    store<i32>(d.positions + at, load<i32>(starts, 4) - load<i32>(starts) + d.step - 1);
  }
}

/** Writes keys or values [count, width] of the new token into the suffix. */
function append(d: Decoding, x: usize, suffix: usize, width: i32): void {
  for (let i = 0; i < d.count; i++) {
    const place = load<i32>(d.live + <usize>i * 4);
    const to = suffix + (<usize>(place * d.slots + d.step - 1) * <usize>width) * 4;
    copyFloats(x + <usize>(i * width) * 4, to, width);
  }
}

/** Norms each head of x [count, heads, headDim] in place. */
function normHeads(d: Decoding, x: usize, weight: usize, heads: i32): void {
  rmsNormForward(x, weight, x, d.rstd, d.count * heads, d.headDim, d.epsilon);
}

function attend(d: Decoding, layer: Layer): void {
  const half = d.headDim / 2;
  const queryWidth = d.heads * d.headDim;
  const keyWidth = d.kvHeads * d.headDim;
  rmsNormForward(d.x, layer.inputNorm, d.normed, d.rstd, d.count, d.width, d.epsilon);
  project(d, d.normed, layer.query, layer.queryBias, d.queries, queryWidth, d.width);
  project(d, d.normed, layer.key, layer.keyBias, d.keys, keyWidth, d.width);
  project(d, d.normed, layer.value, layer.valueBias, d.values, keyWidth, d.width);
  if (layer.queryNorm) normHeads(d, d.queries, layer.queryNorm, d.heads);
  if (layer.keyNorm) normHeads(d, d.keys, layer.keyNorm, d.kvHeads);
  rotate(d.queries, d.positions, d.cos, d.sin, d.queries, d.count, d.heads, half, 1);
  rotate(d.keys, d.positions, d.cos, d.sin, d.keys, d.count, d.kvHeads, half, 1);
  append(d, d.keys, layer.suffixKeys, keyWidth);
  append(d, d.values, layer.suffixValues, keyWidth);
  decodeAttention(
    d.queries, d.context, layer.prefixKeys, layer.prefixValues, d.prefixStarts, layer.suffixKeys, layer.suffixValues,
    d.groupsOfLive, d.live, d.count, d.groups, d.slots, d.step, d.heads, d.kvHeads, d.headDim, d.longest, d.scratch,
  );
  addProjection(d, d.context, layer.output, queryWidth);
}

function transform(d: Decoding, layer: Layer): void {
  rmsNormForward(d.x, layer.postNorm, d.normed, d.rstd, d.count, d.width, d.epsilon);
  project(d, d.normed, layer.gate, 0, d.gates, d.hiddenWidth, d.width);
  project(d, d.normed, layer.up, 0, d.ups, d.hiddenWidth, d.width);
  swigluForward(d.gates, d.ups, d.gates, d.count * d.hiddenWidth);
  addProjection(d, d.gates, layer.down, d.hiddenWidth);
}

/** Draws the next token of each row of a chain from its logits; false when they are not finite. */
function drawChain(d: Decoding, head: i32, logits: usize, draw: i32): bool {
  for (let place = head; place != NONE; place = nextOf(d, place)) {
    if (!drawInto(d, place, logits, draw)) return false;
  }
  return true;
}

function nextOf(d: Decoding, place: i32): i32 {
  return load<i32>(d.next + <usize>place * 4);
}

function link(d: Decoding, place: i32, next: i32): void {
  store<i32>(d.next + <usize>place * 4, next);
}

/** Draws the next token of the row at `place` from its logits by its number `draw`; false when they are not finite. */
function drawInto(d: Decoding, place: i32, logits: usize, draw: i32): bool {
  const to = <usize>(place * d.slots + d.step) * 4;
  const uniform = load<f64>(d.uniforms + <usize>(place * d.drawn + draw) * 8);
  const entropy = d.entropies + <usize>place * 8;
  const token = drawToken(logits, d.vocabulary, d.temperature, d.topP, uniform, d.logprobs + to, entropy, d.drawScratch);
  store<i32>(d.tokens + to, token);
  return token >= 0;
}

function isEnd(d: Decoding, token: i32): bool {
  for (let i = 0; i < d.endCount; i++) {
    if (load<i32>(d.endTokens + <usize>i * 4) == token) return true;
  }
  return false;
}

/** Advances a step: removes finished rows and splits chains whose rows drew different tokens. */
function closeStep(d: Decoding): void {
  const chains = d.count;
  d.count = 0;
  for (let i = 0; i < chains; i++) store<i32>(d.oldHeads + <usize>i * 4, load<i32>(d.live + <usize>i * 4));
  for (let i = 0; i < chains; i++) cut(d, load<i32>(d.oldHeads + <usize>i * 4));
  sortLive(d);
  d.step++;
  if (d.step == d.slots) d.count = 0;
}

function tokenOf(d: Decoding, place: i32): i32 {
  return load<i32>(d.tokens + <usize>(place * d.slots + d.step) * 4);
}

/** Makes a chain of those of its rows that drew the same token, for each token that does not end a response; adds their heads to `live`. */
function cut(d: Decoding, head: i32): void {
  const first = d.count;
  let place = head;
  while (place != NONE) {
    const next = nextOf(d, place);
    if (!isEnd(d, tokenOf(d, place))) join(d, head, place, first);
    place = next;
  }
}

/** Appends a row of the chain of `head` to the new chain with its token, or starts one. */
function join(d: Decoding, head: i32, place: i32, first: i32): void {
  link(d, place, NONE);
  for (let i = first; i < d.count; i++) {
    const at = <usize>i * 4;
    if (tokenOf(d, load<i32>(d.live + at)) != tokenOf(d, place)) continue;
    link(d, load<i32>(d.tails + at), place);
    store<i32>(d.tails + at, place);
    return;
  }
  const at = <usize>d.count * 4;
  store<i32>(d.live + at, place);
  store<i32>(d.tails + at, place);
  d.count++;
  if (place != head) takeOver(d, head, place);
}

/** Copies the keys and values of a head to a row that becomes a head. */
function takeOver(d: Decoding, head: i32, place: i32): void {
  const width = d.kvHeads * d.headDim;
  const from = <usize>(head * d.slots) * <usize>width * 4;
  const to = <usize>(place * d.slots) * <usize>width * 4;
  for (let i = 0; i < d.layers; i++) {
    const layer = changetype<Layer>(d.layerTable + <usize>i * offsetof<Layer>());
    copyFloats(layer.suffixKeys + from, layer.suffixKeys + to, d.step * width);
    copyFloats(layer.suffixValues + from, layer.suffixValues + to, d.step * width);
  }
}

/** Insertion sort: a step adds few chains. */
function sortLive(d: Decoding): void {
  for (let i = 1; i < d.count; i++) {
    const place = load<i32>(d.live + <usize>i * 4);
    let at = i;
    for (; at > 0 && load<i32>(d.live + <usize>(at - 1) * 4) > place; at--) {
      store<i32>(d.live + <usize>at * 4, load<i32>(d.live + <usize>(at - 1) * 4));
    }
    store<i32>(d.live + <usize>at * 4, place);
  }
}

/** Logits of the chains, some at a time so that they stay in the cache, and a draw for each of their rows. */
function drawAll(d: Decoding, draw: i32): bool {
  rmsNormForward(d.x, d.finalNorm, d.normed, d.rstd, d.count, d.width, d.epsilon);
  for (let block = 0; block < d.count; block += BLOCK) {
    const rows = min(BLOCK, d.count - block);
    const from = d.normed + <usize>(block * d.width) * 4;
    multiplyPanels(d.scratch, from, d.head, d.logits, d.scratch, 0, 0, rows, d.vocabulary, d.width);
    for (let i = 0; i < rows; i++) {
      const logits = d.logits + <usize>(i * d.vocabulary) * 4;
      if (!drawChain(d, load<i32>(d.live + <usize>(block + i) * 4), logits, draw)) return false;
    }
  }
  return true;
}

/** Draws each live row's first token from its prompt's logits [groups, vocabulary]; false when they are not finite. */
export function decodeFirst(decoding: usize, logits: usize): bool {
  const d = changetype<Decoding>(decoding);
  for (let i = 0; i < d.count; i++) {
    const head = load<i32>(d.live + <usize>i * 4);
    const group = load<i32>(d.groupOf + <usize>head * 4);
    if (!drawChain(d, head, logits + <usize>(group * d.vocabulary) * 4, 0)) return false;
  }
  closeStep(d);
  return true;
}

/** Decodes up to `steps` more tokens of each live row; false when logits were not finite. */
export function decodeTokens(decoding: usize, steps: i32): bool {
  const d = changetype<Decoding>(decoding);
  for (let draw = 0; draw < steps && d.count > 0; draw++) {
    openScratch(d.scratch);
    openStep(d);
    for (let i = 0; i < d.layers; i++) {
      const layer = changetype<Layer>(d.layerTable + <usize>i * offsetof<Layer>());
      attend(d, layer);
      transform(d, layer);
    }
    if (!drawAll(d, draw)) return false;
    closeStep(d);
  }
  return true;
}
