import assert from "node:assert/strict";
import { DVS128 } from "../../../dataset/events.ts";
import {
  cropWords,
  type PackOptions,
  packSample,
} from "../../../dataset/pack.ts";
import { anyCase, columns, unpack } from "./packed_samples.ts";
import { fc } from "../../fixtures/properties.ts";

const RUN = { seed: 24, numRuns: 300 };
const DVS: PackOptions = {
  method: "SlayerTD",
  Ts: 1,
  sensor: DVS128,
  timing: { unitUs: 1000, fromFirstEvent: true },
};

Deno.test("cropWords() takes the events of its bins and rebases them", () => {
  const stretch = fc.tuple(fc.nat(80), fc.nat(80));
  fc.assert(
    fc.property(anyCase, stretch, ({ options, events }, [start, length]) => {
      const sample = packSample(columns(events), options);
      const before = sample.words.slice();
      const wanted = unpack(sample.words, options)
        .filter(({ bin }) => bin >= start && bin < start + length)
        .map((event) => ({ ...event, bin: event.bin - start }));
      const crop = cropWords(sample, start, length);
      assert.deepEqual(unpack(crop, options), wanted);
      assert.deepEqual(sample.words, before);
    }),
    RUN,
  );
});

Deno.test("cropWords() cuts a sample into crops that together are the sample", () => {
  fc.assert(
    fc.property(anyCase, fc.nat(80), ({ options, events }, cut) => {
      const sample = packSample(columns(events), options);
      const head = cropWords(sample, 0, cut);
      const tail = cropWords(sample, cut, sample.bins);
      const base = cut * 2 ** sample.addressBits;
      const joined = [...head, ...Array.from(tail, (word) => word + base)];
      assert.deepEqual(joined, [...sample.words]);
    }),
    RUN,
  );
});

Deno.test("cropWords() reaches the highest bins", () => {
  const events = columns([[0, 0, 0, 0], [127, 127, 131_071_000, 1]]);
  const sample = packSample(events, DVS);
  assert.deepEqual([...cropWords(sample, 131_071, 10)], [2 ** 15 - 1]);
  assert.deepEqual([...cropWords(sample, 0, 131_071)], [0]);
  assert.equal(cropWords(sample, 131_072, 10).length, 0);
});

Deno.test("cropWords() copies nothing for a crop from bin 0", () => {
  const sample = packSample(columns([[0, 0, 0, 0], [0, 0, 5000, 0]]), DVS);
  const crop = cropWords(sample, 0, 5);
  assert.equal(crop.length, 1);
  assert.equal(crop.buffer, sample.words.buffer);
});

Deno.test("cropWords() refuses bins that are negative or not whole", () => {
  const sample = packSample(columns([[0, 0, 5000, 1]]), DVS);
  for (const [start, length] of [[-1, 2], [0, -2], [0.5, 2], [0, NaN]]) {
    assert.throws(() => cropWords(sample, start, length), {
      name: "RangeError",
      message: `Cannot crop "${length}" bins from bin "${start}": ` +
        "whole numbers from 0 are needed",
    });
  }
});
