/** `ttrl models`: the curated models of the Hub, as they would run on this machine. */
import { homedir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import packageJson from "../../package.json" with { type: "json" };
import { offerModels, type ModelOffer, type ModelVariant } from "../../src/lab/modelOffers.ts";
import {
  FIT_BASIS,
  fitText,
  SPEED_BASIS,
  speedKey,
  speedText,
  variantText,
  type Speed,
} from "../../src/lab/offerText.ts";
import { measureSpeed } from "../../src/lab/speed.ts";
import { fileSize } from "../../src/math/bytes.ts";
import type { Machine } from "../../src/model/memory/planMemory.ts";
import { probeAdapter, startBackend } from "../backend.ts";
import { HUB_PREFIX } from "../files/hubCache.ts";
import { writeJsonLine } from "../files/jsonLines.ts";
import { cacheFolder, tuningMemory } from "../files/tuningMemory.ts";
import { machineOf, type PlanRequest } from "./planModel.ts";

export interface ModelsRequest extends Pick<PlanRequest, "backend" | "limit" | "format" | "config"> {
  /** Whether to measure the machine's speed. */
  readonly measure: boolean;
}

/** Prints the models; without `measure`, with speeds if they were measured before. */
export async function listModels({ measure, format, config, ...request }: ModelsRequest): Promise<void> {
  const machine = await machineOf(request);
  const speed = await speedOf(machine, measure);
  for await (const offer of offerModels(config, machine)) {
    if (format === "markdown") process.stdout.write(markdownOf(offer, speed));
    else writeJsonLine({ ...offer, speed: speed && speed.weightsPerSecond / offer.parameters });
  }
  if (format === "json") return;
  const basis = speed === null ? "Expected speeds: --measure." : SPEED_BASIS;
  process.stdout.write(`${FIT_BASIS} ${basis}\n`);
}

const keptSpeed = z.object({ weightsPerSecond: z.number().positive() });

async function speedOf({ adapter }: Machine, measure: boolean): Promise<Speed | null> {
  const backend = adapter === null ? "wasm" : "webgpu";
  const device = adapter === null ? process.arch : (probeAdapter()?.name ?? "no adapter");
  const key = speedKey(`${backend}, ${device}`, packageJson.version);
  const folder = cacheFolder(process.platform, process.env, homedir());
  const memory = tuningMemory(join(folder, "ttrl-lab", "speeds.json"));
  if (!measure) {
    const kept = await memory.read(key);
    return kept === null ? null : keptSpeed.parse(JSON.parse(kept));
  }
  const speed = await measureSpeed(await startBackend(backend), () => performance.now());
  await memory.write(key, JSON.stringify(speed));
  return speed;
}

function markdownOf(offer: ModelOffer, speed: Speed | null): string {
  const { repository, parameters, licence, gate, about, context, variants } = offer;
  const millions = `${Math.round(parameters / 1e6)} million parameters`;
  const facts = [millions, licence, `context ${context} tokens`];
  if (speed !== null) facts.push(speedText(speed, parameters));
  return [
    `## ${repository}`,
    ...["", `${about} ${facts.join("; ")}.`, ...(gate === null ? [] : [gate]), ""],
    ...variants.map(lineOf),
    ...["", ""],
  ].join("\n");
}

function lineOf(variant: ModelVariant): string {
  const { format, id, bytes, settings } = variant;
  const options =
    settings === null ? "" : ` --trainable ${settings.trainable} --base-precision ${settings.basePrecision}`;
  const run = `\`--model ${HUB_PREFIX}${id}${options}\``;
  return `- ${format}, ${fileSize(bytes)}, ${variantText(variant)}: ${fitText(variant)} ${run}`;
}
