import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { gpuTest } from "../../fixtures/gpu.ts";
import { runTask } from "../../fixtures/run_task.ts";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";
import { prepareSigns, readResults, train } from "./train_runs.ts";

const folder = await temporaryFolder();
Deno.test.afterAll(folder.remove);
const inFolder = (name: string) => join(folder.path, name);

let prepared: Promise<string> | undefined;

/** Two layers that are silent under random weights, for one fold. */
async function argsFor(out: string, ...set: string[]): Promise<string[]> {
  const values = [
    "network=[{pool: 8}, {dense: {out: 30, weightScale: 0.1}}, {dense: 19}]",
    ...set,
  ];
  return [
    ...["--config", await (prepared ??= prepareSigns(folder.path))],
    ...["--out", inFolder(out), "--folds", "2"],
    ...values.flatMap((value) => ["--set", value]),
  ];
}

gpuTest("with init: live a silent network fires from the start", async () => {
  await train("train", ...await argsFor("silent", "training.lr=1e-20"));
  const { metrics: [silent] } = await readResults(inFolder("silent"));
  assert.deepEqual(silent.rates.slice(1), [0, 0]);
  assert.equal(silent.firstScales, undefined);

  const said = await train(
    "train",
    ...await argsFor("live", "training.init=live"),
  );
  const { configuration, metrics } = await readResults(inFolder("live"));
  assert.equal(configuration.training.init, "live");
  const [first, second] = metrics;
  assert(first.rates.slice(1).every((rate) => rate > 0.01 && rate < 0.2));
  const { fc1, fc2 } = first.firstScales!;
  assert(fc1 > 10 && fc2 > 0, `${fc1}, ${fc2}`);
  assert.equal(second.firstScales, undefined);
  const line = said.split("\n").find((line) => line.includes("live"))!;
  const number = "([\\d.]+)";
  const layer = (name: string) =>
    `${name} times ${number} fires in ${number} % of bins`;
  const found = new RegExp(
    `^fold 2 starts live: ${layer("fc1")}, ${layer("fc2")}$`,
  ).exec(line);
  assert(found, line);
  assert.equal(Number(found[1]), Number(fc1.toPrecision(3)));
});

gpuTest("a layer that cannot be made live is warned of", async () => {
  // Its kernel lies on nothing but padding.
  const blind = "{conv: {out: 2, kernel: 1, padding: 1, stride: 17}}";
  const { code, stderr } = await runTask("train", [
    ...await argsFor("blind", "training.init=live", "training.epochs=1"),
    ...["--set", `network=[{pool: 8}, ${blind}, {dense: 19}]`],
  ]);
  assert.equal(code, 0, stderr);
  const [warning] = stderr.split("\n");
  assert.match(
    warning,
    /^warning: fold 2, layer "conv1" cannot be made live \(0 spikes per neuron and bin, whatever its weights\): look at /,
  );
});

gpuTest("init: live is refused for weights that are given", async () => {
  const weights = join(inFolder("live"), "model_weights_fold2.safetensors");
  assert(existsSync(weights));
  const { code, stderr } = await runTask("train", [
    ...await argsFor("given", "training.init=live"),
    ...["--weights", weights],
  ]);
  assert.equal(code, 1);
  assert.equal(
    stderr,
    `error: Cannot start from "${weights}": training.init is live, which ` +
      "scales random weights; --set training.init=random leaves these as " +
      "they are\n",
  );
});
