/** WGSL that draws a token of the nucleus by inverting the cumulative distribution, in the order of the tokens. */

/** Steps that each reduce the interval [-40, 0] of log probabilities to a fifth: to 8e-7 in the end. */
const CUTS = 11;
/** Length of a range that each member searches on its own. */
const FEW = 4;

/** WGSL of `choose` for this vocabulary and team size. */
export function choose(vocabulary: number, team: number): string {
  return `${nucleus(vocabulary, team)}
${team === 1 ? "" : narrow(team)}
${SCAN}
fn choose(member: u32, row: Row, start: u32, largest: f32, total: f32) -> u32 {
  let end = start + ${vocabulary}u;
  let threshold = nucleus(member, start, largest, batch.topP * total);
  var mass = total;
  if (batch.topP < 1.0) {
    let part = massOf(start + member, end, ${team}u, largest, threshold);
    mass = sumOf(member, vec4f(part, 0.0, 0.0, 0.0)).x;
  }
  let random = philox(vec4u(row.sampled, row.stream, 0u, 0u), vec2u(row.seed, 0u)).x;
  var range = Range(start, end, f32(random >> 8u) / 16777216.0 * mass);
  ${pieces(vocabulary, team)
    .map((piece) => `range = narrow(member, range, ${piece}u, largest, threshold);`)
    .join("\n  ")}
  return scan(range, largest, threshold) - start;
}`;
}

/** Lengths of the pieces that a team divides a row into, then each piece, and so on. */
function pieces(vocabulary: number, team: number): number[] {
  if (team === 1 || vocabulary <= FEW) return [];
  const piece = Math.ceil(vocabulary / team);
  return [piece, ...pieces(piece, team)];
}

/**
 * WGSL of the score threshold of the nucleus, found by interval subdivision instead of a sort. Scores are
 * logits / temperature - maximum. Tokens that tie at the threshold are all kept.
 */
const nucleus = (vocabulary: number, team: number): string => `
fn nucleus(member: u32, start: u32, largest: f32, goal: f32) -> f32 {
  if (batch.topP >= 1.0) { return -1e30; }
  var low = -40.0;
  var width = 40.0;
  for (var cut = 0; cut < ${CUTS}; cut++) {
    width *= 0.2;
    let thresholds = low + width * vec4f(1.0, 2.0, 3.0, 4.0);
    var masses = vec4f();
    for (var i = start + member; i < start + ${vocabulary}u; i += ${team}u) {
      let score = (logits[i] - largest) * batch.inverseTemperature;
      masses += select(vec4f(), vec4f(exp(score)), vec4f(score) >= thresholds);
    }
    let enough = select(vec4f(), vec4f(1.0), sumOf(member, masses) >= vec4f(goal));
    low += width * dot(enough, vec4f(1.0));
  }
  return low;
}
/** Weight of every so many tokens of the nucleus. */
fn massOf(start: u32, end: u32, step: u32, largest: f32, threshold: f32) -> f32 {
  var mass = 0.0;
  for (var i = start; i < end; i += step) {
    let score = (logits[i] - largest) * batch.inverseTemperature;
    if (score >= threshold) { mass += exp(score); }
  }
  return mass;
}
/** Tokens to search, and the weight of those to pass. */
struct Range { start: u32, end: u32, left: f32 }`;

/** The piece of a range in which the search ends: each member weighs one, and all find the same. */
const narrow = (team: number): string => `
fn narrow(member: u32, range: Range, piece: u32, largest: f32, threshold: f32) -> Range {
  let start = min(range.start + member * piece, range.end);
  let end = min(start + piece, range.end);
  parts[member].x = massOf(start, end, 1u, largest, threshold);
  workgroupBarrier();
  var left = range.left;
  var found = Range(range.start, min(range.start + piece, range.end), left);
  for (var i = 0u; i < ${team}u; i++) {
    let mass = parts[i].x;
    if (mass > 0.0) { // rounding may leave a sliver after the last of them
      let first = range.start + i * piece;
      found = Range(first, min(first + piece, range.end), left);
      if (left < mass) { break; }
      left -= mass;
    }
  }
  workgroupBarrier();
  return found;
}`;

const SCAN = `
fn scan(range: Range, largest: f32, threshold: f32) -> u32 {
  var left = range.left;
  var token = range.start;
  for (var i = range.start; i < range.end; i++) {
    let score = (logits[i] - largest) * batch.inverseTemperature;
    if (score >= threshold) {
      token = i; // rounding may leave a sliver after the last of them
      left -= exp(score);
      if (left < 0.0) { break; }
    }
  }
  return token;
}`;
