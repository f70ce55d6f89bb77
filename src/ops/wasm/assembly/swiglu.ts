import { Lanes, next, put } from "./lanes";

abstract class Swiglu {
  @inline
  static forward(gate: v128, up: v128): v128 {
    return f32x4.mul(f32x4.mul(gate, Lanes.sigmoid(gate)), up);
  }

  /** d silu(g) / dg = s (1 + g (1 - s)) with s = sigmoid(g) */
  @inline
  static slope(gate: v128, s: v128): v128 {
    const one = f32x4.splat(1);
    return f32x4.mul(s, Lanes.madd(one, gate, f32x4.sub(one, s)));
  }
}

/** y = silu(gate) * up over n elements, two vectors at once, because an exponential is one long dependency chain. */
export function swigluForward(gate: usize, up: usize, y: usize, n: i32): void {
  let left = n;
  for (; left >= 8; left -= 8) {
    const y0 = Swiglu.forward(v128.load(gate), v128.load(up));
    const y1 = Swiglu.forward(v128.load(gate, 16), v128.load(up, 16));
    v128.store(y, y0);
    v128.store(y, y1, 16);
    gate += 32;
    up += 32;
    y += 32;
  }
  for (; left > 0; left -= 4) {
    put(y, Swiglu.forward(next(gate, left), next(up, left)), left);
    gate += 16;
    up += 16;
    y += 16;
  }
}

/** Gradients of both factors over n elements; the sigmoid is recomputed. */
export function swigluBackward(dy: usize, gate: usize, up: usize, dgate: usize, dup: usize, n: i32): void {
  let left = n;
  for (; left >= 8; left -= 8) {
    const g0 = v128.load(gate);
    const g1 = v128.load(gate, 16);
    const s0 = Lanes.sigmoid(g0);
    const s1 = Lanes.sigmoid(g1);
    const d0 = v128.load(dy);
    const d1 = v128.load(dy, 16);
    v128.store(dgate, f32x4.mul(f32x4.mul(d0, v128.load(up)), Swiglu.slope(g0, s0)));
    v128.store(dgate, f32x4.mul(f32x4.mul(d1, v128.load(up, 16)), Swiglu.slope(g1, s1)), 16);
    v128.store(dup, f32x4.mul(d0, f32x4.mul(g0, s0)));
    v128.store(dup, f32x4.mul(d1, f32x4.mul(g1, s1)), 16);
    dy += 32;
    gate += 32;
    up += 32;
    dgate += 32;
    dup += 32;
  }
  for (; left > 0; left -= 4) {
    const g = next(gate, left);
    const s = Lanes.sigmoid(g);
    const d = next(dy, left);
    put(dgate, f32x4.mul(f32x4.mul(d, next(up, left)), Swiglu.slope(g, s)), left);
    put(dup, f32x4.mul(d, f32x4.mul(g, s)), left);
    dy += 16;
    gate += 16;
    up += 16;
    dgate += 16;
    dup += 16;
  }
}
