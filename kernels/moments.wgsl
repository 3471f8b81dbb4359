// The moments of a gradient, with AMSGrad. The rules that remember them are
// compiled behind this text; they find out how weights change by them.
//
// advance  g = clip·dw
//          m = beta1·m + (1 − beta1)·g;  v = beta2·v + (1 − beta2)·g²
//          vMax = max(vMax, v)
//
// clip               [1]  how much of the gradient is used
// dw, w, m, v, vMax  [weights of all layers]; all but dw change in place
//
// Source: Reddi, Kale, Kumar, On the convergence of Adam and beyond, 2018.

struct Update {
  rate: f32,
  root: f32,
  decay: f32,
}

override size: u32;
const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;

@group(0) @binding(0) var<uniform> update: Update;
@group(0) @binding(1) var<storage, read> clip: array<f32>;
@group(0) @binding(2) var<storage, read> dw: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> w: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> m: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> v: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> vMax: array<vec4<f32>>;

// A quad's gradient as far as it is used, and what m and vMax have become.
struct Moments {
  gradient: vec4<f32>,
  first: vec4<f32>,
  most: vec4<f32>,
}

fn advance(i: u32, used: f32) -> Moments {
  let g = used * dw[i];
  let first = beta1 * m[i] + (1 - beta1) * g;
  let second = beta2 * v[i] + (1 - beta2) * g * g;
  let most = max(vMax[i], second);
  m[i] = first;
  v[i] = second;
  vMax[i] = most;
  return Moments(g, first, most);
}
