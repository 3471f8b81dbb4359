// Convolution over rows and columns, without bias; a correlation, as in every
// neural-network library.
//
// forward  x[n, t, oy, ox, m] = Σ w[ky, kx, g, m] · s[n, t, iy, ix, c]
// Letters are those of conv_sizes.wgsl.
//
// inputs  [N, P, B, H, W, C]  s, packed along time; plane p counts 2^p
// w       [KH, KW, CG, MQ]
// x       [N, sampleRows, OH, OW, MQ]  the first T rows
//
// A workgroup owns `pixels` pixels and up to sixteen quads of maps. `bins` at a
// time it marks which taps are set in which bin of a pixel; then one
// invocation owns every fourth bin of a quad of a pixel. It goes from mark to
// mark, bin by bin, or, where inputs are `busy`, from tap to tap, eight bins at
// once; either way it adds weights in the order of taps.

override T: u32;
override sampleRows: u32;
override P: u32 = 1;
// Part of a word.
override bins: u32;
// Whether many inputs spike.
override busy: bool = false;
override tapCount: u32 = KH * KW * C;
// Quads and pixels of a workgroup.
override share: u32 = min(MQ, 16u);
override pixels: u32 = 16 / share;
// Words that hold a mark for each tap, and invocations that mark a pixel.
override markWords: u32 = P * ((tapCount + 31) / 32);
override marksSize: u32 = bins * pixels * markWords;
override markers: u32 = 64 / pixels;

@group(0) @binding(0) var<storage, read> inputs: array<u32>;
@group(0) @binding(1) var<storage, read> w: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> x: array<vec4<f32>>;

// Which taps are set: of bin j of pixel `near`, tap i of plane p is bit i % 32
// of word i / 32.
var<workgroup> marks: array<atomic<u32>, marksSize>;
// Row, column and offset of each tap, from the first.
var<workgroup> rows: array<u32, tapCount>;
var<workgroup> columns: array<u32, tapCount>;
var<workgroup> offsets: array<u32, tapCount>;

fn marksOf(near: u32, j: u32, p: u32) -> u32 {
  return ((near * bins + j) * P + p) * (markWords / P);
}

fn placeTaps(lane: u32) {
  for (var i = lane; i < tapCount; i += 64) {
    let y = i / C / KW * dilationY;
    let x = i / C % KW * dilationX;
    rows[i] = y;
    columns[i] = x;
    offsets[i] = (y * W + x) * C + i % C;
  }
}

// The word of tap i, 0 outside; `plane` is where the words of its plane begin,
// top and left its first row and column.
fn wordOf(plane: u32, top: u32, left: u32, i: u32) -> u32 {
  if (i >= tapCount || !isInside(top + rows[i], left + columns[i])) {
    return 0;
  }
  return inputs[plane + (top * W + left) * C + offsets[i]];
}

// Marks the bins from t0 on in which tap i is set.
fn mark(word: u32, t0: u32, at: u32, i: u32) {
  var bits = extractBits(word, t0 % 32, bins);
  while (bits != 0) {
    let j = countTrailingZeros(bits);
    bits &= bits - 1;
    atomicOr(&marks[at + j * markWords + i / 32], 1u << (i % 32));
    if (bits != 0) {
      let j = countTrailingZeros(bits);
      bits &= bits - 1;
      atomicOr(&marks[at + j * markWords + i / 32], 1u << (i % 32));
    }
  }
}

// Marks a pixel's taps in the bins from t0 on; the caller is its marker `own`.
fn markPixel(n: u32, t0: u32, pixel: u32, near: u32, own: u32) {
  let top = pixel / OW * strideY - padY;
  let left = pixel % OW * strideX - padX;
  for (var p = 0u; p < P; p++) {
    let plane = ((n * P + p) * ((T + 31) / 32) + t0 / 32) * H * W * C;
    let at = marksOf(near, 0u, p);
    for (var i = own; i < tapCount; i += 4 * markers) {
      // Four are on their way before the first is needed.
      let word0 = wordOf(plane, top, left, i);
      let word1 = wordOf(plane, top, left, i + markers);
      let word2 = wordOf(plane, top, left, i + 2 * markers);
      let word3 = wordOf(plane, top, left, i + 3 * markers);
      mark(word0, t0, at, i);
      mark(word1, t0, at, i + markers);
      mark(word2, t0, at, i + 2 * markers);
      mark(word3, t0, at, i + 3 * markers);
    }
  }
}

// Weights of tap i, 0 where its channel is of another group.
fn weightsOf(i: u32, quad: u32) -> vec4<f32> {
  if (sets == 1) {
    return w[i * MQ + quad];
  }
  let g = i % C - quad / (MQ / sets) * CG;
  if (g >= CG) {
    return vec4();
  }
  return w[(i / C * CG + g) * MQ + quad];
}

// The weights of the taps marked in a bin of a pixel, added.
fn gather(near: u32, j: u32, quad: u32) -> vec4<f32> {
  var sum = vec4<f32>();
  for (var p = 0u; p < P; p++) {
    let at = marksOf(near, j, p);
    let times = select(f32(1u << p), 1.0, P == 1);
    for (var i = 0u; i < markWords / P; i++) {
      var bits = atomicLoad(&marks[at + i]);
      while (bits != 0) {
        let tap = i * 32 + countTrailingZeros(bits);
        bits &= bits - 1;
        // Two are on their way at once; without a second, the first again.
        let more = bits != 0;
        let other = select(tap, i * 32 + countTrailingZeros(bits), more);
        bits &= bits - 1;
        let weight = weightsOf(tap, quad);
        let another = weightsOf(other, quad);
        sum += times * weight;
        sum += select(vec4(), times * another, more);
      }
    }
  }
  return sum;
}

// Eight bins; members, so that they stay in registers.
struct Sums {
  s0: vec4<f32>,
  s1: vec4<f32>,
  s2: vec4<f32>,
  s3: vec4<f32>,
  s4: vec4<f32>,
  s5: vec4<f32>,
  s6: vec4<f32>,
  s7: vec4<f32>,
}

// Word `at` of the marks of bin j.
fn wordOfMarks(at: u32, j: u32) -> u32 {
  return select(0u, atomicLoad(&marks[at + j * markWords]), j < bins);
}

// The same as gather for every fourth bin from j on, tap by tap.
fn gatherAll(near: u32, j: u32, quad: u32) -> Sums {
  var sums: Sums;
  for (var p = 0u; p < P; p++) {
    let times = select(f32(1u << p), 1.0, P == 1);
    for (var i = 0u; i < tapCount; i += 32) {
      let at = marksOf(near, 0u, p) + i / 32;
      let word0 = wordOfMarks(at, j);
      let word1 = wordOfMarks(at, j + 4);
      let word2 = wordOfMarks(at, j + 8);
      let word3 = wordOfMarks(at, j + 12);
      let word4 = wordOfMarks(at, j + 16);
      let word5 = wordOfMarks(at, j + 20);
      let word6 = wordOfMarks(at, j + 24);
      let word7 = wordOfMarks(at, j + 28);
      let early = word0 | word1 | word2 | word3;
      if ((early | word4 | word5 | word6 | word7) == 0) {
        continue;
      }
      for (var tap = i; tap < min(i + 32, tapCount); tap++) {
        let weight = times * weightsOf(tap, quad);
        let bit = 1u << (tap % 32);
        sums.s0 += select(0.0, 1.0, (word0 & bit) != 0) * weight;
        sums.s1 += select(0.0, 1.0, (word1 & bit) != 0) * weight;
        sums.s2 += select(0.0, 1.0, (word2 & bit) != 0) * weight;
        sums.s3 += select(0.0, 1.0, (word3 & bit) != 0) * weight;
        sums.s4 += select(0.0, 1.0, (word4 & bit) != 0) * weight;
        sums.s5 += select(0.0, 1.0, (word5 & bit) != 0) * weight;
        sums.s6 += select(0.0, 1.0, (word6 & bit) != 0) * weight;
        sums.s7 += select(0.0, 1.0, (word7 & bit) != 0) * weight;
      }
    }
  }
  return sums;
}

// Stores bin j of a quad of a pixel.
fn store(sum: vec4<f32>, n: u32, t0: u32, j: u32, place: u32) {
  if (j < bins && t0 + j < T) {
    x[(n * sampleRows + t0 + j) * OH * OW * MQ + place] = sum;
  }
}

@compute @workgroup_size(64)
fn forward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let n = group.z;
  let strips = (OH * OW + pixels - 1) / pixels;
  let blocks = (MQ + share - 1) / share;
  let near = lane % 16 / share;
  let early = lane / 16;
  placeTaps(lane);
  for (var g = group.x; g < strips * blocks; g += groups.x) {
    let quad = g % blocks * share + lane % 16 % share;
    let pixel0 = g / blocks * pixels;
    let isThere = near < pixels && pixel0 + near < OH * OW && quad < MQ;
    let place = (pixel0 + near) * MQ + quad;
    for (var t0 = 0u; t0 < T; t0 += bins) {
      workgroupBarrier();
      for (var i = lane; i < marksSize; i += 64) {
        atomicStore(&marks[i], 0u);
      }
      workgroupBarrier();
      if (lane / markers < pixels && pixel0 + lane / markers < OH * OW) {
        let own = lane / markers;
        markPixel(n, t0, pixel0 + own, own, lane % markers);
      }
      workgroupBarrier();
      if (isThere && !busy) {
        for (var j = early; j < bins; j += 4) {
          store(gather(near, j, quad), n, t0, j, place);
        }
      }
      if (isThere && busy) {
        let sums = gatherAll(near, early, quad);
        store(sums.s0, n, t0, early, place);
        store(sums.s1, n, t0, early + 4, place);
        store(sums.s2, n, t0, early + 8, place);
        store(sums.s3, n, t0, early + 12, place);
        store(sums.s4, n, t0, early + 16, place);
        store(sums.s5, n, t0, early + 20, place);
        store(sums.s6, n, t0, early + 24, place);
        store(sums.s7, n, t0, early + 28, place);
      }
    }
  }
}
