/** Exports a model as a GGUF file, piece by piece: the inverse of ggufModel.ts. */
import { at } from "../../math/at.ts";
import type { Rotary } from "../../math/rotary.ts";
import { elementCount, type Tensor } from "../../math/tensor.ts";
import { GgufExportError } from "./ggufError.ts";
import { aligned, ggufHeader, type MetadataValue, type PlacedTensor } from "./ggufHeaderBytes.ts";
import { ggufName, headsOf, isPartOf } from "./ggufNames.ts";
import { preTokenizerName, type PreTokenizerName } from "./ggufPreTokenizers.ts";
import { ropeDivisors, ROPE_DIVISORS, rotaryMetadata } from "./ggufRotary.ts";
import type { TokenizerTexts } from "../huggingface/specialTokens.ts";
import { tokenizerMetadata } from "./ggufTokenizerMetadata.ts";
import { withHalvesInterleaved } from "./headRows.ts";
import { BLOCK, packedBytes, packedPieces, type Packing } from "../numbers/narrowFloats.ts";
import type { Streamed } from "../streamed.ts";
import type { WeightSource } from "../numbers/weightSource.ts";

/** llama.cpp's names of architectures. Its llama includes Mistral, and interleaves the rows of q and k. */
const ARCHITECTURES = { llama: "llama", mistral: "llama", qwen2: "qwen2", qwen3: "qwen3" } as const;

/** Configuration of a decoder, as written to the header. */
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
  readonly eosTokens: readonly number[];
}

/** A file to be written; its pieces throw `PackingError`. */
export interface GgufExport extends Streamed {
  readonly preTokenizer: PreTokenizerName;
  /** Hugging Face names of matrices written in F16 because their rows do not fill Q8_0's blocks of 32. */
  readonly inHalf: readonly string[];
}

/** Returns notes for the user about an exported file. */
export function ggufNotes({ inHalf, preTokenizer }: Pick<GgufExport, "inHalf" | "preTokenizer">): string[] {
  const notes: string[] = [];
  if (inHalf.length > 0)
    notes.push(
      `${inHalf.length} matrices, such as ${inHalf[0]}, are in F16: their rows do not fill blocks of 32`,
    );
  if (preTokenizer.differs !== null)
    notes.push(
      `llama.cpp has no equivalent of this model's pre-tokenizer; ${preTokenizer.name}, which is written instead, gives the same tokens except for ${preTokenizer.differs}`,
    );
  return notes;
}

/** llama.cpp's file type, by the packing of most weights. */
const FILE_TYPES: Readonly<Record<Packing, number>> = { F32: 0, F16: 1, Q8_0: 7, BF16: 32 };

/** Prepares a file with `name` as general.name. Throws `GgufExportError` if GGUF cannot represent the model. */
export function exportGguf(
  tokenizer: TokenizerTexts,
  stored: WeightSource,
  decoder: ExportedDecoder,
  { packing, name }: { readonly packing: Packing; readonly name: string },
): GgufExport {
  const preTokenizer = preTokenizerName(tokenizer.tokenizerJson);
  if (preTokenizer === null)
    throw new GgufExportError("llama.cpp has no known equivalent of the model's pre-tokenizer");
  const weights = withDivisors(stored, decoder);
  const written = writtenTensors(weights, decoder, packing);
  const metadata = new Map<string, MetadataValue>([
    ["general.architecture", { text: ARCHITECTURES[decoder.architecture] }],
    ["general.name", { text: name }],
    ["general.file_type", { uint32: FILE_TYPES[packing] }],
    ["general.quantization_version", { uint32: 2 }],
    ...decoderMetadata(decoder),
    ...tokenizerMetadata(tokenizer, { preTokenizer: preTokenizer.name, ...decoder }),
  ]);
  const header = ggufHeader(metadata, written);
  const sizes = written.map((one) => aligned(packedBytes(one.packing, elementCount(one.shape))));
  return {
    bytes: sizes.reduce((total, size) => total + size, header.length),
    preTokenizer,
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

/** A tensor of the file and its source. */
interface Written extends PlacedTensor {
  /** Hugging Face name. */
  readonly source: string;
}

/** Adds the divisors of rotary frequencies to the weights, if the model has them. */
function withDivisors({ shapes, read }: WeightSource, decoder: ExportedDecoder): WeightSource {
  const divisors = ropeDivisors(decoder);
  if (divisors === null) return { shapes, read };
  const architecture = ARCHITECTURES[decoder.architecture];
  if (architecture !== "llama")
    throw new GgufExportError(
      `llama.cpp has no Llama 3 scaling of rotary frequencies in ${architecture} models`,
    );
  return {
    shapes: new Map([...shapes, [ROPE_DIVISORS, [divisors.length]]]),
    read: (name) => (name === ROPE_DIVISORS ? Promise.resolve(divisors) : read(name)),
  };
}

function writtenTensors({ shapes }: WeightSource, decoder: ExportedDecoder, packing: Packing): Written[] {
  const architecture = ARCHITECTURES[decoder.architecture];
  return [...shapes].map(([source, shape]) => {
    const name = source === ROPE_DIVISORS ? source : ggufName(source);
    if (name === null || !isPartOf(architecture, name))
      throw new GgufExportError(
        `llama.cpp has no parameter ${JSON.stringify(source)} in ${architecture} models`,
      );
    return { name, shape, packing: packingOf(shape, packing), source };
  });
}

/** As in llama.cpp's converter: vectors are F32, and matrices whose rows do not fill blocks are F16. */
function packingOf(shape: readonly number[], packing: Packing): Packing {
  if (shape.length < 2) return "F32";
  return at(shape, shape.length - 1) % BLOCK[packing] === 0 ? packing : "F16";
}

function* tensorPieces(
  tensor: Tensor,
  { architecture, heads, kvHeads }: ExportedDecoder,
  { source, shape, packing }: Written,
): Generator<Uint8Array> {
  const interleaved = ARCHITECTURES[architecture] === "llama" ? headsOf(source, heads, kvHeads) : null;
  const { data } = interleaved === null ? tensor : withHalvesInterleaved(tensor, interleaved);
  yield* packedPieces(source, data, packing);
  const bytes = packedBytes(packing, elementCount(shape));
  if (aligned(bytes) > bytes) yield new Uint8Array(aligned(bytes) - bytes);
}
