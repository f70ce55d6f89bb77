/** Conversations: lists of turns in the forms of OpenAI's messages and of ShareGPT. */
import type { Message } from "../../rl/contracts/types.ts";
import { areTurns, asRecord } from "../row.ts";
import { BadRow, isBlank, parsed, scalarText } from "./value.ts";

/** A question asked in a conversation. */
export interface Conversation {
  /** Turns before the question, a system message included. */
  readonly context: readonly Message[];
  /** The last message of the user. */
  readonly prompt: string;
  /** The assistant's answer to it; null where there is none. */
  readonly reply: string | null;
}

const SPEAKERS: Readonly<Record<string, Message["role"]>> = {
  system: "system", developer: "system", user: "user", human: "user", prompter: "user",
  assistant: "assistant", gpt: "assistant", model: "assistant", bot: "assistant", chatgpt: "assistant",
}; // prettier-ignore

/** Whether a value is a list of turns. */
export function isConversation(value: unknown): boolean {
  const list = parsed(value);
  return Array.isArray(list) && areTurns(list);
}

/** Reads a conversation. Throws `BadRow` if a turn is unusable or nothing is asked. */
export function readConversation(name: string, value: unknown): Conversation {
  const list = parsed(value);
  const turns = (Array.isArray(list) ? (list as unknown[]) : []).flatMap((turn) => readTurn(name, turn));
  const last = turns.findLastIndex(({ role }) => role === "user");
  const asked = turns[last];
  if (asked === undefined) throw new BadRow(`"${name}" has no message of a user`);
  const reply = turns.slice(last + 1).findLast(({ role }) => role === "assistant");
  return { context: turns.slice(0, last), prompt: asked.content, reply: reply?.content ?? null };
}

/** Reads a turn; empty for one without content, such as ORZ's last turn, whose truth is a field of its own. */
function readTurn(name: string, turn: unknown): Message[] {
  const record = asRecord(turn);
  if (record === null) throw new BadRow(`"${name}" has a turn that is not an object`);
  const speaker = scalarText(`${name}.role`, record["role"] ?? record["from"]).toLowerCase();
  const role = SPEAKERS[speaker];
  if (role === undefined)
    throw new BadRow(`"${name}" has a turn of "${speaker}": only system, user and assistant are read`);
  const truth = asRecord(record["ground_truth"])?.["value"] ?? record["ground_truth"];
  const content = record["content"] ?? record["value"] ?? truth;
  const text = Array.isArray(content) ? content.map((part) => partText(name, part)).join("") : content;
  if (isBlank(text)) return [];
  return [{ role, content: scalarText(`${name}.content`, text) }];
}

function partText(name: string, part: unknown): string {
  const record = asRecord(part);
  if (record === null) return scalarText(name, part);
  if (typeof record["text"] !== "string") throw new BadRow(`"${name}" has content that is not text`);
  return record["text"];
}
