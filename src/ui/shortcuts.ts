/** Single keys that control the page. */
import type { StoreApi } from "zustand/vanilla";
import type { Lab } from "../store/lab.ts";
import type { View } from "./page.tsx";

export interface Shortcut {
  /** `KeyboardEvent.key`. */
  readonly key: string;
  /** The key as the sheet shows it. */
  readonly name: string;
  readonly does: string;
}

export const SHORTCUTS = [
  { key: " ", name: "Space", does: "Start, pause or resume the run" },
  { key: "s", name: "S", does: "Do one step while paused" },
  { key: "[", name: "[", does: "Votes of the previous step" },
  { key: "]", name: "]", does: "Votes of the next step" },
  { key: "?", name: "?", does: "This sheet" },
] as const satisfies readonly Shortcut[];

export type ShortcutKey = (typeof SHORTCUTS)[number]["key"];

/** Which shortcut a key press means; null when the key belongs to the element it was pressed on. */
export function shortcutOf(event: KeyboardEvent): ShortcutKey | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return null;
  const shortcut = SHORTCUTS.find(({ key }) => key === event.key.toLowerCase());
  if (shortcut === undefined || !(event.target instanceof Element)) return null;
  if (event.target.closest("input, select, textarea, dialog") !== null) return null;
  const isSpaceTaken = event.target.closest("button, summary, a") !== null;
  return shortcut.key === " " && isSpaceTaken ? null : shortcut.key;
}

/** Does what a shortcut means. */
export function doShortcut(key: ShortcutKey, lab: Lab, view: StoreApi<View>): void {
  switch (key) {
    case " ":
      startOrPause(lab);
      return;
    case "s":
      lab.run.request("step");
      return;
    case "[":
      view.setState(({ votesStep }) => ({ votesStep: neighbour(lab, votesStep, -1) }));
      return;
    case "]":
      view.setState(({ votesStep }) => ({ votesStep: neighbour(lab, votesStep, 1) }));
      return;
    case "?":
      view.setState({ dialog: { kind: "shortcuts" } });
      return;
    default:
      key satisfies never;
  }
}

function startOrPause(lab: Lab): void {
  const { status } = lab.run.getState();
  if (status === "running") lab.run.request("pause");
  else if (status === "paused") lab.run.request("resume");
  else if (status === "idle") lab.start();
}

/** The step beside the shown one among those whose votes are kept; null follows the latest. */
function neighbour(lab: Lab, shown: number | null, offset: -1 | 1): number | null {
  const state = lab.pacedRun.getState();
  const steps = state.status === "idle" ? [] : state.record.votes.map(({ step }) => step);
  const index = steps.includes(shown ?? -1) ? steps.indexOf(shown ?? -1) : steps.length - 1;
  return steps[Math.max(0, index + offset)] ?? null;
}
