import assert from "node:assert/strict";
import { join } from "node:path";
import { gpuTest } from "../../fixtures/gpu.ts";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";
import { outcomeOf, startTraining } from "../run/resume_runs.ts";
import { prepareSigns, train } from "./train_runs.ts";

const folder = await temporaryFolder();
Deno.test.afterAll(folder.remove);
const inFolder = (...names: string[]) => join(folder.path, ...names);

let prepared: Promise<string> | undefined;
async function argsFor(out: string): Promise<string[]> {
  const config = await (prepared ??= prepareSigns(folder.path));
  return ["--config", config, "--out", inFolder(out), "--folds", "1,2"];
}

let undisturbed: ReturnType<typeof runWhole> | undefined;
async function runWhole() {
  await train("train", ...await argsFor("whole"));
  return await outcomeOf(inFolder("whole"));
}
const wholeRun = () => undisturbed ??= runWhole();

/** Trains on a faulty device. */
async function trainWith(faults: Record<string, string>, args: string[]) {
  const module = import.meta.resolve("./faulty_device.ts");
  const preload = `${module}?${new URLSearchParams(faults)}`;
  const run = await startTraining("train", args, { preload });
  const { code } = await run.process.status;
  return { code, said: await run.output() };
}

gpuTest(
  "a run whose device is lost goes on, and ends in the same bits",
  async () => {
    const outcome = await wholeRun();
    const args = await argsFor("lost");
    const batches = ["--set", "training.checkpoint.batches=1"];
    const lose = "1,9,30,60,90,91,92,130,170,210";
    const { code, said } = await trainWith({ lose }, [...args, ...batches]);
    assert.equal(code, 0, said);
    const warnings = said.match(/^warning: .+$/gm) ?? [];
    assert.equal(warnings.length, lose.split(",").length, said);
    const line =
      /^warning: the device was lost, .+: going on with ".+" from fold \d epoch \d batch \d$/;
    for (const warning of warnings) assert.match(warning, line);
    assert.match(warnings[0]!, /fold 1 epoch 0 batch 0$/);
    assert(warnings.some((warning) => !warning.endsWith("batch 0")), said);
    assert.deepEqual(await outcomeOf(inFolder("lost")), outcome);
  },
);

gpuTest(
  "a run that cannot go on after a loss names --resume, which can",
  async () => {
    const outcome = await wholeRun();
    const cases: [problem: RegExp, faults: Record<string, string>][] = [
      [
        /its device was lost, and no adapter is left; --resume goes on from /,
        { lose: "40", left: "none" },
      ],
      [
        /its device was lost, and only "Other" is left; --resume goes on /,
        { lose: "40", left: "Other" },
      ],
      [
        /the device was lost, .+, 4 times at fold 1 epoch \d batch 0; --resume /,
        { from: "40" },
      ],
    ];
    for (const [problem, faults] of cases) {
      const args = await argsFor("stopped");
      const { code, said } = await trainWith(faults, args);
      assert.equal(code, 1, said);
      const errors = said.match(/^error: .+$/gm) ?? [];
      assert.equal(errors.length, 1, said);
      assert.match(errors[0], problem);
      await train("train", ...args, "--resume");
      assert.deepEqual(await outcomeOf(inFolder("stopped")), outcome);
      await Deno.remove(inFolder("stopped"), { recursive: true });
    }
  },
);

gpuTest("a kernel that does not compile gives one line", async () => {
  const args = await argsFor("broken");
  const { code, said } = await trainWith({ broken: "neuron" }, args);
  assert.equal(code, 1, said);
  assert.match(
    said,
    /^error: Cannot compile kernel "neuron [^"]+": line \d+: [^\n]+[^.\n]$/m,
  );
  assert.equal(said.trimEnd().split("\n").length, 2, said);
});
