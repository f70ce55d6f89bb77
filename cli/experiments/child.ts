/** One command of this program, as it was started itself, in a process of its own. */
import { spawn, type ChildProcess } from "node:child_process";
import { appendFileSync } from "node:fs";
import { ROOT } from "./program.ts";

/** Exit status and output of a finished process. */
export interface ChildResult {
  readonly status: number | null;
  readonly stdout: string;
  /** The last thing it said on standard error. */
  readonly lastWords: string;
}

/** Processes under way, and whether no more may begin. */
export class Children {
  readonly #running = new Set<ChildProcess>();
  #stopped: NodeJS.Signals | null = null;

  /** The signal that stopped them; null while they may run. */
  stoppedBy(): NodeJS.Signals | null {
    return this.#stopped;
  }

  /** Asks each process once to stop: a run then writes a checkpoint. */
  stop(signal: NodeJS.Signals): void {
    this.#stopped = signal;
    for (const child of this.#running) child.kill("SIGTERM");
  }

  /** Ends all processes at once. */
  kill(): void {
    for (const child of this.#running) child.kill("SIGKILL");
  }

  /** Runs a command; what it says on standard error goes to `log`. */
  run(args: readonly string[], log: string, onStart: (pid: number) => void): Promise<ChildResult> {
    const [, program = ""] = process.argv;
    const child = spawn(process.execPath, [...process.execArgv, program, ...args], {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true, // of another process group: Ctrl-C reaches it once, by `stop`
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
        resolve({ status, stdout: output.stdout, lastWords: output.stderr.trim().split("\n").at(-1) ?? "" }),
      );
    }).finally(() => this.#running.delete(child));
  }
}
