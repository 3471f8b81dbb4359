/**
 * The learning rate, epoch by epoch.
 *
 * @module
 */

/** Learning rate schedule. */
export type Schedule =
  | { readonly type: "exponential"; readonly gamma: number }
  | {
    readonly type: "cosine";
    readonly lr_min: number;
    /** Epochs of linear warm-up. @default 0 */
    readonly warmup?: number;
  }
  | {
    readonly type: "step";
    /** Epochs between two decreases. */
    readonly epochs: number;
    readonly gamma: number;
  };

/** Initial learning rate, schedule, and number of epochs. */
export interface RateSettings {
  /** Rate of the first epoch. */
  readonly lr: number;
  /** Learning rate schedule. @default a constant rate */
  readonly schedule?: Schedule;
  /** Number of epochs. */
  readonly epochs: number;
}

/**
 * Computes the learning rate of an epoch. It depends on the epoch's number
 * only, so a checkpoint needs no state for it.
 *
 * @param epoch The epoch, counted from 0.
 * @param settings Rate of the first epoch, schedule, and number of epochs.
 * @returns The learning rate.
 *
 * Source: PyTorch's ExponentialLR, CosineAnnealingLR over all epochs, StepLR.
 *
 * @example
 * ```ts
 * import { learningRate } from "./learning_rate.ts";
 * const schedule = { type: "step", epochs: 10, gamma: 0.5 } as const;
 * const lr = learningRate(25, { lr: 0.4, epochs: 100, schedule });
 * if (lr !== 0.1) throw new Error("expected two steps down");
 * ```
 */
export function learningRate(
  epoch: number,
  { lr, schedule, epochs }: RateSettings,
): number {
  switch (schedule?.type) {
    case "exponential":
      return lr * schedule.gamma ** epoch;
    case "cosine": {
      const { warmup = 0 } = schedule;
      if (epoch < warmup) return lr * (epoch + 1) / (warmup + 1);
      const share = (epoch - warmup) / Math.max(epochs - warmup, 1);
      const wave = (1 + Math.cos(Math.PI * share)) / 2;
      return schedule.lr_min + (lr - schedule.lr_min) * wave;
    }
    case "step":
      return lr * schedule.gamma ** Math.floor(epoch / schedule.epochs);
    default:
      return lr;
  }
}
