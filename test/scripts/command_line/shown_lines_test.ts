import assert from "node:assert/strict";
import { createProgress } from "../../../scripts/command_line/progress.ts";
import { runTask } from "../../fixtures/run_task.ts";

Deno.test("a path cannot command the terminal, nor reorder what is said", async () => {
  const name = "no\u001b[31m\u009b1m\nwhere\u202e\u2066";
  const cases: [task: string, args: string[]][] = [
    ["inspect", [name]],
    ["plot", ["--run", name]],
    ["evaluate", ["--run", name]],
    ["train", ["--config", name]],
    ["slice", ["--data", name]],
    ["view", [name]],
  ];
  for (const [task, args] of cases) {
    const { code, stderr } = await runTask(task, args);
    assert.match(stderr, /^error: [^\n]+\n$/, task);
    assert.doesNotMatch(stderr.trimEnd(), /[\p{Cc}\u202e\u2066]/u, task);
    assert(stderr.includes("where"), stderr);
    assert(code > 0);
  }
});

Deno.test("a place where no file can be is told in our words", async () => {
  const cases: [task: string, args: string[]][] = [
    ["browser", ["--out", "/dev/null/x"]],
    ["synth", ["--out", "/dev/null/x", "--people", "1"]],
    ["slice", ["--out", "/dev/null/x", "--data", "/dev/null/y"]],
    ["train", ["--config", "/dev/null/x"]],
    ["plot", ["--run", "/dev/null/x"]],
    ["evaluate", ["--run", "/dev/null/x"]],
    ["inspect", ["/dev/null/x"]],
  ];
  for (const [task, args] of cases) {
    const { code, stderr } = await runTask(task, args);
    assert.match(stderr, /^error: Cannot [^\n]+[^.\n]\n$/, task);
    assert.doesNotMatch(stderr, /Requires|--allow/, task);
    assert.equal(code, 1, task);
  }
});

Deno.test("progress shows a label and a last line without controls", () => {
  let text = "";
  const progress = createProgress({ total: 2, label: "a\u001b[2Jb" }, {
    terminal: false,
    columns: () => 80,
    write: (written) => text += written,
    now: () => text.length * 10_000 + 10_000 * ++calls,
  });
  progress.update(1);
  progress.finish("c\u202ed");
  assert.match(text, /^a \[2Jb: 1 of 2, [^\n]+\nc d\n$/);
});

let calls = 0;
