/**
 * Prints the largest difference of logits from transformers', for each tiny model of src/model/fixtures and each implementation in
 * Node: the numbers of docs/MODELS.md.
 *   npx tsx tools/oracle/logitGaps.ts
 */
import { IMPLEMENTATIONS, useImplementation } from "../../src/ops/testBackend.ts";
import { FIXTURES, fixtureDecoder, loadFixture } from "../../src/model/fixture.ts";
import { causal, indices, packRows } from "../../src/model/tfjs/packedRows.ts";
import { hiddenStates, logitsOf } from "../../src/model/tfjs/transformer.ts";

for (const implementation of IMPLEMENTATIONS) {
  await useImplementation(implementation);
  for (const name of FIXTURES) console.log(`${implementation}, ${name}: ${gapOf(name).toExponential(1)}`);
}

function gapOf(name: (typeof FIXTURES)[number]): number {
  const fixture = loadFixture(name);
  const { rows } = fixture.expected;
  const decoder = fixtureDecoder(fixture);
  const packed = packRows(rows);
  const attend = causal(decoder.config, packed);
  const logits = logitsOf(
    decoder,
    hiddenStates(decoder, indices(packed.tokens), indices(packed.positions), attend),
  );
  const expected = rows.flatMap((_, row) => [...(fixture.tensors.get(`logits.${row}`)?.data ?? [])]);
  const found = logits.dataSync();
  return expected.reduce((gap, value, i) => Math.max(gap, Math.abs(value - (found[i] ?? Number.NaN))), 0);
}
