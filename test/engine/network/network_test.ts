import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import {
  describeLayers,
  type LayerDescription,
} from "../../../engine/layers/describe_layers.ts";
import { sizeOf } from "../../../engine/network/network.ts";
import { Random } from "../../../engine/network/random.ts";
import { countOf } from "../../../engine/network/weights.ts";
import { conv } from "../../oracle/layers/conv.ts";
import { pool } from "../../oracle/layers/pool.ts";
import { zeros } from "../../oracle/tensor.ts";
import { fc } from "../../fixtures/properties.ts";

const INPUT = { C: 2, H: 9, W: 7 };

Deno.test("describeLayers() names layers by kind and chains their shapes", () => {
  const layers = describeLayers(INPUT, [
    { pool: 2 },
    { conv: { out: 8, kernel: 3, padding: 1 } },
    { conv: { out: 4, kernel: [1, 2], stride: [2, 1], groups: 4 } },
    { pool: 3 },
    { dense: 6 },
    { dense: { out: 5, weightScale: 2 } },
  ]);
  deepStrictEqual(
    layers.map(({ name, output: { C, H, W } }) => [name, C, H, W]),
    [
      ["pool1", 2, 5, 4],
      ["conv1", 8, 5, 4],
      ["conv2", 4, 3, 3],
      ["pool2", 4, 1, 1],
      ["fc1", 6, 1, 1],
      ["fc2", 5, 1, 1],
    ],
  );
  deepStrictEqual(
    layers.map(({ weights }) => weights && countOf(weights.shape)),
    [undefined, 144, 16, undefined, 24, 30],
  );
  layers.slice(1).forEach((layer, index) => {
    deepStrictEqual(layer.input, layers[index].output);
  });
});

Deno.test("describeLayers() gives the shapes of the oracle", () => {
  const side = fc.integer({ min: 1, max: 9 });
  const pair = (min: number, max: number) =>
    fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }));
  fc.assert(
    fc.property(
      ...[side, side, pair(1, 3), pair(1, 3), pair(0, 2), pair(1, 2)] as const,
      (H, W, kernel, stride, padding, dilation) => {
        const input = { C: 2, H, W };
        const geometry = { stride, padding, dilation };
        const fits = [H, W].every((side, axis) =>
          side + 2 * padding[axis] > dilation[axis] * (kernel[axis] - 1)
        );
        const description = { conv: { out: 3, kernel, ...geometry } };
        if (!fits) {
          throws(() => describeLayers(input, [description]), {
            name: "ShapeError",
          });
          return;
        }
        const [layer, pooled] = describeLayers(input, [description, {
          pool: 2,
        }]);
        const x = zeros([1, 2, H, W, 1]);
        const y = conv(x, zeros([3, 2, ...kernel, 1]), geometry);
        const { C, H: OH, W: OW } = layer.output;
        deepStrictEqual([1, C, OH, OW, 1], [...y.shape]);
        strictEqual(sizeOf(pooled.output), pool(y, 2, 1).data.length);
        deepStrictEqual(layer.weights?.shape, [3, 2, ...kernel, 1]);
      },
    ),
    { seed: 1, numRuns: 200 },
  );
});

Deno.test("describeLayers() says which layer cannot be built", () => {
  const wrong: [LayerDescription[], string][] = [
    [[], "Cannot build a network: it has no layers"],
    [
      [{ pool: 0 }],
      'Cannot build layer "pool1": 0 is not an integer of at least 1',
    ],
    [
      [{ dense: 3 }, { dense: 2.5 }],
      'Cannot build layer "fc2": 2.5 is not an integer of at least 1',
    ],
    [
      [{ conv: { out: 3, kernel: 3, padding: -1 } }],
      'Cannot build layer "conv1": -1 is not an integer of at least 0',
    ],
    [
      [{ conv: { out: 3, kernel: 3, groups: 2 } }],
      'Cannot build layer "conv1": 2 groups do not divide 2 inputs and 3 ' +
      "outputs",
    ],
    [
      [{ pool: 2 }, { conv: { out: 3, kernel: [1, 5] } }],
      'Cannot build layer "conv1": a kernel of 1×5 does not fit an input of ' +
      "5×4",
    ],
  ];
  for (const [layers, message] of wrong) {
    throws(() => describeLayers(INPUT, layers), {
      name: "ShapeError",
      message,
    });
  }
  throws(() => describeLayers({ C: 2, H: 0, W: 3 }, [{ dense: 1 }]), {
    name: "ShapeError",
    message: 'Cannot build layer "input": 0 is not an integer of at least 1',
  });
  const mistyped: [object, string][] = [
    [
      { conv: { out: 3, kernel: 3, pad: 1 } },
      'Cannot build layer "conv1": it has no pad, but out, kernel, stride, ' +
      "padding, dilation, groups, weightScale, weightNorm",
    ],
    [
      { dense: { out: 3, scale: 1 } },
      'Cannot build layer "fc1": it has no scale, but out, weightScale, ' +
      "weightNorm",
    ],
  ];
  for (const [layer, message] of mistyped) {
    throws(() => describeLayers(INPUT, [layer as LayerDescription]), {
      name: "TypeError",
      message,
    });
  }
});

Deno.test("Random goes on from a state, and its streams differ", () => {
  const random = new Random(5);
  random.uniform();
  const again = new Random(random.state);
  const draw = (random: Random) =>
    Array.from({ length: 20 }, () => random.uniform());
  const drawn = draw(random);
  deepStrictEqual(draw(again), drawn);
  const streams = [0, 1, 2].map((stream) => draw(new Random(5, stream)));
  strictEqual(new Set(streams.flat()).size, 60);
  for (const value of drawn) strictEqual(value >= 0 && value < 1, true);
});

Deno.test("Random shuffles a copy into every order alike", () => {
  const random = new Random(1);
  const items = [1, 2, 3];
  const seen = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const order = random.shuffle(items).join("");
    seen.set(order, (seen.get(order) ?? 0) + 1);
  }
  deepStrictEqual(items, [1, 2, 3]);
  strictEqual(seen.size, 6);
  for (const count of seen.values()) {
    strictEqual(Math.abs(count - 1000) < 150, true);
  }
});
