/** Vote keys: short texts shared by equal answers. */
import type { Approximate } from "./value/complex.ts";
import { upToFactor } from "./compare.ts";
import type { Shape } from "./value/shape.ts";

/** Significant digits of a key; equality itself is decided by `compare`. */
const DIGITS = 12;

function digits(number: number): string {
  return String(Math.abs(number) < 1e-9 ? 0 : Number(number.toPrecision(DIGITS)));
}

function spelled({ re, im }: Approximate): string {
  return im === 0 ? digits(re) : `${digits(re)},${digits(im)}`;
}

/** Returns the vote key. Equal answers share it except for rounding in the twelfth digit; different ones almost never do. */
export function keyOf(shape: Shape, spelling: string): string {
  switch (shape.kind) {
    case "value":
      return shape.exact?.bottom === 1n ? String(shape.exact.top) : spelled(shape.at(0));
    case "set":
    case "union": {
      const keys = new Set(shape.items.map((item) => keyOf(item, spelling)));
      return `${shape.kind}{${[...keys].sort().join(";")}}`;
    }
    case "tuple":
      return `${shape.brackets} ${shape.items.map((item) => keyOf(item, spelling)).join(";")}`;
    case "equation":
      if (shape.solved !== null) return keyOf(shape.solved, spelling);
      return shape.difference.kind === "value" ? `0=${spelled(upToFactor(shape.difference, 1))}` : "0=";
    case "text":
      return `"${shape.text}"`;
    case "undecided":
      return `?${spelling}`;
  }
}
