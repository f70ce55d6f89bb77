/** Evaluates formulas with complex doubles on principal branches. */
import { at } from "../../../math/at.ts";
import { NotAFormula, type Formula } from "./formula.ts";
import { fractionOf } from "./numberText.ts";

/** A complex number and a bound of its rounding error, in units of 2^-52. */
export interface Complex {
  readonly re: number;
  readonly im: number;
  readonly error: number;
}

/** Assigns a complex number to each symbol. */
type ComplexPoint = (name: string) => Complex;

/** Returns the value at a point; NaN if undefined. Throws `NotAFormula` for a division by zero. */
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
      return product(complexValue(formula.left, point), inverse(complexValue(formula.right, point)));
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

/** Creates a complex number with the inherited error plus one rounding. */
export function complex(re: number, im: number, inherited = 0): Complex {
  return { re, im, error: inherited + Math.hypot(re, im) };
}

function size({ re, im }: Complex): number {
  return Math.hypot(re, im);
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

function negated({ re, im, error }: Complex): Complex {
  return { re: -re, im: -im, error };
}

function sum(a: Complex, b: Complex): Complex {
  return complex(a.re + b.re, a.im + b.im, a.error + b.error);
}

function product(a: Complex, b: Complex): Complex {
  const error = a.error * size(b) + b.error * size(a);
  if (a.im === 0 && b.im === 0) return complex(a.re * b.re, 0, error); // avoids infinity times zero
  return complex(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re, error);
}

function inverse(a: Complex): Complex {
  const square = a.re * a.re + a.im * a.im;
  if (square === 0) throw new NotAFormula("a division by zero");
  return complex(a.re / square, -a.im / square, a.error / square);
}

function logarithm(a: Complex): Complex {
  return complex(Math.log(size(a)), Math.atan2(a.im === 0 ? 0 : a.im, a.re), a.error / size(a));
}

function exponential(a: Complex): Complex {
  const magnitude = Math.exp(a.re);
  const error = magnitude * a.error;
  return a.im === 0
    ? complex(magnitude, 0, error)
    : complex(magnitude * Math.cos(a.im), magnitude * Math.sin(a.im), error);
}

function power(base: Complex, exponent: Complex): Complex {
  if (exponent.im === 0 && Number.isInteger(exponent.re) && Math.abs(exponent.re) <= 64) {
    let result = real(1);
    for (let i = 0; i < Math.abs(exponent.re); i++) result = product(result, base);
    return exponent.re < 0 ? inverse(result) : result;
  }
  if (base.re === 0 && base.im === 0) return exponent.re > 0 ? real(0) : real(NaN);
  const value = exponential(product(exponent, logarithm(base)));
  const isReal = base.im === 0 && base.re > 0 && exponent.im === 0;
  return isReal ? { ...value, re: base.re ** exponent.re, im: 0 } : value;
}

/** Lanczos coefficients of the gamma function (g = 7, n = 9), accurate to about 1e-15. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

function gamma(z: Complex): Complex {
  if (z.im === 0 && z.re <= 0 && Number.isInteger(z.re))
    throw new NotAFormula("a factorial of a negative integer");
  if (z.re < 0.5) {
    const x = Math.PI * z.re;
    const y = Math.PI * z.im;
    const sine = complex(Math.sin(x) * Math.cosh(y), Math.cos(x) * Math.sinh(y));
    const reflected = gamma(complex(1 - z.re, -z.im));
    return product(real(Math.PI), inverse(product(sine, reflected)));
  }
  const shifted = complex(z.re - 1, z.im);
  let series = real(at(LANCZOS, 0));
  for (const [i, coefficient] of LANCZOS.entries()) {
    if (i > 0) series = sum(series, product(real(coefficient), inverse(sum(shifted, real(i)))));
  }
  const t = sum(shifted, real(7.5));
  const exponent = sum(product(sum(shifted, real(0.5)), logarithm(t)), negated(t));
  const value = product(product(real(Math.sqrt(2 * Math.PI)), exponential(exponent)), series);
  return complex(value.re, value.im, 100 * size(value) + value.error);
}

/** z!! = 2^(z/2) (z/2)! times a factor that is 1 at even integers; only equal arguments need equal values. */
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
