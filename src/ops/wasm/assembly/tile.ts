import { Lanes } from "./lanes";

// The inner loop of every product: a 4 x 8 tile of C = init + A B kept in eight vectors, one column of A and one row
// of B at a time. B is a panel of 8 columns, row after row (see panels.ts). `init` may be C itself (accumulate), a
// bias (row stride 0), or zeros. This size and no unrolling is what V8 compiles without spilling vectors to memory:
// 6 x 8 tiles and unrolled loops were measured 10 to 40 % slower.

export const TILE_ROWS: i32 = 4;
export const TILE_COLS: i32 = 8;

/** Bytes at the start of all scratch memory: 8 zeros, a tile for edges, and one number per tile row. */
export const SCRATCH_HEAD: usize = 256;
const EDGE: usize = 32;

/** Bytes between rows of the edge tile. */
const EDGE_STRIDE: usize = 32;

/** Offset of one number per tile row. */
export const ROW_NUMBERS: usize = 192;

/** Clears the start of the scratch memory; returns the address after it. */
export function openScratch(scratch: usize): usize {
  memory.fill(scratch, 0, SCRATCH_HEAD);
  return scratch + SCRATCH_HEAD;
}

/** Copies `rows x cols` floats between two row-major matrices. */
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

/** Element (row, k) of A is at `a_row + k * step`. Functions are inlined: calls cost an eighth of a tile's time. */
export abstract class Tile {
  /** C = init + A B, all 4 x 8. */
  @inline
  static whole(a0: usize, a1: usize, a2: usize, a3: usize, step: usize, b: usize, depth: i32, c: usize, ldc: usize, init: usize, ldi: usize): void {
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
      let s = v128.load32_splat(a0);
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
      a0 += step;
      a1 += step;
      a2 += step;
      a3 += step;
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

  /** `rows x cols` (at most 4 x 8 are done) of C = init + A B with A by rows; never writes outside that corner. */
  @inline
  static byRows(scratch: usize, a: usize, lda: usize, b: usize, depth: i32, c: usize, ldc: usize, init: usize, ldi: usize, rows: i32, cols: i32): void {
    if (rows >= TILE_ROWS && cols >= TILE_COLS) Tile.whole(a, a + lda, a + 2 * lda, a + 3 * lda, 4, b, depth, c, ldc, init, ldi);
    // Rows from `rows` on repeat the first; their results are dropped.
    else edge(scratch, a, a + (rows > 1 ? lda : 0), a + (rows > 2 ? 2 * lda : 0), a + (rows > 3 ? 3 * lda : 0), 4, b, depth, c, ldc, init, ldi, rows, cols);
  }

  /** The same with A by columns, `lda` bytes apart; all four rows of A must be readable. */
  @inline
  static byColumns(scratch: usize, a: usize, lda: usize, b: usize, depth: i32, c: usize, ldc: usize, init: usize, ldi: usize, rows: i32, cols: i32): void {
    if (rows >= TILE_ROWS && cols >= TILE_COLS) Tile.whole(a, a + 4, a + 8, a + 12, lda, b, depth, c, ldc, init, ldi);
    else edge(scratch, a, a + 4, a + 8, a + 12, lda, b, depth, c, ldc, init, ldi, rows, cols);
  }
}

/** A tile at an edge of C: computed whole in the head of the scratch memory, from which only the corner is copied. */
function edge(scratch: usize, a0: usize, a1: usize, a2: usize, a3: usize, step: usize, b: usize, depth: i32, c: usize, ldc: usize, init: usize, ldi: usize, rows: i32, cols: i32): void {
  const tile = scratch + EDGE;
  const r = min(rows, TILE_ROWS);
  const n = min(cols, TILE_COLS);
  copyCorner(init, ldi, tile, EDGE_STRIDE, r, n);
  Tile.whole(a0, a1, a2, a3, step, b, depth, tile, EDGE_STRIDE, tile, EDGE_STRIDE);
  copyCorner(tile, EDGE_STRIDE, c, ldc, r, n);
}
