/** Which model of the Hub: "owner/name", "owner/name@revision", "owner/name:file.gguf", or all of them. */
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

/** Reads what a user wrote; "hf:" may stand before it. */
export function parseModelId(text: string): ModelId {
  const match = PATTERN.exec(text.trim());
  const [, repository, revision = "main", file = null] = match ?? [];
  if (repository === undefined || [revision, file ?? ""].some((part) => part.split("/").includes(".."))) {
    throw new HubError(
      `"${text.trim()}" names no model of the Hub. Write owner/name, owner/name@revision or owner/name:file.gguf`,
    );
  }
  return { repository, revision, file };
}

/** The same model as a text, at another revision where one is given. */
export function modelIdText({ repository, revision, file }: ModelId): string {
  const at = revision === "main" ? "" : `@${revision}`;
  return `${repository}${at}${file === null ? "" : `:${file}`}`;
}

/** Whether a revision is a commit, which never changes. */
export function isCommit(revision: string): boolean {
  return COMMIT.test(revision);
}
