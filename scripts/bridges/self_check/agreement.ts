/**
 * Agreement of two networks, and what it leaves uncertain.
 *
 * @module
 */

/** Agreement of two networks in one layer. */
export interface LayerAgreement {
  /** Name of the layer. */
  readonly name: string;
  /** Number of spikes. */
  readonly spikes: number;
  /** Number of spikes of the other network. */
  readonly others: number;
  /** Bins in which only one of the networks has a spike. */
  readonly differing: number;
}

/** Agreement of two networks. */
export interface Agreement {
  /** Each layer with neurons. */
  readonly layers: readonly LayerAgreement[];
  /**
   * Largest difference of the readouts' outputs, relative to the largest
   * output; absent without a readout.
   */
  readonly readout?: number;
}

/**
 * Reports what a comparison leaves uncertain.
 *
 * @param agreement The comparison.
 * @param options Whether the networks are known to differ.
 * @returns Lines: layers without spikes, and spikes that rounding may have
 * moved.
 *
 * @example
 * ```ts
 * import { openQuestions } from "./agreement.ts";
 * const layers = [{ name: "conv1", spikes: 0, others: 0, differing: 0 }];
 * const [line] = openQuestions({ layers }, { lossy: false });
 * if (!line.startsWith('"conv1" has no spike, even')) throw new Error(line);
 * ```
 */
export function openQuestions(
  { layers }: Agreement,
  { lossy }: { readonly lossy: boolean },
): string[] {
  return [
    ...layers.flatMap((layer, index) =>
      isSilent(layer)
        ? [
          `"${layer.name}" has no spike, ` +
          (index === 0
            ? "even on inputs that excite it most"
            : "even where the layers below are driven hard") +
          ", and was not compared",
        ]
        : []
    ),
    ...layers.filter(({ differing }) => differing > 0 && !lossy).map((
      { name, spikes, differing },
    ) =>
      `${differing} of ${spikes} spikes of "${name}" differ by the equations ` +
      "of the file, as rounding makes them where a potential is at the threshold"
    ),
  ];
}

/** Whether a layer has no spike in either network. */
function isSilent({ spikes, differing }: LayerAgreement): boolean {
  return spikes + differing === 0;
}
