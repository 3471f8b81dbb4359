/**
 * What other programs take for the same work, as measured on one adapter.
 *
 * @module
 */

/** Milliseconds of a forward pass and of a training step. */
export interface PeerTimes {
  readonly forward: number;
  readonly step: number;
}

/** The adapter that the peers ran on; elsewhere they say nothing. */
export const PEER_ADAPTER = /\bH200\b/;

/** Batch 8, T 300, inputs at 0.6 %, layers at 1 to 23 %; medians. */
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
