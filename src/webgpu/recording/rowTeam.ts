/**
 * Kernels that add something up along each line. A team of invocations shares a line: one where barriers are slow, and a
 * whole workgroup where one invocation a line would leave the GPU idle.
 */
import { unroll, type WORKGROUP } from "./kernel.ts";

/** Invocations to a line. */
export type TeamSize = 1 | typeof WORKGROUP;

/** Width of a line that is worth a team: one invocation takes no longer over less than a team takes to agree. */
const WIDE = 256;

/** Sensible on any adapter for lines of so many numbers. */
export function usualTeam(width: number): TeamSize {
  return width < WIDE ? 1 : 64;
}

/** WGSL of such a kernel: `line` and `member` are the names of the line's number and the invocation's place in the team. */
export interface RowTeam {
  readonly invocations: (lines: number) => number;
  /** Text that says whose turn it is. */
  readonly start: string;
  /** Loop over a line of `vectors`, `i` being the vector's place. */
  readonly loop: (vectors: number, body: string) => string;
  readonly declarations: string;
  /** Text that adds up `names`, two at most, over the team. */
  readonly sum: (...names: readonly string[]) => string;
}

/** The text for teams of a size. */
export function rowTeam(size: TeamSize): RowTeam {
  const alone = size === 1;
  return {
    invocations: (lines) => lines * size,
    start: alone ? "let line = id; let member = 0u;" : "let line = group; let member = local;",
    loop: (vectors, body) => `for (var i = member; i < ${vectors}u; i += ${size}u) { ${body} }`,
    declarations: alone ? "" : `var<workgroup> shares: array<vec2f, ${size}>;`,
    sum: (...names) => (alone ? "" : treeSum(size, names)),
  };
}

function treeSum(size: number, names: readonly string[]): string {
  const [first = "0.0", second = "0.0"] = names;
  const halvings = Math.log2(size);
  return `
  shares[member] = vec2f(${first}, ${second});
  workgroupBarrier();
  ${unroll(halvings, (step) => {
    const half = size >> (step + 1);
    return `if (member < ${half}u) { shares[member] += shares[member + ${half}u]; }
  workgroupBarrier();`;
  })}
  ${names.map((name, i) => `${name} = shares[0][${i}];`).join(" ")}`;
}
