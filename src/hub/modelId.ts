/** Model identifiers: "owner/name", "owner/name@revision", "owner/name:file.gguf" or "owner/name@revision:file.gguf". */
import { HubError } from "./hubError.ts";

export interface ModelId {
  /** "owner/name". */
  readonly repository: string;
  /** Branch, tag or commit. */
  readonly revision: string;
  /** Path of a GGUF file in the repository; null for the Hugging Face folder at its root. */
  readonly file: string | null;
}

const NAME = "[A-Za-z0-9][A-Za-z0-9._-]*";
const PATTERN = new RegExp(`^(?:hf:)?(${NAME}/${NAME})(?:@([^\\s:@]+))?(?::(\\S.*\\.gguf))?$`, "i");
const COMMIT = /^[0-9a-f]{40}$/;

/** Parses a model identifier with an optional "hf:" prefix. Throws `HubError`. */
export function parseModelId(text: string): ModelId {
  const match = PATTERN.exec(text.trim());
  const [, repository, revision = "main", file = null] = match ?? [];
  if (repository === undefined || [revision, file ?? ""].some((part) => part.split("/").includes(".."))) {
    throw new HubError(
      `"${text.trim()}" is not a model identifier. Write owner/name, owner/name@revision or owner/name:file.gguf`,
    );
  }
  return { repository, revision, file };
}

/** Formats a model identifier. */
export function modelIdText({ repository, revision, file }: ModelId): string {
  const at = revision === "main" ? "" : `@${revision}`;
  return `${repository}${at}${file === null ? "" : `:${file}`}`;
}

/** Returns true if a revision is a full commit hash, which never changes. */
export function isCommit(revision: string): boolean {
  return COMMIT.test(revision);
}
