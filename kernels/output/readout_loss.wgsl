// Losses of a readout. Each output has one value, the mean over time of its
// drive or of its spikes.
//
// drives  v[n, o] = 1/T · Σ_t y[n, t, o], y = a[o] · x + b[o], see norm.wgsl
// rates   v[n, o] = rateScale / T · number of spikes
// The losses of v are
//   cross-entropy  −weight[label] · Σ_o q[o] · log softmax(v)[o]
//   squared error  weight[label] · 1/O · Σ_o (v[o] − q[o])²
//   rate error     weight[label] · Σ_o (v[o] − falseRate
//                  − (trueRate − falseRate) · q[o])²
//   sigmoids       −weight[label] · Σ_o (q[o] · log p[o]
//                  + (1 − q[o]) · log(1 − p[o])),
//                  p[o] = 1 / (1 + exp(−(v[o] − center) / width))
//   shares         −weight[label] · Σ_o q[o] · log p[o],
//                  p[o] = (v[o] + v₁) / Σ_o (v[o] + v₁), of rates, where v₁ is
//                  that of one spike: silence costs log O, not infinitely much
// with q = (1 − smoothing) · one-hot + smoothing / O. Where two samples are
// mixed, q has both classes in their proportions, without smoothing.
// dy[n, t, o] = dL/dv[n, o] · rateScale / T / samples of the batch: the loss of
// a batch is the mean over its samples.
//
// x             [N, T, floats]    the drive of the readout
// coefficients  [floats]          a, b, mean, inverse, see norm.wgsl
// spikes        [N, B, O]         time-packed
// classes       [samples of the batch]  class, class mixed in, share of the
//                                 first class
// weights       [O]               factor of a class's samples
// dy            [N, T, floats]    gradient of y, or of the spikes
// sums          [samples of the batch, 1, floats]  Σ_t dy and Σ_t dy · xhat,
//                                 for drives
// records       [slots, stride]   prediction and loss, see prediction.wgsl
//
// One workgroup owns a sample, one lane every 64th output.

override T: u32;
override O: u32;
override floats: u32 = (O + 3) / 4 * 4;
override layers: u32;
override stride: u32;
override smoothing: f32 = 0;
// 0 cross-entropy, 1 squared error, 2 rate error, 3 sigmoids, 4 shares.
override kind: u32 = 0;
override trueRate: f32 = 1;
override falseRate: f32 = 0;
override center: f32 = 0;
override width: f32 = 1;
override rateScale: f32 = 1;

// Classes of a sample.
struct Classes {
  label: u32,
  mixed: u32,
  share: f32,
}

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> coefficients: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> spikes: array<u32>;
@group(0) @binding(4) var<storage, read> classes: array<Classes>;
@group(0) @binding(5) var<storage, read> weights: array<f32>;
@group(0) @binding(6) var<storage, read_write> dy: array<f32>;
@group(0) @binding(7) var<storage, read_write> sums: array<vec2<f32>>;
@group(0) @binding(8) var<storage, read_write> records: array<u32>;

// Value of each output, then its gradient.
var<workgroup> sh_values: array<f32, O>;
// Sum over time of each output's drive.
var<workgroup> sh_drives: array<f32, O>;

// Probability of class o in the target.
fn targetOf(own: Classes, o: u32) -> f32 {
  let first = select(0, own.share, o == own.label);
  let second = select(0, 1 - own.share, o == own.mixed);
  let evenly = select(smoothing, 0, own.share < 1);
  return (1 - evenly) * (first + second) + evenly / f32(O);
}

// Replaces values by their gradients and writes the record. One lane does this,
// since outputs are few and sums need a fixed order.
fn judge(n: u32) {
  let own = classes[batch.first + n];
  var best = 0u;
  for (var o = 1u; o < O; o++) {
    if (sh_values[o] > sh_values[best]) {
      best = o;
    }
  }
  let weight = weights[own.label];
  let share = weight / f32(batch.total);
  var loss = 0.0;
  if (kind == 1) {
    for (var o = 0u; o < O; o++) {
      let error = sh_values[o] - targetOf(own, o);
      loss += error * error / f32(O);
      sh_values[o] = 2 * share * error / f32(O);
    }
  } else if (kind == 2) {
    for (var o = 0u; o < O; o++) {
      let wanted = fma(trueRate - falseRate, targetOf(own, o), falseRate);
      let error = sh_values[o] - wanted;
      loss += error * error;
      sh_values[o] = 2 * share * error;
    }
  } else if (kind == 3) {
    for (var o = 0u; o < O; o++) {
      let logit = (sh_values[o] - center) / width;
      // A form in which no exponential overflows or is lost to rounding beside
      // 1.
      let tail = exp(-abs(logit));
      loss += max(logit, 0) + log(1 + tail) - targetOf(own, o) * logit;
      let p = select(tail, 1, logit > 0) / (1 + tail);
      sh_values[o] = share * (p - targetOf(own, o)) / width;
    }
  } else if (kind == 4) {
    let one = rateScale / f32(T);
    var all = 0.0;
    for (var o = 0u; o < O; o++) {
      all += sh_values[o] + one;
    }
    for (var o = 0u; o < O; o++) {
      let value = sh_values[o] + one;
      loss -= targetOf(own, o) * log(value / all);
      sh_values[o] = share * (1 / all - targetOf(own, o) / value);
    }
  } else {
    let most = sh_values[best];
    var norm = 0.0;
    for (var o = 0u; o < O; o++) {
      norm += exp(sh_values[o] - most);
    }
    let logNorm = most + log(norm);
    for (var o = 0u; o < O; o++) {
      let logShare = sh_values[o] - logNorm;
      loss -= targetOf(own, o) * logShare;
      sh_values[o] = share * (exp(logShare) - targetOf(own, o));
    }
  }
  let at = batch.slot * stride + layers + 2 * (batch.first + n);
  records[at] = best;
  records[at + 1] = bitcast<u32>(weight * loss);
}

@compute @workgroup_size(64)
fn drives(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let n = group.x;
  for (var o = lane; o < O; o += 64) {
    var sum = 0.0;
    for (var t = 0u; t < T; t++) {
      sum += x[(n * T + t) * floats + o];
    }
    sh_drives[o] = sum;
    sh_values[o] = fma(coefficients[o].x, sum / f32(T), coefficients[o].y);
  }
  workgroupBarrier();
  if (lane == 0) {
    judge(n);
  }
  workgroupBarrier();
  for (var o = lane; o < floats; o += 64) {
    var gradient = 0.0;
    // Sum over time of the normalised drive.
    var normalised = 0.0;
    if (o < O) {
      gradient = sh_values[o] / f32(T);
      let coefficient = coefficients[o];
      normalised =
        (sh_drives[o] - f32(T) * coefficient.z) * coefficient.w;
    }
    for (var t = 0u; t < T; t++) {
      dy[(n * T + t) * floats + o] = gradient;
    }
    sums[(batch.first + n) * floats + o] =
      gradient * vec2(f32(T), normalised);
  }
}

@compute @workgroup_size(64)
fn rates(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let n = group.x;
  let B = (T + 31) / 32;
  for (var o = lane; o < O; o += 64) {
    var ones = 0u;
    for (var b = 0u; b < B; b++) {
      ones += countOneBits(spikes[(n * B + b) * O + o]);
    }
    sh_values[o] = rateScale * f32(ones) / f32(T);
  }
  workgroupBarrier();
  if (lane == 0) {
    judge(n);
  }
  workgroupBarrier();
  for (var o = lane; o < O; o += 64) {
    let gradient = rateScale * sh_values[o] / f32(T);
    for (var t = 0u; t < T; t++) {
      dy[(n * T + t) * floats + o] = gradient;
    }
  }
}
