import { Lanes, next, put } from "./lanes";

/** Sum of squares of n elements, in float64. */
export function sumOfSquares(x: usize, n: i32): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  let left = n;
  for (; left >= 4; left -= 4) {
    const lanes = v128.load(x);
    const a = f64x2.promote_low_f32x4(lanes);
    const b = f64x2.promote_low_f32x4(v128.shuffle<f32>(lanes, lanes, 2, 3, 0, 1));
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
    x += 16;
  }
  const both = f64x2.add(low, high);
  let sum = f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
  for (; left > 0; left--) {
    const value = <f64>load<f32>(x);
    sum += value * value;
    x += 4;
  }
  return sum;
}

abstract class Adamw {
  /** average * keep + value * add */
  @inline
  static blend(average: v128, value: v128, keep: f32, add: f32): v128 {
    return Lanes.madd(f32x4.mul(average, f32x4.splat(keep)), value, f32x4.splat(add));
  }

  /** param * decay - stepSize * m / (sqrt(v) * rootScale + epsilon) */
  @inline
  static move(param: v128, m: v128, v: v128, decay: f32, stepSize: f32, rootScale: f32, epsilon: f32): v128 {
    const below = Lanes.madd(f32x4.splat(epsilon), f32x4.sqrt(v), f32x4.splat(rootScale));
    const step = f32x4.div(f32x4.mul(m, f32x4.splat(stepSize)), below);
    return f32x4.sub(f32x4.mul(param, f32x4.splat(decay)), step);
  }
}

/**
 * One AdamW update of n elements; inputs and outputs may be the same memory. keep is a beta and add 1 - beta, rounded
 * from float64 each: 1 - 0.999 in float32 is off by 5e-5.
 */
export function adamw(param: usize, grad: usize, m: usize, v: usize, newParam: usize, newM: usize, newV: usize, n: i32, gradientScale: f32, keep1: f32, add1: f32, keep2: f32, add2: f32, decay: f32, stepSize: f32, rootScale: f32, epsilon: f32): void {
  const scales = f32x4.splat(gradientScale);
  for (let i = 0; i < n; i += 4) {
    const left = n - i;
    const at = <usize>i * 4;
    const g = f32x4.mul(next(grad + at, left), scales);
    const p = next(param + at, left);
    const m1 = Adamw.blend(next(m + at, left), g, keep1, add1);
    const v1 = Adamw.blend(next(v + at, left), f32x4.mul(g, g), keep2, add2);
    put(newParam + at, Adamw.move(p, m1, v1, decay, stepSize, rootScale, epsilon), left);
    put(newM + at, m1, left);
    put(newV + at, v1, left);
  }
}
