import { Lanes, loadSome, storeSome } from "./lanes";

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

/** y = silu(gate) * up over n elements. */
export function swigluForward(gate: usize, up: usize, y: usize, n: i32): void {
  let left = n;
  for (; left >= 4; left -= 4) {
    v128.store(y, Swiglu.forward(v128.load(gate), v128.load(up)));
    gate += 16;
    up += 16;
    y += 16;
  }
  if (left) storeSome(y, Swiglu.forward(loadSome(gate, left, 0), loadSome(up, left, 0)), left);
}

/** Gradients of both factors over n elements; the sigmoid is computed again. */
export function swigluBackward(dy: usize, gate: usize, up: usize, dgate: usize, dup: usize, n: i32): void {
  let left = n;
  for (; left >= 4; left -= 4) {
    const d = v128.load(dy);
    const g = v128.load(gate);
    const s = Lanes.sigmoid(g);
    v128.store(dgate, f32x4.mul(f32x4.mul(d, v128.load(up)), Swiglu.slope(g, s)));
    v128.store(dup, f32x4.mul(d, f32x4.mul(g, s)));
    dy += 16;
    gate += 16;
    up += 16;
    dgate += 16;
    dup += 16;
  }
  if (left) {
    const d = loadSome(dy, left, 0);
    const g = loadSome(gate, left, 0);
    const s = Lanes.sigmoid(g);
    storeSome(dgate, f32x4.mul(f32x4.mul(d, loadSome(up, left, 0)), Swiglu.slope(g, s)), left);
    storeSome(dup, f32x4.mul(d, f32x4.mul(g, s)), left);
  }
}
