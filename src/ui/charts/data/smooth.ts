/**
 * Exponential moving average with decay `weight` in [0, 1) and bias correction (Kingma & Ba, arXiv 1412.6980,
 * section 3). Null values are kept.
 */
export function smooth(values: readonly (number | null)[], weight: number): (number | null)[] {
  let average = 0;
  let mass = 0;
  return values.map((value) => {
    if (value === null) return null;
    average = weight * average + (1 - weight) * value;
    mass = weight * mass + (1 - weight);
    return average / mass;
  });
}
