// Four float32 lanes at a time. The functions are static methods because only those may carry `@inline` in syntax
// that ordinary TypeScript tools can read.

/** Stands for minus infinity in scores: its exponential is 0 in effect, and it causes no NaN. */
export const LOWEST: f32 = -1e30;

export abstract class Lanes {
  /** acc + a * b */
  @inline
  static madd(acc: v128, a: v128, b: v128): v128 {
    return f32x4.add(acc, f32x4.mul(a, b));
  }

  /**
   * e^x for x <= 88, relative error below 2e-7 (Cephes: x = n ln2 + r, a polynomial in r, 2^n by its exponent bits).
   * Below -87.33, where float32 leaves its normal range, the result stays at 1.2e-38.
   */
  @inline
  static exp(x: v128): v128 {
    const clamped = f32x4.pmax(f32x4.splat(-87.33), x);
    // Adding 1.5 * 2^23 rounds to an integer, left in the low bits of the sum; 127 is the bias of exponents.
    const magic = f32x4.splat(12582912 + 127);
    const shifted = f32x4.add(f32x4.mul(clamped, f32x4.splat(1.44269504088896341)), magic);
    const n = f32x4.sub(shifted, magic);
    const high = f32x4.sub(clamped, f32x4.mul(n, f32x4.splat(0.693359375)));
    const r = f32x4.sub(high, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
    let p = Lanes.madd(f32x4.splat(1.3981999507e-3), r, f32x4.splat(1.9875691500e-4));
    p = Lanes.madd(f32x4.splat(8.3334519073e-3), r, p);
    p = Lanes.madd(f32x4.splat(4.1665795894e-2), r, p);
    p = Lanes.madd(f32x4.splat(1.6666665459e-1), r, p);
    p = Lanes.madd(f32x4.splat(5.0000001201e-1), r, p);
    p = Lanes.madd(f32x4.splat(1), r, p);
    p = Lanes.madd(f32x4.splat(1), r, p);
    return f32x4.mul(p, i32x4.shl(shifted, 23));
  }

  /** 1 / (1 + e^-x) */
  @inline
  static sigmoid(x: v128): v128 {
    const one = f32x4.splat(1);
    return f32x4.div(one, f32x4.add(one, Lanes.exp(f32x4.pmin(f32x4.splat(88), f32x4.neg(x)))));
  }

  /** Sum of the four lanes. */
  @inline
  static sum(x: v128): f32 {
    const pairs = f32x4.add(x, v128.shuffle<f32>(x, x, 2, 3, 0, 1));
    return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
  }

  /** Largest of the four lanes. */
  @inline
  static max(x: v128): f32 {
    const pairs = f32x4.pmax(x, v128.shuffle<f32>(x, x, 2, 3, 0, 1));
    return max(f32x4.extract_lane(pairs, 0), f32x4.extract_lane(pairs, 1));
  }
}

/** The first `count` (1 to 3) floats at `address`; `fill` in the other lanes. */
export function loadSome(address: usize, count: i32, fill: f32): v128 {
  let x = f32x4.splat(fill);
  x = f32x4.replace_lane(x, 0, load<f32>(address));
  if (count > 1) x = f32x4.replace_lane(x, 1, load<f32>(address, 4));
  if (count > 2) x = f32x4.replace_lane(x, 2, load<f32>(address, 8));
  return x;
}

/** Stores the first `count` (1 to 3) lanes. */
export function storeSome(address: usize, x: v128, count: i32): void {
  store<f32>(address, f32x4.extract_lane(x, 0));
  if (count > 1) store<f32>(address, f32x4.extract_lane(x, 1), 4);
  if (count > 2) store<f32>(address, f32x4.extract_lane(x, 2), 8);
}

/** The next `left` (at most 4) floats; 0 in the other lanes. */
export function next(address: usize, left: i32): v128 {
  return left >= 4 ? v128.load(address) : loadSome(address, left, 0);
}

/** Stores the next `left` (at most 4) floats. */
export function put(address: usize, x: v128, left: i32): void {
  if (left >= 4) v128.store(address, x);
  else storeSome(address, x, left);
}

/** to += from, n floats. */
export function addFloats(from: usize, to: usize, n: i32): void {
  for (let left = n; left > 0; left -= 4) {
    put(to, f32x4.add(next(to, left), next(from, left)), left);
    from += 16;
    to += 16;
  }
}

/** Largest of n floats; NaN is ignored. */
export function largest(x: usize, n: i32): f32 {
  let best = f32x4.splat(LOWEST);
  let i = 0;
  for (; i + 4 <= n; i += 4) best = f32x4.pmax(best, v128.load(x + <usize>i * 4));
  if (i < n) best = f32x4.pmax(best, loadSome(x + <usize>i * 4, n - i, LOWEST));
  return Lanes.max(best);
}

/** Copies n floats; for rows of a few hundred bytes, where the call of `memory.copy` costs most. */
export function copyFloats(from: usize, to: usize, n: i32): void {
  let left = n;
  for (; left >= 4; left -= 4) {
    v128.store(to, v128.load(from));
    from += 16;
    to += 16;
  }
  for (; left > 0; left--) {
    store<f32>(to, load<f32>(from));
    from += 4;
    to += 4;
  }
}

/** Natural logarithm in float64, without tables: x = 2^e m, and the series of atanh((m - 1) / (m + 1)). */
export function log(x: f64): f64 {
  const bits = reinterpret<i64>(x);
  let exponent = ((bits >> 52) & 0x7ff) - 1023;
  let m = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    exponent++;
  }
  const s = (m - 1) / (m + 1);
  const s2 = s * s;
  let series = s2 * (1.0 / 15) + 1.0 / 13; // |s| <= 0.172: what follows is below 1e-14
  series = series * s2 + 1.0 / 11;
  series = series * s2 + 1.0 / 9;
  series = series * s2 + 1.0 / 7;
  series = series * s2 + 1.0 / 5;
  series = series * s2 + 1.0 / 3;
  series = series * s2 + 1;
  return 2 * s * series + <f64>exponent * 0.6931471805599453;
}

/** Sets `bytes` bytes to zero. */
export function clear(address: usize, bytes: usize): void {
  memory.fill(address, 0, bytes);
}
