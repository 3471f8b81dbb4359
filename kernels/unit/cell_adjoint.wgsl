// Adjoint of a unit's neurons: from the gradient of the layer's output to the
// gradient of the normalised drive y. Potentials are recomputed.
//
// adjoint  ds[t] = above[n, t, q, c] where routes[n, t, p, c] is set, else 0,
//          q the pixel of the layer's output that p is pooled into
//          dy[n, t, p, c] = stepBackFrom(back, recall(states around t), u[t],
//                                        u[t] >= theta, ds[t]),
//          see cell_recall.wgsl
//          sums[n, strip, c] = Σ dy, Σ dy · xhat, see norm.wgsl
//          sums[learnedFirst + (n, strip, group of channels, 0 and 1)] =
//          the halves of Σ learnedGradient(back), if the neuron learns
//          ds[t] += coefficients[floats].x if `sparse`, see sparsity.wgsl
//          dshortcut = the gradient of the layer that residual.wgsl adds or
//          gates with
//
// x             [N, T, pixels, floats]     the drive
// coefficients  [floats + 1]               a, b, mean, inverse, and pressure of
//                                          sparsity.wgsl
// routes        [N, B, pixels, C]          see pool_raster.wgsl
// shortcut      [N, B, pixels, C]          spikes of the shortcut, if gated
// above         [N, T, outPixels, floats]  gradient of the layer's output
// dy            [N, T, pixels, floats]
// sums          [samples of the batch, S, floats]
// dshortcut     [N, T, pixels, shortcutFloats]
//
// One invocation owns one channel of every pixelLanes-th pixel of a strip. The
// state before each word of 32 bins is kept in workgroup memory. Compiled after
// cell_past.wgsl.

override theta: f32 = 1;
// Columns of the pixels, side of the pooling window, and columns and pixels of
// the pooled output.
override W: u32 = 1;
override window: u32 = 1;
override outW: u32 = 1;
override outPixels: u32 = 1;
// Whether pooling or dropout selects the spikes that get a gradient; else all
// do.
override routed: bool = false;
// Residual connection: 0 none, 1 added, 2 gated.
override residual: u32 = 0;
override shortcutRun: u32 = 1;
override shortcutRunFloats: u32 = (shortcutRun + 3) / 4 * 4;
override shortcutFloats: u32 = C / shortcutRun * shortcutRunFloats;
// Whether the loss bounds the layer's firing rate.
override sparse: bool = false;
// First index of the sums of learned parameters.
override learnedFirst: u32 = 0;
override words: u32 = (T + 31) / 32;
override statesSize: u32 = 64 * words;

@group(0) @binding(3) var<storage, read> coefficients: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> routes: array<u32>;
@group(0) @binding(5) var<storage, read> shortcut: array<u32>;
@group(0) @binding(6) var<storage, read> above: array<f32>;
@group(0) @binding(7) var<storage, read_write> dy: array<f32>;
@group(0) @binding(8) var<storage, read_write> sums: array<vec2<f32>>;
@group(0) @binding(9) var<storage, read_write> dshortcut: array<f32>;

var<workgroup> sh_states: array<State, statesSize>;
var<workgroup> sh_sums: array<vec2<f32>, 64>;

// Indices of a neuron in bin 0: its drive, its words of spikes, the gradient of
// the layer's output, and the gradient of the shortcut.
struct Place {
  start: u32,
  words: u32,
  above: u32,
  shortcut: u32,
}

// One bin of the backward pass: its potential and recalled state, the gradient
// of the layer's output, and whether the shortcut spikes.
struct Bin {
  u: f32,
  recalled: Recalled,
  gradient: f32,
  gated: bool,
}

// Steps bin t backward; returns the gradient of its drive.
fn stepBinBack(
  own: ptr<function, Back>,
  place: Place,
  bin: Bin,
  t: u32,
) -> f32 {
  let fires = bin.u >= theta;
  var ds = bin.gradient;
  if (residual > 0) {
    let at = place.shortcut + t * pixels * shortcutFloats;
    dshortcut[at] = select(ds, 0, residual == 2 && fires);
    ds = select(ds, select(0, -ds, bin.gated), residual == 2);
  }
  if (sparse) {
    ds += coefficients[floats].x;
  }
  var back = *own;
  let gradient = stepBackFrom(&back, bin.recalled, bin.u, fires, ds);
  *own = back;
  dy[place.start + t * pixels * floats] = gradient;
  return gradient;
}

// One word of the backward pass: its first bin and the end of its bins, and the
// words that mask its gradients and hold the shortcut's spikes.
struct WordBack {
  first: u32,
  end: u32,
  route: u32,
  gate: u32,
}

// Gradients of the layer's output in bins t to t + 3.
fn fourAbove(place: Place, word: WordBack, t: u32) -> vec4<f32> {
  let bits = vec4(word.route >> (t % 32)) & vec4(1u, 2u, 4u, 8u);
  if (all(bits == vec4(0u))) {
    return vec4();
  }
  let row = outPixels * floats;
  let at = place.above + t * row;
  let gradients =
    vec4(above[at], above[at + row], above[at + 2 * row], above[at + 3 * row]);
  return select(vec4(), gradients, bits != vec4(0u));
}

// Gradients of all bins of a word. All loads are issued before the first is
// used.
fn gradientsOf(place: Place, word: WordBack) -> Word {
  let first = word.first;
  var gradients = Word();
  gradients.q0 = fourAbove(place, word, first);
  if (first + 4 < word.end) {
    gradients.q1 = fourAbove(place, word, first + 4);
  }
  if (first + 8 < word.end) {
    gradients.q2 = fourAbove(place, word, first + 8);
  }
  if (first + 12 < word.end) {
    gradients.q3 = fourAbove(place, word, first + 12);
  }
  if (first + 16 < word.end) {
    gradients.q4 = fourAbove(place, word, first + 16);
  }
  if (first + 20 < word.end) {
    gradients.q5 = fourAbove(place, word, first + 20);
  }
  if (first + 24 < word.end) {
    gradients.q6 = fourAbove(place, word, first + 24);
  }
  if (first + 28 < word.end) {
    gradients.q7 = fourAbove(place, word, first + 28);
  }
  return gradients;
}

// Four bins of the backward pass, with their drives and gradients.
struct Four {
  past: Past,
  drives: vec4<f32>,
  gradients: vec4<f32>,
}

// Steps those of bins t + 3 to t that are before the word's end backward, and
// adds their gradients to the sums.
fn stepFourBack(
  own: ptr<function, Back>,
  sum: ptr<function, vec2<f32>>,
  place: Place,
  word: WordBack,
  coefficient: vec4<f32>,
  four: Four,
  t: u32,
) {
  if (t >= word.end) {
    return;
  }
  let gated =
    (vec4(word.gate >> (t % 32)) & vec4(1u, 2u, 4u, 8u)) != vec4(0u);
  let u = four.past.u;
  let recalled = four.past.recalled;
  var back = *own;
  var dx = vec4<f32>();
  let binsLeft = word.end - t;
  if (binsLeft > 3) {
    let bin = Bin(u.w, recalled.w, four.gradients.w, gated.w);
    dx.w = stepBinBack(&back, place, bin, t + 3);
  }
  if (binsLeft > 2) {
    let bin = Bin(u.z, recalled.z, four.gradients.z, gated.z);
    dx.z = stepBinBack(&back, place, bin, t + 2);
  }
  if (binsLeft > 1) {
    let bin = Bin(u.y, recalled.y, four.gradients.y, gated.y);
    dx.y = stepBinBack(&back, place, bin, t + 1);
  }
  let bin = Bin(u.x, recalled.x, four.gradients.x, gated.x);
  dx.x = stepBinBack(&back, place, bin, t);
  *own = back;
  // Drives from T on are undefined, and have no gradient.
  let xhat = (four.drives - vec4(coefficient.z)) * coefficient.w;
  let products = select(vec4(), dx * xhat, dx != vec4());
  *sum += vec2(dot(dx, vec4(1.0)), dot(products, vec4(1.0)));
}

// Backpropagates through the bins of a word.
fn differentiateWord(
  own: ptr<function, Back>,
  sum: ptr<function, vec2<f32>>,
  place: Place,
  coefficient: vec4<f32>,
  state: State,
  index: u32,
) {
  let at = place.words + index * pixels * C;
  // Constants where there is one word, so that compilers drop bins from T on.
  let first = select(index * 32, 0u, words == 1);
  let end = select(min(first + 32, T), T, words == 1);
  var word = WordBack(first, end, 0xffffffffu, 0u);
  if (routed) {
    word.route = routes[at];
  }
  if (residual == 2) {
    word.gate = shortcut[at];
  }
  let drives = drivesOf(place.start, first, word.end);
  let gradients = gradientsOf(place, word);
  var neuron = state;
  let past = integrate(&neuron, coefficient, drives, word.end - first);
  let q7 = Four(past.q7, drives.q7, gradients.q7);
  stepFourBack(own, sum, place, word, coefficient, q7, first + 28);
  let q6 = Four(past.q6, drives.q6, gradients.q6);
  stepFourBack(own, sum, place, word, coefficient, q6, first + 24);
  let q5 = Four(past.q5, drives.q5, gradients.q5);
  stepFourBack(own, sum, place, word, coefficient, q5, first + 20);
  let q4 = Four(past.q4, drives.q4, gradients.q4);
  stepFourBack(own, sum, place, word, coefficient, q4, first + 16);
  let q3 = Four(past.q3, drives.q3, gradients.q3);
  stepFourBack(own, sum, place, word, coefficient, q3, first + 12);
  let q2 = Four(past.q2, drives.q2, gradients.q2);
  stepFourBack(own, sum, place, word, coefficient, q2, first + 8);
  let q1 = Four(past.q1, drives.q1, gradients.q1);
  stepFourBack(own, sum, place, word, coefficient, q1, first + 4);
  let q0 = Four(past.q0, drives.q0, gradients.q0);
  stepFourBack(own, sum, place, word, coefficient, q0, first);
}

// Sets the gradients of a padding channel to 0.
fn fillUp(n: u32, strip: u32, place: u32, firstPixel: u32) {
  for (var p = firstPixel; p < pixelsOf(strip); p += pixelLanes) {
    let pixel = strip * stripPixels + p;
    for (var t = 0u; t < T; t++) {
      dy[((n * T + t) * pixels + pixel) * floats + place] = 0;
    }
  }
}

@compute @workgroup_size(64)
fn adjoint(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let place = group.y * channelLanes + lane % channelLanes;
  let run = place / runFloats;
  let channel = run * runSize + place % runFloats;
  let n = group.z;
  var all = vec2<f32>();
  var ownLearned = vec4<f32>();
  if (place < floats && place % runFloats < runSize) {
    let coefficient = coefficients[place];
    let end = pixelsOf(group.x);
    for (var p = lane / channelLanes; p < end; p += pixelLanes) {
      let pixel = group.x * stripPixels + p;
      // Pixels outside all windows have no route.
      let q = min(pixel / W / window * outW + min(pixel % W / window, outW - 1),
        outPixels - 1);
      let shortcutPlace = channel / shortcutRun * shortcutRunFloats +
        channel % shortcutRun;
      let own = Place(
        (n * T * pixels + pixel) * floats + place,
        (n * words * pixels + pixel) * C + channel,
        (n * T * outPixels + q) * floats + place,
        (n * T * pixels + pixel) * shortcutFloats + shortcutPlace,
      );
      var state = atRest();
      for (var word = 0u; word + 1 < words; word++) {
        sh_states[word * 64 + lane] = state;
        let drives = drivesOf(own.start, word * 32, word * 32 + 32);
        _ = integrate(&state, coefficient, drives, 32u);
      }
      sh_states[(words - 1) * 64 + lane] = state;
      var back = Back();
      for (var word = words; word > 0; word--) {
        let first = sh_states[(word - 1) * 64 + lane];
        differentiateWord(&back, &all, own, coefficient, first, word - 1);
      }
      ownLearned += learnedGradient(back);
    }
  }
  if (place < floats && place % runFloats >= runSize) {
    fillUp(n, group.x, place, lane / channelLanes);
  }
  sh_sums[lane] = all;
  for (var half = pixelLanes / 2; half > 0; half /= 2) {
    workgroupBarrier();
    if (lane / channelLanes < half) {
      sh_sums[lane] += sh_sums[lane + half * channelLanes];
    }
  }
  if (lane < channelLanes && place < floats) {
    let at = ((batch.first + n) * S + group.x) * floats + place;
    sums[at] = sh_sums[lane];
  }
  if (learns) {
    let groups = (floats + channelLanes - 1) / channelLanes;
    let at = ((batch.first + n) * S + group.x) * groups + group.y;
    for (var pair = 0u; pair < 2; pair++) {
      workgroupBarrier();
      sh_sums[lane] = select(ownLearned.xy, ownLearned.zw, pair == 1);
      for (var half = 32u; half > 0; half /= 2) {
        workgroupBarrier();
        if (lane < half) {
          sh_sums[lane] += sh_sums[lane + half];
        }
      }
      if (lane == 0) {
        sums[learnedFirst + 2 * at + pair] = sh_sums[0];
      }
    }
  }
}
