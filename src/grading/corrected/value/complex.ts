/** Complex arithmetic in double precision with error bounds. */

/** A complex number with a bound of its absolute error. */
export interface Approximate {
  readonly re: number;
  readonly im: number;
  readonly error: number;
}

/** Relative rounding error of one operation; a few units in the last place, since functions round more than + and *. */
const EPSILON = 2 ** -51;

export const UNDEFINED: Approximate = { re: NaN, im: NaN, error: Infinity };

/** Adding 0 turns -0 into 0, so that a real number is always on the same side of a branch cut. */
function value(re: number, im: number, error: number): Approximate {
  return { re: re + 0, im: im + 0, error };
}

export function real(number: number): Approximate {
  return value(number, 0, Number.isInteger(number) ? 0 : Math.abs(number) * EPSILON);
}

export function size(a: Approximate): number {
  return Math.hypot(a.re, a.im);
}

export function plus(a: Approximate, b: Approximate): Approximate {
  const sum = value(a.re + b.re, a.im + b.im, 0);
  return { ...sum, error: a.error + b.error + EPSILON * size(sum) };
}

export function times(a: Approximate, b: Approximate): Approximate {
  const [sizeA, sizeB] = [size(a), size(b)];
  const error = sizeA * b.error + sizeB * a.error + a.error * b.error + EPSILON * sizeA * sizeB;
  return value(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re, error);
}

function reciprocal(a: Approximate): Approximate {
  const length = size(a);
  if (!(length > 2 * a.error)) return UNDEFINED; // it may be 0
  const error = (2 * a.error) / (length * length) + EPSILON / length;
  return value(a.re / length / length, -a.im / length / length, error);
}

/** Applies a function of the plane; estimates the propagated error by a step in each direction. */
export function image(
  of: (re: number, im: number) => readonly [number, number],
  a: Approximate,
): Approximate {
  const step = Math.max(a.error, EPSILON * size(a), Number.MIN_VALUE);
  const [re, im] = of(a.re, a.im);
  const [re1, im1] = of(a.re + step, a.im);
  const [re2, im2] = a.im === 0 ? [re, im] : of(a.re, a.im + step);
  const moved = Math.max(Math.hypot(re1 - re, im1 - im), Math.hypot(re2 - re, im2 - im));
  return value(re, im, 4 * moved + 8 * EPSILON * (Math.hypot(re, im) + EPSILON));
}

export const exp = (re: number, im: number): readonly [number, number] => [
  Math.exp(re) * Math.cos(im),
  im === 0 ? 0 : Math.exp(re) * Math.sin(im),
];
export const log = (re: number, im: number): readonly [number, number] => [
  Math.log(Math.hypot(re, im)),
  Math.atan2(im, re),
];

/** a^b on the principal branch; integer exponents by multiplication. */
export function raise(a: Approximate, b: Approximate): Approximate {
  if (b.im === 0 && Number.isInteger(b.re) && b.error === 0 && Math.abs(b.re) <= 1024) {
    return b.re < 0 ? reciprocal(whole(a, -b.re)) : whole(a, b.re);
  }
  if (size(a) === 0 && a.error === 0) return b.re > 0 ? real(0) : UNDEFINED;
  if (!(size(a) > 2 * a.error)) return UNDEFINED;
  return image(exp, times(image(log, a), b));
}

function whole(base: Approximate, exponent: number): Approximate {
  let power = real(1);
  let square = base;
  for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) power = times(power, square);
    if (left > 1) square = times(square, square);
  }
  return power;
}

/** Returns true if two values are equal within their error bounds; null if the errors are too large to tell. */
export function close(a: Approximate, b: Approximate): boolean | null {
  const distance = Math.hypot(a.re - b.re, a.im - b.im);
  const error = 4 * (a.error + b.error);
  const scale = Math.max(size(a), size(b));
  if (!Number.isFinite(distance) || !Number.isFinite(error)) return null;
  if (distance > error + Number.MIN_VALUE) return false;
  return error <= 1e-9 * scale || (error <= 1e-12 && scale <= 1e-12 + error) ? true : null;
}
