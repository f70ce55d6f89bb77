/** The package: packed and installed in an empty folder, with its examples run in Node and in a page. */
import { execFile } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "@playwright/test";
import { build, preview } from "vite";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "ttrl-package-"));
const installed = join(folder, "node_modules/ttrl-lab");

/** Runs a program in the folder; returns the lines of its standard output. */
async function run(program: string, ...args: readonly string[]): Promise<string[]> {
  const shell = process.platform === "win32"; // npm is a script there
  const { stdout } = await promisify(execFile)(program, args, { cwd: folder, shell });
  return stdout.trim().split("\n");
}

/** Links only the package's dependencies from the repository's node_modules. */
function linkDependencies(): void {
  const { dependencies } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as {
    dependencies: Readonly<Record<string, string>>;
  };
  for (const name of Object.keys(dependencies)) {
    const link = join(folder, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(ROOT, "node_modules", name), link, "junction");
  }
}

test.beforeAll(async () => {
  const [file = ""] = (await run("npm", "pack", ROOT, "--ignore-scripts=false", "--silent")).slice(-1);
  mkdirSync(installed, { recursive: true });
  await run("tar", "-xzf", file, "-C", "node_modules/ttrl-lab", "--strip-components=1");
  linkDependencies();
  await run("npm", "rebuild", "ttrl-lab", "--ignore-scripts", "--offline"); // links the package's program
  for (const name of ["tenSteps.mjs", "bareLoop.mjs"])
    copyFileSync(join(ROOT, "examples", name), join(folder, name));
});
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Returns the points of a printed pass@1 curve, in percent. */
function curveOf(lines: readonly string[]): number[] {
  return lines.map((line) => Number(/^step \d+: pass@1 ([\d.]+)%$/.exec(line)?.[1]));
}

function expectRising(lines: readonly string[]): void {
  const curve = curveOf(lines);
  expect(curve).toHaveLength(6);
  expect(curve.at(-1)).toBeGreaterThan((curve[0] ?? NaN) + 10);
}

test("the program of the package prints its help", async () => {
  expect((await run("npx", "--offline", "ttrl", "--help")).join("\n")).toContain("Usage: ttrl");
});

test("the examples run in Node: a model improves in ten steps, a policy of three numbers in twenty", async () => {
  expectRising(await run("node", "tenSteps.mjs"));
  expect((await run("node", "bareLoop.mjs")).at(-1)).toMatch(/^step 20: 8 with (9\d|100)% of the votes$/);
});

test("the first example runs in a page, bundled", async ({ page }) => {
  writeFileSync(join(folder, "index.html"), '<script type="module" src="tenSteps.mjs"></script>');
  const settings = { root: folder, configFile: false, logLevel: "error" } as const;
  await build({ ...settings, build: { target: "es2023", minify: false } });
  const server = await preview({ ...settings, preview: { port: 0 } });
  const lines: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "log") lines.push(message.text());
  });
  await page.goto(server.resolvedUrls?.local[0] ?? "");
  await expect.poll(() => lines.length, { timeout: 60_000 }).toBe(6);
  expectRising(lines);
  await server.close();
});
