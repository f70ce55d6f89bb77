/**
 * Identifiers of models ("owner/name", "owner/name@revision", "owner/name:file.gguf", "owner/name@revision:file.gguf") and
 * data sets ("datasets/owner/name", "datasets/owner/name@revision:config/split").
 */
import { HubError } from "./hubError.ts";

/** A model or a data set of a Hub. */
export interface HubId {
  /** "owner/name" of a model, "datasets/owner/name" of a data set. */
  readonly repository: string;
  /** Branch, tag or commit. */
  readonly revision: string;
  /**
   * Of a model, the path of a GGUF file, or null for the Hugging Face folder at the repository's root. Of a data set,
   * config and split, or null for the default.
   */
  readonly file: string | null;
}

const NAME = "[A-Za-z0-9][A-Za-z0-9._-]*";
const REVISION = "(?:@([^\\s:@]+))?";
const MODEL = new RegExp(`^(?:hf:)?(${NAME}/${NAME})${REVISION}(?::(\\S.*\\.gguf))?$`, "i");
const DATASET = new RegExp(`^(?:hf:)?(datasets/${NAME}/${NAME})${REVISION}(?::(\\S.*))?$`);
const COMMIT = /^[0-9a-f]{40}$/;

/** Parses a model identifier with an optional "hf:" prefix. Throws `HubError`. */
export function parseModelId(text: string): HubId {
  const forms = "a model identifier. Write owner/name, owner/name@revision or owner/name:file.gguf";
  return parse(text, MODEL, forms);
}

/** Parses a data set identifier with an optional "hf:" prefix. Throws `HubError`. */
export function parseDatasetId(text: string): HubId {
  const forms =
    "a data set identifier. Write hf:datasets/owner/name, hf:datasets/owner/name@revision or hf:datasets/owner/name:config/split";
  return parse(text, DATASET, forms);
}

function parse(text: string, pattern: RegExp, forms: string): HubId {
  const [, repository, revision = "main", file = null] = pattern.exec(text.trim()) ?? [];
  if (repository === undefined || [revision, file ?? ""].some((part) => part.split("/").includes("..")))
    throw new HubError(`"${text.trim()}" is not ${forms}`);
  return { repository, revision, file };
}

/** Formats an identifier. */
export function hubIdText({ repository, revision, file }: HubId): string {
  const at = revision === "main" ? "" : `@${revision}`;
  return `${repository}${at}${file === null ? "" : `:${file}`}`;
}

/** Returns the path by which the reader of data sets names a file, of one or several: "gsm8k-main-test.parquet". */
export function datasetPath({ repository, file }: HubId, name: string, isOnly: boolean): string {
  const title = [repository.split("/").at(-1), ...(file?.split("/") ?? [])].join("-");
  return isOnly ? `${title}.parquet` : `${title}/${name}`;
}

/** Returns true if a repository is a data set's. */
export function isDataset({ repository }: Pick<HubId, "repository">): boolean {
  return repository.startsWith("datasets/");
}

/** Returns true if a revision is a full commit hash, which never changes. */
export function isCommit(revision: string): boolean {
  return COMMIT.test(revision);
}
