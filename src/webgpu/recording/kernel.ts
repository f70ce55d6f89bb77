/**
 * Kernels are TypeScript functions that return WGSL: sizes of the model are constants in the text, so that loops have
 * fixed lengths and register tiles are spelled out, and Node and the bundler load them alike.
 */

/** Invocations of a workgroup, unless a kernel asks for others. They rarely wait for each other: it shapes scheduling. */
export const WORKGROUP = 64;

/** A buffer a kernel binds, and its WGSL type. */
export interface Binding {
  readonly access: "uniform" | "read" | "write";
  readonly type: string;
}

/** A kernel ready to compile. */
export interface Kernel {
  readonly name: string;
  /** By name, in the order of their binding numbers. */
  readonly bindings: Readonly<Record<string, Binding>>;
  readonly wgsl: string;
  /** Invocations needed for so many lines of the batch. */
  readonly invocations: (lines: number) => number;
  /** Invocations of a workgroup. */
  readonly workgroup: number;
}

/** What differs between kernels. */
interface KernelText extends Omit<Kernel, "wgsl" | "workgroup"> {
  readonly workgroup?: number;
  /** Features of the device that the text uses, as WGSL calls them. */
  readonly enables?: readonly string[];
  /** Structures and functions. */
  readonly declarations?: string;
  /** Statements of one invocation, whose number is `id`: the one of number `local` in the workgroup of number `group`. */
  readonly body: string;
}

/** A storage buffer that is only read; the same buffer may not be written in the same dispatch. */
export const read = (type: string): Binding => ({ access: "read", type });
/** A storage buffer that is read and written. */
export const write = (type: string): Binding => ({ access: "write", type });
/** A small buffer of settings. */
export const uniform = (type: string): Binding => ({ access: "uniform", type });

const SPACES = { uniform: "uniform", read: "storage, read", write: "storage, read_write" };

/** Completes the text of a kernel. */
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

/** Text repeated for 0..count-1: an unrolled loop. */
export function unroll(count: number, text: (index: number) => string, separator = "\n"): string {
  return Array.from({ length: count }, (_, index) => text(index)).join(separator);
}

/** Lines that one invocation computes: each weight it loads is used this many times. */
export const TILE = 4;

/** Tiles that cover so many lines. */
export function tiles(lines: number): number {
  return Math.ceil(lines / TILE);
}
