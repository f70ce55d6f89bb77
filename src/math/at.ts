/** Returns `items[index]`. Throws a RangeError if the index is out of range: a length mismatch is a bug, not a default. */
export function at<T>(items: { readonly [index: number]: T; readonly length: number }, index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`no element ${index} in a list of ${items.length}`);
  return item;
}
