/**
 * Opens the tokenizers of random_tokenizers.py and prints a line of JSON for each: the ids of its texts and the texts of its ids, or an error.
 *   npx tsx tools/oracle/random_tokenizers.ts <cases.json>
 */
import { readFileSync } from "node:fs";
import type { JsonObject } from "../../src/formats/jsonObject.ts";
import { createTokenizer } from "../../src/model/language/tokenizer.ts";

interface Case {
  readonly tokenizer: JsonObject;
  readonly texts: readonly string[];
  readonly ids: readonly (readonly number[])[];
}

for (const one of JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as Case[])
  process.stdout.write(`${JSON.stringify(outcome(one))}\n`);

function outcome({ tokenizer: tokenizerJson, texts, ids }: Case): object {
  try {
    const tokenizer = createTokenizer({ tokenizerJson, tokenizerConfig: {} });
    const encoded = texts.map((text) => Array.from(tokenizer.encode(text)));
    return { ids: encoded, decoded: ids.map((row) => tokenizer.decode(row)) };
  } catch (error) {
    const { name, message } = error as Error;
    return { name, error: message };
  }
}
