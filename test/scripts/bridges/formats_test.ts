import assert from "node:assert/strict";
import { structureOf } from "../../../engine/model/model_description.ts";
import { Random } from "../../../engine/network/random.ts";
import { NetworkError } from "../../../scripts/bridges/network/network_error.ts";
import { encodeNetwork } from "../../../scripts/bridges/network_target.ts";
import { parseConfiguration } from "../../../scripts/configuration/configuration.ts";
import { describeModelFor } from "../../../scripts/configuration/model.ts";

/** Whether a format holds a network exactly, or why it does not. */
type Held = "exact" | "lossy" | string;

const READOUT = "{ dense: 4, neuron: none }";

/** Neurons, and how `.nir` and `.net` hold a dense layer of them. */
const NEURONS: readonly [neuron: string, nir: Held, net: Held][] = [
  ["SRMALPHA", "lossy", "lossy"],
  ["SRMALPHA, fullRefKernel: True", "lossy", "lossy"],
  [
    "SRMALPHA, response: learned",
    'NIR has no neuron of kind "SRM with a learned response"',
    'netx has no neuron of kind "SRM with a learned response"',
  ],
  ["LOIHI", "lossy", "exact"],
  [
    "LOIHI, refDelay: 2",
    "it rests for 1 bin after a spike, as no neuron of NIR does; a .net " +
    "holds the network",
    "exact",
  ],
  ["LIF", "exact", "lossy"],
  ["IF", "exact", "lossy"],
  ["PLIF", "exact", "lossy"],
  ["CUBA", "exact", "lossy"],
  ["CUBA, decays: learned", "exact", "lossy"],
  [
    "CUBA, norm: current",
    'NIR has no neuron of kind "current-based leaky integrate-and-fire with a ' +
    'normalised current"',
    'netx has no neuron of kind "current-based leaky integrate-and-fire with ' +
    'a normalised current"',
  ],
  [
    "LIF, reset: soft",
    "a spike subtracts the threshold (soft or delayed reset), and sets the potential in " +
    "NIR",
    "a spike subtracts the threshold (soft or delayed reset), and sets the potential in " +
    "netx",
  ],
  [
    "ALIF",
    "its threshold adapts (ALIF), which NIR has no neuron for",
    "its threshold adapts (ALIF), which netx has no neuron for",
  ],
  [
    "ALIF, decays: learned",
    "its threshold adapts (ALIF), which NIR has no neuron for",
    "its threshold adapts (ALIF), which netx has no neuron for",
  ],
  ["FIXED_CUBA", "lossy", "lossy"],
  [
    "FIXED_ALIF",
    'NIR has no neuron of kind "fixed-point adaptive leaky ' +
    'integrate-and-fire"; a .net holds the nearest network',
    "lossy",
  ],
  [
    "RF",
    'NIR has no neuron of kind "resonate-and-fire"',
    "its neurons resonate in floats (RF, ADRF); those of netx do so in " +
    "integers, as FIXED_RF and FIXED_ADRF",
  ],
  [
    "ADRF",
    'NIR has no neuron of kind "adaptive resonate-and-fire"',
    "its neurons resonate in floats (RF, ADRF); those of netx do so in " +
    "integers, as FIXED_RF and FIXED_ADRF",
  ],
  [
    "RF, decays: learned",
    'NIR has no neuron of kind "resonate-and-fire with learned decays"',
    "its neurons resonate in floats (RF, ADRF); those of netx do so in " +
    "integers, as FIXED_RF and FIXED_ADRF",
  ],
  [
    "ADRF, decays: learned",
    'NIR has no neuron of kind "adaptive resonate-and-fire with learned decays"',
    "its neurons resonate in floats (RF, ADRF); those of netx do so in " +
    "integers, as FIXED_RF and FIXED_ADRF",
  ],
  [
    "FIXED_RF",
    'NIR has no neuron of kind "fixed-point resonate-and-fire"; a .net holds ' +
    "the nearest network",
    "lossy",
  ],
  [
    "FIXED_ADRF, fires: imaginary",
    'NIR has no neuron of kind "fixed-point adaptive resonate-and-fire"; a ' +
    ".net holds the nearest network",
    "lossy",
  ],
  [
    "SDNN",
    'NIR has no neuron of kind "sigma-delta"',
    "its neurons (SDNN) send later what a message rounds off; those of netx " +
    "lose it",
  ],
];

const CONV = "{ conv: { out: 4, kernel: 3, padding: 1 } }";
const CHAIN = "a network of netx is a chain of layers with neurons, without ";

/** Layers of LIF neurons, and how `.nir` and `.net` hold them. */
const UNITS: readonly [layers: string, node: string, nir: Held, net: Held][] = [
  [`${CONV}, { norm: batch }`, "conv1", "exact", "lossy"],
  ["{ dense: 8, recurrent: True }", "fc1", "exact", "lossy"],
  ["{ dense: 8, delay: { per: channel } }", "fc1", "exact", "lossy"],
  [
    "{ dense: 8, delay: 70 }",
    "fc1",
    "exact",
    "its spikes are delayed by up to 70 bins, and those of netx by up to 62; " +
    "a .nir holds the network",
  ],
  ["{ dense: { out: 8, weightNorm: True } }", "fc1", "exact", "lossy"],
  [
    "{ ghost: { out: 4, kernel: 3, padding: 1 } }",
    "conv1",
    "exact",
    `${CHAIN}ghost convolutions; a .nir holds the network`,
  ],
  [
    `${CONV}, { pool: { max: 2 } }`,
    "conv1",
    "exact",
    `${CHAIN}pools of spikes; a .nir holds the network`,
  ],
  [
    `${CONV}, { residual: [${CONV}] }`,
    "conv2",
    "exact",
    `${CHAIN}residual layers; a .nir holds the network`,
  ],
  [
    `${CONV}, { residual: [${CONV}], join: gate }`,
    "conv2",
    "its spikes gate others, which NIR has no node for",
    `${CHAIN}residual layers`,
  ],
];

/** Layers of slayerPytorch's Loihi, and how `.nir` and `.net` hold them. */
const LAYERS: readonly [layers: string, node: string, nir: Held, net: Held][] =
  [
    ["{ pool: 2 }", "pool1", "lossy", "exact"],
    [
      "{ pool: 5 }",
      "pool1",
      "its windows of 5×5 go beyond the 8×8 neurons below, which NIR has no " +
      "node for",
      "its windows of 5×5 go beyond the 8×8 neurons below, as no layer of " +
      "netx does",
    ],
    [
      "{ unpool: 2 }",
      "unpool1",
      'NIR has no node for layers of kind "unpool"; a .net holds the network',
      "exact",
    ],
    [
      "{ convTranspose: { out: 4, kernel: 2 } }",
      "convTranspose1",
      'NIR has no node for layers of kind "convTranspose"; a .net holds the ' +
      "network",
      "exact",
    ],
  ];

/** Writes a network; tells whether that is exact, or why it cannot be. */
async function heldAs(
  format: "nir" | "net",
  configuration: string,
): Promise<Held> {
  const description = describeModelFor(
    parseConfiguration(`simulation: { Ts: 1 }\n${configuration}`, "a.yaml"),
    { extent: { C: 2, H: 8, W: 8 }, random: new Random(1), classes: 4 },
  );
  const random = new Random(3);
  const { slots, running } = structureOf(description);
  const weights = Object.fromEntries(
    [...slots, ...running].map(({ name, weights: { shape, first } }) => [
      name,
      { shape, data: first(random) },
    ]),
  );
  const network = { description, weights };
  try {
    const { lossy } = await encodeNetwork(
      { network, notes: [] },
      `network.${format}`,
      {},
    );
    return lossy ? "lossy" : "exact";
  } catch (error) {
    if (error instanceof NetworkError) return error.problem;
    throw error;
  }
}

/** The expected outcome of a conversion; a refusal names the node. */
function expectedOf(held: Held, node: string): Held {
  return held === "exact" || held === "lossy"
    ? held
    : `node "${node}": ${held}`;
}

for (const format of ["nir", "net"] as const) {
  const pick = <T>(nir: T, net: T) => format === "nir" ? nir : net;

  Deno.test(`each kind of neuron goes into a .${format}, or is refused by its layer`, async () => {
    for (const [neuron, nir, net] of NEURONS) {
      const last = /SRM|LOIHI/.test(neuron) ? "{ dense: 4 }" : READOUT;
      const held = await heldAs(
        format,
        `neuron: { type: ${neuron} }\nnetwork: [{ dense: 8 }, ${last}]`,
      );
      assert.equal(held, expectedOf(pick(nir, net), "fc1"), neuron);
    }
  });

  Deno.test(`each kind of layer goes into a .${format}, or is refused by its name`, async () => {
    for (const [layers, node, nir, net] of UNITS) {
      const held = await heldAs(
        format,
        `neuron: { type: LIF }\nnetwork: [${layers}, ${READOUT}]`,
      );
      assert.equal(held, expectedOf(pick(nir, net), node), layers);
    }
    for (const [layers, node, nir, net] of LAYERS) {
      const held = await heldAs(
        format,
        `neuron: { type: LOIHI }\nnetwork: [${layers}, { dense: 4 }]`,
      );
      assert.equal(held, expectedOf(pick(nir, net), node), layers);
    }
  });
}
