import assert from "node:assert/strict";
import { join } from "node:path";
import { formatSafetensors } from "../../../engine/network/safetensors.ts";
import { formatCheckpoint } from "../../../scripts/run/checkpoint.ts";
import type { RunIdentity } from "../../../scripts/run/identity.ts";
import { readWeights } from "../../../scripts/run/weights_file.ts";
import { saveWeights } from "../../../engine/network/weights_file.ts";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";

Deno.test("readWeights() names file, array and value that are wrong", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "weights.safetensors");
  const shape = [2, 2];
  const weights = (...data: number[]) =>
    saveWeights({ "fc1.weight": { shape, data: Float32Array.from(data) } }, {
      epoch: "3",
    });
  const whole = formatSafetensors({
    "fc1.weight": { dtype: "I32", shape, data: new Int32Array(4) },
  });
  const problems: [bytes: Uint8Array, problem: string][] = [
    [weights(1, NaN, 3, 4), '"fc1.weight": value 1 is NaN, expected a finite'],
    [weights(1, 2, 3, -Infinity), '"fc1.weight": value 3 is -Infinity, expec'],
    [
      whole,
      '"fc1.weight": it is I32, not F32; use another copy of it or train',
    ],
    [
      Uint8Array.of(1, 2),
      "2 bytes, the header's length alone has 8; use another",
    ],
  ];
  for (const [bytes, problem] of problems) {
    await Deno.writeFile(path, bytes);
    await assert.rejects(readWeights(path), ({ message }: Error) => {
      const start = `Cannot read weights "${path}": ${problem}`;
      assert.equal(message.slice(0, start.length), start);
      return true;
    });
  }
  await Deno.writeFile(path, weights(1, 2, 3, 4));
  assert.deepEqual([...(await readWeights(path))["fc1.weight"].data], [
    ...[1, 2, 3, 4],
  ]);
});

Deno.test("readWeights() names the weights beside a checkpoint", async () => {
  await using folder = await temporaryFolder();
  const [checkpoint, copy] = ["checkpoint_fold3", "copy"].map((name) =>
    join(folder.path, `${name}.safetensors`)
  );
  const data = Float32Array.of(1, 2);
  const bytes = formatCheckpoint({
    adapter: "one",
    position: {
      epoch: 0,
      batches: 0,
      losses: [],
      random: [],
      seconds: 1,
      trained: false,
    },
    best: { "fc1.weight": { shape: [2], data } },
  }, {} as RunIdentity);
  for (
    const [path, fold] of [[checkpoint, "3"], [copy, "N"]] as const
  ) {
    await Deno.writeFile(path, bytes);
    await assert.rejects(readWeights(path), {
      message:
        `Cannot read weights "${path}": it is a checkpoint, from which ` +
        `only its own run resumes; give "${
          join(folder.path, `model_weights_fold${fold}.safetensors`)
        }"`,
    });
  }
});
