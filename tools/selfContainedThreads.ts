/** Vite plugin that keeps the WASM backend's threads working in a minified build. */
import type { Plugin } from "vite";

/** Code of the loader, and its replacement without the outer variable. */
const REPLACEMENTS = [
  ['typeof _scriptDir !== "undefined" && _scriptDir', "false"],
  ['Module["mainScriptUrlOrBlob"]||_scriptDir', 'Module["mainScriptUrlOrBlob"]'],
] as const;

/**
 * TensorFlow.js starts the threads of its WASM backend from the source text of its own loader (`factory.toString()`).
 * The text reads one variable from outside itself, guarded by `typeof`; a minifier renames the variable and drops the
 * guard, and every thread fails with "e is not defined". In a module that variable is always undefined, so it can go.
 * May be deleted when the backend no longer starts threads from source text (it does in tfjs-backend-wasm 4.22).
 */
export function selfContainedThreads(): Plugin {
  return {
    name: "self-contained-threads",
    transform: {
      filter: { id: /tfjs-backend-wasm-threaded-simd\.js$/ },
      handler: repairThreads,
    },
  };
}

/** Returns the loader's source text without the variable. Throws if the text has changed. */
export function repairThreads(code: string): string {
  return REPLACEMENTS.reduce(replaceOnce, code);
}

function replaceOnce(code: string, [text, replacement]: readonly [string, string]): string {
  const parts = code.split(text);
  if (parts.length !== 2) throw new Error(`the loader of the WASM threads has changed: expected one ${text}`);
  return parts.join(replacement);
}
