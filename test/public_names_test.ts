import assert from "node:assert/strict";
import configuration from "../deno.json" with { type: "json" };

const SNAPSHOT = new URL("./public_names.txt", import.meta.url);

/** The entry points by their paths, such as `mod.ts`. */
const entryPoints = Object.values(configuration.exports)
  .map((path) => path.replace("./", ""));

/** The names that each entry point exports at run time. */
const exported: Record<string, string[]> = Object.fromEntries(
  await Promise.all(entryPoints.map(async (path) => {
    const module = await import(new URL(`../${path}`, import.meta.url).href);
    return [path, Object.keys(module).sort()];
  })),
);

Deno.test("entry points export the names in public_names.txt, and no others", async () => {
  const sections = (await Deno.readTextFile(SNAPSHOT)).trimEnd().split("\n\n");
  const listed = sections.map((section) => {
    const [path, ...names] = section.split("\n");
    return [path, names];
  });
  assert.deepEqual(exported, Object.fromEntries(listed));
});

Deno.test("a name is exported by one entry point", () => {
  const names = Object.values(exported).flat();
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  assert.deepEqual(twice, []);
});

Deno.test("mod.ts exports a few dozen names", () => {
  assert(exported["mod.ts"].length <= 48, `${exported["mod.ts"].length}`);
});
