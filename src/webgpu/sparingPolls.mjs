/**
 * For tests: makes a chain of `setImmediate` calls give the processor up, 1 ms at a time after the first. Dawn polls for
 * results that way, and would keep a core busy while its threads compile shaders. Not for measurements of time.
 */
const { setImmediate } = globalThis;
let began = 0;
let last = 0;

/** @param {(...args: unknown[]) => void} callback @param {unknown[]} args */
function setSparingImmediate(callback, ...args) {
  const now = performance.now();
  if (now - last > 2) began = now;
  last = now;
  return now - began < 1 ? setImmediate(callback, ...args) : setTimeout(callback, 1, ...args);
}

Object.assign(globalThis, { setImmediate: setSparingImmediate });
