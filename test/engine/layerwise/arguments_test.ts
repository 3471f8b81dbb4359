import { deepStrictEqual, throws } from "node:assert/strict";
import { describeUnits } from "../../../engine/layerwise/units/describe_units.ts";
import type { UnitDescription } from "../../../engine/layerwise/units/unit_descriptions.ts";
import { describeNeuron } from "../../../engine/neurons/describe_neuron.ts";
import { cubaLeaky } from "../../../engine/neurons/cuba_leaky.ts";
import { leaky } from "../../../engine/neurons/leaky.ts";
import { sigmaDelta } from "../../../engine/neurons/sigma_delta.ts";

const NEURON = describeNeuron(leaky());

/** A convolution that keeps rows and columns. */
const conv = (out: number) => ({ conv: { out, kernel: 3, padding: 1 } });

const OUT: UnitDescription = { dense: 3, neuron: "none" };

/** Describes a network of layers on 4×7×6 inputs. */
function describe(layers: readonly object[], most = 1) {
  return describeUnits(
    {
      extent: { C: 4, H: 7, W: 6 },
      most,
      scale: 1,
      kept: 1,
      runSize: 4,
    },
    layers as readonly UnitDescription[],
    NEURON,
  );
}

/** By message: layers that cannot be built, and counts of the input. */
const WRONG: readonly [
  name: string,
  message: string,
  layers: readonly object[],
  most?: number,
][] = [
  ["ShapeError", "Cannot build a network: it has no layers", []],
  [
    "ShapeError",
    'Cannot build {"norm":"batch"}: it is to follow a layer with weights',
    [{ norm: "batch" }],
  ],
  [
    "TypeError",
    'Cannot build {"nrom":"batch"} layer by layer: expected conv, ghost, dense, ' +
    "recurrent, quantize, average, residual, shortcut, join, norm, bias, neuron, delay, pool, dropout, not nrom",
    [conv(2), { nrom: "batch" }, OUT],
  ],
  [
    "ShapeError",
    'Cannot build layer "conv1": only the last layer can be without neurons',
    [{ ...conv(2), neuron: "none" }, OUT],
  ],
  [
    "ShapeError",
    'Cannot build layer "conv1": the last layer gives 2×7×6, and each class ' +
    "is to have one output; end with a dense layer",
    [conv(2)],
  ],
  [
    "ShapeError",
    'Cannot build layer "conv1": the last layer gives 6 outputs in groups of ' +
    "3; end with a dense layer",
    [{ conv: { out: 6, kernel: [7, 6], groups: 2 }, neuron: "none" }],
  ],
  [
    "ShapeError",
    'Cannot build layer "fc1": a layer without neurons has no spikes to ' +
    "delay, pool, drop, add or read",
    [{ dense: 3, neuron: "none", dropout: 0.5 }],
  ],
  [
    "ShapeError",
    'Cannot build layer "fc1": a layer without neurons has no spikes to ' +
    "delay, pool, drop, add or read",
    [{ dense: 3, neuron: "none", recurrent: true }],
  ],
  [
    "ShapeError",
    'Cannot build layer "average1": 10 neurons below cannot be divided into ' +
    "3 groups",
    [{ dense: 10 }, { average: 3 }],
  ],
  [
    "TypeError",
    'Cannot build {"average":3,"norm":"batch"}: average stands alone',
    [{ dense: 3 }, { average: 3, norm: "batch" }],
  ],
  [
    "ShapeError",
    'Cannot build {"norm":"batch"}: it is to follow a layer with weights',
    [{ dense: 3 }, { average: 3 }, { norm: "batch" }],
  ],
  [
    "ShapeError",
    'Cannot build layer "average1": only the last layer can be without neurons',
    [{ dense: 10 }, { average: 5 }, OUT],
  ],
  [
    "ShapeError",
    'Cannot build layer "fc1": its neurons send changes; end with a layer ' +
    "without neurons",
    [{ dense: 3, neuron: sigmaDelta() }],
  ],
  [
    "ShapeError",
    'Cannot build layer "conv1": its neurons send changes, which cannot be ' +
    "pooled, dropped or read by their own layer",
    [{ ...conv(2), neuron: sigmaDelta(), pool: { max: 2 } }, OUT],
  ],
  [
    "ShapeError",
    'Cannot join layer "conv2" to another: neurons that send changes have no ' +
    "spikes to add",
    [
      conv(2),
      { residual: [{ ...conv(2), neuron: sigmaDelta() }] },
      OUT,
    ],
  ],
  [
    "ShapeError",
    'Cannot build layer "fc1": its neurons read their own spikes, which do ' +
    "not pass the current that is normalised",
    [
      {
        dense: 3,
        recurrent: true,
        neuron: cubaLeaky({ norm: "current" }),
      },
      OUT,
    ],
  ],
  [
    "RangeError",
    'Cannot build layer "fc1" with a delay of -1: it is not a number from 0',
    [{ dense: 3, delay: -1 }],
  ],
  [
    "ShapeError",
    'Cannot build {"recurrent":true}: recurrent stands beside dense',
    [{ dense: 3 }, { recurrent: true }, OUT],
  ],
  [
    "ShapeError",
    'Cannot build {"quantize":2}: quantize stands beside conv or dense',
    [{ dense: 3 }, { quantize: 2 }, OUT],
  ],
  [
    "RangeError",
    'Cannot build layer "fc1" with weights in steps of 0: not positive',
    [{ dense: 3, quantize: 0 }],
  ],
  [
    "ShapeError",
    'Cannot build layer "conv1" with quantize and norm batch: rounded weights ' +
    "would be scaled by any factor; use norm mean or scale",
    [{ ...conv(2), quantize: 2 }, { norm: "batch" }, OUT],
  ],
  [
    "ShapeError",
    'Cannot join layer "conv2", which gives 3 channels, to 2 around it: give ' +
    "both as many, with a shortcut if need be",
    [conv(2), { residual: [conv(3)] }, OUT],
  ],
  [
    "ShapeError",
    'Cannot join layer "conv3", whose maps have 7×6 pixels, to maps of 7×3 ' +
    "around it: give both as many, with a shortcut if need be",
    [
      conv(2),
      {
        residual: [conv(2)],
        shortcut: [{
          conv: { out: 2, kernel: 3, padding: 1, stride: [1, 2] },
        }],
      },
      OUT,
    ],
  ],
  [
    "ShapeError",
    'Cannot join layer "conv2" to another: the spikes around it are averaged ' +
    "or dropped; give average and dropout after the residual, or the shortcut " +
    "a layer",
    [{ ...conv(2), dropout: 0.5 }, { residual: [conv(2)] }, OUT],
  ],
  [
    "ShapeError",
    'Cannot join layer "conv2" to another: its spikes are pooled or dropped ' +
    "already; give pool and dropout after the residual",
    [conv(2), { residual: [{ ...conv(2), dropout: 0.5 }] }, OUT],
  ],
  [
    "ShapeError",
    'Cannot join layer "conv2" to another twice: end the outer residual with ' +
    "a layer of its own, after the inner one",
    [conv(2), { residual: [{ residual: [conv(2)] }] }, OUT],
  ],
  [
    "ShapeError",
    'Cannot join layer "conv3" by "gate": the spikes around it are counts of ' +
    "up to 2",
    [conv(2), { residual: [conv(2)] }, { residual: [conv(2)], join: "gate" }],
  ],
  [
    "ShapeError",
    'Cannot join layer "conv1" by "add": the spikes around it are counts of ' +
    "up to 3",
    [{ residual: [conv(4)] }, OUT],
    3,
  ],
  [
    "TypeError",
    'Cannot join layers by "multiply": expected "add" or "gate"',
    [conv(2), { residual: [conv(2)], join: "multiply" }, OUT],
  ],
  [
    "ShapeError",
    'Cannot build {"residual":[]}: it is to follow a layer with weights',
    [conv(2), { residual: [] }, OUT],
  ],
  [
    "ShapeError",
    'Cannot build {"pool":{"max":2}}: it is to follow a layer with weights',
    [conv(2), { residual: [{ pool: { max: 2 } }, conv(2)] }, OUT],
  ],
  [
    "RangeError",
    'Cannot build layer "conv1" with dropout 1: it is not from 0 to below 1',
    [{ ...conv(2), dropout: 1 }, OUT],
  ],
  [
    "TypeError",
    'Cannot normalise layer "conv1" by "layer": expected batch, mean, ' +
    "scale",
    [{ ...conv(2), norm: "layer" }, OUT],
  ],
  [
    "RangeError",
    'Cannot normalise layer "conv1" with epsilon 0 and momentum 0.1: they ' +
    "are not positive, or momentum is over 1",
    [{ ...conv(2), norm: { epsilon: 0 } }, OUT],
  ],
  [
    "ShapeError",
    'Cannot change the neurons of layer "conv1": its spikes are joined, ' +
    "pooled or dropped already; give norm, bias, neuron and delay before",
    [{ ...conv(2), pool: { max: 2 } }, { norm: "batch" }, OUT],
  ],
  [
    "ShapeError",
    'Cannot give layer "conv1" a norm after its neuron; give norm before',
    [conv(2), { neuron: leaky() }, { norm: "batch" }, OUT],
  ],
  ...(["norm", "neuron", "delay", "dropout"] as const).map((
    key,
  ): typeof WRONG[number] => {
    const options = { norm: "batch", neuron: leaky(), delay: 2, dropout: 0.5 };
    const entry = { [key]: options[key] };
    return [
      "ShapeError",
      `Cannot give layer "conv1" another ${key}: it has one`,
      [{ ...conv(2), ...entry }, entry, OUT],
    ];
  }),
  [
    "TypeError",
    'Cannot pool layer "conv1" by 2: expected one of max, average, adaptive',
    [{ ...conv(2), norm: "batch" }, { pool: 2 }, OUT],
  ],
  [
    "ShapeError",
    'Cannot pool layer "conv1": its spikes are dropped already; pool before',
    [{ ...conv(2), dropout: 0.5 }, { pool: { max: 2 } }, OUT],
  ],
  [
    "ShapeError",
    'Cannot pool layer "conv1" to 2×2: 7×6 cannot be cut into as many windows',
    [{ ...conv(2), pool: { adaptive: 2 } }, OUT],
  ],
  [
    "ShapeError",
    'Cannot pool layer "conv1" to 1×1: it is pooled already, by max of 2×2',
    [{ ...conv(2), pool: { max: 2 } }, { pool: { adaptive: 1 } }, OUT],
  ],
  [
    "ShapeError",
    'Cannot build layer "conv1" of 7 maps: a ghost convolution needs an even ' +
    "number",
    [{ ghost: conv(7).conv }, OUT],
  ],
  [
    "ShapeError",
    'Cannot build layer "conv1": 1.5 is not an integer of at least 1',
    [{ ...conv(2), pool: { average: 1.5 } }, OUT],
  ],
  [
    "ShapeError",
    'Cannot pool layer "conv1" twice, by max and average',
    [{ ...conv(2), pool: { max: 2 } }, { pool: { average: 2 } }, OUT],
  ],
  [
    "ShapeError",
    'Cannot pool layer "conv1": a window of 8×8 does not fit 7×6',
    [{ ...conv(2), pool: { max: 4 } }, { pool: { max: 2 } }, OUT],
  ],
  [
    "ShapeError",
    'Cannot build layer "conv256": its counts of up to 256 take 9 bits',
    [conv(2), ...Array(255).fill({ residual: [conv(2)] })],
  ],
  [
    "ShapeError",
    'Cannot build layer "conv1": its counts of up to 65536 take 17 bits',
    [{ conv: { out: 1, kernel: 1, padding: 128 }, pool: { average: 256 } }],
  ],
];

for (const [name, message, layers, most] of WRONG) {
  Deno.test(`describeUnits(): ${message}`, () => {
    throws(() => describe(layers, most), { name, message });
  });
}

Deno.test("poolings in a row are one, and an adaptive one an average", () => {
  const { units: [first, second] } = describe([
    { ...conv(2), pool: { max: 2 } },
    { pool: { max: 3 } },
    { conv: { out: 2, kernel: 1, padding: 3 }, pool: { adaptive: 1 } },
    OUT,
  ]);
  deepStrictEqual(first.pooling, { kind: "max", window: 6, inner: 2 });
  deepStrictEqual(first.output.extent, { C: 2, H: 1, W: 1 });
  deepStrictEqual(second.pooling, { kind: "average", window: 7, inner: 7 });
  deepStrictEqual([second.output.most, second.output.scale], [49, 1 / 49]);
});
