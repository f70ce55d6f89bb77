/** What a policy receives for a question. */
import type { Message, Prompt, Question } from "./types.ts";

/** Returns the turns of a question, which is the last one. */
export function turnsOf({ prompt, context = [] }: Question): Message[] {
  return [...context, { role: "user", content: prompt }];
}

/** Returns a question's text, or its turns where a conversation precedes it. */
export function promptOf(question: Question): Prompt {
  return question.context === undefined ? question.prompt : turnsOf(question);
}
