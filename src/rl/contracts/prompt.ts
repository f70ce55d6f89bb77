/** What a policy receives for a question. */
import type { Message, Prompt, PromptFrame, Question } from "./types.ts";

/** Returns the turns of a question, which is the last one. */
export function turnsOf({ prompt, context = [] }: Question): Message[] {
  return [...context, { role: "user", content: prompt }];
}

/** Returns a question's text, or its turns where a conversation precedes it. */
export function promptOf(question: Question): Prompt {
  return question.context === undefined ? question.prompt : turnsOf(question);
}

/** Returns the turns as the chat template gets them. The run's system prompt, if set, replaces the question's own. */
export function framedTurns(prompt: Prompt, { system, suffix }: PromptFrame): Message[] {
  const turns: readonly Message[] = typeof prompt === "string" ? [{ role: "user", content: prompt }] : prompt;
  const talk = system === "" ? turns : turns.filter(({ role }) => role !== "system");
  const before: Message[] = system === "" ? [] : [{ role: "system", content: system }];
  const last = talk.length - 1;
  return [
    ...before,
    ...talk.map((turn, i) => (i === last ? { ...turn, content: turn.content + suffix } : turn)),
  ];
}

/** Reads arguments of a chat template, each "name=value"; a value is JSON, or else text. Throws a `RangeError`. */
export function templateArgs(assignments: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    assignments.map((assignment) => {
      const [, name, value = ""] = /^([A-Za-z_]\w*)=(.*)$/s.exec(assignment) ?? [];
      if (name === undefined || name === "messages")
        throw new RangeError(
          `a template argument is "${assignment}": write it as name=value, such as enable_thinking=false`,
        );
      return [name, jsonOrText(value)];
    }),
  );
}

function jsonOrText(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
