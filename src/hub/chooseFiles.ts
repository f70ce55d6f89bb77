/** Selects the files of a repository that a model consists of. */
import { fileSize } from "../math/bytes.ts";
import { splitPaths } from "../formats/gguf/ggufSplit.ts";
import { INDEX } from "../formats/safetensors/shards.ts";
import { HubError } from "./hubError.ts";
import type { HubId } from "./hubId.ts";
import type { RemoteFile, Repository } from "./repository.ts";

const REQUIRED = ["config.json", "tokenizer.json", "tokenizer_config.json"];
const OPTIONAL = ["generation_config.json", "special_tokens_map.json", "chat_template.jinja"];
const WEIGHTS = "model.safetensors";

/** Returns a model's files; of a sharded model all but the shards, which are listed in its index. Throws `HubError`. */
export function chooseFiles(repository: Repository, { file }: HubId): readonly RemoteFile[] {
  const byPath = new Map(repository.files.map((one) => [one.path, one]));
  if (file !== null)
    return splitPaths(file).map((path) => byPath.get(path) ?? failGguf(repository, `it has no ${path}`));
  const weights = byPath.get(WEIGHTS) ?? byPath.get(INDEX) ?? failWeights(repository);
  const missing = REQUIRED.filter((path) => !byPath.has(path));
  if (missing.length > 0) {
    const remedy = `A model needs ${REQUIRED.join(", ")} and weights. Choose another model.`;
    throw new HubError(`${repository.name} has no ${missing.join(" and no ")}. ${remedy}`);
  }
  return [...REQUIRED, ...OPTIONAL].flatMap((path) => byPath.get(path) ?? []).concat(weights);
}

/** Returns the shards listed in an index (`weightMap`: tensor -> file). Throws `HubError` if one is missing. */
export function chooseShards(
  repository: Repository,
  weightMap: ReadonlyMap<string, string>,
): readonly RemoteFile[] {
  const byPath = new Map(repository.files.map((one) => [one.path, one]));
  return [...new Set(weightMap.values())].sort().map((path) => {
    const file = byPath.get(path);
    if (file !== undefined) return file;
    throw new HubError(
      `${repository.name} has no ${path}, which is listed in its ${INDEX}. Choose another revision.`,
    );
  });
}

function failWeights(repository: Repository): never {
  const paths = repository.files.map(({ path }) => path);
  if (paths.some((path) => path.endsWith(".gguf"))) return failGguf(repository, "its weights are GGUF files");
  const pickle = paths.some((path) => /^pytorch_model.*\.bin$/.test(path));
  const reason = pickle ? "its weights are a PyTorch pickle" : `it has no ${WEIGHTS} at its root`;
  throw new HubError(`${repository.name} cannot be opened: ${reason}. Choose a model with ${WEIGHTS}.`);
}

/** Maximum number of files listed in an error; a repository may hold dozens. */
const NAMED = 12;

function failGguf({ name, files }: Repository, reason: string): never {
  const ggufs = files.filter(({ path }) => path.endsWith(".gguf"));
  const [first] = ggufs;
  if (first === undefined)
    throw new HubError(`${name}: ${reason} and no other GGUF file. Use ${name} without a file name.`);
  const named = ggufs.slice(0, NAMED).map(({ path, bytes }) => `${path} (${fileSize(bytes)})`);
  const more = ggufs.length > NAMED ? ` and ${ggufs.length - NAMED} more` : "";
  const choice = `Select a file, as in ${name}:${first.path}`;
  throw new HubError(`${name}: ${reason}. ${choice}. Available: ${named.join(", ")}${more}.`);
}
