/** The rotary embedding of a `config.json`, in either of the forms that `transformers` writes. */
import * as z from "zod/mini";
import type { Rotary, RopeScaling } from "../../math/rotary.ts";

const positive = z.optional(z.number().check(z.positive()));

const parameters = z.nullish(
  z.looseObject({
    rope_theta: positive,
    rope_type: z.optional(z.string()),
    type: z.optional(z.string()), // its name until 2024
    factor: positive,
    low_freq_factor: positive,
    high_freq_factor: positive,
    original_max_position_embeddings: positive,
    partial_rotary_factor: z.optional(z.number()),
  }),
);

/** The fields that speak of it: `rope_parameters` holds all of it since 2025, `rope_scaling` came before. */
export const rotaryFields = {
  rope_theta: positive,
  rope_scaling: parameters,
  rope_parameters: parameters,
};

type RotarySettings = Omit<Rotary, "headDim">;
type RotaryFields = Readonly<z.infer<z.ZodMiniObject<typeof rotaryFields>>>;

/** The rotary embedding, or null; and what of it does not run. */
export function readRotary(fields: RotaryFields): { rotary: RotarySettings | null; problems: string[] } {
  const given = fields.rope_scaling ?? fields.rope_parameters ?? {};
  const ropeTheta = fields.rope_parameters?.rope_theta ?? given.rope_theta ?? fields.rope_theta ?? 10_000;
  const ropeScaling = scalingOf(given);
  const problems: string[] = [];
  if (typeof ropeScaling === "string") problems.push(ropeScaling);
  if ((given.partial_rotary_factor ?? 1) !== 1)
    problems.push("partial_rotary_factor (heads that turn whole run)");
  return { rotary: typeof ropeScaling === "string" ? null : { ropeTheta, ropeScaling }, problems };
}

/** A scaling, null for none, or what is wrong with it. */
function scalingOf(given: NonNullable<RotaryFields["rope_scaling"]>): RopeScaling | string | null {
  const type = given.rope_type ?? given.type ?? "default";
  if (type === "default") return null;
  const { factor, low_freq_factor: lowFrequency, high_freq_factor: highFrequency } = given;
  const originalPositions = given.original_max_position_embeddings;
  if (type === "linear")
    return factor === undefined ? "linear rope_scaling without factor" : { type, factor };
  if (type !== "llama3") return `rope_scaling of type "${type}" (linear and llama3 run)`;
  if (factor === undefined || lowFrequency === undefined || highFrequency === undefined)
    return "llama3 rope_scaling without factor, low_freq_factor and high_freq_factor";
  if (originalPositions === undefined) return "llama3 rope_scaling without original_max_position_embeddings";
  if (lowFrequency >= highFrequency)
    return `llama3 rope_scaling whose low_freq_factor ${lowFrequency} is not below its high_freq_factor ${highFrequency}`;
  return { type, factor, lowFrequency, highFrequency, originalPositions };
}

/** The fields of `config.json`, in the form of before 2025, which every `transformers` reads. */
export function writeRotary({ ropeTheta, ropeScaling }: RotarySettings): Record<string, unknown> {
  return { rope_theta: ropeTheta, rope_scaling: ropeScaling === null ? null : writtenScaling(ropeScaling) };
}

function writtenScaling(scaling: RopeScaling): Record<string, unknown> {
  const { type, factor } = scaling;
  if (type === "linear") return { rope_type: type, factor };
  return {
    rope_type: type,
    factor,
    low_freq_factor: scaling.lowFrequency,
    high_freq_factor: scaling.highFrequency,
    original_max_position_embeddings: scaling.originalPositions,
  };
}
