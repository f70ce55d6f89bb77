/** `ttrl experiment`: computes the cells of experiments and writes the results. */
import { mkdirSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { InputError, messageOf } from "../inputError.ts";
import { cellHash, cellsOf, type Cell, type Unit } from "./cell.ts";
import { isUnitDone, plansOf, type ExperimentRequest, type Plan } from "./plan.ts";
import { Children, programVersion } from "./program.ts";
import { finishCell, type CellRunner } from "./runCell.ts";
import { writeResult } from "./writeResult.ts";

/** Computes all unfinished cells, then writes the results of the finished ones, also after a stop or a failure. */
export async function runExperiments(request: ExperimentRequest): Promise<void> {
  const { out } = request;
  const plans = plansOf(request);
  makeFolder(join(out, "cells"));
  const children = new Children();
  stopOnSignals(children);
  const queue = new Queue({ out, program: programVersion(), children }, plans);
  await Promise.all(Array.from({ length: request.jobs }, () => queue.work()));
  for (const plan of plans) writeResult(plan, out);
  const signal = children.stoppedBy();
  if (signal !== null) {
    console.error("stopped; the same command continues");
    process.exitCode = 128 + constants.signals[signal];
  }
  if (queue.failures.length > 0) throw new InputError(queue.failures.join("\n"));
}

/** Writes the results of finished cells. */
export function reportExperiments(request: ExperimentRequest): void {
  makeFolder(request.out);
  for (const plan of plansOf(request)) writeResult(plan, request.out);
}

/** Hands out units in order to concurrent workers. */
class Queue {
  readonly failures: string[] = [];
  readonly #runner: CellRunner;
  readonly #units: readonly { readonly plan: Plan; readonly unit: Unit }[];
  /** Cells begun, by hash: units that share one compute it once. */
  readonly #begun = new Map<string, Promise<boolean>>();
  #next = 0;

  constructor(runner: CellRunner, plans: readonly Plan[]) {
    this.#runner = runner;
    const all = plans.flatMap((plan) => plan.wanted.map((unit) => ({ plan, unit })));
    this.#units = all.filter(({ plan, unit }) => !isUnitDone(plan, runner.out, unit));
    const [done, total] = [all.length - this.#units.length, all.length];
    console.error(`${total} runs with their evaluations, of which ${done} are finished`);
  }

  /** Computes units until none is left or the processes are stopped. */
  async work(): Promise<void> {
    for (;;) {
      const taken = this.#units[this.#next];
      if (taken === undefined || this.#runner.children.stoppedBy() !== null) return;
      this.#next += 1;
      const place = `${this.#next}/${this.#units.length}`;
      const start = performance.now();
      const isDone = await this.#finish(taken.unit);
      const seconds = Math.round((performance.now() - start) / 1000);
      const { experiment } = taken.plan;
      const name = `${experiment.name} ${taken.unit.variant.name}, seed ${taken.unit.seed}`;
      console.error(`${place} ${name}: ${isDone ? "finished" : "not finished"} after ${seconds} s`);
    }
  }

  async #finish(unit: Unit): Promise<boolean> {
    try {
      for (const cell of cellsOf(unit)) {
        if (!(await this.#finishOnce(cell))) return false;
      }
      return true;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.failures.push(messageOf(error)); // the other cells do not depend on it
      return false;
    }
  }

  #finishOnce(cell: Cell): Promise<boolean> {
    const hash = cellHash(cell);
    const work = this.#begun.get(hash) ?? finishCell(this.#runner, cell);
    this.#begun.set(hash, work);
    return work;
  }
}

/** Stops all processes on the first signal and kills them on the second. */
function stopOnSignals(children: Children): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (children.stoppedBy() === null) return children.stop(signal);
      children.kill();
      process.exit(128 + constants.signals[signal]);
    });
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new InputError(`${path}: the folder cannot be created (${messageOf(error)}); choose another --out`);
  }
}
