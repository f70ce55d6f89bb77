import { Lanes } from "./lanes";

// The inner loop of every product: a 4 x 8 tile of C = init + A B kept in eight vectors, one column of A and one row
// of B at a time. B is a panel of 8 columns, row after row (see panels.ts). `init` may be C itself (accumulate), a
// bias (row stride 0), or zeros. This size and no unrolling is what V8 compiles without spilling vectors to memory:
// 6 x 8 tiles and unrolled loops were measured 10 to 40 % slower.

export const TILE_ROWS: i32 = 4;
export const TILE_COLS: i32 = 8;

/** Head of every scratch area: 8 zeros, a tile for ragged edges, and room for one number per tile row. */
export const SCRATCH_HEAD: usize = 256;
const EDGE: usize = 32;

/** Bytes between rows of the edge tile. */
const EDGE_STRIDE: usize = 32;

/** Where in the scratch head one number per tile row may be kept. */
export const ROW_NUMBERS: usize = 192;

/** Prepares the head of a scratch area; returns the address after it. */
export function openScratch(scratch: usize): usize {
  memory.fill(scratch, 0, SCRATCH_HEAD);
  return scratch + SCRATCH_HEAD;
}

/** Whole tiles, inlined where they are used: calling them costs an eighth of their time. */
abstract class WholeTile {
/** A by rows: element (row, k) at `a + row * lda + 4k`. Rows from `rows` on repeat the first; drop their results. */
@inline
static byRows(a: usize, lda: usize, rows: i32, b: usize, depth: i32, c: usize, ldc: usize, init: usize, ldi: usize): void {
  let a1 = a + (rows > 1 ? lda : 0);
  let a2 = a + (rows > 2 ? 2 * lda : 0);
  let a3 = a + (rows > 3 ? 3 * lda : 0);
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
  for (; depth > 0; depth--) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s = v128.load32_splat(a);
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
    a += 4;
    a1 += 4;
    a2 += 4;
    a3 += 4;
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
}

/** A by columns: element (row, k) at `a + 4 row + k * lda`; all four rows are read. */
@inline
static byColumns(a: usize, lda: usize, b: usize, depth: i32, c: usize, ldc: usize, init: usize, ldi: usize): void {
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
  for (; depth > 0; depth--) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s = v128.load32_splat(a);
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
}

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

/** A ragged tile: computed whole in the scratch head, of which only the corner is copied out. */
function edgeByRows(scratch: usize, a: usize, lda: usize, b: usize, depth: i32, c: usize, ldc: usize, init: usize, ldi: usize, rows: i32, cols: i32): void {
  const edge = scratch + EDGE;
  const r = min(rows, TILE_ROWS);
  const n = min(cols, TILE_COLS);
  copyCorner(init, ldi, edge, EDGE_STRIDE, r, n);
  WholeTile.byRows(a, lda, r, b, depth, edge, EDGE_STRIDE, edge, EDGE_STRIDE);
  copyCorner(edge, EDGE_STRIDE, c, ldc, r, n);
}

function edgeByColumns(scratch: usize, a: usize, lda: usize, b: usize, depth: i32, c: usize, ldc: usize, init: usize, ldi: usize, rows: i32, cols: i32): void {
  const edge = scratch + EDGE;
  const r = min(rows, TILE_ROWS);
  const n = min(cols, TILE_COLS);
  copyCorner(init, ldi, edge, EDGE_STRIDE, r, n);
  WholeTile.byColumns(a, lda, b, depth, edge, EDGE_STRIDE, edge, EDGE_STRIDE);
  copyCorner(edge, EDGE_STRIDE, c, ldc, r, n);
}

export abstract class Tile {
  /** `rows x cols` (at most 4 x 8 are done) of C = init + A B with A by rows; never writes outside that corner. */
  @inline
  static byRows(scratch: usize, a: usize, lda: usize, b: usize, depth: i32, c: usize, ldc: usize, init: usize, ldi: usize, rows: i32, cols: i32): void {
    if (rows >= TILE_ROWS && cols >= TILE_COLS) WholeTile.byRows(a, lda, TILE_ROWS, b, depth, c, ldc, init, ldi);
    else edgeByRows(scratch, a, lda, b, depth, c, ldc, init, ldi, rows, cols);
  }

  /** The same with A by columns; A must be readable (not meaningful) four wide. */
  @inline
  static byColumns(scratch: usize, a: usize, lda: usize, b: usize, depth: i32, c: usize, ldc: usize, init: usize, ldi: usize, rows: i32, cols: i32): void {
    if (rows >= TILE_ROWS && cols >= TILE_COLS) WholeTile.byColumns(a, lda, b, depth, c, ldc, init, ldi);
    else edgeByColumns(scratch, a, lda, b, depth, c, ldc, init, ldi, rows, cols);
  }
}
