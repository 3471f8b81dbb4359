import assert from "node:assert/strict";
import { DVS128, type Events, type Sensor } from "../../../dataset/events.ts";
import {
  addressBits,
  type PackOptions,
  packSample,
} from "../../../dataset/pack.ts";
import {
  anyCase,
  columns,
  type Event,
  packByRule,
  unpack,
} from "./packed_samples.ts";
import { fc } from "../../fixtures/properties.ts";

const RUN = { seed: 23, numRuns: 300 };
const SL_ANIMALS: PackOptions = {
  method: "SlayerTD",
  Ts: 5,
  sensor: DVS128,
  timing: { unitUs: 1000, fromFirstEvent: true },
};
const NMNIST: PackOptions = {
  method: "SlayerTD",
  Ts: 5,
  sensor: { width: 34, height: 34 },
  timing: { unitUs: 1, fromFirstEvent: false },
};

/** Events of both polarities at one pixel, so that no polarity is shifted. */
function atTimes(us: readonly number[]): Events {
  return columns(us.map((time, n) => [0, 0, time, n % 2]));
}

function binsOf(events: Events, options: PackOptions): number[] {
  return unpack(packSample(events, options).words, options)
    .map(({ bin }) => bin);
}

Deno.test("packSample() agrees with a reference that packs event by event", () => {
  fc.assert(
    fc.property(anyCase, ({ options, events }) => {
      const packed = packSample(columns(events), options);
      const wanted = packByRule(events, options);
      const inOrder = wanted.kept.toSorted((a, b) => a.bin - b.bin);
      const key = (event: unknown) => JSON.stringify(event);
      const unpacked = unpack(packed.words, options);
      assert.deepEqual(unpacked.map(key).sort(), inOrder.map(key).sort());
      assert.deepEqual(
        unpacked.map(({ bin }) => bin),
        inOrder.map(({ bin }) => bin),
      );
      assert.equal(packed.bins, wanted.bins);
      assert.equal(packed.dropped, wanted.dropped);
    }),
    RUN,
  );
});

Deno.test("packSample() keeps every event once", () => {
  fc.assert(
    fc.property(anyCase, ({ options, events }) => {
      const { words, dropped } = packSample(columns(events), options);
      assert.equal(words.length + dropped, events.length);
    }),
    RUN,
  );
});

Deno.test("packSample() gives the same words at any time of the clock", () => {
  const anyShift = fc.nat(Math.floor(2 ** 32 / 1000) - 1);
  fc.assert(
    fc.property(anyCase, anyShift, ({ options, events }, shift) => {
      const timing = { unitUs: 1000, fromFirstEvent: true };
      // By whole ms: shifts by part of a ms change the truncated times.
      const first = events.length > 0 ? events[0][2] : 0;
      const origin = first - first % 1000;
      const at = (ms: number) =>
        packSample(
          columns(
            events.map(([x, y, us, p]) => [x, y, us - origin + ms * 1000, p]),
          ),
          { ...options, timing },
        );
      assert.deepEqual(at(shift), at(0));
    }),
    RUN,
  );
});

Deno.test("packSample() rounds halves to the even bin with SlayerTD", () => {
  const us = [0, 2499, 2500, 2501, 7499, 7500, 12_500, 12_501, 17_500, 20_000];
  const bins = [0, 0, 0, 1, 1, 2, 2, 3, 4, 4];
  assert.deepEqual(binsOf(atTimes(us), NMNIST), bins);
  assert.equal(packSample(atTimes(us), NMNIST).bins, 5);
});

Deno.test("packSample() divides in float64 before it rounds", () => {
  // 0.15 / 0.1 is 1.4999999999999998, 0.35 / 0.1 is 3.4999999999999996.
  const bins = binsOf(atTimes([50, 150, 250, 350]), { ...NMNIST, Ts: 0.1 });
  assert.deepEqual(bins, [0, 1, 2, 3]);
});

Deno.test("packSample() truncates to whole ms before it subtracts", () => {
  // 1 ms and 7 ms, although they lie 5.001 ms apart.
  const bins = binsOf(atTimes([1999, 7000]), { ...SL_ANIMALS, Ts: 4 });
  assert.deepEqual(bins, [0, 2]);
});

Deno.test("packSample() starts at time 0 where the timing says so", () => {
  assert.deepEqual(binsOf(atTimes([10_000, 15_000]), NMNIST), [2, 3]);
});

Deno.test("packSample() reads times above 2³¹ and across the clock's wrap", () => {
  const late = atTimes([0x9000_0000, 0x9000_0000 + 25_000]);
  assert.deepEqual(binsOf(late, SL_ANIMALS), [0, 5]);
  // 4294966 ms, then 4294976 and 4294991 ms on a clock of more bits.
  const wrapping = atTimes([2 ** 32 - 1000, 9000, 24_000]);
  assert.deepEqual(binsOf(wrapping, SL_ANIMALS), [0, 2, 5]);
  const frames: PackOptions = { ...SL_ANIMALS, method: "frames" };
  assert.deepEqual(binsOf(wrapping, frames), [0, 2]);
});

Deno.test("packSample() drops and counts events before the start", () => {
  const { words, bins, dropped } = packSample(
    atTimes([10_900, 9999, 10_100, 2 ** 32 - 1, 20_000]),
    SL_ANIMALS,
  );
  assert.deepEqual(unpack(words, SL_ANIMALS).map(({ bin }) => bin), [0, 0, 2]);
  assert.equal(bins, 3);
  assert.equal(dropped, 2);
});

Deno.test("packSample() sorts by bin where time runs backwards", () => {
  const us = [0, 20_000, 10_000, 30_000, 10_000];
  assert.deepEqual(binsOf(atTimes(us), SL_ANIMALS), [0, 2, 2, 4, 6]);
  const frames = packSample(atTimes(us), { ...SL_ANIMALS, method: "frames" });
  assert.equal(frames.bins, 6);
  assert.equal(frames.dropped, 1);
});

Deno.test("packSample() makes OFF of all-ON samples with SlayerTD only", () => {
  const polarities = (p: number[], method: PackOptions["method"]) => {
    const options = { ...SL_ANIMALS, method };
    const events = p.map((p, n): Event => [0, 0, n * 5000, p]);
    const { words } = packSample(columns(events), options);
    return unpack(words, options).map(({ polarity }) => polarity);
  };
  assert.deepEqual(polarities([1, 1, 1], "SlayerTD"), [0, 0, 0]);
  assert.deepEqual(polarities([1, 0, 1], "SlayerTD"), [1, 0, 1]);
  assert.deepEqual(polarities([0, 0, 0], "SlayerTD"), [0, 0, 0]);
  assert.deepEqual(polarities([1, 1, 1], "frames"), [1, 1]);
});

Deno.test("packSample() drops the incomplete last window of frames", () => {
  const options: PackOptions = { ...SL_ANIMALS, method: "frames" };
  const pack = (ms: number[]) => {
    const { bins, dropped, words } = packSample(
      atTimes(ms.map((ms) => ms * 1000)),
      options,
    );
    return [bins, dropped, unpack(words, options).map(({ bin }) => bin)];
  };
  assert.deepEqual(pack([0, 4, 5, 9, 12]), [2, 1, [0, 0, 1, 1]]);
  assert.deepEqual(pack([0, 4, 5, 9, 10]), [2, 1, [0, 0, 1, 1]]);
  assert.deepEqual(pack([0, 9, 5, 9]), [1, 3, [0]]);
  assert.deepEqual(pack([0, 4]), [0, 2, []]);
});

Deno.test("packSample() transposes the pixels of frames", () => {
  const sensor: Sensor = { width: 5, height: 3 };
  const events = columns([[4, 2, 0, 1], [1, 0, 0, 0], [0, 0, 5000, 0]]);
  const words = (method: PackOptions["method"]) => [
    ...packSample(events, { ...SL_ANIMALS, sensor, method }).words,
  ];
  assert.deepEqual(words("SlayerTD"), [
    (2 * 5 + 4) * 2 + 1,
    (0 * 5 + 1) * 2,
    1 << 5,
  ]);
  assert.deepEqual(words("frames"), [(4 * 3 + 2) * 2 + 1, (1 * 3 + 0) * 2]);
});

Deno.test("packSample() keeps repeated events", () => {
  const events = columns([[3, 2, 0, 1], [3, 2, 0, 1], [3, 2, 1000, 0]]);
  const pixel = (2 * 128 + 3) * 2;
  assert.deepEqual([...packSample(events, SL_ANIMALS).words], [
    pixel + 1,
    pixel + 1,
    pixel,
  ]);
});

Deno.test("packSample() gives no bins without events", () => {
  for (const method of ["SlayerTD", "frames"] as const) {
    const packed = packSample(columns([]), { ...SL_ANIMALS, method });
    assert.equal(packed.words.length, 0);
    assert.equal(packed.bins, 0);
    assert.equal(packed.dropped, 0);
  }
});

Deno.test("packSample() fills the last bin that a word can hold, and no later one", () => {
  const options = { ...SL_ANIMALS, Ts: 1 };
  const last = columns([[0, 0, 0, 0], [127, 127, 131_071_000, 1]]);
  const packed = packSample(last, options);
  assert.equal(packed.bins, 131_072);
  assert.equal(packed.words[1], 2 ** 32 - 1);
  assert.throws(() => packSample(atTimes([0, 131_072_000]), options), {
    name: "RangeError",
    message: 'Cannot pack a sample at Ts "1": its last event, at 131072 ' +
      "ms, is in bin 131072, 128×128 pixels leave room for 131072 bins",
  });
});

Deno.test("packSample() has room for 9.5 s at Ts 0.1 but not at 0.05", () => {
  const sample = atTimes([0, 9_500_000]);
  assert.equal(packSample(sample, { ...SL_ANIMALS, Ts: 0.1 }).bins, 95_001);
  assert.throws(
    () => packSample(sample, { ...SL_ANIMALS, Ts: 0.05 }),
    RangeError,
  );
});

Deno.test("packSample() refuses events that are not on the sensor", () => {
  const pack = (event: Event) => () => packSample(columns([event]), NMNIST);
  assert.throws(pack([34, 3, 0, 1]), {
    name: "RangeError",
    message:
      'Cannot pack event "0": x 34, y 3, polarity 1 is not on a sensor ' +
      "of 34×34 pixels",
  });
  assert.throws(pack([3, 34, 0, 1]), RangeError);
  assert.throws(pack([3, 3, 0, 2]), RangeError);
});

Deno.test("packSample() refuses impossible binnings and timings", () => {
  const pack = (options: object) => () =>
    packSample(atTimes([0]), { ...SL_ANIMALS, ...options });
  assert.throws(pack({ method: "TonicFrames" }), {
    name: "TypeError",
    message: 'Cannot bin by method "TonicFrames": ' +
      "only SlayerTD, frames and slices are known",
  });
  for (const Ts of [0, -5, NaN, Infinity]) {
    assert.throws(pack({ Ts }), RangeError);
  }
  for (const unitUs of [0, -1, 0.5]) {
    assert.throws(
      pack({ timing: { unitUs, fromFirstEvent: true } }),
      RangeError,
    );
  }
});

Deno.test("addressBits() counts the bits of the largest address", () => {
  const bits = (width: number, height: number) =>
    addressBits({ width, height });
  assert.equal(bits(34, 34), 12);
  assert.equal(bits(128, 128), 15);
  assert.equal(bits(1, 1), 1);
  assert.equal(bits(129, 128), 16);
  assert.equal(bits(2 ** 15, 2 ** 15), 31);
  for (
    const [width, height] of [[0, 5], [5, 0], [1.5, 2], [2 ** 16, 2 ** 15]]
  ) {
    assert.throws(() => bits(width, height), RangeError);
  }
});
