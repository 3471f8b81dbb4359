/**
 * Times training steps of the SL-Animals networks, 128×128 pixels, T 300: from
 * one batch in memory, and from an event store, epoch after epoch. "Forward" is
 * the forward pass of a test, which keeps no potentials.
 *
 * A batch is one sample on a software adapter, eight on a GPU. An iteration
 * runs as many steps as its name says, because an idle GPU takes half a second
 * to reach its full clock rate. Also prints the times of other programs if they
 * were measured on the same adapter, and with `-- --kernels` the time and
 * throughput of each kernel.
 *
 * @module
 */

import assert from "node:assert/strict";
import { batches, SampleCache } from "../dataset/batches.ts";
import { measureCeilings } from "../engine/device/roofline.ts";
import { numSpikes } from "../engine/losses/num_spikes.ts";
import { openDevice } from "../engine/device/device.ts";
import { runPass } from "../engine/training/pass.ts";
import { Model } from "../engine/model.ts";
import { profile } from "../engine/training/profile.ts";
import { makeStore } from "./setup/event_store.ts";
import { PEER_ADAPTER, PEERS } from "./setup/peers.ts";
import { prepared } from "./setup/prepared.ts";
import { NETWORKS, randomBatch, SL_ANIMALS } from "./setup/random_batch.ts";

const device = await openDevice();
const { software, name } = device.adapter;
const samples = software ? 1 : 8;
const bins = 300;
const folder = await Deno.makeTempDir();
const store = await makeStore(folder, {
  recordings: software ? 1 : 12,
  events: 170_000,
});
const fastest = new Map<string, number>();

for (const network of ["CNN", "MLP"] as const) {
  // About half a second, so that the wait for the last step hardly counts.
  const steps = software ? 1 : network === "MLP" ? 1000 : 200;
  const group = `${network}, batch ${samples}, T ${bins}`;
  const prepare = prepared(async () => {
    const model = await Model.create({
      device,
      ...SL_ANIMALS,
      layers: NETWORKS[network],
      random: 0,
    });
    const options = {
      tSample: bins * SL_ANIMALS.Ts,
      batch: samples,
      loss: numSpikes({
        region: { start: 0, stop: bins * SL_ANIMALS.Ts },
        true: 180,
        false: 30,
      }),
    };
    const stepper = await model.compile({ ...options, train: true });
    const tester = await model.compile({ ...options, train: false });
    const batch = randomBatch(model, { samples, bins, density: 0.006 });

    // Checks a step before timing it: every layer spikes, the loss is finite.
    await stepper.train(batch, 0);
    const [{ losses, spikes }] = await stepper.drain();
    assert(losses.every(Number.isFinite));
    assert(spikes[0] > 0 && (network === "MLP" || spikes.every((n) => n > 0)));
    const rates = [...spikes].map((count, index) => {
      const { C, H, W } = model.layers[index].output;
      return `${(100 * count / (samples * bins * C * H * W)).toFixed(1)} %`;
    });
    const buffers = Object.values(stepper.plan.buffers).flat();
    const bytes = [...new Set(buffers)].reduce(
      (sum, buffer) => sum + ("size" in buffer ? buffer.size : 0),
      0,
    );
    console.log(
      `${group} on ${name}: rates ${rates.join(", ")}; buffers of the plan ` +
        `${(bytes / 1e6).toFixed(0)} MB`,
    );
    if (Deno.args.includes("--kernels")) {
      const { bytesPerSecond, multiplyAddsPerSecond } = await measureCeilings(
        device,
      );
      console.log(
        `At most ${(bytesPerSecond / 1e9).toFixed(0)} GB/s and ` +
          `${(multiplyAddsPerSecond / 1e9).toFixed(0)} G multiply-adds/s`,
      );
      const kernels = await profile(device, stepper, model.layers, batch);
      console.table(
        kernels.map(({ kernel, layer, ms, bytes, multiplyAdds }) => ({
          kernel,
          layer,
          ms,
          "GB/s": Math.round(bytes / ms / 1e6),
          "G multiply-adds/s": Math.round(multiplyAdds / ms / 1e6),
        })),
      );
    }
    return { model, stepper, tester, batch };
  });

  measure(network, "forward", { group, steps }, async () => {
    const { tester, batch } = await prepare();
    for (let step = 0; step < steps; step++) await tester.evaluate(batch);
    await tester.drain();
  });
  measure(network, "step", { group, steps }, async () => {
    const { stepper, batch } = await prepare();
    for (let step = 0; step < steps; step++) await stepper.train(batch, 0);
    await stepper.drain();
  });
  const cache = new SampleCache();
  // Enough that the wait for the last step hardly counts.
  const indices = software ? [0, 1, 2] : Array.from(
    { length: steps * samples },
    (_, n) => n % store.labels.length,
  );
  const visited = { group, steps: indices.length / samples };
  measure(network, "step from a store", visited, async () => {
    const { model, stepper } = await prepare();
    const read = batches(store, indices, {
      batchSize: samples,
      bins,
      binning: { method: "SlayerTD", Ts: SL_ANIMALS.Ts },
      crop: "fixed",
      cache,
    });
    await runPass(stepper, read, { lr: 0, layers: model.layers });
  });
}

addEventListener("unload", () => {
  Deno.removeSync(folder, { recursive: true });
  for (const [what, ms] of fastest) console.log(`${what}: ${ms.toFixed(2)} ms`);
  if (!PEER_ADAPTER.test(name)) return;
  for (const network of ["CNN", "MLP"] as const) {
    for (const [peer, times] of Object.entries(PEERS[network])) {
      const faster = (["forward", "step"] as const).map((kind) => {
        const ours = fastest.get(`${network} ${kind}`);
        return ours ? `${kind} ${(times[kind] / ours).toFixed(1)}×` : "";
      });
      console.log(`${network}, faster than ${peer}: ${faster.join(", ")}`);
    }
  }
});

/** Times `run`, which runs `steps` steps, and keeps the best time per step. */
function measure(
  network: string,
  what: string,
  { group, steps }: { readonly group: string; readonly steps: number },
  run: () => Promise<void>,
): void {
  Deno.bench({
    name: `${what}, ${network}, ${steps} steps`,
    group,
    n: software ? 3 : 10,
    warmup: 1,
    async fn() {
      const start = performance.now();
      await run();
      const ms = (performance.now() - start) / steps;
      const key = `${network} ${what}`;
      fastest.set(key, Math.min(ms, fastest.get(key) ?? Infinity));
    },
  });
}
