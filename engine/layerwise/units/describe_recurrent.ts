/**
 * Recurrent synapses of a layer.
 *
 * @module
 */

import { dense } from "../../layers/dense.ts";
import type { Layer } from "../../layers/layer.ts";

/**
 * Describes the recurrent synapses of a layer, all-to-all.
 *
 * @param layer Name, output and quantisation step of the layer.
 * @returns The synapses; weights are initialised as in PyTorch.
 */
export function describeRecurrent({ name, output, weightStep }: Layer): Layer {
  const shapes = dense.describe(
    { out: output.C, weightScale: 1 },
    { name, input: output },
  );
  return {
    ...shapes,
    kind: dense,
    name,
    input: output,
    weightStep,
  } as unknown as Layer;
}
