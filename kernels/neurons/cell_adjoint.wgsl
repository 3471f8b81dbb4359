// The adjoint of a unit's neurons: from the gradient of what its layer gives to
// the gradient of the normalised drive y. Potentials are computed again.
//
// adjoint  ds[t] = above[n, t, q, c] where routes[n, t, p, c] is set, else 0,
//          q the pixel of the layer's output that p is pooled into
//          dy[n, t, p, c] = stepBack(back, u[t], u[t] >= theta, ds[t])
//          sums[n, strip, c] = Σ dy, Σ dy · xhat, see norm.wgsl
//          dshortcut = the gradient of the layer that is added, or gated, by
//          residual.wgsl
//
// x             [N, T, pixels, floats]     the drive
// coefficients  [floats]                   a, b, mean, inverse
// routes        [N, B, pixels, C]          see pool_raster.wgsl
// shortcut      [N, B, pixels, C]          spikes of the other layer, if gated
// above         [N, T, outPixels, floats]  gradient of the layer's output
// dy            [N, T, pixels, floats]
// sums          [samples of the batch, S, floats]
// dshortcut     [N, T, pixels, shortcutFloats]
//
// One invocation owns one channel of every pixelLanes-th pixel of a strip. The
// potentials of 32 bins are in workgroup memory, and the state before each 32.

override theta: f32 = 1;
// Columns of the pixels, the window that is pooled, and the columns and pixels
// that come of it.
override W: u32 = 1;
override window: u32 = 1;
override outW: u32 = W;
override outPixels: u32 = pixels;
// Whether pooling or dropout decides which spikes get a gradient; else all do.
override routed: bool = false;
// How the other layer comes in: 0 not at all, 1 added, 2 gated.
override residual: u32 = 0;
override shortcutRun: u32 = C;
override shortcutRunFloats: u32 = (shortcutRun + 3) / 4 * 4;
override shortcutFloats: u32 = C / shortcutRun * shortcutRunFloats;
override words: u32 = (T + 31) / 32;
override statesSize: u32 = 64 * words;

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> coefficients: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> routes: array<u32>;
@group(0) @binding(4) var<storage, read> shortcut: array<u32>;
@group(0) @binding(5) var<storage, read> above: array<f32>;
@group(0) @binding(6) var<storage, read_write> dy: array<f32>;
@group(0) @binding(7) var<storage, read_write> sums: array<vec2<f32>>;
@group(0) @binding(8) var<storage, read_write> dshortcut: array<f32>;

var<workgroup> sh_states: array<State, statesSize>;
var<workgroup> sh_u: array<f32, 2048>;
var<workgroup> sh_sums: array<vec2<f32>, 64>;

// Integrates the bins of a word from its first state, and keeps potentials.
fn integrate(
  neuron: ptr<function, State>,
  start: u32,
  word: u32,
  coefficient: vec4<f32>,
  lane: u32,
) {
  let row = pixels * floats;
  var state = *neuron;
  let end = min(word * 32 + 32, T);
  for (var t = word * 32; t < end; t += 4) {
    var drives: array<f32, 4>;
    for (var k = 0u; k < 4; k++) {
      drives[k] = x[start + min(t + k, end - 1) * row];
    }
    for (var k = 0u; k < 4 && t + k < end; k++) {
      let u = step(&state, fma(coefficient.x, drives[k], coefficient.y));
      reset(&state, u >= theta);
      sh_u[(t + k) % 32 * 64 + lane] = u;
    }
  }
  *neuron = state;
}

// A neuron: where its drive, its words of spikes and the gradients of its
// layer's output are in bin 0, and its shortcut's gradient.
struct Place {
  start: u32,
  words: u32,
  above: u32,
  shortcut: u32,
}

// Gradients of a bin: of the spike, and of the other layer's.
fn differentiateWord(
  own: ptr<function, Back>,
  all: ptr<function, vec2<f32>>,
  place: Place,
  word: u32,
  coefficient: vec4<f32>,
  lane: u32,
) {
  let row = pixels * floats;
  let aboveRow = outPixels * floats;
  var route = 0xffffffffu;
  if (routed) {
    route = routes[place.words + word * pixels * C];
  }
  var gate = 0u;
  if (residual == 2) {
    gate = shortcut[place.words + word * pixels * C];
  }
  let first = word * 32;
  let end = min(first + 32, T);
  for (var last = (end - 1) / 4 * 4 + 4; last > first; last -= 4) {
    var gradients = array<f32, 4>();
    var drives: array<f32, 4>;
    for (var k = 0u; k < 4; k++) {
      let t = min(last - 4 + k, end - 1);
      if ((route >> (t % 32) & 1) != 0) {
        gradients[k] = above[place.above + t * aboveRow];
      }
      drives[k] = x[place.start + t * row];
    }
    for (var k = 4u; k > 0; k--) {
      let t = last - 5 + k;
      if (t >= end) {
        continue;
      }
      let u = sh_u[t % 32 * 64 + lane];
      let fires = u >= theta;
      var ds = gradients[k - 1];
      if (residual == 1) {
        dshortcut[place.shortcut + t * pixels * shortcutFloats] = ds;
      }
      if (residual == 2) {
        dshortcut[place.shortcut + t * pixels * shortcutFloats] =
          select(ds, 0, fires);
        ds = select(0, -ds, (gate >> (t % 32) & 1) != 0);
      }
      let gradient = stepBack(own, u, fires, ds);
      dy[place.start + t * row] = gradient;
      let xhat = (drives[k - 1] - coefficient.z) * coefficient.w;
      *all += vec2(gradient, gradient * xhat);
    }
  }
}

// Sets the gradients of a place that only fills up a quad to 0.
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
  if (place < floats && place % runFloats < runSize) {
    let coefficient = coefficients[place];
    let end = pixelsOf(group.x);
    for (var p = lane / channelLanes; p < end; p += pixelLanes) {
      let pixel = group.x * stripPixels + p;
      // Pixels that no window covers have no route.
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
        integrate(&state, own.start, word, coefficient, lane);
      }
      sh_states[(words - 1) * 64 + lane] = state;
      var back = Back();
      for (var word = words; word > 0; word--) {
        state = sh_states[(word - 1) * 64 + lane];
        integrate(&state, own.start, word - 1, coefficient, lane);
        differentiateWord(&back, &all, own, word - 1, coefficient, lane);
      }
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
}
