import assert from "node:assert/strict";
import { listCommands } from "../../../scripts/command_line/command.ts";
import { formatHelp } from "../../../scripts/command_line/help_page.ts";
import { lineWidth } from "../../../scripts/command_line/terminal.ts";
import { fc } from "../../fixtures/properties.ts";

const WIDTHS = [40, 60, 80, 200];

const tasks = new URL("../../../scripts/tasks/", import.meta.url);
const scripts = [...Deno.readDirSync(tasks)].map(({ name }) => name)
  .filter((name) => name !== "setup.ts");

const commands = await listCommands(() =>
  Promise.all(scripts.map((name) => import(new URL(name, tasks).href)))
);

/** The words of a text, wherever its lines are broken. */
function wordsOf(text: string): string {
  return text.replaceAll(/\s+/g, "");
}

Deno.test("every command has help that fits its line, and examples to copy", () => {
  assert.equal(commands.length, scripts.length);
  for (const { name, help } of commands) {
    for (const width of WIDTHS) {
      const text = formatHelp(help, width);
      const [page, examples] = text.split("\n\nExamples:\n");
      assert.match(page, new RegExp(`\nUsage: ${name}\\s`));
      for (const line of page.split("\n")) {
        assert(line.length <= width, `"${line}" is longer than ${width}`);
        assert.equal(line, line.trimEnd());
      }
      // As a shell reads them.
      const lines = examples.replaceAll(/ \\\n +/g, " ").split("\n");
      assert.deepEqual(lines.map((line) => line.slice(2)), help.examples);
      for (const line of examples.split("\n")) {
        const long = line.length > width;
        assert(!long || !line.trim().replace(/ \\$/, "").includes(" "), line);
      }
    }
  }
});

Deno.test("help says the same however wide the terminal is", () => {
  const text = fc.array(fc.stringMatching(/^[a-z.,]{1,60}$/), { minLength: 1 });
  const page = fc.record({
    summary: text,
    entries: fc.array(fc.record({ term: text, description: text })),
    usage: text,
  });
  fc.assert(
    fc.property(page, fc.nat(250), ({ summary, usage, entries }, width) => {
      const join = (words: string[]) => words.join(" ");
      const rows = entries.map(({ term, description }) => ({
        term: `--${term[0]}`,
        description: join(description),
      }));
      const all = [join(summary), "Usage:", join(usage)];
      all.push(...rows.flatMap(({ term, description }) => [term, description]));
      const laidOut = formatHelp({
        summary: join(summary),
        usage: join(usage),
        entries: rows,
        examples: [],
      }, width);
      assert.equal(wordsOf(laidOut), wordsOf([...all, "Examples:"].join("")));
    }),
  );
});

Deno.test("lineWidth() is the terminal's, and 80 where it is not known", () => {
  for (
    const [terminal, columns, expected] of [
      ...WIDTHS.map((width) => [true, width, width] as const),
      [true, 0, 80],
      [false, 200, 80],
    ] as const
  ) {
    const screen = { isTerminal: () => terminal, columns: () => columns };
    assert.equal(lineWidth(screen), expected);
  }
});
