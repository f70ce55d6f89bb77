import { Lanes } from "./lanes";

// The inner loop of every product: a 6 x 8 tile of C = init + A B kept in twelve vectors. B is a panel of 8 columns,
// row after row (see panels.ts). `init` may be C itself (accumulate), a bias (row stride 0), or zeros (all strides 0).

export const TILE_ROWS: i32 = 6;
export const TILE_COLS: i32 = 8;

/** Head of every scratch area: 8 zeros, then a tile for ragged edges. */
export const SCRATCH_HEAD: usize = 256;
const EDGE: usize = 32;

/** Bytes between rows of the edge tile. */
const EDGE_STRIDE: usize = 32;

/** Prepares the head of a scratch area; returns the address after it. */
export function openScratch(scratch: usize): usize {
  memory.fill(scratch, 0, SCRATCH_HEAD);
  return scratch + SCRATCH_HEAD;
}

/** A by rows: element (row, k) at `a + row * lda + 4k`. Rows from `rows` on repeat the first; drop their results. */
function tileByRows(a: usize, lda: usize, rows: i32, b: usize, depth: i32, c: usize, ldc: usize, init: usize, ldi: usize): void {
  let a1 = a + (rows > 1 ? lda : 0);
  let a2 = a + (rows > 2 ? 2 * lda : 0);
  let a3 = a + (rows > 3 ? 3 * lda : 0);
  let a4 = a + (rows > 4 ? 4 * lda : 0);
  let a5 = a + (rows > 5 ? 5 * lda : 0);
  let c00 = v128.load(init);
  let c01 = v128.load(init, 16);
  init += ldi;
  let c10 = v128.load(init);
  let c11 = v128.load(init, 16);
  init += ldi;
  let c20 = v128.load(init);
  let c21 = v128.load(init, 16);
  init += ldi;
  let c30 = v128.load(init);
  let c31 = v128.load(init, 16);
  init += ldi;
  let c40 = v128.load(init);
  let c41 = v128.load(init, 16);
  init += ldi;
  let c50 = v128.load(init);
  let c51 = v128.load(init, 16);
  let b0: v128, b1: v128, s: v128;
  for (let n = depth >> 1; n > 0; n--) {
    b0 = v128.load(b);
    b1 = v128.load(b, 16);
    s = v128.load32_splat(a);
    c00 = Lanes.madd(c00, s, b0);
    c01 = Lanes.madd(c01, s, b1);
    s = v128.load32_splat(a1);
    c10 = Lanes.madd(c10, s, b0);
    c11 = Lanes.madd(c11, s, b1);
    s = v128.load32_splat(a2);
    c20 = Lanes.madd(c20, s, b0);
    c21 = Lanes.madd(c21, s, b1);
    s = v128.load32_splat(a3);
    c30 = Lanes.madd(c30, s, b0);
    c31 = Lanes.madd(c31, s, b1);
    s = v128.load32_splat(a4);
    c40 = Lanes.madd(c40, s, b0);
    c41 = Lanes.madd(c41, s, b1);
    s = v128.load32_splat(a5);
    c50 = Lanes.madd(c50, s, b0);
    c51 = Lanes.madd(c51, s, b1);
    b0 = v128.load(b, 32);
    b1 = v128.load(b, 48);
    s = v128.load32_splat(a, 4);
    c00 = Lanes.madd(c00, s, b0);
    c01 = Lanes.madd(c01, s, b1);
    s = v128.load32_splat(a1, 4);
    c10 = Lanes.madd(c10, s, b0);
    c11 = Lanes.madd(c11, s, b1);
    s = v128.load32_splat(a2, 4);
    c20 = Lanes.madd(c20, s, b0);
    c21 = Lanes.madd(c21, s, b1);
    s = v128.load32_splat(a3, 4);
    c30 = Lanes.madd(c30, s, b0);
    c31 = Lanes.madd(c31, s, b1);
    s = v128.load32_splat(a4, 4);
    c40 = Lanes.madd(c40, s, b0);
    c41 = Lanes.madd(c41, s, b1);
    s = v128.load32_splat(a5, 4);
    c50 = Lanes.madd(c50, s, b0);
    c51 = Lanes.madd(c51, s, b1);
    a += 8;
    a1 += 8;
    a2 += 8;
    a3 += 8;
    a4 += 8;
    a5 += 8;
    b += 64;
  }
  if (depth & 1) {
    b0 = v128.load(b);
    b1 = v128.load(b, 16);
    s = v128.load32_splat(a);
    c00 = Lanes.madd(c00, s, b0);
    c01 = Lanes.madd(c01, s, b1);
    s = v128.load32_splat(a1);
    c10 = Lanes.madd(c10, s, b0);
    c11 = Lanes.madd(c11, s, b1);
    s = v128.load32_splat(a2);
    c20 = Lanes.madd(c20, s, b0);
    c21 = Lanes.madd(c21, s, b1);
    s = v128.load32_splat(a3);
    c30 = Lanes.madd(c30, s, b0);
    c31 = Lanes.madd(c31, s, b1);
    s = v128.load32_splat(a4);
    c40 = Lanes.madd(c40, s, b0);
    c41 = Lanes.madd(c41, s, b1);
    s = v128.load32_splat(a5);
    c50 = Lanes.madd(c50, s, b0);
    c51 = Lanes.madd(c51, s, b1);
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  c += ldc;
  v128.store(c, c10);
  v128.store(c, c11, 16);
  c += ldc;
  v128.store(c, c20);
  v128.store(c, c21, 16);
  c += ldc;
  v128.store(c, c30);
  v128.store(c, c31, 16);
  c += ldc;
  v128.store(c, c40);
  v128.store(c, c41, 16);
  c += ldc;
  v128.store(c, c50);
  v128.store(c, c51, 16);
}

/** A by columns: element (row, k) at `a + 4 row + k * lda`; all six rows are read. */
function tileByColumns(a: usize, lda: usize, b: usize, depth: i32, c: usize, ldc: usize, init: usize, ldi: usize): void {
  let c00 = v128.load(init);
  let c01 = v128.load(init, 16);
  init += ldi;
  let c10 = v128.load(init);
  let c11 = v128.load(init, 16);
  init += ldi;
  let c20 = v128.load(init);
  let c21 = v128.load(init, 16);
  init += ldi;
  let c30 = v128.load(init);
  let c31 = v128.load(init, 16);
  init += ldi;
  let c40 = v128.load(init);
  let c41 = v128.load(init, 16);
  init += ldi;
  let c50 = v128.load(init);
  let c51 = v128.load(init, 16);
  let s: v128;
  for (let k = depth; k > 0; k--) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    s = v128.load32_splat(a);
    c00 = Lanes.madd(c00, s, b0);
    c01 = Lanes.madd(c01, s, b1);
    s = v128.load32_splat(a, 4);
    c10 = Lanes.madd(c10, s, b0);
    c11 = Lanes.madd(c11, s, b1);
    s = v128.load32_splat(a, 8);
    c20 = Lanes.madd(c20, s, b0);
    c21 = Lanes.madd(c21, s, b1);
    s = v128.load32_splat(a, 12);
    c30 = Lanes.madd(c30, s, b0);
    c31 = Lanes.madd(c31, s, b1);
    s = v128.load32_splat(a, 16);
    c40 = Lanes.madd(c40, s, b0);
    c41 = Lanes.madd(c41, s, b1);
    s = v128.load32_splat(a, 20);
    c50 = Lanes.madd(c50, s, b0);
    c51 = Lanes.madd(c51, s, b1);
    a += lda;
    b += 32;
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  c += ldc;
  v128.store(c, c10);
  v128.store(c, c11, 16);
  c += ldc;
  v128.store(c, c20);
  v128.store(c, c21, 16);
  c += ldc;
  v128.store(c, c30);
  v128.store(c, c31, 16);
  c += ldc;
  v128.store(c, c40);
  v128.store(c, c41, 16);
  c += ldc;
  v128.store(c, c50);
  v128.store(c, c51, 16);
}

/** Copies a `rows x cols` corner between two row-major places. */
function copyCorner(from: usize, ldf: usize, to: usize, ldt: usize, rows: i32, cols: i32): void {
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) {
      const at = <usize>col * 4;
      store<f32>(to + at, load<f32>(from + at));
    }
    from += ldf;
    to += ldt;
  }
}

/** `rows x cols` (at most 6 x 8) of C = init + A B with A by rows; never writes outside that corner. */
export function multiplyByRows(scratch: usize, a: usize, lda: usize, b: usize, depth: i32, c: usize, ldc: usize, init: usize, ldi: usize, rows: i32, cols: i32): void {
  if (rows >= TILE_ROWS && cols >= TILE_COLS) {
    tileByRows(a, lda, rows, b, depth, c, ldc, init, ldi);
    return;
  }
  const edge = scratch + EDGE;
  const r = min(rows, TILE_ROWS);
  const n = min(cols, TILE_COLS);
  copyCorner(init, ldi, edge, EDGE_STRIDE, r, n);
  tileByRows(a, lda, r, b, depth, edge, EDGE_STRIDE, edge, EDGE_STRIDE);
  copyCorner(edge, EDGE_STRIDE, c, ldc, r, n);
}

/** The same with A by columns; A must be readable (not meaningful) six wide. */
export function multiplyByColumns(scratch: usize, a: usize, lda: usize, b: usize, depth: i32, c: usize, ldc: usize, init: usize, ldi: usize, rows: i32, cols: i32): void {
  if (rows >= TILE_ROWS && cols >= TILE_COLS) {
    tileByColumns(a, lda, b, depth, c, ldc, init, ldi);
    return;
  }
  const edge = scratch + EDGE;
  const r = min(rows, TILE_ROWS);
  const n = min(cols, TILE_COLS);
  copyCorner(init, ldi, edge, EDGE_STRIDE, r, n);
  tileByColumns(a, lda, b, depth, edge, EDGE_STRIDE, edge, EDGE_STRIDE);
  copyCorner(edge, EDGE_STRIDE, c, ldc, r, n);
}
