// Adjoint of recurrent neurons, which read the spikes of their own layer, see
// recurrent.wgsl. Potentials are recomputed.
//
// adjoint      ds[t] = above[n, t, c] + pressure
//                      + Σ_k r[c, k] · dy[n, t + 1, k]
//              dy[n, t, c] = stepBackFrom(back, recall(states around t), u[t],
//                                         u[t] >= theta, ds[t])
//              ahead[n, t, c] = dy[n, t + 1, c], 0 in the last bin
//              sums[learnedFirst + n · each + 0 and 1] = the halves of
//              Σ learnedGradient(back), if the neuron learns parameters; the
//              sample's other sums are 0
// channelSums  sums[n, c] = Σ dy, Σ dy · xhat, see norm.wgsl
//
// x             [N, T, floats]   the drive
// coefficients  [floats + 1]     a, b, mean, inverse, and the pressure of
//                                sparsity.wgsl, used if `sparse`
// driven        [N, T, floats]   see recurrent.wgsl
// r             [C, floats / 4]  weights, by the neuron that spikes
// above         [N, T, floats]   gradient of the spikes from the layers above
// dy            [N, T, floats]   written, then read
// ahead         [N, T, floats]
// sums          [samples of the batch, floats]
// states        [N, T, floats]   state of each neuron before each bin; written
//                                and read by one invocation
//
// One workgroup owns a sample (adjoint), and one of its invocations every
// lanes-th neuron; or one invocation owns a neuron (channelSums). Sums run in a
// fixed order.

override theta: f32 = 1;
// Whether the loss bounds the layer's firing rate.
override sparse: bool = false;
// First index of the sums of learned parameters, and sums of a sample.
override learnedFirst: u32 = 0;
override each: u32 = (floats + channelLanes - 1) / channelLanes * 2;
override Q: u32 = floats / 4;

const lanes = 256u;

@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> coefficients: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> driven: array<f32>;
@group(0) @binding(5) var<storage, read> r: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read> above: array<f32>;
@group(0) @binding(7) var<storage, read_write> dy: array<f32>;
@group(0) @binding(8) var<storage, read_write> sums: array<vec2<f32>>;
@group(0) @binding(9) var<storage, read_write> states: array<State>;
@group(0) @binding(10) var<storage, read_write> ahead: array<f32>;

var<workgroup> sh_back: array<Back, C>;
// Gradients of the drives of the next bin.
var<workgroup> sh_dy: array<f32, floats>;
var<workgroup> sh_learned: array<vec2<f32>, lanes>;

// Products of a quad of weights of neuron c; 0 past the last.
fn productsOf(c: u32, q: u32) -> vec4<f32> {
  let k = 4 * min(q, Q - 1);
  let gradients = vec4(sh_dy[k], sh_dy[k + 1], sh_dy[k + 2], sh_dy[k + 3]);
  let products = r[c * Q + k / 4] * gradients;
  return select(vec4(), products, vec4(q < Q));
}

// The gradient of a spike of neuron c that flows back from the next bin.
fn fedBack(c: u32) -> f32 {
  var sum = vec4<f32>();
  // Four quads per iteration: loads overlap, and iterations are few.
  for (var q = 0u; q < Q; q += 4) {
    let low = productsOf(c, q) + productsOf(c, q + 1);
    let high = productsOf(c, q + 2) + productsOf(c, q + 3);
    sum += low + high;
  }
  return dot(sum, vec4(1.0));
}

// Steps neuron c backward by the bin whose drive is at index `at`.
fn stepNeuronBack(c: u32, at: u32) -> f32 {
  let before = states[at];
  var after = before;
  let u = step(&after, driven[at]);
  let recalled = recall(before, after);
  var back = sh_back[c];
  var ds = above[at] + fedBack(c);
  if (sparse) {
    ds += coefficients[floats].x;
  }
  let gradient = stepBackFrom(&back, recalled, u, u >= theta, ds);
  sh_back[c] = back;
  return gradient;
}

@compute @workgroup_size(lanes)
fn adjoint(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let n = group.z;
  for (var c = lane; c < C; c += lanes) {
    var state = atRest();
    for (var t = 0u; t < T; t++) {
      let at = (n * T + t) * floats + c;
      states[at] = state;
      let u = step(&state, driven[at]);
      reset(&state, u >= theta);
    }
  }
  for (var done = 0u; done < T; done++) {
    let row = (n * T + T - 1 - done) * floats;
    for (var c = lane; c < floats; c += lanes) {
      ahead[row + c] = sh_dy[c];
      var gradient = 0.0;
      if (c < C) {
        gradient = stepNeuronBack(c, row + c);
      }
      dy[row + c] = gradient;
    }
    workgroupBarrier();
    for (var c = lane; c < C; c += lanes) {
      sh_dy[c] = dy[row + c];
    }
    workgroupBarrier();
  }
  if (!learns) {
    return;
  }
  var own = vec4<f32>();
  for (var c = lane; c < C; c += lanes) {
    own += learnedGradient(sh_back[c]);
  }
  let first = learnedFirst + (batch.first + n) * each;
  for (var pair = 0u; pair < 2; pair++) {
    workgroupBarrier();
    sh_learned[lane] = select(own.xy, own.zw, pair == 1);
    for (var half = lanes / 2; half > 0; half /= 2) {
      workgroupBarrier();
      if (lane < half) {
        sh_learned[lane] += sh_learned[lane + half];
      }
    }
    if (lane == 0) {
      sums[first + pair] = sh_learned[0];
    }
  }
  for (var i = lane + 2; i < each; i += lanes) {
    sums[first + i] = vec2<f32>();
  }
}

@compute @workgroup_size(64)
fn channelSums(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let n = id.z;
  for (var c = id.x; c < floats; c += groups.x * 64) {
    var sum = vec2<f32>();
    let coefficient = coefficients[c];
    for (var t = 0u; t < T && c < C; t++) {
      let at = (n * T + t) * floats + c;
      let xhat = (x[at] - coefficient.z) * coefficient.w;
      sum += vec2(dy[at], dy[at] * xhat);
    }
    sums[(batch.first + n) * floats + c] = sum;
  }
}
