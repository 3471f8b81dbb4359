import assert from "node:assert/strict";
import { join } from "node:path";
import {
  formatSafetensors,
  parseSafetensors,
} from "../../../engine/network/safetensors.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { runTask } from "../../fixtures/run_task.ts";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";
import { startTraining } from "./resume_runs.ts";
import { prepareSigns } from "../training/train_runs.ts";

gpuTest(
  "--resume refuses checkpoints that are not of the run, in one line",
  async () => {
    await using folder = await temporaryFolder();
    const config = await prepareSigns(folder.path);
    const out = join(folder.path, "first");
    const file = join(out, "checkpoint_fold1.safetensors");
    const args = ["--config", config, "--folds", "1"];
    const run = await startTraining("train", [
      ...[...args, "--set", "training.epochs=1000"],
      ...["--set", "training.checkpoint.batches=1"],
    ]);
    await run.printed("fold 1 epoch 2");
    run.process.kill("SIGINT");
    assert.equal((await run.process.status).code, 130, await run.output());

    const good = await Deno.readFile(file);
    const { tensors, metadata } = parseSafetensors(good);
    const changed = (changes: Record<string, string>) =>
      formatSafetensors(Object.fromEntries(tensors), {
        ...metadata,
        ...changes,
      });
    const weights = join(out, "model_weights_fold1.safetensors");
    const refusals: [problem: RegExp, bytes: Uint8Array, args?: string[]][] = [
      [
        /"vMax\/fc1.weight": bytes .+; start anew in another folder with --out DIR$/m,
        good.slice(0, good.length - 9),
      ],
      [/: 3 bytes, the header's length alone has 8/, good.slice(0, 3)],
      [/its version is missing, expected 4/, await Deno.readFile(weights)],
      [/its version is 3, expected 4/, changed({ version: "3" })],
      [/damaged, its digest does not fit/, changed({ position: "{}" })],
      [
        /damaged, its digest does not fit; start anew in another folder with --out DIR$/m,
        good.with(good.length - 9, good.at(-9)! ^ 1),
      ],
      [/its training.lr is 0.01, expected 0.1; choose another folder /, good, [
        "training.lr=0.1",
      ]],
      [
        /its network.1.dense is 19, expected 20/,
        good,
        ["network=[{pool: 8}, {dense: 20}]"],
      ],
      [
        /its network.2.dense is missing, expected 19/,
        good,
        ["network=[{pool: 8}, {dense: 19}, {dense: 19}]"],
      ],
      [
        /its training.optimizer is ADAM, expected SGD/,
        good,
        ["training.optimizer=SGD"],
      ],
      [/its training.init is random, expected live/, good, [
        "training.init=live",
      ]],
      [/its training.clip is missing, expected 5/, good, ["training.clip=5"]],
      [
        /its training.accumulate is 1, expected 2/,
        good,
        ["training.accumulate=2"],
      ],
      [
        /its training.weightDecay is 0, expected 0.1/,
        good,
        ["training.weightDecay=0.1"],
      ],
      [/its list of samples has changed since; choose another folder /, good, [
        `training.path.file_list=${join(folder.path, "other.txt")}`,
      ]],
    ];
    const list = await Deno.readTextFile(
      join(folder.path, "data", "filelist.txt"),
    );
    const lines = list.trimEnd().split("\n").reverse();
    await Deno.writeTextFile(join(folder.path, "other.txt"), lines.join("\n"));
    for (const [problem, bytes, set = []] of refusals) {
      await Deno.writeFile(file, bytes);
      const before = await contents(out);
      const { code, stderr } = await runTask("train", [
        ...[...args, "--resume", "--set", "training.epochs=1000"],
        ...set.flatMap((value) => ["--set", value]),
      ]);
      assert.match(stderr, problem);
      assert(stderr.startsWith(`error: Cannot resume from "${file}": `));
      assert.match(stderr, /^[^\n]+[^.\n]\n$/);
      assert.equal(code, 1);
      assert.deepEqual(await contents(out), before);
    }

    await Deno.writeFile(file, good);
    const started = await runTask("train", args);
    assert.match(
      started.stderr,
      /it holds a run that has not ended; continue it/,
    );
    await Deno.remove(file);
    const bare = await contents(out);
    const without = await runTask("train", [...args, "--resume"]);
    assert.match(
      without.stderr,
      /it has results but no checkpoint, and starting .+; choose another folder /,
    );
    assert.deepEqual([started.code, without.code], [1, 1]);
    assert.deepEqual(await contents(out), bare);

    await Deno.writeFile(file, good);
    await Deno.writeTextFile(join(out, "metrics.jsonl"), "");
    const before = await contents(out);
    const epochs = ["--set", "training.epochs=1000"];
    const short = await runTask("train", [...args, "--resume", ...epochs]);
    assert.match(
      short.stderr,
      /metrics.jsonl" has 0 epochs of fold 1, expected \d+; start anew in another folder with --out DIR\n$/,
    );
    assert.equal(short.code, 1);
    assert.deepEqual(await contents(out), before);
  },
);

async function contents(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (!isFile) continue;
    found[name] = (await Deno.readFile(join(folder, name))).toHex();
  }
  return found;
}
