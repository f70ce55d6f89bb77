/**
 * Exponential moving average, corrected for its start (Kingma & Ba, arXiv 1412.6980, section 3) so that the first value
 * is the first measurement. `weight` in [0, 1) is how much of the past is kept. Gaps stay gaps.
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
