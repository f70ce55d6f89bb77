import { beforeAll, describe, expect, test } from "vitest";
import { useImplementation } from "../ops/testBackend.ts";
import { CONFIG, figures, Stage, STUDY, WHOLE_STORY, wholeRun } from "./fixture.ts";
import type { ExtraEvaluations } from "./protocol.ts";

const EXTRAS: ExtraEvaluations = {
  votes: [{ name: "voted at T 1", temperature: 1, topP: 1, samples: 8 }],
  studies: [{ ...STUDY, name: "Others", questions: STUDY.questions.slice(0, 2) }],
};

describe("extra evaluations", () => {
  beforeAll(() => useImplementation("WASM kernels"));

  test("extra evaluations are made with the first and the last evaluation, and do not change the run", async () => {
    const stage = new Stage(CONFIG, {}, undefined, EXTRAS);
    await stage.next("finished");
    expect(stage.story).toEqual(
      WHOLE_STORY.flatMap((event) => {
        if (event === "evaluated 0") return [event, "evaluatedExtra", "evaluatedExtra"];
        return event === "evaluated 5" ? [event, "evaluatedExtra"] : [event];
      }),
    );
    const found = stage.all("evaluatedExtra").map(({ at, dataset, evaluation }) => ({
      at,
      dataset,
      step: evaluation.step,
      samples: evaluation.samples,
      temperature: evaluation.temperature,
      questions: evaluation.questions.length,
    }));
    const { evaluationTemperature: temperature, initialSamples: samples } = CONFIG;
    expect(found).toEqual([
      { at: "voted at T 1", dataset: "Sums", step: 0, samples: 8, temperature: 1, questions: 4 },
      { at: "before", dataset: "Others", step: 0, samples, temperature, questions: 2 },
      { at: "after", dataset: "Others", step: 5, samples, temperature, questions: 2 },
    ]);
    const alone = await wholeRun();
    expect(figures(stage)).toEqual(figures(alone));
    for (const { session } of [stage, alone]) await session.end();
  });

  test("a stop takes effect during extra evaluations", async () => {
    const stage = new Stage(CONFIG, {}, undefined, EXTRAS);
    stage.on("evaluatedExtra", () => stage.session.stop());
    await stage.next("stopped");
    expect(stage.story).toEqual(["started", "evaluated 0", "evaluatedExtra", "stopped"]);
    await stage.session.end();
  });
});
