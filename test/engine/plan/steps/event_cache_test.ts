import {
  deepStrictEqual,
  notDeepStrictEqual,
  ok,
  rejects,
  strictEqual,
} from "node:assert/strict";
import { batches, SampleCache } from "../../../../dataset/batches.ts";
import type { Device } from "../../../../engine/device/device.ts";
import { numSpikes } from "../../../../engine/losses/num_spikes.ts";
import { runPass } from "../../../../engine/training/pass.ts";
import { Model } from "../../../../engine/model.ts";
import { layOutStep } from "../../../../engine/plan/steps/step_words.ts";
import type { EventBatch } from "../../../../engine/network/event_batch.ts";
import { ResidentEvents } from "../../../../engine/plan/steps/event_cache.ts";
import { readBytes } from "../../../../engine/device/readback.ts";
import { upTo, WatchedSource } from "../../../dataset/files/watched_source.ts";
import { device, gpuTest } from "../../../fixtures/gpu.ts";
import { fc } from "../../../fixtures/properties.ts";
import { busyInput, eventsOf, excite, NEURON } from "../../networks.ts";
import {
  meteredDevice,
  scarceDevice,
  smallDevice,
} from "../../device/small_device.ts";

const T = 40;
const INPUT = { C: 2, H: 4, W: 4 };
const SAMPLES = 30;

const all = eventsOf(
  busyInput([SAMPLES, 2, 4, 4, T], 1),
  upTo(SAMPLES).map((n) => n % 3),
);

/** A device that keeps 5000 events, some 13 of the samples. */
const small = () => smallDevice(40_000);

/** The samples in some order, four in a batch. */
function* inBatches(
  order: readonly number[],
  { copied = false } = {},
): Generator<EventBatch> {
  for (let begin = 0; begin < order.length; begin += 4) {
    const members = order.slice(begin, begin + 4);
    yield {
      samples: members.map((n) =>
        copied ? all.samples[n].slice() : all.samples[n]
      ),
      labels: Uint32Array.from(members, (n) => all.labels[n]),
    };
  }
}

async function prepare(on: Device, batch = 4) {
  const model = await Model.create({
    device: on,
    ...{ input: INPUT, layers: [{ dense: 6 }, { dense: 3 }], Ts: 5 },
    ...{ neuron: NEURON, random: 2 },
  });
  await excite(model);
  const stepper = await model.compile({
    tSample: 5 * T,
    loss: numSpikes({ region: { start: 0, stop: 5 * T }, true: 9, false: 2 }),
    ...{ batch, train: true },
  });
  return {
    ...{ model, stepper },
    [Symbol.dispose]() {
      stepper.destroy();
      model.destroy();
    },
  };
}

/** Where epochs over the samples in some orders lead. */
async function train(
  on: Device,
  epochs: readonly (readonly number[])[],
  options?: { readonly copied: boolean },
) {
  using prepared = await prepare(on);
  const { model, stepper } = prepared;
  const records = [];
  for (const order of epochs) {
    for (const batch of inBatches(order, options)) {
      await stepper.train(batch, 0.05);
    }
    records.push(...await stepper.drain());
  }
  return { records, weights: await model.weights() };
}

const ORDER = upTo(SAMPLES);
const SHUFFLED = ORDER.map((n) => 7 * n % SAMPLES);

gpuTest("samples that stay teach the same bits as new ones", async () => {
  for (const epochs of [[ORDER, ORDER, ORDER], [ORDER, SHUFFLED, ORDER]]) {
    const expected = await train(device(), epochs, { copied: true });
    notDeepStrictEqual(expected.records[0], expected.records.at(-8));
    deepStrictEqual(await train(device(), epochs), expected);
    // Fewer stay than there are.
    deepStrictEqual(await train(small(), epochs), expected);
  }
});

gpuTest("a sample may be in a batch several times", async () => {
  const epochs = [[3, 3, 4, 3], [3, 3, 4, 3], [4, 4, 3, 5]];
  const expected = await train(device(), epochs, { copied: true });
  for (const on of [device(), small()]) {
    deepStrictEqual(await train(on, epochs), expected);
  }
});

gpuTest("a batch may have more events than may stay", async () => {
  const whole = (samples: readonly Uint32Array[]) => ({
    samples,
    labels: all.labels.subarray(0, samples.length),
  });
  const large = all.samples.slice(0, 24);
  const events = large.reduce((sum, { length }) => sum + length, 0);
  ok(events > 5000 && events < 10_000, `${events}`);
  const run = async (on: Device, copied: boolean) => {
    using prepared = await prepare(on, 24);
    const { stepper } = prepared;
    for (const members of [large, all.samples.slice(24), large.toReversed()]) {
      await stepper.evaluate(
        whole(copied ? members.map((words) => words.slice()) : members),
      );
    }
    return await stepper.drain();
  };
  deepStrictEqual(await run(small(), false), await run(device(), true));
});

gpuTest("events of samples that stay are uploaded once", async () => {
  const uploads = new Map<string, number>();
  const metered = meteredDevice((label, bytes) => {
    uploads.set(label, (uploads.get(label) ?? 0) + bytes);
  });
  using prepared = await prepare(metered);
  const { model, stepper } = prepared;
  const epochs: number[][] = [];
  for (const order of [ORDER, SHUFFLED]) {
    uploads.clear();
    for (const batch of inBatches(order)) await stepper.train(batch, 0.05);
    await stepper.drain();
    epochs.push(
      ["events", "step"].map((label) => uploads.get(label) ?? 0),
    );
  }
  const events = all.samples.reduce((sum, { length }) => sum + length, 0);
  const step = 4 * layOutStep(4).words * Math.ceil(SAMPLES / 4);
  deepStrictEqual(epochs, [[4 * events, step], [0, step]]);
  const small = [...uploads.values()].reduce((sum, bytes) => sum + bytes, 0);
  strictEqual(small, step);
  deepStrictEqual(
    await model.weights(),
    (await train(device(), [ORDER, SHUFFLED])).weights,
  );
});

gpuTest("samples that came first stay where more come than may", async () => {
  let events = 0;
  const metered = meteredDevice((label, bytes) => {
    if (label === "events") events += bytes;
  }, 40_000);
  using prepared = await prepare(metered);
  const { stepper } = prepared;
  let [kept, passing] = [0, 0];
  for (const { samples } of inBatches(ORDER)) {
    let end = kept;
    for (const { length } of samples) {
      end += length;
      if (end <= 5000) kept = end;
      else passing += length;
    }
  }
  ok(passing > 1000);
  for (const expected of [kept + passing, passing, passing]) {
    events = 0;
    for (const batch of inBatches(ORDER)) await stepper.evaluate(batch);
    await stepper.drain();
    strictEqual(events, 4 * expected);
  }
});

gpuTest("samples of a cache are uploaded in the first epoch only", async () => {
  let events = 0;
  const metered = meteredDevice((label, bytes) => {
    if (label === "events") events += bytes;
  });
  using model = await Model.create({
    device: metered,
    ...{ input: { C: 2, H: 128, W: 128 }, layers: [{ dense: 3 }], Ts: 5 },
    ...{ neuron: NEURON, random: 2 },
  });
  const loss = numSpikes({ region: { start: 0, stop: 20 }, true: 3, false: 0 });
  const size = { tSample: 20, batch: 3 };
  using stepper = await model.compile({ ...size, loss, train: false });
  const [source, cache] = [new WatchedSource(9), new SampleCache()];
  for (const expected of [2 * (0 + 1 + 2 + 3 + 4 * 5), 0]) {
    events = 0;
    // Samples of more than four bins are cropped.
    const read = batches(source, upTo(9), {
      ...{ batchSize: 3, bins: 4, crop: "fixed", cache },
      binning: { method: "SlayerTD", Ts: 5 },
    });
    await runPass(stepper, read, { layers: model.layers });
    strictEqual(events, 4 * expected);
  }
});

gpuTest("bad words are refused each time, and upload nothing", async () => {
  let events = 0;
  const metered = meteredDevice((label, bytes) => {
    if (label === "events") events += bytes;
  });
  using prepared = await prepare(metered);
  const { stepper } = prepared;
  const [good, other] = all.samples;
  const labels = all.labels.subarray(0, 2);
  const bad = Uint32Array.of(0, T << 5);
  for (let attempt = 0; attempt < 3; attempt++) {
    await rejects(stepper.evaluate({ samples: [good, bad], labels }), {
      name: "ShapeError",
      message: "Cannot run a batch: event 1 of a sample is at address 0 of " +
        "32, in bin 40 of 40",
    });
    strictEqual(events, 0);
  }
  for (let step = 0; step < 2; step++) {
    await stepper.evaluate({ samples: [good, other], labels });
    await rejects(stepper.evaluate({ samples: [good, bad], labels }));
  }
  const [one, two] = await stepper.drain();
  deepStrictEqual(one, two);
  strictEqual(events, 4 * (good.length + other.length));
});

for (
  const [what, open] of [
    ["binds little", () => smallDevice(4 * 4096)],
    // Enough for 4096 words beside 2048, not for 8192.
    ["has little memory", () => scarceDevice(4 * 7000, (l) => l === "events")],
  ] as const
) {
  gpuTest(
    `samples are where they are said to be if a device ${what}`,
    async () => {
      const words = Uint32Array.from({ length: 12_000 }, (_, i) => i);
      const pool = upTo(20).map((n) => {
        const length = [0, 1, 200, 700, 1000][n % 5];
        const start = 550 * (n % 3 === 0 ? n : n % 4);
        // Some lie in the same memory, some begin together.
        return n % 3 === 0
          ? words.slice(start, start + length)
          : words.subarray(start, start + length);
      });
      const batch = fc.array(fc.nat(pool.length - 1), { maxLength: 3 });
      const visits = fc.array(batch, { minLength: 1, maxLength: 16 });
      await fc.assert(
        fc.asyncProperty(visits, async (visits) => {
          const on = open();
          const resident = new ResidentEvents(on, () => {});
          try {
            for (const members of visits) {
              const samples = members.map((n) => pool[n]);
              const { buffer, offsets } = await resident.bring(samples);
              ok(buffer.size <= 4 * 4096, `${buffer.size}`);
              strictEqual(offsets.length, 2 * samples.length);
              const found = new Uint32Array(await readBytes(on, buffer));
              samples.forEach((sample, n) => {
                const [start, end] = offsets.subarray(2 * n, 2 * n + 2);
                deepStrictEqual(found.slice(start, end), sample.slice());
              });
            }
          } finally {
            resident.destroy();
          }
        }),
        {
          ...{ seed: 11, numRuns: 40 },
          // 2000 words that stay, then 2700 others, then these again.
          examples: [[[[4, 9], [14, 19, 3], [4, 9]]]],
        },
      );
    },
  );
}
