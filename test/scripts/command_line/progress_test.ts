import assert from "node:assert/strict";
import {
  createProgress,
  eraseBar,
  type Output,
} from "../../../scripts/command_line/progress.ts";

/** An output that keeps what is written, with a clock that tests set. */
function fakeOutput(terminal: boolean, columns = 60) {
  const written: string[] = [];
  const clock = { now: 1000 };
  const output: Output = {
    terminal,
    columns: () => columns,
    write: (text) => void written.push(text),
    now: () => clock.now,
  };
  return { output, written, clock };
}

const MEASURES = { loss: 14.12345, accuracy: 0.625, samplesPerSecond: 1234.5 };
const ERASE = "\r\x1b[2K";

Deno.test("createProgress() draws a bar that fits the terminal", () => {
  for (const columns of [20, 40, 60, 61, 80, 100, 200]) {
    const { output, written, clock } = fakeOutput(true, columns);
    const task = { total: 200, label: "epoch 12/100" };
    const progress = createProgress(task, output);
    for (let done = 1; done <= 200; done++) {
      clock.now += 150;
      progress.update(done, MEASURES);
    }
    assert.equal(written.length, 200);
    for (const text of written) {
      assert(text.startsWith(ERASE));
      const line = text.slice(ERASE.length);
      assert.doesNotMatch(line, /\p{Cc}/u);
      assert(line.length < columns, `${line.length} of ${columns} columns`);
    }
  }
});

Deno.test("createProgress() shows everything in 60 columns", () => {
  const { output, written, clock } = fakeOutput(true, 60);
  const task = { total: 4, label: "epoch 1234/3000" };
  const progress = createProgress(task, output);
  clock.now += 90_000;
  progress.update(1, MEASURES);
  assert.equal(
    written[0],
    `${ERASE}epoch 1234/3000 ━━─────── loss 14.12 acc 62.5 % 1235/s 4:30`,
  );
});

Deno.test("createProgress() leaves out what matters less, a whole field at a time", () => {
  const label = "epoch 12/100";
  const rates = { ...MEASURES, samplesPerSecond: 12_345 };
  for (
    const [columns, line] of [
      [
        200,
        `${label}  ${"━".repeat(7)}${"─".repeat(23)}  loss 14.12  ` +
        "accuracy 62.5 %  12350 samples/s  4:30 left",
      ],
      [
        80,
        `${label}  ${"━".repeat(2)}${"─".repeat(6)}  loss 14.12  ` +
        "accuracy 62.5 %  12350 samples/s  4:30 left",
      ],
      [60, `${label} ━━───────── loss 14.12 acc 62.5 % 12350/s 4:30`],
      [50, `${label} ━━─────── loss 14.12 acc 62.5 % 4:30`],
      [40, `${label} ━━──────── loss 14.12 4:30`],
      [30, `${label} ━━───────── 4:30`],
      [22, `${label} ━━──────`],
      [18, label],
      [12, "epoch 12/1…"],
    ] as const
  ) {
    const { output, written, clock } = fakeOutput(true, columns);
    const progress = createProgress({ total: 4, label }, output);
    clock.now += 90_000;
    progress.update(1, rates);
    assert.equal(written[0], `${ERASE}${line}`, `${columns} columns`);
  }
});

Deno.test("createProgress() uses words where there is room", () => {
  const { output, written, clock } = fakeOutput(true, 110);
  const progress = createProgress({ total: 4, label: "epoch 7" }, output);
  clock.now += 3_600_000;
  progress.update(2, MEASURES);
  assert.equal(
    written[0],
    `${ERASE}epoch 7  ${"━".repeat(15)}${"─".repeat(15)}  loss 14.12  ` +
      "accuracy 62.5 %  1235 samples/s  1:00:00 left",
  );
});

Deno.test("createProgress() draws at most ten times a second", () => {
  const { output, written, clock } = fakeOutput(true);
  const progress = createProgress({ total: 1000, label: "x" }, output);
  for (let done = 1; done <= 1000; done++) {
    clock.now += 1;
    progress.update(done);
  }
  assert.equal(written.length, 10);
});

Deno.test("createProgress() replaces the bar, or erases it", () => {
  const finished = fakeOutput(true);
  {
    using progress = createProgress({ total: 2, label: "x" }, finished.output);
    progress.update(1);
    progress.finish("x: done");
  }
  assert.deepEqual(finished.written.slice(1), [ERASE, "x: done\n"]);
  const broken = fakeOutput(true);
  {
    using progress = createProgress({ total: 2, label: "x" }, broken.output);
    progress.update(1);
  }
  assert.deepEqual(broken.written.slice(1), [ERASE]);
});

Deno.test("eraseBar() makes room for a line, where there may be a bar", () => {
  const [terminal, pipe] = [fakeOutput(true), fakeOutput(false)];
  eraseBar(terminal.output);
  eraseBar(pipe.output);
  assert.deepEqual([terminal.written, pipe.written], [[ERASE], []]);
});

Deno.test("createProgress() writes few plain lines into a pipe", () => {
  const { output, written, clock } = fakeOutput(false);
  {
    using progress = createProgress({ total: 100, label: "epoch 7" }, output);
    for (let done = 1; done <= 100; done++) {
      clock.now += 110;
      progress.update(done, MEASURES);
    }
    progress.finish("epoch 7: loss 14.12");
  }
  assert.deepEqual(written, [
    "epoch 7: 46 of 100, loss 14.12, accuracy 62.5 %, 1235 samples/s, " +
    "0:06 left\n",
    "epoch 7: 92 of 100, loss 14.12, accuracy 62.5 %, 1235 samples/s, " +
    "0:01 left\n",
    "epoch 7: loss 14.12\n",
  ]);
});

Deno.test("createProgress() copes with nothing done and nothing known", () => {
  const { output, written, clock } = fakeOutput(false);
  const progress = createProgress({ total: 0, label: "x" }, output);
  clock.now += 6000;
  progress.update(0);
  assert.deepEqual(written, ["x: 0 of 0\n"]);
});
