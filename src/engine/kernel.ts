/**
 * Kernels are TypeScript functions that return WGSL: sizes of the model are constants in the text, so that loops have
 * fixed lengths and register tiles are spelled out, and Node and the bundler load them alike.
 */

/** Invocations of a workgroup. They never wait for each other, so the number only shapes scheduling. */
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
}

/** What differs between kernels. */
interface KernelText extends Omit<Kernel, "wgsl"> {
  /** Structures and functions. */
  readonly declarations?: string;
  /** Statements of one invocation, whose number is `id`. */
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
export function defineKernel({ name, bindings, invocations, declarations = "", body }: KernelText): Kernel {
  const variables = Object.entries(bindings).map(
    ([variable, { access, type }], number) =>
      `@group(0) @binding(${number}) var<${SPACES[access]}> ${variable}: ${type};`,
  );
  const wgsl = `
${variables.join("\n")}
${declarations}
@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) invocation: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let id = invocation.y * groups.x * ${WORKGROUP}u + invocation.x;
${body}
}`;
  return { name, bindings, wgsl, invocations };
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
