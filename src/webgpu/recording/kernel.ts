/**
 * Kernels are TypeScript functions that return WGSL. Model sizes are constants in the text, so loops have fixed lengths and
 * register tiles are unrolled; Node and the bundler load kernels like any module.
 */

/** Default workgroup size. */
export const WORKGROUP = 64;

/** A buffer binding and its WGSL type. */
export interface Binding {
  readonly access: "uniform" | "read" | "write";
  readonly type: string;
}

/** A kernel ready to compile. */
export interface Kernel {
  readonly name: string;
  /** By name, in the order of binding numbers. */
  readonly bindings: Readonly<Record<string, Binding>>;
  readonly wgsl: string;
  /** Invocations for this many lines of the batch. */
  readonly invocations: (lines: number) => number;
  /** Workgroup size. */
  readonly workgroup: number;
}

/** The parts of a kernel that `defineKernel` completes. */
interface KernelText extends Omit<Kernel, "wgsl" | "workgroup"> {
  readonly workgroup?: number;
  /** WGSL extensions that the text enables. */
  readonly enables?: readonly string[];
  /** Structures and functions. */
  readonly declarations?: string;
  /** Statements of invocation `id`, which has index `local` in workgroup `group`. */
  readonly body: string;
}

/** A read-only storage buffer, which must not be written in the same dispatch. */
export const read = (type: string): Binding => ({ access: "read", type });
/** A read-write storage buffer. */
export const write = (type: string): Binding => ({ access: "write", type });
/** A uniform buffer. */
export const uniform = (type: string): Binding => ({ access: "uniform", type });

const SPACES = { uniform: "uniform", read: "storage, read", write: "storage, read_write" };

/** Builds a kernel: adds bindings and entry point to its text. */
export function defineKernel(text: KernelText): Kernel {
  const { name, bindings, invocations, workgroup = WORKGROUP, enables = [], declarations = "", body } = text;
  const variables = Object.entries(bindings).map(
    ([variable, { access, type }], number) =>
      `@group(0) @binding(${number}) var<${SPACES[access]}> ${variable}: ${type};`,
  );
  const wgsl = `${enables.map((feature) => `enable ${feature};`).join("\n")}
${variables.join("\n")}
${declarations}
@compute @workgroup_size(${workgroup})
fn main(
  @builtin(workgroup_id) workgroupId: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let group = workgroupId.y * groups.x + workgroupId.x;
  let id = group * ${workgroup}u + local;
${body}
}`;
  return { name, bindings, wgsl, invocations, workgroup };
}

/** Repeats a text for 0..count-1: an unrolled loop. */
export function unroll(count: number, text: (index: number) => string, separator = "\n"): string {
  return Array.from({ length: count }, (_, index) => text(index)).join(separator);
}

/** Lines that one invocation computes, each weight being loaded once for all of them. */
export const TILE = 4;

/** Number of tiles that cover this many lines. */
export function tiles(lines: number): number {
  return Math.ceil(lines / TILE);
}
