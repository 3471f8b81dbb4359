import assert from "node:assert/strict";
import { Pauses } from "../../../scripts/training/interruption.ts";
import { ROOT } from "../../fixtures/source_files.ts";

const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));

Deno.test("Pauses come every so many batches, and start anew when saved", () => {
  using pauses = new Pauses({ batches: 3, minutes: 60 });
  const due = (count: number) =>
    Array.from({ length: count }, () => {
      pauses.addBatch();
      return pauses.due;
    });
  assert.deepEqual(due(4), [false, false, true, true]);
  pauses.saved(performance.now());
  assert.deepEqual(due(3), [false, false, true]);
});

Deno.test("Pauses come every so many minutes", async () => {
  using pauses = new Pauses({ minutes: 0.2 / 60 });
  assert.equal(pauses.due, false);
  await wait(210);
  assert.equal(pauses.due, true);
});

Deno.test("Pauses come between epochs, unless saving takes much of the time", async () => {
  using pauses = new Pauses({ minutes: 60 });
  assert.equal(pauses.afterEpoch(), true);
  pauses.saved(performance.now() - 10);
  assert.equal(pauses.afterEpoch(), false);
  await wait(250);
  assert.equal(pauses.afterEpoch(), true);
});

Deno.test("Pauses stop training at once after a signal that came before", () => {
  using pauses = new Pauses({ minutes: 60 }, undefined, 143);
  assert.equal(pauses.due, true);
  assert.throws(() => pauses.throwIfInterrupted(), { status: 143 });
});

for (
  const [signal, exitStatus] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const
) {
  Deno.test(`the first ${signal} asks for a pause, a later one ends the process`, async () => {
    const script = `
    import { Pauses } from "./scripts/training/interruption.ts";
    using pauses = new Pauses({ minutes: 60 });
    console.log("ready");
    let said = false;
    setInterval(() => {
      if (pauses.interrupted && !said) console.log("interrupted");
      said = pauses.interrupted;
    }, 10);
    await new Promise(() => {});
  `;
    const process = new Deno.Command(Deno.execPath(), {
      args: ["eval", "--quiet", "--ext=ts", script],
      cwd: ROOT,
      stdin: "null",
      stdout: "piped",
    }).spawn();
    const lines = process.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
    assert.equal((await lines.read()).value, "ready\n");
    process.kill(signal);
    // As when `deno task` passes on what the terminal has sent already.
    process.kill(signal);
    assert.equal((await lines.read()).value, "interrupted\n");
    await wait(600);
    process.kill(signal);
    assert.equal((await lines.read()).done, true);
    const { code, signal: endedBy } = await process.status;
    assert.deepEqual([code, endedBy], [exitStatus, signal]);
  });
}
