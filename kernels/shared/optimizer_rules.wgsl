// How weights learn from their gradient g, by one of three rules. The kernels
// that complete a gradient are compiled behind this text, so that weights learn
// as soon as theirs is there.
//
// learn  Adam   w −= rate · m / (sqrt(vMax) · root + epsilon) + decay · w
//        NADAM  w −= rate · (beta1·m + (1 − beta1)·g) / (sqrt(vMax) + epsilon)
//                    + decay · w
//        SGD    w −= rate · (g + decay · w)
// where, in Adam and NADAM, which are those with AMSGrad,
//        m = beta1·m + (1 − beta1)·g;  v = beta2·v + (1 − beta2)·g²
//        vMax = max(vMax, v)
// and, at step t,
//        Adam   rate = lr / (1 − beta1^t), root = 1 / sqrt(1 − beta2^t)
//        NADAM  rate = lr · sqrt(1 − beta2^t) / (1 − beta1^t), as SLAYER's
//               package has it: no momentum schedule, and v is not corrected
//               on its own
//        decay = lr · weightDecay, beside the moments; of SGD weightDecay
//
// weights, m, v, vMax  [quads of weights]; they change in place
//
// Source: Reddi, Kale, Kumar, On the convergence of Adam and beyond, 2018, in
// the form that PyTorch gives it; decay as Loshchilov and Hutter, Decoupled
// weight decay regularization, 2019, have it.

struct Batch {
  first: u32,
  samples: u32,
  slot: u32,
  begun: u32,
  // Whether the gradient is complete behind this part, and learnt from.
  learns: u32,
  rate: f32,
  root: f32,
  decay: f32,
}

// 0 Adam, 1 NADAM, 2 SGD.
override rule: u32 = 0;
const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;

@group(0) @binding(0) var<uniform> batch: Batch;
@group(0) @binding(10) var<storage, read_write> weights: array<vec4<f32>>;
@group(0) @binding(11) var<storage, read_write> m: array<vec4<f32>>;
@group(0) @binding(12) var<storage, read_write> v: array<vec4<f32>>;
@group(0) @binding(13) var<storage, read_write> vMax: array<vec4<f32>>;

// Lets quad i of the weights learn. Products are rounded where it says so, that
// all kernels may come to the same bits.
fn learn(i: u32, g: vec4<f32>) {
  // Loaded before anything is stored.
  let before = weights[i];
  if (rule == 2) {
    let slope = fma(vec4(batch.decay), before, g);
    weights[i] = fma(vec4(-batch.rate), slope, before);
    return;
  }
  let first = fma(vec4(beta1), m[i], (1 - beta1) * g);
  let second = fma(vec4(beta2), v[i], (1 - beta2) * g * g);
  let most = max(vMax[i], second);
  m[i] = first;
  v[i] = second;
  vMax[i] = most;
  var ahead = first;
  var scale = fma(sqrt(most), vec4(batch.root), vec4(epsilon));
  if (rule == 1) {
    ahead = fma(vec4(beta1), first, (1 - beta1) * g);
    scale = sqrt(most) + epsilon;
  }
  let change = batch.rate * ahead / scale;
  weights[i] = before - fma(vec4(batch.decay), before, change);
}
