/**
 * Rules between the network of a configuration and its other values.
 *
 * @module
 */

import { isLayerwise, type NetworkEntry } from "../schema/network.ts";
import { areUnits } from "../../../engine/layerwise/units/unit_descriptions.ts";
import {
  defaultNeuron,
  describeNeuronOf,
  LAYERWISE_NEURONS,
  type NeuronSection,
  SLAYER_NEURONS,
} from "../schema/neuron.ts";
import { slayerText } from "../schema/network_text.ts";
import type { Refuse } from "../schema/read_keys.ts";
import type { WrittenConfiguration } from "../schema/schema.ts";
import type { SpikeTarget } from "../schema/types.ts";
import { isMapping } from "../schema/values.ts";
import { slayerReason } from "./slayer_reason.ts";
import { checkVotes } from "./vote_rules.ts";

/** Largest number of layers of a network, with repetitions. */
const MAX_LAYERS = 1000;

/**
 * Largest number of entries of a network, and deepest nesting, so that the
 * configuration saved with a run can be read back.
 */
const [MAX_ENTRIES, DEEPEST] = [128, 8];

/** Losses of readouts. */
const READOUT_LOSSES: readonly string[] = [
  ...["CrossEntropy", "SquaredRate", "SpikeRate", "SpikeMoid", "SpikeMax"],
];

/** Keys of readout losses. */
const READOUT_KEYS = [
  ...["smoothing", "rateScale", "classWeights", "sparsity"] as const,
  ...["tgtSpikeRate", "sigmoid"] as const,
];

/** Augmentations made on the device, and those made before. */
const DEVICE_CHANGES = [
  ...["flip_not", "rotate", "zoom", "time_shift", "time_stretch"] as const,
  ...["erase", "noise", "mix"] as const,
];
const OTHER_CHANGES = ["time_jitter"] as const;

/** Lists of entries inside an entry, in the order in which they are built. */
const INNER = ["layers", "shortcut", "residual"] as const;

/** Neuron and loss of a network. */
interface NetworkDefaults {
  readonly neuron: NeuronSection;
  readonly type: SpikeTarget["type"];
}

/** An entry of a network, and the path of keys to it. */
interface Place {
  readonly entry: NetworkEntry;
  readonly keys: readonly string[];
}

/**
 * Checks that the network and the rest of a configuration are compatible.
 *
 * @param written The configuration, with checked values.
 * @param refuse Throws the error of the first problem.
 * @returns Neuron and type of the loss; defaults follow from the network.
 */
export function completeNetwork(
  written: WrittenConfiguration,
  refuse: Refuse,
): NetworkDefaults {
  const { network = [], training: { error } } = written;
  const places = placesOf(network, ["network"]);
  checkSize(network, places, refuse);
  if (!isLayerwise(written)) {
    checkSlayer(written, places, refuse);
    return {
      neuron: written.neuron ?? defaultNeuron("SRMALPHA"),
      type: error.type ?? (lastStepped(written) ? "ProbSpikes" : "NumSpikes"),
    };
  }
  checkLayerwise(written, places, refuse);
  const neuron = written.neuron ?? defaultNeuron("LIF");
  checkNeurons(neuron, { places, refuse, hint: slayerHint(network) });
  return { neuron, type: error.type ?? "CrossEntropy" };
}

function checkSize(
  network: readonly NetworkEntry[],
  places: readonly Place[],
  refuse: Refuse,
): void {
  const layers = countLayers(network);
  if (layers > MAX_LAYERS) {
    const problem = `has ${layers} layers, expected ${MAX_LAYERS} at most`;
    refuse(["network"], problem);
  }
  if (places.length > MAX_ENTRIES) {
    const problem = `has ${places.length} entries, expected ${MAX_ENTRIES} ` +
      "at most; repeat stands for several";
    refuse(["network"], problem);
  }
  const sensor = places.find(({ entry, keys }) =>
    "sensor" in entry && keys.join() !== "network,0"
  );
  if (sensor) refuse([...sensor.keys, "sensor"], "is not the first entry");
  if (layers === Number("sensor" in (network[0] ?? {})) && layers > 0) {
    refuse(["network"], "has a sensor, and no layers");
  }
  // Each nested list adds two keys: its name and an index.
  const deep = places.find(({ keys }) => keys.length > 2 * (DEEPEST + 1));
  if (deep) {
    refuse(["network"], `has lists in lists, expected ${DEEPEST} at most`);
  }
}

/** Counts the layers of a network, with repetitions. */
function countLayers(entries: readonly NetworkEntry[]): number {
  return entries.reduce((sum, entry) => {
    const inner = innerOf(entry).map(([, own]) => countLayers(own));
    const own = inner.reduce((sum, count) => sum + count, 0);
    return sum + ("repeat" in entry ? Number(entry.repeat) * own : own + 1);
  }, 0);
}

function innerOf(entry: NetworkEntry) {
  return INNER.filter((key) => key in entry).map((key) =>
    [key, entry[key] as readonly NetworkEntry[]] as const
  );
}

/** Lists all entries, each before those inside it. */
function placesOf(
  entries: readonly NetworkEntry[],
  keys: readonly string[],
): Place[] {
  return entries.flatMap((entry, index) => {
    const own = [...keys, String(index)];
    return [
      { entry, keys: own },
      ...innerOf(entry).flatMap(([key, inner]) =>
        placesOf(inner, [...own, key])
      ),
    ];
  });
}

/** Refuses keys and losses that need a network computed layer by layer. */
function checkSlayer(
  written: WrittenConfiguration,
  places: readonly Place[],
  refuse: Refuse,
): void {
  const { input, network, training, testing, neuron } = written;
  const { error, augmentation = {} } = training;
  if (!network && LAYERWISE_NEURONS.includes(neuron?.type ?? "")) {
    const problem =
      `is ${neuron!.type}, which the networks that training.CNN ` +
      "chooses cannot have; write network";
    refuse(["neuron", "type"], problem);
  }
  checkResponses(written, places, refuse);
  checkVotes(places, { endsNetwork: true, refuse });
  const reason = slayerReason(neuron, places);
  if (input) refuse(["input"], reason);
  const stepped = lastStepped(written);
  const expected = stepped
    ? "ProbSpikes"
    : "NumSpikes or SpikeTime or ProbSpikes";
  for (const [section, { type }] of lossesOf({ training, testing })) {
    if (type === undefined || !READOUT_LOSSES.includes(type)) continue;
    const problem = `is ${type}, which ${reason}; expected ${expected} here`;
    refuse([section, "error", "type"], problem);
  }
  for (const [section, { type }] of lossesOf({ training, testing })) {
    if (!stepped || type === undefined || type === "ProbSpikes") continue;
    const problem = `is ${type}, which filters spikes by tauSr, and the ` +
      `${stepped} neurons of the last layer have none; expected ProbSpikes`;
    refuse([section, "error", "type"], problem);
  }
  const ofLoss = READOUT_KEYS.find((key) => error[key] !== undefined);
  if (ofLoss !== undefined) {
    const problem = `is for ${READOUT_LOSSES.join(" and ")}`;
    refuse(["training", "error", ofLoss], problem);
  }
  const change = DEVICE_CHANGES.find((key) => augmentation[key] !== undefined);
  if (change !== undefined) {
    refuse(["training", "augmentation", change], reason);
  }
  const drawn = (["drop", "shift"] as const).find((key) =>
    isMapping(augmentation[key])
  );
  if (drawn !== undefined) {
    const problem = `is a section, which ${reason}`;
    refuse(["training", "augmentation", drawn], problem);
  }
  const alone = places.find(({ entry }) => Object.keys(entry)[0] === "neuron");
  if (alone) {
    const problem =
      `is an entry of its own, which ${reason}; write it beside ` +
      "the weights of its layer";
    refuse([...alone.keys, "neuron"], problem);
  }
}

/** Names the last layer's neuron type if it has no spike response. */
function lastStepped(
  { network, neuron }: WrittenConfiguration,
): string | undefined {
  const last = network?.at(-1)?.neuron ?? neuron;
  const type = isMapping(last) ? String(last.type) : "";
  return LAYERWISE_NEURONS.includes(type) ? type : undefined;
}

/** Refuses keys that exclude learned responses. */
function checkResponses(
  { neuron, network }: WrittenConfiguration,
  places: readonly Place[],
  refuse: Refuse,
): void {
  const learns = (neuron: unknown) =>
    isMapping(neuron) && neuron.response === "learned";
  const problem = "is learned, which goes with no pool; give its layer a " +
    "neuron of its own";
  const pool = places.find(({ entry }) =>
    "pool" in entry && learns(entry.neuron ?? neuron)
  );
  if (pool?.entry.neuron) refuse([...pool.keys, "neuron", "response"], problem);
  if (pool || (learns(neuron) && !network)) {
    refuse(["neuron", "response"], problem);
  }
  for (const { entry, keys } of [{ entry: { neuron }, keys: [] }, ...places]) {
    if (!isMapping(entry.neuron)) continue;
    const own = entry.neuron;
    const key = learns(own)
      ? own.fullRefKernel && "fullRefKernel"
      : ["filters", "taps"].find((key) => own[key] !== undefined);
    if (!key) continue;
    const problem = learns(own)
      ? "does not go with a learned response"
      : "is for a learned response";
    refuse([...keys, "neuron", String(key)], problem);
  }
}

/** Refuses keys that networks computed layer by layer cannot have. */
function checkLayerwise(
  { input, training, testing, neuron, network = [] }: WrittenConfiguration,
  places: readonly Place[],
  refuse: Refuse,
): void {
  const { augmentation = {}, init, transf_method, random_crop } = training;
  const against = `does not go with ${reasonOf(places, neuron)} in the network`;
  const hint = slayerHint(network);
  for (const [section, { type }] of lossesOf({ training, testing })) {
    if (type === undefined || READOUT_LOSSES.includes(type)) continue;
    const problem = `is ${type}, which ${against}; expected ` +
      READOUT_LOSSES.join(" or ") + hint;
    refuse([section, "error", "type"], problem);
  }
  const { error: { type = "CrossEntropy", tgtSpikeRate, sigmoid } } = training;
  if (tgtSpikeRate && type !== "SpikeRate") {
    refuse(["training", "error", "tgtSpikeRate"], "is for SpikeRate");
  }
  if (sigmoid && type !== "SpikeMoid") {
    refuse(["training", "error", "sigmoid"], "is for SpikeMoid");
  }
  if (init === "live") {
    refuse(["training", "init"], `is live, which ${against}`);
  }
  if (transf_method === "TonicFrames") {
    const problem = `is TonicFrames, which ${against}`;
    refuse(["training", "transf_method"], problem);
  }
  const change = OTHER_CHANGES.find((key) => augmentation[key] !== undefined);
  if (change !== undefined) {
    refuse(["training", "augmentation", change], against);
  }
  const sums = places.find(({ entry }) => typeof entry.pool === "number");
  if (sums) {
    const { pool } = sums.entry;
    const problem = `is ${pool}, a sum, which ${against}; expected ` +
      `{max: ${pool}} or {average: ${pool}}, in text mp${pool} or ap${pool}`;
    refuse([...sums.keys, "pool"], problem);
  }
  checkOrder(places, refuse);
  checkVotes(places, { endsNetwork: false, refuse });
  for (const key of ["convTranspose", "unpool"]) {
    const found = places.find(({ entry }) => key in entry);
    if (found) refuse([...found.keys, key], against);
  }
  if (input?.slices === undefined) return;
  const whole = "does not go with input.slices, which are of whole samples";
  if (random_crop) {
    refuse(["training", "random_crop"], `is true, which ${whole}`);
  }
  if (testing) refuse(["testing"], whole);
}

/** Checks that entries have a layer to follow. */
function checkOrder(places: readonly Place[], refuse: Refuse): void {
  const top = places.filter(({ keys, entry }) =>
    keys.length === 2 && !("sensor" in entry)
  );
  const [first] = top;
  const key = ["norm", "neuron", "pool", "dropout", "average"].find((key) =>
    Object.keys(first.entry)[0] === key
  );
  if (key && typeof first.entry.pool !== "number") {
    refuse([...first.keys, key], "is to follow a layer with weights");
  }
}

/** The losses of a configuration, by section. */
function lossesOf(
  { training, testing }: Pick<WrittenConfiguration, "training" | "testing">,
) {
  return [
    ["training", training.error],
    ...(testing ? [["testing", testing.error] as const] : []),
  ] as const;
}

/** Whether a neuron type is only available layer by layer. */
function needsLayerwise(neuron: NeuronSection): boolean {
  return areUnits([], describeNeuronOf(neuron));
}

/** Names the key or neuron that makes a network be computed layer by layer. */
function reasonOf(places: readonly Place[], neuron?: NeuronSection): string {
  for (const { entry } of places) {
    const key = [
      ...["ghost", "norm", "bias", "dropout", "residual", "recurrent"],
      "average",
    ].find((key) => key in entry);
    if (key) return key;
    if (entry.neuron === "none") return "neuron: none";
    if (isMapping(entry.pool)) return `pool: {${Object.keys(entry.pool)[0]}}`;
    if (isMapping(entry.neuron)) {
      const own = entry.neuron as NeuronSection;
      if (needsLayerwise(own)) return `${own.type} neurons`;
    }
  }
  const stepped = [neuron, ...places.map(({ entry }) => entry.neuron)].map(
    (own) => isMapping(own) ? String(own.type) : "",
  ).find((type) => LAYERWISE_NEURONS.includes(type));
  return stepped ? `${stepped} neurons` : "readouts";
}

/**
 * Says how slayerPytorch's text is to be written, which names the sensor, for a
 * last layer that spikes too.
 */
function slayerHint(network: readonly NetworkEntry[]): string {
  const isText = network.length > 0 && "sensor" in network[0];
  const text = isText ? slayerText(network) : undefined;
  return text === undefined
    ? ""
    : `; as a network of SLAYER, whose last layer spikes, it is ${text}`;
}

/** Checks that all neurons can be computed layer by layer. */
function checkNeurons(
  network: NeuronSection,
  { places, refuse, hint }: {
    readonly places: readonly Place[];
    readonly refuse: Refuse;
    readonly hint: string;
  },
): void {
  const problem = (type: string) =>
    `is ${type}, which does not go with ${reasonOf(places)} in the network; ` +
    `expected ${LAYERWISE_NEURONS.join(" or ")}`;
  /** Whether each layer with weights has a neuron of its own. */
  const own: boolean[] = [];
  for (const { entry, keys } of places) {
    const { neuron } = entry;
    const type = isMapping(neuron) ? String(neuron.type) : "";
    if (SLAYER_NEURONS.includes(type)) {
      refuse([...keys, "neuron", "type"], problem(type));
    }
    const hasWeights = ["conv", "ghost", "dense"].some((key) => key in entry);
    if (hasWeights) own.push(neuron !== undefined);
    else if (neuron !== undefined) own[own.length - 1] = true;
  }
  if (SLAYER_NEURONS.includes(network.type) && own.includes(false)) {
    refuse(["neuron", "type"], problem(network.type) + hint);
  }
}
