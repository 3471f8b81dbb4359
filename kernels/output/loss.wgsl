// SLAYER's losses: distances of the output spikes from their target.
//
// Each output is a neuron, or the mean of `voters` neurons, one after the other
//              s[t] = Σ_v spike[t, o · voters + v] / voters
//
// numSpikes  inside the region [start, stop):
//              e[t] = (Σ region s − target) / (stop − start), a constant
//            added everywhere, from the spikes outside the region:
//              e[t] += Σ_k epsilon[k] · s[t − k] / Ts
//            target is `trueCount` for the sample's class and `falseCount` for
//            the others.
// spikeTime  e[t] = Σ_k epsilon[k] · (s[t − k] − d[t − k]) / Ts
//            d is a row of desired: with `trains` that of class and output,
//            else row 0 for the sample's class and row 1 for the others.
// numSpikes and spikeTime:
//            error[n, t, f] = Ts · e[t] / voters, of the output of neuron f
//            loss[n, o]     = ½ · Ts · Σ_t e[t]²
//            dL/dspike is the response's adjoint of error: the count is
//            detached.
// probSpikes inside the region, where c[o] spikes of output o are among the
//            `window` bins up to t, and y is the sample's class:
//              p[o]           = (c[o] + 1) / (Σ_o c[o] + O)
//              error[n, t, f] = dL / dc[o] / voters
//            loss[n, y]     = −Σ_t log p[y] / window, loss[n, others] = 0
//            In a sample without an output spike in the region
//              silence[n, t, y]      = Ts · (1 / O − 1) / voters in the region
//              silence[n, t, others] = 0
//            and rho(theta) · silence is the gradient of
//              Ts · (1 − 1 / O) · rho(theta) · Σ_t (theta − u[n, t, y])
//            by the weights of the output layer alone, u being the mean of the
//            voters, in bins before their delay; elsewhere silence is 0.
//            A network that cannot tell classes lowers its loss by falling
//            silent, and far below theta rho(u) is 0: this term brings the
//            right output back. Its path to the layers below is left out,
//            since negative weights would silence them in turn.
// probSpikesAdjoint  gradient[n, t, f] = dL/dspike[n, t, f]
//                                      = Ts · Σ_{k < window} error[n, t + k, f]
// All entry points but probSpikesAdjoint:
//            counts[n, o]   = Σ_t s[t] · voters
//
// taps     [tapRows vec4]  epsilon, K taps times Ts
// labels   [samples of the batch]  their classes
// spikes   [N, B, F]  time-packed, F = O · voters
// desired  [2, B] or [O, O, B]  target spikes d, time-packed
// error, gradient, silence  [N, T, 4·⌈F/4⌉]
// loss, counts     [N, O]
//
// In numSpikes and spikeTime one workgroup owns one output of a sample, in
// probSpikes a sample; each invocation takes every 64th bin. In
// probSpikesAdjoint one invocation owns a neuron in a bin.
//
// Source: SLAYER, arXiv:1810.08646, section 3.4. Its package leaves probSpikes
// empty; this is Spikemax, a later loss of the same author, arXiv:2205.09845,
// over a moving window, in which each spike counts `window` times. One spike is
// added to each output: silence then costs log O instead of infinity, and no
// spike changes the loss by more than one. Voters are slayerPytorch's auto,
// averageBlock.

override T: u32;
override O: u32;
override K: u32 = 0;
override Ts: f32 = 1;
override start: u32 = 0;
override stop: u32 = 0;
override trueCount: f32 = 0;
override falseCount: f32 = 0;
override trains: bool = false;
override window: u32 = 1;
override voters: u32 = 1;
override F: u32 = O * voters;
override B: u32 = (T + 31) / 32;

// Vectors of four in the table of taps.
const tapRows = 4096u;

@group(0) @binding(1) var<uniform> taps: array<vec4<f32>, tapRows>;
@group(0) @binding(2) var<storage, read> labels: array<u32>;
@group(0) @binding(3) var<storage, read> spikes: array<u32>;
@group(0) @binding(4) var<storage, read> desired: array<u32>;
@group(0) @binding(5) var<storage, read_write> error: array<f32>;
@group(0) @binding(6) var<storage, read_write> loss: array<f32>;
@group(0) @binding(7) var<storage, read_write> counts: array<u32>;
@group(0) @binding(8) var<storage, read_write> gradient: array<f32>;
@group(0) @binding(9) var<storage, read_write> silence: array<f32>;

var<workgroup> sh_values: array<f32, 64>;

// Sum over the invocations of a workgroup.
fn total(value: f32, lane: u32) -> f32 {
  workgroupBarrier();
  sh_values[lane] = value;
  workgroupBarrier();
  var sum = 0.0;
  for (var i = 0u; i < 64; i++) {
    sum += sh_values[i];
  }
  return sum;
}

// Index of bin t of neuron f in error, gradient and silence.
fn placeOf(n: u32, t: u32, f: u32) -> u32 {
  return (n * T + t) * ((F + 3) / 4) * 4 + f;
}

// Number of spikes in bins `first` to before `end` of the voters of output o.
fn countSpikes(n: u32, o: u32, first: u32, end: u32) -> u32 {
  var count = 0u;
  for (var v = 0u; v < voters; v++) {
    for (var b = first / 32; b * 32 < end; b++) {
      let low = max(first, b * 32) - b * 32;
      let high = min(end, b * 32 + 32) - b * 32;
      let word = spikes[(n * B + b) * F + o * voters + v];
      count += countOneBits(extractBits(word, low, high - low));
    }
  }
  return count;
}

// Spike of output o in bin t: the mean of its voters.
fn spikeAt(n: u32, o: u32, t: u32) -> f32 {
  var ones = 0u;
  for (var v = 0u; v < voters; v++) {
    ones += (spikes[(n * B + t / 32) * F + o * voters + v] >> (t % 32)) & 1;
  }
  return f32(ones) / f32(voters);
}

// Stores the error of output o in bin t, which its voters share.
fn storeError(n: u32, t: u32, o: u32, value: f32) {
  for (var v = 0u; v < voters; v++) {
    error[placeOf(n, t, o * voters + v)] = value / f32(voters);
  }
}

@compute @workgroup_size(64)
fn numSpikes(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let n = group.y;
  for (var o = group.x; o < O; o += groups.x) {
    let all = countSpikes(n, o, 0, T);
    let within = countSpikes(n, o, start, stop);
    let isLabel = labels[batch.first + n] == o;
    let targetCount = select(falseCount, trueCount, isLabel);
    var squares = 0.0;
    for (var t = lane; t < T; t += 64) {
      var e = 0.0;
      if (t >= start && t < stop) {
        let count = f32(within) / f32(voters);
        e = (count - targetCount) / f32(stop - start);
      }
      if (all > within) {
        for (var k = 0u; k < min(K, t + 1); k++) {
          let s = t - k;
          if (s < start || s >= stop) {
            e += spikeAt(n, o, s) * taps[k / 4][k & 3] / Ts;
          }
        }
      }
      storeError(n, t, o, Ts * e);
      squares += e * e;
    }
    let sum = total(squares, lane);
    if (lane == 0) {
      loss[n * O + o] = 0.5 * Ts * sum;
      counts[n * O + o] = all;
    }
  }
}

@compute @workgroup_size(64)
fn spikeTime(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let n = group.y;
  let label = labels[batch.first + n];
  for (var o = group.x; o < O; o += groups.x) {
    var row = select(1u, 0u, label == o);
    if (trains) {
      row = label * O + o;
    }
    var squares = 0.0;
    for (var t = lane; t < T; t += 64) {
      var e = 0.0;
      for (var k = 0u; k < min(K, t + 1); k++) {
        let s = t - k;
        let targetBit = (desired[row * B + s / 32] >> (s % 32)) & 1;
        let difference = spikeAt(n, o, s) - f32(targetBit);
        e += difference * taps[k / 4][k & 3] / Ts;
      }
      storeError(n, t, o, Ts * e);
      squares += e * e;
    }
    let sum = total(squares, lane);
    if (lane == 0) {
      loss[n * O + o] = 0.5 * Ts * sum;
      counts[n * O + o] = countSpikes(n, o, 0, T);
    }
  }
}

@compute @workgroup_size(64)
fn probSpikes(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let n = group.x;
  let label = labels[batch.first + n];
  var ownSpikes = 0u;
  for (var o = lane; o < O; o += 64) {
    ownSpikes += countSpikes(n, o, start, stop);
  }
  let isSilent = total(f32(ownSpikes), lane) == 0;
  var nats = 0.0;
  for (var t = lane; t < T; t += 64) {
    let inside = t >= start && t < stop;
    var all = f32(O);
    var right = 1.0;
    if (inside) {
      let first = max(t + 1, window) - window;
      for (var o = 0u; o < O; o++) {
        let count = f32(countSpikes(n, o, first, t + 1)) / f32(voters);
        all += count;
        right += select(0.0, count, o == label);
      }
      nats += log(all / right);
    }
    for (var o = 0u; o < O; o++) {
      let slope = 1 / all - select(0.0, 1 / right, o == label);
      storeError(n, t, o, select(0.0, slope / f32(window), inside));
      let isLifted = inside && isSilent && o == label;
      let lift = Ts * (1 / f32(O) - 1) / f32(voters);
      for (var v = 0u; v < voters; v++) {
        silence[placeOf(n, t, o * voters + v)] = select(0.0, lift, isLifted);
      }
    }
  }
  let sum = total(nats, lane) / f32(window);
  for (var o = lane; o < O; o += 64) {
    loss[n * O + o] = select(0.0, sum, o == label);
    counts[n * O + o] = countSpikes(n, o, 0, T);
  }
}

@compute @workgroup_size(64)
fn probSpikesAdjoint(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let n = group.z;
  for (var i = group.x * 64 + lane; i < T * F; i += groups.x * 64) {
    let t = i / F;
    let f = i % F;
    var sum = 0.0;
    for (var later = t; later < min(t + window, T); later++) {
      sum += error[placeOf(n, later, f)];
    }
    gradient[placeOf(n, t, f)] = Ts * sum;
  }
}
