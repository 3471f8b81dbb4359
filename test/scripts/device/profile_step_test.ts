import { deepStrictEqual, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { gpuTest } from "../../fixtures/gpu.ts";
import { runTask } from "../../fixtures/run_task.ts";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";
import { prepareSigns } from "../training/train_runs.ts";

const folder = await temporaryFolder();
Deno.test.afterAll(folder.remove);

gpuTest(
  "train --profile lists every kernel, and writes nothing",
  async () => {
    const config = await prepareSigns(folder.path);
    const { code, stdout, stderr } = await runTask("train", [
      ...["--config", config, "--profile"],
    ]);
    deepStrictEqual([code, stderr], [0, ""]);
    const lines = stdout.trimEnd().split("\n");
    match(lines[0], /^One step of 8 samples on ./);
    match(lines[1], /^layer +kernel +ms +GB\/s +GMAC\/s$/);
    ok(lines.every((line) => line.length <= 60));
    for (
      const kernel of ["pool forward", "dense adjoint|dense_gradient \\w+"]
    ) {
      const row = new RegExp(`^(pool1|fc1) +(${kernel}) +\\d+\\.\\d{3} `);
      ok(lines.some((line) => row.test(line)), kernel);
    }
    ok(
      lines.some((line) =>
        /^ +the adapter's maximum +[\d.]+ +[\d.]+$/.test(line)
      ),
    );
    const made = await Array.fromAsync(Deno.readDir(folder.path));
    ok(
      !made.some(({ name }) => name === "first"),
      join(folder.path, "first"),
    );
  },
);
