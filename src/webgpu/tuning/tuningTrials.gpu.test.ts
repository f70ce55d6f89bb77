import { afterAll, expect, test } from "vitest";
import { describeOnGpu, ODD_SHAPE, oddLayer } from "../fixture.ts";
import { addProjection } from "../kernels/addProjection/addProjection.ts";
import { plainLayer } from "../weights/layerWeights.ts";
import { tuningFamilies, type Family } from "./tuningFamilies.ts";
import { GpuTrials } from "./tuningTrials.ts";
import { PLAIN_PRODUCT } from "../kernelVariants/variants.ts";

describeOnGpu("trials", (gpu) => {
  const { layout: layer, block } = oddLayer();
  const layout = { layer, layerSize: block.length };
  let made: GpuTrials | null = null;
  const trials = () => (made ??= new GpuTrials(gpu(), ODD_SHAPE, layout, []));
  afterAll(() => made?.dispose());

  const down = addProjection(plainLayer(layer), "mlp.down_proj.weight");
  const family: Family = {
    name: "down",
    lines: 5,
    candidates: new Map([
      ["plain", down],
      [
        "good",
        addProjection(plainLayer(layer), "mlp.down_proj.weight", false, { ...PLAIN_PRODUCT, lines: 2 }),
      ],
      ["wrong", { ...down, wgsl: down.wgsl.replace("i < 5u", "i < 4u") }],
      ["broken", { ...down, wgsl: down.wgsl.replace("vec4f()", "vec5f()") }],
      ["not a number", { ...down, wgsl: down.wgsl.replace("+= sum0_0_0", "+= sum0_0_0 / 0") }],
    ]),
  };

  test("what agrees with the plain variant is timed", async () => {
    for (const name of ["plain", "good"]) {
      const outcome = await trials().measure(family, name, Number.POSITIVE_INFINITY);
      expect(outcome).toHaveProperty("milliseconds");
    }
  });

  test("a wrong kernel is rejected, and one that does not compile leaves no error behind", async () => {
    await trials().measure(family, "plain", Number.POSITIVE_INFINITY);
    const problem = async (name: string) => await trials().measure(family, name, Number.POSITIVE_INFINITY);
    expect(await problem("wrong")).toMatchObject({
      problem: expect.stringMatching(/^x is off by /) as string,
    });
    expect(await problem("not a number")).toHaveProperty("problem");
    expect(await problem("broken")).toHaveProperty("problem");
  });

  test("every family can be measured by itself", { timeout: 60_000 }, async () => {
    const families = tuningFamilies(gpu().device, ODD_SHAPE, layout);
    for (const { name, candidates } of families) {
      const [first = "", kernel] = [...candidates][0] ?? [];
      const alone = { name, lines: 9, candidates: new Map(kernel ? [[first, kernel]] : []) };
      expect(await trials().measure(alone, first, Number.POSITIVE_INFINITY), name).toHaveProperty(
        "milliseconds",
      );
    }
  });
});
