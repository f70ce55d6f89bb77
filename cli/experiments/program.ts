/** This program: the version of its code, and its commands as child processes. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { appendFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import packageJson from "../../package.json" with { type: "json" };

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Paths of the code that numbers depend on. */
const CODE = ["src", "cli", "package-lock.json"];

/** The version and the commit of the code, with "+" if files differ from it. */
export interface ProgramVersion {
  readonly version: string;
  readonly commit: string;
}

/** Returns the version of this program; its commit is "unknown" outside a Git repository. */
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

/** Exit status and output of a finished process. */
interface ChildResult {
  readonly status: number | null;
  readonly stdout: string;
  /** The last line of standard error. */
  readonly lastError: string;
}

/** The running child processes. */
export class Children {
  readonly #running = new Set<ChildProcess>();
  #stopped: NodeJS.Signals | null = null;

  /** The signal that stopped all processes, after which none may start; null before. */
  stoppedBy(): NodeJS.Signals | null {
    return this.#stopped;
  }

  /** Asks each process to stop; a run then writes a checkpoint. */
  stop(signal: NodeJS.Signals): void {
    this.#stopped = signal;
    for (const child of this.#running) child.kill("SIGTERM");
  }

  /** Kills all processes. */
  kill(): void {
    for (const child of this.#running) child.kill("SIGKILL");
  }

  /** Runs a command of this program and appends its standard error to `log`. */
  run(args: readonly string[], log: string, onStart: (pid: number) => void): Promise<ChildResult> {
    const [, program = ""] = process.argv;
    const child = spawn(process.execPath, [...process.execArgv, program, ...args], {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true, // own process group: Ctrl-C reaches it only through `stop`
    });
    this.#running.add(child);
    if (child.pid !== undefined) onStart(child.pid);
    const output = { stdout: "", stderr: "" };
    child.stdout.on("data", (data: Buffer) => (output.stdout += data.toString()));
    child.stderr.on("data", (data: Buffer) => {
      appendFileSync(log, data);
      output.stderr = (output.stderr + data.toString()).slice(-4096);
    });
    return new Promise<ChildResult>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (status) =>
        resolve({ status, stdout: output.stdout, lastError: output.stderr.trim().split("\n").at(-1) ?? "" }),
      );
    }).finally(() => this.#running.delete(child));
  }
}
