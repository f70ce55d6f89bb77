/** Formulas evaluated with complex doubles, principal branches throughout. */
import type { Formula } from "./formula.ts";
import { fractionOf } from "./numberText.ts";

/** A value and the largest magnitude among the terms it was summed from: what rounding errors are relative to. */
export interface Complex {
  readonly re: number;
  readonly im: number;
  readonly scale: number;
}

/** A random complex number for a symbol. */
export type ComplexPoint = (name: string) => Complex;

/** The value at a point; NaN where it is undefined. */
export function complexValue(formula: Formula, point: ComplexPoint): Complex {
  switch (formula.kind) {
    case "number":
      return numberValue(formula.text);
    case "symbol":
      return point(formula.name);
    case "constant":
      return formula.name === "pi" ? real(Math.PI) : real(NaN);
    case "negative":
      return negated(complexValue(formula.argument, point));
    case "sum":
      return sum(complexValue(formula.left, point), complexValue(formula.right, point));
    case "product":
      return product(complexValue(formula.left, point), complexValue(formula.right, point));
    case "quotient":
      return product(complexValue(formula.left, point), power(complexValue(formula.right, point), real(-1)));
    case "power":
      return power(complexValue(formula.left, point), complexValue(formula.right, point));
    case "sqrt":
      return power(complexValue(formula.argument, point), real(0.5));
    case "ln":
      return logarithm(complexValue(formula.argument, point));
    case "factorial":
      return gamma(sum(complexValue(formula.argument, point), real(1)));
    case "factorial2":
      return doubleFactorial(complexValue(formula.argument, point));
  }
}

/** A complex number of the size it has. */
export function complex(re: number, im: number, scale = 0): Complex {
  return { re, im, scale: Math.max(scale, Math.hypot(re, im)) };
}

function real(value: number): Complex {
  return complex(value, 0);
}

function numberValue(text: string): Complex {
  if (text.endsWith("j")) return complex(0, Number(text.slice(0, -1).replaceAll("_", "")));
  const fraction = fractionOf(text);
  const plain = Number(text.replaceAll("_", ""));
  return real(Number.isNaN(plain) && fraction !== null ? Number(fraction.top) : plain);
}

function negated({ re, im, scale }: Complex): Complex {
  return { re: -re, im: -im, scale };
}

function sum(a: Complex, b: Complex): Complex {
  return complex(a.re + b.re, a.im + b.im, Math.max(a.scale, b.scale));
}

function product(a: Complex, b: Complex): Complex {
  const scale = a.scale * b.scale;
  if (a.im === 0 && b.im === 0) return complex(a.re * b.re, 0, scale); // infinity times zero stays out of it
  return complex(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re, scale);
}

function logarithm(a: Complex): Complex {
  return complex(Math.log(Math.hypot(a.re, a.im)), Math.atan2(a.im === 0 ? 0 : a.im, a.re), 1);
}

function exponential(a: Complex): Complex {
  const size = Math.exp(a.re);
  return a.im === 0 ? real(size) : complex(size * Math.cos(a.im), size * Math.sin(a.im));
}

function power(base: Complex, exponent: Complex): Complex {
  if (exponent.im === 0 && Number.isInteger(exponent.re) && Math.abs(exponent.re) <= 64) {
    return integerPower(base, exponent.re);
  }
  if (base.re === 0 && base.im === 0) return exponent.re > 0 ? real(0) : real(NaN);
  if (base.im === 0 && base.re > 0 && exponent.im === 0)
    return grown(real(base.re ** exponent.re), base, exponent);
  return grown(exponential(product(exponent, logarithm(base))), base, exponent);
}

/** A power's rounding error grows with its base's relative one and its exponent. */
function grown(value: Complex, base: Complex, exponent: Complex): Complex {
  const relative = base.scale / Math.hypot(base.re, base.im);
  const size = Math.hypot(value.re, value.im);
  return complex(value.re, value.im, size * relative * Math.max(1, Math.hypot(exponent.re, exponent.im)));
}

function integerPower(base: Complex, exponent: number): Complex {
  let result = real(1);
  for (let i = 0; i < Math.abs(exponent); i++) result = product(result, base);
  if (exponent >= 0) return result;
  const square = result.re * result.re + result.im * result.im;
  if (square === 0) return real(NaN);
  const relative = result.scale / Math.sqrt(square);
  return complex(result.re / square, -result.im / square, relative / Math.sqrt(square));
}

/** Lanczos' approximation (g = 7, n = 9), good to about 1e-15. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

function gamma(z: Complex): Complex {
  if (z.im === 0 && z.re <= 0 && Number.isInteger(z.re)) return real(NaN);
  if (z.re < 0.5) {
    const x = Math.PI * z.re;
    const y = Math.PI * z.im;
    const sine = complex(Math.sin(x) * Math.cosh(y), Math.cos(x) * Math.sinh(y));
    const reflected = gamma(complex(1 - z.re, -z.im));
    return product(real(Math.PI), power(product(sine, reflected), real(-1)));
  }
  const shifted = complex(z.re - 1, z.im);
  let series = real(LANCZOS[0] ?? 0);
  for (const [i, coefficient] of LANCZOS.entries()) {
    if (i > 0) series = sum(series, product(real(coefficient), power(sum(shifted, real(i)), real(-1))));
  }
  const t = sum(shifted, real(7.5));
  const exponent = sum(product(sum(shifted, real(0.5)), logarithm(t)), negated(t));
  const value = product(product(real(Math.sqrt(2 * Math.PI)), exponential(exponent)), series);
  return complex(value.re, value.im, 100 * Math.hypot(value.re, value.im));
}

/** z!! = 2^(z/2) (z/2)! times a factor that is 1 at even integers; only equal arguments need equal values here. */
function doubleFactorial(z: Complex): Complex {
  const half = complex(z.re / 2, z.im / 2);
  const parity = exponential(product(real(Math.log(2 / Math.PI)), oddness(z)));
  return product(product(power(real(2), half), gamma(sum(half, real(1)))), parity);
}

/** (1 - cos πz) / 4. */
function oddness(z: Complex): Complex {
  const x = Math.PI * z.re;
  const y = Math.PI * z.im;
  return complex((1 - Math.cos(x) * Math.cosh(y)) / 4, (Math.sin(x) * Math.sinh(y)) / 4);
}
