/**
 * Runs graphs of NIR node by node in float64, by their equations in steps.
 *
 * @module
 */

import type {
  NirGraph,
  NirNode,
} from "../../../../scripts/bridges/nir/nir_graph.ts";

/** Values of one bin, and the lengths of their axes. */
interface Values {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

type State = Record<"v" | "i", Float64Array>;

/**
 * Runs a graph.
 *
 * @param graph The graph, without circles.
 * @param input Values of each bin, in the order of the shape of its input.
 * @param dt Time step in s.
 * @returns What each node gives, bin after bin.
 */
export function runGraph(
  { nodes, edges }: NirGraph,
  input: readonly Float64Array[],
  dt: number,
): Map<string, Float64Array[]> {
  const states = new Map<string, State>();
  const given = new Map<string, Float64Array[]>(
    [...nodes.keys()].map((name) => [name, []]),
  );
  for (const bin of input) {
    const done = new Map<string, Values>();
    const valuesOf = (name: string): Values => {
      const before = done.get(name);
      if (before) return before;
      const node = nodes.get(name)!;
      const sources = edges.filter(([, to]) => to === name).map(([from]) =>
        valuesOf(from)
      );
      const sum: Values = sources.length === 0
        ? { shape: numbers(node, "shape"), data: bin }
        : {
          shape: sources[0].shape,
          data: sources[0].data.map((_, at) =>
            sources.reduce((total, { data }) => total + data[at], 0)
          ),
        };
      const state = states.get(name) ?? startOf(node, sum.data.length);
      states.set(name, state);
      const values = step(node, sum, { state, dt });
      done.set(name, values);
      return values;
    };
    for (const name of nodes.keys()) given.get(name)!.push(valuesOf(name).data);
  }
  return given;
}

/** Parameters that were read before. */
const read = new WeakMap<object, number[]>();

function numbers(node: NirNode, parameter: string): number[] {
  const data = node.parameters.get(parameter)!;
  const before = read.get(data);
  if (before) return before;
  const values = Array.from(data.values as ArrayLike<number>, Number);
  read.set(data, values);
  return values;
}

function startOf(node: NirNode, length: number): State {
  const v = new Float64Array(length);
  if (node.parameters.has("v_reset")) v.set(numbers(node, "v_reset"));
  return { v, i: new Float64Array(length) };
}

function step(
  node: NirNode,
  { shape, data: x }: Values,
  { state: { v, i }, dt }: { readonly state: State; readonly dt: number },
): Values {
  const of = (parameter: string) => numbers(node, parameter);
  switch (node.type) {
    case "Scale": {
      const scale = of("scale");
      return { shape, data: x.map((value, at) => value * scale[at]) };
    }
    case "Threshold": {
      const threshold = of("threshold");
      return {
        shape,
        data: x.map((value, at) => Number(value > threshold[at])),
      };
    }
    case "LIF":
    case "IF":
    case "CubaLIF": {
      const [r, threshold] = ["r", "v_threshold"].map(of);
      const reset = node.parameters.has("v_reset") ? of("v_reset") : [];
      const isCuba = node.type === "CubaLIF";
      const tau = node.type === "IF" ? [] : of(isCuba ? "tau_mem" : "tau");
      const leak = node.type === "IF" ? [] : of("v_leak");
      const [tauSyn, weight] = isCuba ? ["tau_syn", "w_in"].map(of) : [];
      const data = x.map((drive, at) => {
        if (isCuba) i[at] += dt / tauSyn[at] * (weight[at] * drive - i[at]);
        else i[at] = drive;
        v[at] += node.type === "IF"
          ? dt * r[at] * i[at]
          : dt / tau[at] * (leak[at] - v[at] + r[at] * i[at]);
        const fires = v[at] > threshold[at];
        if (fires) v[at] = reset[at] ?? 0;
        return Number(fires);
      });
      return { shape, data };
    }
    case "Flatten":
      return { shape: [x.length], data: x };
    case "Linear":
    case "Affine": {
      const weight = of("weight");
      const bias = node.type === "Affine" ? of("bias") : [];
      const [out] = node.parameters.get("weight")!.shape;
      const data = Float64Array.from({ length: out }, (_, o) =>
        x.reduce(
          (sum, value, at) => sum + value * weight[o * x.length + at],
          bias[o] ?? 0,
        ));
      return { shape: [out], data };
    }
    case "Conv2d":
      return convolve(node, { shape, data: x });
    case "SumPool2d":
    case "AvgPool2d":
      return pool(node, { shape, data: x });
    case "Input":
    case "Pass":
    case "Output":
      return { shape, data: x };
  }
  throw new TypeError(`Cannot run a node of type ${node.type}`);
}

function convolve(node: NirNode, { shape: [, H, W], data }: Values): Values {
  const of = (parameter: string) => numbers(node, parameter);
  const weight = of("weight");
  const [out, each, KH, KW] = node.parameters.get("weight")!.shape;
  const pair = (parameter: string) => {
    const [rows, columns = rows] = of(parameter);
    return [rows, columns];
  };
  const [stride, dilation] = ["stride", "dilation"].map(pair);
  const [word] = node.parameters.get("padding")!.values;
  const padding = word === "valid"
    ? [0, 0]
    : word === "same"
    ? [(KH - 1) / 2, (KW - 1) / 2]
    : pair("padding");
  const perGroup = out / of("groups")[0];
  const bias = of("bias");
  const along = (side: number, kernel: number, axis: number) =>
    Math.floor(
      (side + 2 * padding[axis] - dilation[axis] * (kernel - 1) - 1) /
        stride[axis],
    ) + 1;
  const [OH, OW] = [along(H, KH, 0), along(W, KW, 1)];
  const y = new Float64Array(out * OH * OW);
  for (let at = 0; at < y.length; at++) {
    const o = Math.floor(at / OH / OW);
    const [row, column] = [Math.floor(at / OW) % OH, at % OW];
    y[at] = bias[o];
    for (let k = 0; k < each * KH * KW; k++) {
      const c = Math.floor(o / perGroup) * each + Math.floor(k / KH / KW);
      const h = row * stride[0] - padding[0] +
        dilation[0] * (Math.floor(k / KW) % KH);
      const w = column * stride[1] - padding[1] + dilation[1] * (k % KW);
      if (h < 0 || h >= H || w < 0 || w >= W) continue;
      y[at] += data[(c * H + h) * W + w] * weight[o * each * KH * KW + k];
    }
  }
  return { shape: [out, OH, OW], data: y };
}

function pool(node: NirNode, { shape: [C, H, W], data }: Values): Values {
  const [side] = numbers(node, "kernel_size");
  const [OH, OW] = [Math.floor(H / side), Math.floor(W / side)];
  const share = node.type === "AvgPool2d" ? 1 / side / side : 1;
  const y = new Float64Array(C * OH * OW);
  for (let c = 0; c < C; c++) {
    for (let h = 0; h < OH * side; h++) {
      for (let w = 0; w < OW * side; w++) {
        const at = (c * OH + Math.floor(h / side)) * OW + Math.floor(w / side);
        y[at] += share * data[(c * H + h) * W + w];
      }
    }
  }
  return { shape: [C, OH, OW], data: y };
}
