// Weight updates from a gradient g, by one of four rules. This file is compiled
// in front of the kernels that complete a gradient, so that the update needs no
// dispatch of its own.
//
// updateWeights
//   Adam   weights −= rate · m / (sqrt(vMax) · root + epsilon)
//                   + decay · weights
//   NADAM  weights −= rate · (beta1·m + (1 − beta1)·g) / (sqrt(vMax) + epsilon)
//                   + decay · weights
//   SGD    weights −= rate · (g + decay · weights)
//   AdamW  as Adam, with v in place of vMax
// where Adam and NADAM, both with AMSGrad, have
//   m = beta1·m + (1 − beta1)·g;  v = beta2·v + (1 − beta2)·g²
//   vMax = max(vMax, v)
// and, at update k = 1, 2 …,
//   Adam   rate = lr / (1 − beta1^k), root = 1 / sqrt(1 − beta2^k)
//   NADAM  rate = lr · sqrt(1 − beta2^k) / (1 − beta1^k), as in SLAYER's
//          package: no momentum schedule, and v has no correction of its own
//   decay = lr · weightDecay, weightDecay for SGD
//
// updateBounded
//   scales the change of updateWeights by changeRate, and clamps weights to
//   [least, most]
//
// weights, m, v, vMax  [quads of weights], changed in place; SGD leaves the
//                      moments m, v and vMax alone
//
// Source: Reddi, Kale, Kumar, On the convergence of Adam and beyond, 2018, in
// the form that PyTorch gives it; decay after Loshchilov and Hutter, Decoupled
// weight decay regularization, 2019.

// 0 Adam, 1 NADAM, 2 SGD, 3 AdamW.
override rule: u32 = 0;
override changeRate: f32 = 1;
override least: f32 = 0;
override most: f32 = 0;
const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;

@group(0) @binding(10) var<storage, read_write> weights: array<vec4<f32>>;
@group(0) @binding(11) var<storage, read_write> m: array<vec4<f32>>;
@group(0) @binding(12) var<storage, read_write> v: array<vec4<f32>>;
@group(0) @binding(13) var<storage, read_write> vMax: array<vec4<f32>>;

// Updates quad i of the weights. Multiply-adds are explicit fma() calls: a
// compiler is free to contract a · b + c or not, and all kernels must give the
// same bits.
fn updateWeights(i: u32, g: vec4<f32>) {
  // Loaded before the stores, across which a compiler cannot move the load, so
  // that its latency overlaps with that of the moments.
  let before = weights[i];
  if (rule == 2) {
    let slope = fma(vec4(batch.decay), before, g);
    weights[i] = fma(vec4(-batch.rate), slope, before);
    return;
  }
  let mean = fma(vec4(beta1), m[i], (1 - beta1) * g);
  let square = fma(vec4(beta2), v[i], (1 - beta2) * g * g);
  let largest = select(max(vMax[i], square), square, rule == 3);
  m[i] = mean;
  v[i] = square;
  vMax[i] = largest;
  var direction = mean;
  var scale = fma(sqrt(largest), vec4(batch.root), vec4(epsilon));
  if (rule == 1) {
    direction = fma(vec4(beta1), mean, (1 - beta1) * g);
    scale = sqrt(largest) + epsilon;
  }
  let change = batch.rate * direction / scale;
  weights[i] = before - fma(vec4(batch.decay), before, change);
}

// Updates quad i of bounded weights.
fn updateBounded(i: u32, g: vec4<f32>) {
  let before = weights[i];
  updateWeights(i, g);
  let after = fma(vec4(changeRate), weights[i] - before, before);
  weights[i] = clamp(after, vec4(least), vec4(most));
}
