/** The fixed files of recipes, bundled with the worker. */
const FILES = import.meta.glob<string>("../../recipe/files/*", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** Returns the text of a file in recipe/files. */
export function readRecipeFile(name: string): string {
  const text = FILES[`../../recipe/files/${name}`];
  if (text === undefined) throw new Error(`${name} is not among the recipes' files`);
  return text;
}
