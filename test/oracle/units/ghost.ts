/**
 * The depth-wise half of a ghost convolution and its gradients.
 *
 * @module
 */

import {
  conv,
  convInputGradient,
  convWeightGradient,
  type Geometry,
} from "../layers/conv.ts";
import { type Tensor, zeros } from "../tensor.ts";

function geometryOf(w: Tensor): Geometry {
  const [maps, , window] = w.shape;
  return { padding: (window - 1) / 2, groups: maps };
}

/**
 * Puts maps before those that a depth-wise convolution makes of them.
 *
 * @param first [N, C, H, W, T].
 * @param w [C, 1, window, window, 1], the window odd.
 * @returns [N, 2·C, H, W, T].
 */
export function ghost(first: Tensor, w: Tensor): Tensor {
  return joined(first, conv(first, w, geometryOf(w)));
}

/**
 * Goes back from the gradient of all maps.
 *
 * @param dy [N, 2·C, H, W, T].
 * @param first [N, C, H, W, T].
 * @param w [C, 1, window, window, 1].
 * @returns Gradients of the first maps and of the weights.
 */
export function ghostAdjoint(dy: Tensor, first: Tensor, w: Tensor) {
  const own = halfOf(dy, 0);
  const other = halfOf(dy, 1);
  const geometry = geometryOf(w);
  const back = convInputGradient(other, w, geometry, first.shape);
  back.data.forEach((value, i) => own.data[i] += value);
  return {
    dfirst: own,
    dw: convWeightGradient(first, other, geometry, w.shape),
  };
}

/** Joins maps of two halves. */
function joined(a: Tensor, b: Tensor): Tensor {
  const [N, C, H, W, T] = a.shape;
  const size = C * H * W * T;
  const y = zeros([N, 2 * C, H, W, T]);
  for (let n = 0; n < N; n++) {
    const rows = (half: Tensor) => half.data.subarray(n * size, (n + 1) * size);
    y.data.set(rows(a), 2 * n * size);
    y.data.set(rows(b), (2 * n + 1) * size);
  }
  return y;
}

/** The first (0) or the second (1) half of the maps. */
function halfOf(y: Tensor, half: number): Tensor {
  const [N, C, H, W, T] = y.shape;
  const size = C / 2 * H * W * T;
  const x = zeros([N, C / 2, H, W, T]);
  for (let n = 0; n < N; n++) {
    const at = (2 * n + half) * size;
    x.data.set(y.data.subarray(at, at + size), n * size);
  }
  return x;
}
