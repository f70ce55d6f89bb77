/** The kernels of a model that have variants, as its graphs run them. */
import { decoderKernels } from "../sampling/decodeGraph.ts";
import type { DecoderShape } from "../../decoder/decoderShape.ts";
import type { Kernel } from "../recording/kernel.ts";
import { attendTeams } from "../kernels/attend/attendTogether.ts";
import { plainLayer } from "../weights/layerWeights.ts";
import type { LayerBlock } from "../layout/parameterLayout.ts";
import { SAMPLE_TEAMS, usualTeams, type Teams } from "../kernelVariants/variants.ts";
import { backwardKernels, forwardKernels, wholeGradientKernels } from "../training/trainKernels.ts";
import { plainTokens } from "../weights/tokenMatrix.ts";
import { measuredVocabulary } from "./tuningContents.ts";
import {
  DECODE_PRODUCTS,
  GRADIENTS,
  nameOf,
  PLAIN_VARIANTS,
  PRODUCT_VARIANTS,
  TRAIN_PRODUCTS,
  type ProductVariant,
  type Variants,
} from "../kernelVariants/variants.ts";

/** Variants of a kernel by name, the default first. */
export interface Family {
  readonly name: string;
  readonly candidates: ReadonlyMap<string, Kernel>;
  /** Number of lines it is measured with. */
  readonly lines: number;
}

/** Typical rows of decoding and lines of a micro-batch; no multiples of a tile, so that edges are measured too. */
const DECODE_LINES = 63;
const TRAIN_LINES = 1021;
/** Maximum rows of a batch; more lines are a micro-batch. */
const MOST_ROWS = 256;

/** Products with a matrix [N, K], in which consecutive invocations of a subgroup read consecutive weights. */
const BY_OUTPUT = new Set<string>(["head", "gatedBackward", "mlpInput", "contextGradient", "qkvInput"]);

/** All families: of decoding, then of training. */
export function tuningFamilies(device: GPUDevice, shape: DecoderShape, layout: LayerBlock): Family[] {
  return [...decodeFamilies(device, shape, layout), ...trainFamilies(device, shape, layout)];
}

function decodeFamilies(device: GPUDevice, shape: DecoderShape, { layer }: LayerBlock): Family[] {
  const plain = PLAIN_VARIANTS.decode;
  const teams = usualTeams(shape);
  const vocabulary = measuredVocabulary(shape);
  const measured = { ...shape, vocabulary };
  const weights = { layer: plainLayer(layer), tokens: plainTokens(shape.width, vocabulary), adapter: null };
  const products = DECODE_PRODUCTS.map((slot) => {
    const kernel = (variant: ProductVariant): Kernel => {
      const kernels = decoderKernels(measured, weights, teams, { ...plain, [slot]: variant });
      return slot === "head" ? kernels.head({ start: 0, count: vocabulary }) : kernels[slot];
    };
    return {
      name: `decode ${slot}`,
      lines: DECODE_LINES,
      candidates: productCandidates(device, slot, DECODE_LINES, kernel, plain[slot]),
    };
  });
  const withTeams = (changed: Partial<Teams>) =>
    decoderKernels(shape, weights, { ...teams, ...changed }, plain);
  const sample = [teams.sample, ...SAMPLE_TEAMS.filter((team) => team !== teams.sample)];
  return [
    ...products,
    {
      name: "decode attend",
      lines: DECODE_LINES,
      candidates: new Map(
        [1, ...attendTeams(shape)].map((attend) => [teamName(attend), withTeams({ attend }).attend]),
      ),
    },
    {
      name: "decode sample",
      lines: DECODE_LINES,
      candidates: new Map(sample.map((team) => [teamName(team), withTeams({ sample: team }).sample])),
    },
  ];
}

function trainFamilies(device: GPUDevice, shape: DecoderShape, { layer }: LayerBlock): Family[] {
  const weights = {
    layer: plainLayer(layer),
    tokens: plainTokens(shape.width, shape.vocabulary),
    adapter: null,
  };
  return TRAIN_PRODUCTS.map((slot) => {
    const kernel = (variant: ProductVariant): Kernel => {
      const variants = { ...PLAIN_VARIANTS.train, [slot]: variant };
      const forward = forwardKernels(shape, weights, true, false, variants);
      const backward = backwardKernels(shape, weights, { value: false, frozen: false }, variants);
      return { ...forward, ...backward, ...wholeGradientKernels(shape, layer, false, variants) }[slot];
    };
    return {
      name: `train ${slot}`,
      lines: TRAIN_LINES,
      candidates: productCandidates(device, slot, TRAIN_LINES, kernel, PLAIN_VARIANTS.train[slot]),
    };
  });
}

/** Variants that kernel and device support and that can pay off for this many lines, the default first. */
function productCandidates(
  device: GPUDevice,
  slot: string,
  lines: number,
  kernel: (variant: ProductVariant) => Kernel,
  plain: ProductVariant,
): Map<string, Kernel> {
  const features: ReadonlySet<string> = device.features;
  const possible = PRODUCT_VARIANTS.filter((variant) => {
    if (GRADIENTS.has(slot)) return variant.lines % 4 === 0 && !usesSubgroups(variant);
    if (usesSubgroups(variant) && !(BY_OUTPUT.has(slot) && features.has("subgroups"))) return false;
    if (lines > MOST_ROWS) return variant.lines > 1;
    return variant.kind !== "tile" || variant.tileLines <= lines + 1;
  });
  const ordered = [plain, ...possible.filter((variant) => variant !== plain)];
  return new Map(ordered.map((variant) => [nameOf(variant), kernel(variant)]));
}

const usesSubgroups = (variant: ProductVariant): boolean => variant.kind === "split" && variant.subgroups;

const teamName = (team: number): string => `team of ${team}`;

/** Returns the chosen variants by family; defaults where none was chosen. */
export function applyChoices(shape: DecoderShape, chosen: ReadonlyMap<string, string>): Variants {
  const named = new Map(PRODUCT_VARIANTS.map((variant) => [nameOf(variant), variant]));
  const products = <Slot extends string>(graph: string, plain: Readonly<Record<Slot, ProductVariant>>) => {
    const variants: Record<Slot, ProductVariant> = { ...plain };
    for (const slot of Object.keys(plain) as Slot[])
      // of a record of slots
      variants[slot] = named.get(chosen.get(`${graph} ${slot}`) ?? "") ?? plain[slot];
    return variants;
  };
  const usual = usualTeams(shape);
  const attend = [1, ...attendTeams(shape)].find((team) => teamName(team) === chosen.get("decode attend"));
  const sample = SAMPLE_TEAMS.find((team) => teamName(team) === chosen.get("decode sample"));
  return {
    decode: products("decode", PLAIN_VARIANTS.decode),
    train: products("train", PLAIN_VARIANTS.train),
    teams: { attend: attend ?? usual.attend, sample: sample ?? usual.sample },
  };
}
