/** A Hugging Face folder -> the GGUF file of the same model, piece by piece: ggufModel.ts the other way round. */
import type { Rotary } from "../../math/rotary.ts";
import { GgufExportError } from "./ggufExportError.ts";
import { aligned, ggufHeader, type MetadataValue, type PlacedTensor } from "./ggufHeaderBytes.ts";
import { ggufName, headsOf } from "./ggufNames.ts";
import { cutNameOf, type CutName } from "./ggufPreTokenizers.ts";
import { ropeDivisors, ROPE_DIVISORS, rotaryMetadata } from "./ggufRotary.ts";
import type { TokenizerFiles } from "./ggufTokenizer.ts";
import { tokenizerMetadata } from "./ggufTokenizerMetadata.ts";
import { withHalvesInterleaved } from "./headRows.ts";
import { BLOCK, packedBytes, packedPieces, type Packing } from "../numbers/narrowFloats.ts";
import type { Tensor } from "../../math/tensor.ts";
import type { Streamed } from "../streamed.ts";
import { weightsOf, type WeightSource } from "../numbers/weightSource.ts";

/** llama.cpp's names of architectures. Its llama is Mistral, too, and orders the rows of q and k otherwise. */
const ARCHITECTURES = { llama: "llama", mistral: "llama", qwen2: "qwen2", qwen3: "qwen3" } as const;

/** The sizes that the header tells of a decoder. */
export interface ExportedDecoder extends Rotary {
  readonly architecture: keyof typeof ARCHITECTURES;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly hiddenWidth: number;
  readonly vocabulary: number;
  readonly maxPositions: number;
  readonly normEpsilon: number;
  readonly tied: boolean;
  readonly eosTokens: readonly number[];
}

/** A file about to be written; its pieces throw `PackingError`. */
export interface GgufExport extends Streamed {
  readonly cut: CutName;
  /** Matrices whose rows do not fill Q8_0's blocks of 32, written in F16; by Hugging Face's names. */
  readonly inHalf: readonly string[];
}

/** What whoever takes the file should know of it, in sentences. */
export function ggufNotes({ inHalf, cut }: Pick<GgufExport, "inHalf" | "cut">): string[] {
  const notes: string[] = [];
  if (inHalf.length > 0)
    notes.push(
      `${inHalf.length} matrices, such as ${inHalf[0]}, are in F16: their rows do not fill blocks of 32`,
    );
  if (cut.differs !== null)
    notes.push(
      `llama.cpp has no name for how this tokenizer cuts texts; with ${cut.name}, which is written, it finds the same tokens but for ${cut.differs}`,
    );
  return notes;
}

/** llama.cpp's number for what most of a file's weights are. */
const FILE_TYPES: Readonly<Record<Packing, number>> = { F32: 0, F16: 1, Q8_0: 7, BF16: 32 };

/** Prepares a file named `name` inside. Throws `GgufExportError` for what a GGUF file cannot say. */
export function exportGguf(
  tokenizer: TokenizerFiles,
  stored: WeightSource,
  decoder: ExportedDecoder,
  { packing, name }: { readonly packing: Packing; readonly name: string },
): GgufExport {
  const cut = cutNameOf(tokenizer.tokenizerJson);
  if (cut === null)
    throw new GgufExportError(
      "llama.cpp has no name that is known here for how its tokenizer cuts a text into words",
    );
  const weights = withDivisors(stored, decoder);
  const written = writtenTensors(weights, decoder, packing);
  const metadata = new Map<string, MetadataValue>([
    ["general.architecture", { text: ARCHITECTURES[decoder.architecture] }],
    ["general.name", { text: name }],
    ["general.file_type", { uint32: FILE_TYPES[packing] }],
    ["general.quantization_version", { uint32: 2 }],
    ...decoderMetadata(decoder),
    ...tokenizerMetadata(tokenizer, { cut, ...decoder }),
  ]);
  const header = ggufHeader(metadata, written);
  const sizes = written.map((one) => aligned(packedBytes(one.packing, weightsOf(one.shape))));
  return {
    bytes: sizes.reduce((total, size) => total + size, header.length),
    cut,
    inHalf: packing === "Q8_0" ? written.filter((one) => one.packing === "F16").map((one) => one.source) : [],
    pieces: async function* () {
      yield header;
      for (const one of written)
        yield* tensorPieces({ shape: one.shape, data: await weights.read(one.source) }, decoder, one);
    },
  };
}

function decoderMetadata(decoder: ExportedDecoder): [string, MetadataValue][] {
  const { headDim, heads, kvHeads } = decoder;
  const architecture = ARCHITECTURES[decoder.architecture];
  const numbers: [string, number][] = [
    ["vocab_size", decoder.vocabulary],
    ["context_length", decoder.maxPositions],
    ["embedding_length", decoder.width],
    ["block_count", decoder.layers],
    ["feed_forward_length", decoder.hiddenWidth],
    ["rope.dimension_count", headDim],
    ["attention.head_count", heads],
    ["attention.head_count_kv", kvHeads],
    ["attention.key_length", headDim],
    ["attention.value_length", headDim],
  ];
  return [
    ...numbers.map(([key, value]): [string, MetadataValue] => [`${architecture}.${key}`, { uint32: value }]),
    [`${architecture}.rope.freq_base`, { float32: decoder.ropeTheta }],
    ...rotaryMetadata(architecture, decoder),
    [`${architecture}.attention.layer_norm_rms_epsilon`, { float32: decoder.normEpsilon }],
  ];
}

/** A tensor of the file and where it comes from. */
interface Written extends PlacedTensor {
  /** Hugging Face's name. */
  readonly source: string;
}

/** The weights, and what rotary frequencies are divided by where that is a tensor. */
function withDivisors({ shapes, read }: WeightSource, decoder: ExportedDecoder): WeightSource {
  const divisors = ropeDivisors(decoder);
  if (divisors === null) return { shapes, read };
  return {
    shapes: new Map([...shapes, [ROPE_DIVISORS, [divisors.length]]]),
    read: (name) => (name === ROPE_DIVISORS ? Promise.resolve(divisors) : read(name)),
  };
}

function writtenTensors({ shapes }: WeightSource, { tied }: ExportedDecoder, packing: Packing): Written[] {
  return [...shapes].flatMap(([source, shape]) => {
    if (tied && source === "lm_head.weight") return []; // the embedding again
    const name = source === ROPE_DIVISORS ? source : ggufName(source);
    if (name === null) throw new GgufExportError(`parameter ${JSON.stringify(source)} has no name there`);
    return [{ name, shape, packing: packingOf(shape, packing), source }];
  });
}

/** As llama.cpp's converter: vectors stay exact, and rows that do not fill blocks take the next finer packing. */
function packingOf(shape: readonly number[], packing: Packing): Packing {
  if (shape.length < 2) return "F32";
  return (shape.at(-1) ?? 0) % BLOCK[packing] === 0 ? packing : "F16";
}

function* tensorPieces(
  tensor: Tensor,
  { architecture, heads, kvHeads }: ExportedDecoder,
  { source, shape, packing }: Written,
): Generator<Uint8Array> {
  const turned = ARCHITECTURES[architecture] === "llama" ? headsOf(source, heads, kvHeads) : null;
  const { data } = turned === null ? tensor : withHalvesInterleaved(tensor, turned);
  yield* packedPieces(source, data, packing);
  const bytes = packedBytes(packing, weightsOf(shape));
  if (aligned(bytes) > bytes) yield new Uint8Array(aligned(bytes) - bytes);
}
