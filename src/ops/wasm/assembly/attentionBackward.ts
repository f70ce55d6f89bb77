import { fillFrom, scoreStride, scoreTile } from "./attention";
import { clear, Lanes } from "./lanes";
import { padded, panelBytes, panelsFromColumns, panelsFromRows } from "./panels";
import { SCRATCH_HEAD, TILE_COLS, TILE_ROWS, Tile, openScratch } from "./tile";

/** Queries whose weights and score gradients are in memory at once: 12 tiles. */
const QUERIES: i32 = 48;

/** Bytes of the `Head` in the scratch memory. */
const HEAD_BYTES: usize = 128;

/** A head of a row, stored in the scratch memory because the module owns none. Addresses are those of the row's first token. */
@unmanaged
class Head {
  scratch: usize;
  // Tensors; `stride` bytes a token for q, out, dout, dq and `kvStride` for k, v, dk, dv.
  q: usize;
  out: usize;
  dout: usize;
  lse: usize;
  dq: usize;
  dk: usize;
  dv: usize;
  stride: usize;
  kvStride: usize;
  length: i32;
  heads: i32;
  headDim: i32;
  // Panels of this row: k and v by columns; k, q and dout by rows.
  keyColumns: usize;
  valueColumns: usize;
  keyRows: usize;
  queryRows: usize;
  doutRows: usize;
  // Blocks [QUERIES, length] of weights and of score gradients.
  weights: usize;
  grads: usize;
  scoreStride: usize;
}

/** Scratch bytes for rows of at most `longest` tokens. */
export function attentionBackwardScratch(longest: i32, headDim: i32): usize {
  const panels: usize = <usize>2 * panelBytes(headDim, longest) + <usize>3 * panelBytes(longest, headDim);
  return SCRATCH_HEAD + HEAD_BYTES + panels + <usize>2 * <usize>QUERIES * scoreStride(longest);
}

/** Sum of a[i] b[i], n a multiple of 4. */
function dot(a: usize, b: usize, n: i32): f32 {
  let acc = f32x4.splat(0);
  for (let i = 0; i < n; i += 4) acc = Lanes.madd(acc, v128.load(a + <usize>i * 4), v128.load(b + <usize>i * 4));
  return Lanes.sum(acc);
}

/** Scores -> weights p = e^(scale s - lse), and dp -> score gradients scale p (dp - delta); both in place. */
function weightsAndGradients(scores: usize, grads: usize, width: i32, scale: f32, lse: f32, delta: f32): void {
  const scales = f32x4.splat(scale);
  const lses = f32x4.splat(lse);
  const deltas = f32x4.splat(delta);
  for (let i = 0; i < width; i += 4) {
    const at = <usize>i * 4;
    const p = Lanes.exp(f32x4.sub(f32x4.mul(v128.load(scores + at), scales), lses));
    v128.store(scores + at, p);
    v128.store(grads + at, f32x4.mul(f32x4.mul(p, scales), f32x4.sub(v128.load(grads + at), deltas)));
  }
}

/** Weights, score gradients and dq of the (up to 4) queries from `first` on; their rows go to `weights`, `grads`. */
function queryTile(h: Head, first: i32, rows: i32, weights: usize, grads: usize): void {
  const at = <usize>first * h.stride;
  const keys = first + rows;
  const width = padded(keys);
  const scale = <f32>1 / sqrt<f32>(<f32>h.headDim);
  scoreTile(h.scratch, h.q + at, h.stride, rows, h.keyColumns, keys, h.headDim, weights, h.scoreStride);
  scoreTile(h.scratch, h.dout + at, h.stride, rows, h.valueColumns, keys, h.headDim, grads, h.scoreStride);
  for (let i = 0; i < rows; i++) {
    const here = at + <usize>i * h.stride;
    const row = <usize>i * h.scoreStride;
    const lse = load<f32>(h.lse + <usize>((first + i) * h.heads) * 4);
    const delta = dot(h.dout + here, h.out + here, h.headDim);
    weightsAndGradients(weights + row, grads + row, width, scale, lse, delta);
    fillFrom(weights + row, first + i + 1, width, 0);
    fillFrom(grads + row, first + i + 1, width, 0);
  }
  for (let col = 0; col < h.headDim; col += TILE_COLS) {
    const panel = h.keyRows + <usize>(col * h.length) * 4;
    const to = h.dq + at + <usize>col * 4;
    Tile.byRows(h.scratch, grads, h.scoreStride, panel, keys, to, h.stride, h.scratch, 0, rows, h.headDim - col);
  }
}

/** Adds blockᵀ times panels to keys [0, end) of `to` (dk or dv); the block holds queries [begin, end). */
function addToKeys(h: Head, block: usize, panels: usize, to: usize, begin: i32, end: i32): void {
  for (let key = 0; key < end; key += TILE_ROWS) {
    const first = max(begin, key); // earlier queries do not see this key
    const a = block + <usize>(first - begin) * h.scoreStride + <usize>key * 4;
    for (let col = 0; col < h.headDim; col += TILE_COLS) {
      const panel = panels + <usize>(col * h.length + first * TILE_COLS) * 4;
      const c = to + <usize>key * h.kvStride + <usize>col * 4;
      const left = h.headDim - col;
      Tile.byColumns(h.scratch, a, h.scoreStride, panel, end - first, c, h.kvStride, c, h.kvStride, end - key, left);
    }
  }
}

function backwardHead(h: Head): void {
  panelsFromRows(h.q, h.stride, h.length, h.headDim, h.queryRows);
  panelsFromRows(h.dout, h.stride, h.length, h.headDim, h.doutRows);
  for (let begin = 0; begin < h.length; begin += QUERIES) {
    const end = min(begin + QUERIES, h.length);
    for (let first = begin; first < end; first += TILE_ROWS) {
      const row = <usize>(first - begin) * h.scoreStride;
      queryTile(h, first, min(TILE_ROWS, end - first), h.weights + row, h.grads + row);
    }
    addToKeys(h, h.weights, h.doutRows, h.dv, begin, end);
    addToKeys(h, h.grads, h.queryRows, h.dk, begin, end);
  }
}

/** Lays out the scratch memory. */
function openHead(scratch: usize, longest: i32, headDim: i32): Head {
  const after = openScratch(scratch);
  const h = changetype<Head>(after);
  const byColumns = panelBytes(headDim, longest);
  const byRows = panelBytes(longest, headDim);
  h.scratch = scratch;
  h.headDim = headDim;
  h.keyColumns = after + HEAD_BYTES;
  h.valueColumns = h.keyColumns + byColumns;
  h.keyRows = h.valueColumns + byColumns;
  h.queryRows = h.keyRows + byRows;
  h.doutRows = h.queryRows + byRows;
  h.weights = h.doutRows + byRows;
  h.grads = h.weights + <usize>QUERIES * scoreStride(longest);
  return h;
}

/** Gradients dq, dk, dv of causal attention; the weights are recomputed from q, k and lse. */
export function attentionBackward(
  dout: usize, q: usize, k: usize, v: usize, out: usize, lse: usize, dq: usize, dk: usize, dv: usize,
  rowStarts: usize, batch: i32, heads: i32, kvHeads: i32, headDim: i32, longest: i32, scratch: usize,
): void {
  const h = openHead(scratch, longest, headDim);
  h.heads = heads;
  h.stride = <usize>(heads * headDim) * 4;
  h.kvStride = <usize>(kvHeads * headDim) * 4;
  const before = <usize>load<i32>(rowStarts) * h.kvStride;
  const kvBytes = <usize>load<i32>(rowStarts + <usize>batch * 4) * h.kvStride - before;
  clear(dk + before, kvBytes);
  clear(dv + before, kvBytes);
  for (let row = 0; row < batch; row++) {
    const start = load<i32>(rowStarts + <usize>row * 4);
    h.length = load<i32>(rowStarts + <usize>row * 4, 4) - start;
    h.scoreStride = scoreStride(h.length);
    for (let head = 0; head < heads; head++) {
      const kvHead = head / (heads / kvHeads);
      const at = <usize>start * h.kvStride + <usize>(kvHead * headDim) * 4;
      if (head % (heads / kvHeads) == 0) {
        panelsFromColumns(k + at, h.kvStride, h.length, headDim, h.keyColumns);
        panelsFromColumns(v + at, h.kvStride, h.length, headDim, h.valueColumns);
        panelsFromRows(k + at, h.kvStride, h.length, headDim, h.keyRows);
      }
      const here = <usize>start * h.stride + <usize>(head * headDim) * 4;
      h.q = q + here;
      h.out = out + here;
      h.dout = dout + here;
      h.dq = dq + here;
      h.dk = dk + at;
      h.dv = dv + at;
      h.lse = lse + <usize>(start * heads + head) * 4;
      backwardHead(h);
    }
  }
}
