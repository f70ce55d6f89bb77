/** The version of the program that computes a cell: cells of different code are distinct. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import packageJson from "../../package.json" with { type: "json" };

/** The folder that holds the program. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Paths of the code that numbers depend on. */
const CODE = ["src", "cli", "package-lock.json"];

/** The version, and the commit of the code with "+" after it where files differ from it. */
export interface ProgramVersion {
  readonly version: string;
  readonly commit: string;
}

/** The program that runs now; its commit is "unknown" outside of a Git repository. */
export function programVersion(): ProgramVersion {
  const { version } = packageJson;
  try {
    const commit = git("rev-parse", "--short=12", "HEAD");
    const isChanged = git("status", "--porcelain", "--", ...CODE) !== "";
    return { version, commit: isChanged ? `${commit}+` : commit };
  } catch {
    return { version, commit: "unknown" }; // an unpacked archive, or no Git on this machine
  }
}

function git(...args: readonly string[]): string {
  return execFileSync("git", args, { cwd: ROOT, stdio: ["ignore", "pipe", "ignore"] })
    .toString()
    .trim();
}
