import assert from "node:assert/strict";
import { join } from "node:path";
import { gpuTest } from "../../fixtures/gpu.ts";
import { copyProduct } from "../../fixtures/product.ts";
import { runTask } from "../../fixtures/run_task.ts";
import { ROOT } from "../../fixtures/source_files.ts";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";
import { startTask } from "../run/resume_runs.ts";

/** Whether the demo is run to its end, which takes minutes. */
const WHOLE = Deno.env.get("SLAYER_WHOLE_DEMO") === "1";

/** Copies the product, with a demo of one person a fold. */
async function copyWithFewPeople(folder: string): Promise<void> {
  await Deno.mkdir(folder);
  await copyProduct(folder);
  const path = join(folder, "scripts", "tasks", "demo.ts");
  const text = await Deno.readTextFile(path);
  const few = text.replace("const PEOPLE = 24;", "const PEOPLE = 4;");
  assert.notEqual(few, text);
  await Deno.writeTextFile(path, few);
}

gpuTest(
  WHOLE
    ? "the demo recognises signs of people it was not trained on"
    : "the demo trains, and can be stopped",
  async () => {
    await using folder = await temporaryFolder();
    const product = WHOLE ? ROOT : join(folder.path, "product");
    if (!WHOLE) await copyWithFewPeople(product);
    const out = join(folder.path, "demo");
    const stopped = startTask("demo", ["--out", out], { folder: product });
    await stopped.printed("fold 1 epoch 0");
    stopped.process.kill("SIGTERM");
    assert.equal((await stopped.process.status).code, 143);
    const said = await stopped.output();
    assert.match(
      said,
      /^Stopped, to go on with: deno task train .+ --resume$/m,
    );
    const { state } = JSON.parse(
      await Deno.readTextFile(join(out, "results", "status.json")),
    );
    assert.equal(state, "stopped");
    if (!WHOLE) return;

    const { code, stdout, stderr } = await runTask("demo", ["--out", out]);
    assert.equal(code, 0, stderr);
    const path = join(out, "results", "summary.json");
    const summary = JSON.parse(await Deno.readTextFile(path));
    assert.equal(summary.program, "train");
    assert.equal(summary.folds.length, 1);
    assert.equal(summary.optimistic, false);
    assert(summary.testAccuracy.mean >= 0.45, `${summary.testAccuracy.mean}`);
    assert(stdout.includes(`Results are in ${join(out, "results")}\n`));
    assert.match(stdout, /never trained on are recognised, after \d+ s\n$/);

    const again = await runTask("demo", ["--out", out]);
    assert.equal(again.code, 0, again.stderr);
    assert(!again.stdout.includes("epoch"), "trained what was done");
    const { seconds: _, ...same } = JSON.parse(await Deno.readTextFile(path));
    const { seconds: _before, ...before } = summary;
    assert.deepEqual(same, before);
  },
);
