/** Rotary embedding settings of a `config.json`, in both formats that `transformers` has written. */
import * as z from "zod/mini";
import type { Rotary, RopeScaling } from "../../math/rotary.ts";

const positive = z.optional(z.number().check(z.positive()));

const parameters = z.nullish(
  z.looseObject({
    rope_theta: positive,
    rope_type: z.optional(z.string()),
    type: z.optional(z.string()), // name until 2024
    factor: positive,
    low_freq_factor: positive,
    high_freq_factor: positive,
    original_max_position_embeddings: positive,
    partial_rotary_factor: z.optional(z.number()),
    attention_factor: z.nullish(z.number().check(z.positive())),
    beta_fast: z.nullish(z.number().check(z.nonnegative())),
    beta_slow: z.nullish(z.number().check(z.nonnegative())),
    mscale: z.nullish(z.number()),
    mscale_all_dim: z.nullish(z.number()),
    truncate: z.optional(z.boolean()),
  }),
);

/** Rotary fields of config.json: `rope_parameters` since 2025, `rope_theta` and `rope_scaling` before. */
export const rotaryFields = {
  rope_theta: positive,
  rope_scaling: parameters,
  rope_parameters: parameters,
  partial_rotary_factor: z.nullish(z.number()),
  original_max_position_embeddings: z.nullish(z.number().check(z.positive())),
  max_position_embeddings: z.int().check(z.positive()),
};

type RotarySettings = Omit<Rotary, "headDim">;
type RotaryFields = Readonly<z.infer<z.ZodMiniObject<typeof rotaryFields>>>;

/** Reads the rotary embedding; null, with the problems, if it is unsupported. */
export function readRotary(fields: RotaryFields): { rotary: RotarySettings | null; problems: string[] } {
  // As in transformers 5: `rope_scaling` hides all of `rope_parameters`, unless it is empty.
  const { rope_scaling: scaling, rope_parameters: parameters } = fields;
  const given = (isEmpty(scaling) ? parameters : scaling) ?? {};
  const ropeTheta = given.rope_theta ?? fields.rope_theta ?? 10_000;
  // At the top level it takes precedence.
  const originalPositions = fields.original_max_position_embeddings ?? given.original_max_position_embeddings;
  const positions =
    originalPositions ?? (typeOf(given) === "yarn" ? fields.max_position_embeddings : undefined);
  const ropeScaling = scalingOf({ ...given, original_max_position_embeddings: positions });
  const problems: string[] = [];
  const nested = Object.entries(given).find(([, value]) => typeof value === "object" && value !== null);
  if (nested !== undefined) problems.push(`rotary parameters of their own for ${nested[0]}`);
  if (typeof ropeScaling === "string") problems.push(ropeScaling);
  if ((given.partial_rotary_factor ?? fields.partial_rotary_factor ?? 1) !== 1)
    problems.push("partial_rotary_factor (supported: 1)");
  return { rotary: typeof ropeScaling === "string" ? null : { ropeTheta, ropeScaling }, problems };
}

function isEmpty(parameters: object | null | undefined): boolean {
  return Object.keys(parameters ?? {}).length === 0;
}

function typeOf(given: NonNullable<RotaryFields["rope_scaling"]>): string {
  return given.rope_type ?? given.type ?? "default";
}

/** Returns the scaling, null for none, or a description of the problem. */
function scalingOf(given: NonNullable<RotaryFields["rope_scaling"]>): RopeScaling | string | null {
  const type = typeOf(given);
  // Dynamic NTK leaves frequencies as they are up to max_position_embeddings, where positions end here.
  if (type === "default" || (type === "dynamic" && given.factor !== undefined)) return null;
  const { factor, low_freq_factor: lowFrequency, high_freq_factor: highFrequency } = given;
  const originalPositions = given.original_max_position_embeddings;
  if (type === "linear")
    return factor === undefined ? "linear rope_scaling without factor" : { type, factor };
  if (type === "yarn") return yarnOf(given);
  if (type !== "llama3")
    return `rope_scaling of type "${type}" (supported: linear, dynamic with factor, llama3, yarn)`;
  if (factor === undefined || lowFrequency === undefined || highFrequency === undefined)
    return "llama3 rope_scaling without factor, low_freq_factor and high_freq_factor";
  if (originalPositions === undefined) return "llama3 rope_scaling without original_max_position_embeddings";
  if (lowFrequency >= highFrequency)
    return `llama3 rope_scaling: low_freq_factor ${lowFrequency} must be less than high_freq_factor ${highFrequency}`;
  return { type, factor, lowFrequency, highFrequency, originalPositions };
}

/** Defaults and magnitude as in transformers' `_compute_yarn_parameters`, where 0 counts as absent. */
function yarnOf(given: NonNullable<RotaryFields["rope_scaling"]>): RopeScaling | string {
  const { factor, original_max_position_embeddings: originalPositions, mscale, mscale_all_dim } = given;
  if (factor === undefined || factor < 1) return "yarn rope_scaling without a factor of at least 1";
  if (originalPositions === undefined) return "yarn rope_scaling without original_max_position_embeddings";
  const ofScale = (scale: number): number => 0.1 * scale * Math.log(factor) + 1;
  const magnitude =
    given.attention_factor ??
    (mscale && mscale_all_dim ? ofScale(mscale) / ofScale(mscale_all_dim) : ofScale(1));
  const [betaFast, betaSlow] = [given.beta_fast || 32, given.beta_slow || 1];
  if (betaFast < betaSlow)
    return `yarn rope_scaling: beta_fast ${betaFast} must be at least beta_slow ${betaSlow}`;
  return {
    type: "yarn",
    factor,
    betaFast,
    betaSlow,
    truncate: given.truncate ?? true,
    originalPositions,
    magnitude,
  };
}

/** Returns the fields of `config.json` in the format before 2025, which every version of `transformers` reads. */
export function writeRotary({ ropeTheta, ropeScaling }: RotarySettings): Record<string, unknown> {
  return { rope_theta: ropeTheta, rope_scaling: ropeScaling === null ? null : writtenScaling(ropeScaling) };
}

function writtenScaling(scaling: RopeScaling): Record<string, unknown> {
  const { type, factor } = scaling;
  if (type === "linear") return { rope_type: type, factor };
  if (type === "yarn")
    return {
      rope_type: type,
      factor,
      beta_fast: scaling.betaFast,
      beta_slow: scaling.betaSlow,
      truncate: scaling.truncate,
      attention_factor: scaling.magnitude,
      original_max_position_embeddings: scaling.originalPositions,
    };
  return {
    rope_type: type,
    factor,
    low_freq_factor: scaling.lowFrequency,
    high_freq_factor: scaling.highFrequency,
    original_max_position_embeddings: scaling.originalPositions,
  };
}
