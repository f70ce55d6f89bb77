/** Names the answer format that suits some responses better than the one in use. */
import { AUTO } from "./answerFormat.ts";
import { correctedGrader } from "./corrected/corrected.ts";
import type { Task } from "./grader.ts";

/** An answer format and the number of responses in which it finds an answer. */
export interface SuggestedFormat {
  readonly format: string;
  readonly found: number;
}

/** Tags that hold no answer. */
const OTHER_TAGS =
  /^(?:think(?:ing)?|reason(?:ing)?|thought|scratchpad|code|pre|br?|p|i|u|su[bp]|div|span|em|strong|li|[uo]l|t[rdh]|table)$/i;
const MAX_TAGS = 5;

/** Names of the tags that are closed somewhere, the most frequent first. */
function tagsIn(responses: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const response of responses) {
    const closed = [...response.matchAll(/<\/([a-z][\w-]{0,40})>/gi)].map(([, name = ""]) =>
      name.toLowerCase(),
    );
    for (const name of new Set(closed))
      if (!OTHER_TAGS.test(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.slice(0, MAX_TAGS).map(([name]) => name);
}

/**
 * Returns the format that finds an answer in most of the responses, if `current` finds one in less than half of them and
 * the other in more; null if there is none. A rule that takes any number or line counts only where no other finds half.
 */
export function suggestFormat(
  responses: readonly string[],
  current: string,
  task: Task,
): SuggestedFormat | null {
  const search = (format: string): SuggestedFormat => {
    const answers = responses.map((response) => correctedGrader.extract(response, task, format));
    return { format, found: answers.filter((answer) => answer !== null).length };
  };
  const half = responses.length / 2;
  const now = search(current).found;
  if (responses.length === 0 || now >= half) return null;
  const stated = [AUTO, "boxed", "hash", ...tagsIn(responses).map((name) => `tag:${name}`)];
  const best = bestOf([...stated, ...(task === "gpqa" ? [] : ["letter"])].map(search));
  const any = best.found >= half ? best : bestOf([best, ...["last-number", "last-line"].map(search)]);
  return any.found > now ? any : null;
}

/** Returns the first that finds the most. */
function bestOf([first, ...others]: readonly SuggestedFormat[]): SuggestedFormat {
  if (first === undefined) throw new Error("no format to choose from");
  return others.reduce((best, next) => (next.found > best.found ? next : best), first);
}
