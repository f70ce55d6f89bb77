/** Returns `items[index]`. Throws a RangeError where there is no such element: a mismatch of lengths is a bug, never a default. */
export function at<T>(items: { readonly [index: number]: T; readonly length: number }, index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`no element ${index} in a list of ${items.length}`);
  return item;
}
