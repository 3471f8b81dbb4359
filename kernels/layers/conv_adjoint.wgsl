// Adjoint of a convolution: from the gradient of the drive to the gradient of
// the incoming spikes. On a GPU, conv_adjoint_tiled.wgsl is faster where its
// tiles fit into workgroup memory.
//
// direct  dx[n, t, iy, ix, c] = Σ w[ky, kx, cg, oc] · dy[n, t, oy, ox, oc]
//         over the taps ky, kx of all outputs oy, ox that see the input iy, ix,
//         and over the output channels oc of the group of c
// block   computes the equation of `direct`, for devices on which loads
//         dominate
// iy, ix and c are those of conv_geometry.wgsl.
//
// w   [KH, KW, CG, OQ]
// dy  [N, sampleRows, OH, OW, OQ]  in the first T rows
// dx  [N, T, inRow]                as input_gradient.wgsl says
//
// One invocation owns eight bins of up to four input channels of a pixel
// (direct), or four bins of up to 16 input channels of four adjacent pixels of
// a row (block): the gradient that a pixel multiplies with one tap, the next
// pixel multiplies with the next tap, so it is loaded once. Compiled after
// adjoint_taps.wgsl, which accumulates the taps of `direct`.

override T: u32;
override sampleRows: u32;

@group(0) @binding(0) var<storage, read> w: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> dy: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(64)
fn direct(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  for (var i = id.x; i < ownersOf(); i += groups.x * 64) {
    let own = ownedBy(i, id.z, id.y * ownedBins);
    var sums = InputSums();
    for (var ky = 0u; ky < KH; ky++) {
      let y = own.pixel / W + padY - ky * dilationY;
      let oy = y / strideY;
      if (y % strideY != 0 || oy >= OH) {
        continue;
      }
      for (var kx = 0u; kx < KW; kx++) {
        let x = own.pixel % W + padX - kx * dilationX;
        let ox = x / strideX;
        if (x % strideX != 0 || ox >= OW) {
          continue;
        }
        addTap(&sums, own, ky * KW + kx, oy * OW + ox);
      }
    }
    storeSums(&sums, own);
  }
}

// Bins, input channels and adjacent pixels that one invocation of `block` owns.
const blockBins = 4u;
const blockChannels = 16u;
const blockColumns = 4u;

// Taps of a row that `block` adds at once, up to five: each uses gradients one
// column further left than the one before.
override chunks: u32 = select(KW, (KW + 4) / 5, dilationX == 1);
override rowTaps: u32 = (KW + chunks - 1) / chunks;
// Quads of a group.
override groupQuads: u32 = OQ / G;

// Sums of eight input channels, a pixel in a column and a bin in a row; struct
// members rather than an array, so that they stay in registers.
struct Eight {
  c0: mat4x4<f32>,
  c1: mat4x4<f32>,
  c2: mat4x4<f32>,
  c3: mat4x4<f32>,
  c4: mat4x4<f32>,
  c5: mat4x4<f32>,
  c6: mat4x4<f32>,
  c7: mat4x4<f32>,
}

// Gradients of a quad of output channels that reach adjacent columns of a row;
// one bin in a column of a matrix.
struct Row {
  v0: mat4x4<f32>,
  v1: mat4x4<f32>,
  v2: mat4x4<f32>,
  v3: mat4x4<f32>,
  v4: mat4x4<f32>,
  v5: mat4x4<f32>,
  v6: mat4x4<f32>,
  v7: mat4x4<f32>,
}

// Where the gradients of a quad lie: index of the first bin, and the distances
// to the others.
struct QuadBins {
  first: u32,
  to1: u32,
  to2: u32,
  to3: u32,
}

// Gradients that reach row y and column x, which a tap has shifted; 0 between
// strides and outside.
fn reaching(bins: QuadBins, y: u32, x: u32) -> mat4x4<f32> {
  let oy = y / strideY;
  let ox = x / strideX;
  let isThere = y % strideY == 0 && x % strideX == 0 && oy < OH && ox < OW;
  let at = bins.first + select(0u, (oy * OW + ox) * OQ, isThere);
  return mat4x4(
    select(vec4<f32>(), dy[at], isThere),
    select(vec4<f32>(), dy[at + bins.to1], isThere),
    select(vec4<f32>(), dy[at + bins.to2], isThere),
    select(vec4<f32>(), dy[at + bins.to3], isThere),
  );
}

// Gradients that reach the column from which tap `distance` of those that are
// added at once reaches the first pixel; `x` is that of the first tap.
fn beside(bins: QuadBins, y: u32, x: u32, distance: u32) -> mat4x4<f32> {
  var gradients = mat4x4<f32>();
  if (distance < rowTaps) {
    gradients = reaching(bins, y, x - distance);
  }
  return gradients;
}

// Taps that are added at once: index of the first one's weights, and how many
// others there are.
struct Taps {
  first: u32,
  others: u32,
}

// Weights of the tap that follows the first by `distance`; 0 if there is none.
fn weightsAt(at: u32, taps: Taps, distance: u32) -> vec4<f32> {
  var weights = vec4<f32>();
  if (distance < rowTaps) {
    let own = w[at + min(distance, taps.others) * CG * OQ];
    weights = select(vec4<f32>(), own, distance <= taps.others);
  }
  return weights;
}

// Contribution of taps to the sums of input channel cg. Channels past the end
// of the group use its last one, and are not stored.
fn contribution(taps: Taps, cg: u32, row: Row) -> mat4x4<f32> {
  let at = taps.first + min(cg, CG - 1) * OQ;
  let w0 = w[at];
  let w1 = weightsAt(at, taps, 1u);
  let w2 = weightsAt(at, taps, 2u);
  let w3 = weightsAt(at, taps, 3u);
  let w4 = weightsAt(at, taps, 4u);
  return mat4x4(
    w0 * row.v4 + w1 * row.v3 + w2 * row.v2 + w3 * row.v1 + w4 * row.v0,
    w0 * row.v5 + w1 * row.v4 + w2 * row.v3 + w3 * row.v2 + w4 * row.v1,
    w0 * row.v6 + w1 * row.v5 + w2 * row.v4 + w3 * row.v3 + w4 * row.v2,
    w0 * row.v7 + w1 * row.v6 + w2 * row.v5 + w3 * row.v4 + w4 * row.v3,
  );
}

// Adds the contribution of taps to the sums of input channels from cg on.
fn addTaps(sums: ptr<function, Eight>, taps: Taps, cg: u32, row: Row) {
  (*sums).c0 += contribution(taps, cg, row);
  (*sums).c1 += contribution(taps, cg + 1, row);
  (*sums).c2 += contribution(taps, cg + 2, row);
  (*sums).c3 += contribution(taps, cg + 3, row);
  (*sums).c4 += contribution(taps, cg + 4, row);
  (*sums).c5 += contribution(taps, cg + 5, row);
  (*sums).c6 += contribution(taps, cg + 6, row);
  (*sums).c7 += contribution(taps, cg + 7, row);
}

// The elements of dx that one invocation owns: four bins from t on, of pixels
// from row iy and column ix on, and of input channels from cg of group g on.
struct Block {
  n: u32,
  t: u32,
  iy: u32,
  ix: u32,
  g: u32,
  cg: u32,
}

// Stores the bins of a pixel of channel cg.
fn storeBins(bins: vec4<f32>, owned: Block, ix: u32, cg: u32) {
  if (ix >= W) {
    return;
  }
  let place = placeOf(owned.iy * W + ix, owned.g * CG + cg);
  let at = (owned.n * T + owned.t) * inRow + place;
  let binsLeft = T - owned.t;
  dx[at] = bins.x;
  if (binsLeft > 1) {
    dx[at + inRow] = bins.y;
  }
  if (binsLeft > 2) {
    dx[at + 2 * inRow] = bins.z;
  }
  if (binsLeft > 3) {
    dx[at + 3 * inRow] = bins.w;
  }
}

// Stores the pixels of channel cg, if the group has it.
fn storeChannel(pixels: mat4x4<f32>, owned: Block, cg: u32) {
  if (cg >= CG) {
    return;
  }
  storeBins(pixels[0], owned, owned.ix, cg);
  storeBins(pixels[1], owned, owned.ix + 1, cg);
  storeBins(pixels[2], owned, owned.ix + 2, cg);
  storeBins(pixels[3], owned, owned.ix + 3, cg);
}

// Stores eight channels, from cg on.
fn storeEight(sums: Eight, owned: Block, cg: u32) {
  storeChannel(sums.c0, owned, cg);
  storeChannel(sums.c1, owned, cg + 1);
  storeChannel(sums.c2, owned, cg + 2);
  storeChannel(sums.c3, owned, cg + 3);
  storeChannel(sums.c4, owned, cg + 4);
  storeChannel(sums.c5, owned, cg + 5);
  storeChannel(sums.c6, owned, cg + 6);
  storeChannel(sums.c7, owned, cg + 7);
}

@compute @workgroup_size(64)
fn block(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let n = id.z;
  let t = id.y * blockBins;
  let last = min(blockBins, T - t) - 1;
  let bin = OH * OW * OQ;
  let channelBlocks = (CG + blockChannels - 1) / blockChannels;
  let across = (W + blockColumns - 1) / blockColumns;
  // In i, blocks of a group's channels vary fastest, then groups, then pixels.
  for (
    var i = id.x;
    i < H * across * G * channelBlocks;
    i += groups.x * 64
  ) {
    let own = Block(
      n,
      t,
      i / channelBlocks / G / across,
      i / channelBlocks / G % across * blockColumns,
      i / channelBlocks % G,
      i % channelBlocks * blockChannels,
    );
    var low = Eight();
    var high = Eight();
    // One loop, since each level of a nest copies all sums. Quads vary fastest:
    // their gradients are adjacent, and so in the cache.
    for (var k = 0u; k < KH * chunks * groupQuads; k++) {
      let ky = k / groupQuads / chunks;
      let kx = k / groupQuads % chunks * rowTaps;
      let quad = own.g * groupQuads + k % groupQuads;
      let bins = QuadBins(
        (n * sampleRows + t) * bin + quad,
        min(1u, last) * bin,
        min(2u, last) * bin,
        min(3u, last) * bin,
      );
      let y = own.iy + padY - ky * dilationY;
      let x = own.ix + padX - kx * dilationX;
      let gradients = Row(
        beside(bins, y, x, 4u),
        beside(bins, y, x, 3u),
        beside(bins, y, x, 2u),
        beside(bins, y, x, 1u),
        reaching(bins, y, x),
        reaching(bins, y, x + 1),
        reaching(bins, y, x + 2),
        reaching(bins, y, x + 3),
      );
      let first = (ky * KW + kx) * CG * OQ + quad;
      let taps = Taps(first, min(rowTaps, KW - kx) - 1);
      addTaps(&low, taps, own.cg, gradients);
      if (CG > 8) {
        addTaps(&high, taps, own.cg + 8, gradients);
      }
    }
    storeEight(low, own, own.cg);
    storeEight(high, own, own.cg + 8);
  }
}
