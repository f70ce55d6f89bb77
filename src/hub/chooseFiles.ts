/** Which files of a repository a run needs. */
import { fileSize } from "../math/bytes.ts";
import { INDEX } from "../formats/safetensors/shards.ts";
import { HubError } from "./hubError.ts";
import type { ModelId } from "./modelId.ts";
import type { RemoteFile, Repository } from "./repository.ts";

const REQUIRED = ["config.json", "tokenizer.json", "tokenizer_config.json"];
const OPTIONAL = ["generation_config.json", "chat_template.jinja"];
const WEIGHTS = "model.safetensors";

/** The files to fetch before all others are known: of a sharded model all but its shards, which its index names. */
export function chooseFiles(repository: Repository, { file }: ModelId): readonly RemoteFile[] {
  const byPath = new Map(repository.files.map((one) => [one.path, one]));
  if (file !== null) return [byPath.get(file) ?? failGguf(repository, `it has no ${file}`)];
  const weights = byPath.get(WEIGHTS) ?? byPath.get(INDEX) ?? failWeights(repository);
  const missing = REQUIRED.filter((path) => !byPath.has(path));
  if (missing.length > 0) {
    const remedy = `A model needs ${REQUIRED.join(", ")} and its weights: choose one that has them.`;
    throw new HubError(`${repository.name} has no ${missing.join(" and no ")}. ${remedy}`);
  }
  return [...REQUIRED, ...OPTIONAL].flatMap((path) => byPath.get(path) ?? []).concat(weights);
}

/** The shards that an index names. */
export function chooseShards(
  repository: Repository,
  weightMap: ReadonlyMap<string, string>,
): readonly RemoteFile[] {
  const byPath = new Map(repository.files.map((one) => [one.path, one]));
  return [...new Set(weightMap.values())].sort().map((path) => {
    const file = byPath.get(path);
    if (file !== undefined) return file;
    throw new HubError(
      `${repository.name} has no ${path}, which its ${INDEX} names. Choose another revision.`,
    );
  });
}

function failWeights(repository: Repository): never {
  const paths = repository.files.map(({ path }) => path);
  if (paths.some((path) => path.endsWith(".gguf"))) return failGguf(repository, "its weights are GGUF files");
  const pickle = paths.some((path) => /^pytorch_model.*\.bin$/.test(path));
  const reason = pickle ? "its weights are a PyTorch pickle" : `it has no ${WEIGHTS} at its root`;
  throw new HubError(`${repository.name} cannot be opened: ${reason}. Choose one that has ${WEIGHTS}.`);
}

/** Names told; a repository may hold dozens. */
const NAMED = 12;

function failGguf({ name, files }: Repository, reason: string): never {
  const ggufs = files.filter(({ path }) => path.endsWith(".gguf"));
  const [first] = ggufs;
  if (first === undefined)
    throw new HubError(`${name}: ${reason}, nor any other GGUF file. Name ${name} alone.`);
  const named = ggufs.slice(0, NAMED).map(({ path, bytes }) => `${path} (${fileSize(bytes)})`);
  const more = ggufs.length > NAMED ? ` and ${ggufs.length - NAMED} more` : "";
  const choice = `Name one of them, as in ${name}:${first.path}`;
  throw new HubError(`${name}: ${reason}. ${choice}. There are ${named.join(", ")}${more}.`);
}
