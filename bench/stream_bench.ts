/**
 * Latency of streams: time from the events of a chunk of bins to the network's
 * decision, one chunk after another.
 *
 * The networks are the CNN of SL-Animals (128×128 pixels, bins of 5 ms) and two
 * blocks with batch norm and leaky neurons (34×34, bins of 5 ms).
 *
 * @module
 */

import assert from "node:assert/strict";
import { openDevice } from "../engine/device/device.ts";
import { Model, type ModelDescription } from "../engine/model.ts";
import { leaky } from "../engine/neurons/leaky.ts";
import { stream } from "../engine/stream/stream.ts";
import { predict } from "../engine/trace.ts";
import { prepared } from "./setup/prepared.ts";
import { NETWORKS, SL_ANIMALS } from "./setup/random_batch.ts";

/** Bins per sample; 0.6 % of the pixels have an event in each bin. */
const BINS = 64;

const block = {
  conv: { out: 32, kernel: 3, padding: 1 },
  norm: "batch",
  pool: { max: 2 },
} as const;

const STREAMS: Readonly<Record<string, Omit<ModelDescription, "random">>> = {
  "CNN 128×128": { ...SL_ANIMALS, layers: NETWORKS.CNN },
  "two blocks 34×34": {
    input: { C: 2, H: 34, W: 34 },
    layers: [block, block, { dense: 128 }, { dense: 10, neuron: "none" }],
    neuron: leaky(),
    Ts: 5,
  },
};

const device = await openDevice();
console.log(`on ${device.adapter.name}`);

for (const [name, description] of Object.entries(STREAMS)) {
  const prepare = prepared(async () => {
    const model = await Model.create({ device, ...description, random: 0 });
    const { C, H, W } = description.input;
    const inputs = C * H * W;
    const place = 2 ** Math.ceil(Math.log2(inputs));
    const each = Math.round(0.006 * inputs);
    let state = 1;
    const address = () =>
      (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) % inputs;
    const bins = Array.from(
      { length: BINS },
      () => Uint32Array.from({ length: each }, address),
    );
    const wordsOf = (first: number, count: number, fine = 1) =>
      Uint32Array.from(
        bins.slice(first, first + count).flatMap((addresses, bin) =>
          Array.from(addresses, (address) => bin * fine * place + address)
        ),
      );
    const running = await stream(model);
    // Checks the stream before timing it: its decision must be that of the
    // whole sample.
    const tSample = BINS * description.Ts;
    const fine = model.eventBinning({ tSample }).bins / BINS;
    const [whole] = await predict(model, {
      samples: [wordsOf(0, BINS, fine)],
      labels: Uint32Array.of(0),
    }, { tSample });
    const { decisions } = await running.push(wordsOf(0, BINS), BINS);
    assert.deepEqual(decisions[BINS - 1].scores, whole.scores);
    return { running, wordsOf };
  });
  for (const count of [1, 8, 32]) {
    const chunked = prepared(async () => {
      const { running, wordsOf } = await prepare();
      const chunks = Array.from(
        { length: BINS / count },
        (_, chunk) => wordsOf(chunk * count, count),
      );
      let next = 0;
      return () => running.push(chunks[next++ % chunks.length], count);
    });
    const label = count === 1 ? "1 bin" : `${count} bins`;
    const options = { group: name, n: 20, warmup: 5 };
    Deno.bench(`${name}, ${label}`, options, async () => {
      const push = await chunked();
      await push();
    });
    if (count > 1) continue;
    Deno.bench(`${name}, 1 bin, 16 chunks under way`, options, async () => {
      const push = await chunked();
      await Promise.all(Array.from({ length: 16 }, push));
    });
  }
}
