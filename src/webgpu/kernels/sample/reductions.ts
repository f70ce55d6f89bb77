/** WGSL of reductions over a team, which is a workgroup or one invocation. */
export function reductions(team: number): string {
  return CANDIDATE + (team === 1 ? ALONE : together(team));
}

const CANDIDATE = `
struct Candidate { logit: f32, token: u32 }`;

const ALONE = `
fn likelier(member: u32, candidate: Candidate) -> Candidate { return candidate; }
fn sumOf(member: u32, part: vec4f) -> vec4f { return part; }`;

const together = (team: number): string => `
var<workgroup> isFinished: u32;
var<workgroup> candidates: array<Candidate, ${team}>;
var<workgroup> parts: array<vec4f, ${team}>;
/** The likeliest of the team's candidates, the first of those that tie. */
fn likelier(member: u32, candidate: Candidate) -> Candidate {
  var mine = candidate;
  candidates[member] = mine;
  for (var half = ${team / 2}u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (member < half) {
      let other = candidates[member + half];
      if (other.logit > mine.logit || (other.logit == mine.logit && other.token < mine.token)) { mine = other; }
      candidates[member] = mine;
    }
  }
  workgroupBarrier();
  return candidates[0];
}
/** The sum of the team's parts. */
fn sumOf(member: u32, part: vec4f) -> vec4f {
  parts[member] = part;
  for (var half = ${team / 2}u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (member < half) { parts[member] += parts[member + half]; }
  }
  workgroupBarrier();
  let sum = parts[0];
  workgroupBarrier(); // parts may be written again
  return sum;
}`;
