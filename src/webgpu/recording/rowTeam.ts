/**
 * Reductions along each line. A team of invocations shares a line: one invocation for narrow lines, where a barrier costs
 * more than it saves, else a whole workgroup.
 */
import { unroll, type WORKGROUP } from "./kernel.ts";

/** Invocations per line. */
export type TeamSize = 1 | typeof WORKGROUP;

/** Minimum width of a line for a team: one invocation reduces less in the time of a barrier. */
const WIDE = 256;

/** Default team size for lines of this width. */
export function usualTeam(width: number): TeamSize {
  return width < WIDE ? 1 : 64;
}

/** WGSL of a reduction; `line` is the index of the line and `member` that of the invocation in its team. */
interface RowTeam {
  readonly invocations: (lines: number) => number;
  /** Declares `line` and `member`. */
  readonly start: string;
  /** Loops over the vectors of a line, `i` being the index. */
  readonly loop: (vectors: number, body: string) => string;
  readonly declarations: string;
  /** Sums up to two variables over the team. */
  readonly sum: (...names: readonly string[]) => string;
}

/** Returns the WGSL for a team size. */
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
