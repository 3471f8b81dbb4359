/**
 * Times of other programs for the same work, measured on one adapter.
 *
 * @module
 */

/** Milliseconds of a forward pass and of a training step. */
export interface PeerTimes {
  readonly forward: number;
  readonly step: number;
}

/** The adapter that the times were measured on; they hold for no other. */
export const PEER_ADAPTER = /\bH200\b/;

/**
 * Medians at batch 8, T 300, inputs that fire in 0.6 % of bins and layers that
 * fire in 1 to 23 %.
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

/** Seconds that slayerPytorch takes for an epoch of N-MNIST's 1000 digits. */
export const NMNIST_EPOCH = 3.7;
