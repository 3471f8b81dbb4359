/**
 * Times of other programs for the same work, as measured on one adapter.
 *
 * @module
 */

/** Duration of a forward pass and of a training step, in ms. */
export interface PeerTimes {
  readonly forward: number;
  readonly step: number;
}

/**
 * The adapter on which the times were measured; they are not valid for others.
 */
export const PEER_ADAPTER = /\bH200\b/;

/**
 * Medians for batches of 8 samples of T = 300 bins, with input firing rates of
 * 0.6 % and layer firing rates of 1 to 23 %.
 */
export const PEERS: Readonly<
  Record<"CNN" | "MLP", Readonly<Record<string, PeerTimes>>>
> = {
  CNN: {
    "slayerPytorch, deterministic": { forward: 16.5, step: 53.2 },
    "slayerPytorch, tuned": { forward: 16.6, step: 31.2 },
    "lava-dl SLAYER 2.0": { forward: 23.7, step: 47.0 },
    "SpikingJelly, Triton": { forward: 4.0, step: 12.1 },
    "SpikingJelly, CuPy": { forward: 4.7, step: 14.9 },
    "snnTorch": { forward: 434, step: 768 },
  },
  MLP: {
    "slayerPytorch, tuned": { forward: 1.4, step: 3.8 },
  },
};

/** Duration of slayerPytorch's epoch of 1000 N-MNIST digits, in s. */
export const NMNIST_EPOCH = 3.7;
