/**
 * Checks that no test prompt is in a corpus, by comparing every document with the committed data sets; the generator should exclude
 * them. Also counts documents with the arithmetic of a test question in another wording, which are not excluded.
 * Run: npx tsx tools/pretraining/checkCorpus.ts --mix skill|habit --seed 7 --documents 500000
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { corpus, HABIT_MIX, SKILL_MIX, type CorpusDocument } from "../../src/tasks/corpus.ts";
import { LEVELS, type Level } from "../../src/tasks/family.ts";
import { chainExpression } from "../../src/tasks/chain.ts";
import { testSets } from "../../src/tasks/testSets.ts";

interface CorpusCheck {
  readonly documents: number;
  /** Test prompts found in the corpus. */
  readonly hits: readonly string[];
  /** Documents with the arithmetic of a test question in another wording, by level. */
  readonly sameArithmetic: Readonly<Record<Level, number>>;
  /** Documents by level. */
  readonly perLevel: Readonly<Record<Level, number>>;
}

/** Returns the prompts of the committed data sets. */
function committedPrompts(): Set<string> {
  const folder = new URL("../../public/datasets/", import.meta.url);
  const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, folder), "utf8"));
  const index = read("index.json") as { file: string }[]; // committed files
  return new Set(
    index.flatMap(({ file }) => (read(file) as { prompt: string }[]).map(({ prompt }) => prompt)),
  );
}

const zeros = (): Record<Level, number> => ({ L1: 0, L2: 0, L3: 0, L4: 0, L5: 0 });

/** Compares documents with the test sets; leading and trailing whitespace is ignored. */
export function checkCorpus(corpusDocuments: Iterable<CorpusDocument>): CorpusCheck {
  const prompts = committedPrompts();
  const questions = testSets().flatMap((set) => set.questions);
  const expressions = new Set(questions.map(({ chain }) => chainExpression(chain)));
  const hits: string[] = [];
  const [sameArithmetic, perLevel] = [zeros(), zeros()];
  let documents = 0;
  for (const { prompt, expression, level } of corpusDocuments) {
    documents += 1;
    perLevel[level] += 1;
    if (prompts.has(prompt.trim())) hits.push(prompt);
    else if (expressions.has(expression)) sameArithmetic[level] += 1;
  }
  return { documents, hits, sameArithmetic, perLevel };
}

function main(): number {
  const { values } = parseArgs({
    options: {
      mix: { type: "string", default: "skill" },
      seed: { type: "string", default: "7" },
      documents: { type: "string", default: "500000" },
    },
  });
  const mix = new Map(Object.entries({ skill: SKILL_MIX, habit: HABIT_MIX })).get(values.mix);
  const seed = Number(values.seed);
  const wanted = Number(values.documents);
  if (mix === undefined || !Number.isInteger(seed) || !Number.isInteger(wanted)) {
    console.error("checkCorpus: --mix must be skill or habit, --seed and --documents whole numbers");
    return 2;
  }
  const { documents, hits, sameArithmetic, perLevel } = checkCorpus(corpus({ documents: wanted, seed, mix }));
  console.log(
    `${values.mix} corpus, seed ${seed}: ${documents} documents, ${hits.length} of them test prompts`,
  );
  for (const level of LEVELS)
    console.log(
      `${level}: ${sameArithmetic[level]} of ${perLevel[level]} share a test question's arithmetic`,
    );
  for (const prompt of hits.slice(0, 10))
    console.error(`test prompt in the corpus: ${JSON.stringify(prompt)}`);
  return hits.length === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main();
