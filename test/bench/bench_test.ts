import assert from "node:assert/strict";
import { join } from "node:path";
import { gpuTest } from "../fixtures/gpu.ts";
import { ROOT } from "../fixtures/source_files.ts";
import { temporaryFolder } from "../fixtures/temporary_folder.ts";

/** Of each benchmark what is soonest done. */
const SOONEST: Readonly<Record<string, RegExp>> = {
  aedat: /^inspect/,
  batches: /^packSample/,
  distributed: /^upload/,
  formats: /^vectors/,
  kernels: /^gradient_norm limit/,
  nmnist: /MLP/,
  packet_formats: /^AEDAT 3/,
  scaling: /^40×40/,
  slice: /^open/,
  step: /^forward, MLP/,
  stream: /34×34, 8 bins/,
  synth: /_sunlight$/,
  units: /^forward, customary 34/,
};

gpuTest("every benchmark runs and shows times", async () => {
  await using digits = await temporaryFolder();
  for (const list of ["train1K.txt", "test100.txt"]) {
    await Deno.writeTextFile(join(digits.path, list), "1 3\n2 4\n");
  }
  for (const id of [1, 2]) {
    const event = Uint8Array.of(id, 2, 0x80, 1, 0);
    await Deno.writeFile(join(digits.path, `${id}.bs2`), event);
  }
  const names: string[] = [];
  for await (const { name } of Deno.readDir(join(ROOT, "bench"))) {
    const [, benchmark] = /^(\w+)_bench\.ts$/.exec(name) ?? [];
    if (benchmark) names.push(benchmark);
  }
  assert.deepEqual(names.toSorted(), Object.keys(SOONEST));
  for (const name of names) {
    const { success, stdout, stderr } = await new Deno.Command(
      Deno.execPath(),
      {
        args: [
          ...["bench", "--no-check", "--allow-all"],
          ...[`bench/${name}_bench.ts`, "--filter", String(SOONEST[name])],
          ...["--", ...(name === "nmnist" ? [digits.path] : [])],
        ],
        cwd: ROOT,
        env: { NO_COLOR: "1" },
      },
    ).output();
    const decoder = new TextDecoder();
    assert(success, `${name}: ${decoder.decode(stderr)}`);
    assert.match(decoder.decode(stdout), /\| +[\d.]+ [mµn]?s \|/, name);
  }
});
