/**
 * Synapses from a layer's neurons to themselves, from descriptions.
 *
 * @module
 */

import { dense } from "../../layers/dense.ts";
import type { Layer } from "../../layers/layer.ts";

/**
 * Describes the synapses from a layer's neurons to themselves.
 *
 * @param layer Name and output of the layer.
 * @returns The synapses, all-to-all; their first weights are PyTorch's.
 */
export function describeRecurrent({ name, output }: Layer): Layer {
  const shapes = dense.describe(
    { out: output.C, weightScale: 1 },
    { name, input: output },
  );
  return { ...shapes, kind: dense, name, input: output } as unknown as Layer;
}
