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
// (direct), or four bins of up to eight input channels of four adjacent pixels
// of a row (block): the gradient that a pixel multiplies with one tap, the next
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
const blockChannels = 8u;
const blockColumns = 4u;

// Quads of the weights of eight input channels, or their sums in four bins;
// struct members rather than an array, so that they stay in registers.
struct Eight {
  c0: vec4<f32>,
  c1: vec4<f32>,
  c2: vec4<f32>,
  c3: vec4<f32>,
  c4: vec4<f32>,
  c5: vec4<f32>,
  c6: vec4<f32>,
  c7: vec4<f32>,
}

// Gradients of a quad of output channels that reach four adjacent pixels; one
// bin in a column of a matrix.
struct Four {
  v0: mat4x4<f32>,
  v1: mat4x4<f32>,
  v2: mat4x4<f32>,
  v3: mat4x4<f32>,
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

// Gradients that reach columns x to x + 3.
fn fourFrom(bins: QuadBins, y: u32, x: u32) -> Four {
  return Four(
    reaching(bins, y, x),
    reaching(bins, y, x + 1),
    reaching(bins, y, x + 2),
    reaching(bins, y, x + 3),
  );
}

// Gradients for the next tap, whose first column is x.
fn nextFour(pixels: Four, bins: QuadBins, y: u32, x: u32) -> Four {
  if (strideX == 1 && dilationX == 1) {
    return Four(reaching(bins, y, x), pixels.v0, pixels.v1, pixels.v2);
  }
  return fourFrom(bins, y, x);
}

// Weights of a tap and a quad of output channels. Channels past the end of the
// group load its last one, and are not stored.
fn weightsOf(tap: u32, cg: u32, quad: u32) -> Eight {
  let low = min(vec4(cg) + vec4(0, 1, 2, 3), vec4(CG - 1));
  let high = min(vec4(cg) + vec4(4, 5, 6, 7), vec4(CG - 1));
  let a = (low + tap * CG) * OQ + quad;
  let b = (high + tap * CG) * OQ + quad;
  return Eight(w[a.x], w[a.y], w[a.z], w[a.w], w[b.x], w[b.y], w[b.z], w[b.w]);
}

// Adds the contribution of one tap to the sums of a pixel.
fn addPixel(
  sums: ptr<function, Eight>,
  weights: Eight,
  gradients: mat4x4<f32>,
) {
  (*sums).c0 += weights.c0 * gradients;
  (*sums).c1 += weights.c1 * gradients;
  (*sums).c2 += weights.c2 * gradients;
  (*sums).c3 += weights.c3 * gradients;
  (*sums).c4 += weights.c4 * gradients;
  (*sums).c5 += weights.c5 * gradients;
  (*sums).c6 += weights.c6 * gradients;
  (*sums).c7 += weights.c7 * gradients;
}

// Stores bins t to t + 3 of channel c of a pixel of sample n.
fn storeChannel(bins: vec4<f32>, n: u32, t: u32, pixel: u32, c: u32) {
  let at = (n * T + t) * inRow + placeOf(pixel, c);
  let binsLeft = T - t;
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

// The pixels and channels that one invocation owns, from row iy, column ix and
// input channel cg of group g on.
struct Block {
  iy: u32,
  ix: u32,
  g: u32,
  cg: u32,
}

// Stores the channels of column ix, if the input has it.
fn storePixel(sums: Eight, owned: Block, n: u32, t: u32, ix: u32) {
  if (ix >= W) {
    return;
  }
  let pixel = owned.iy * W + ix;
  let c = owned.g * CG + owned.cg;
  let channels = CG - owned.cg;
  storeChannel(sums.c0, n, t, pixel, c);
  if (channels > 1) {
    storeChannel(sums.c1, n, t, pixel, c + 1);
  }
  if (channels > 2) {
    storeChannel(sums.c2, n, t, pixel, c + 2);
  }
  if (channels > 3) {
    storeChannel(sums.c3, n, t, pixel, c + 3);
  }
  if (channels > 4) {
    storeChannel(sums.c4, n, t, pixel, c + 4);
  }
  if (channels > 5) {
    storeChannel(sums.c5, n, t, pixel, c + 5);
  }
  if (channels > 6) {
    storeChannel(sums.c6, n, t, pixel, c + 6);
  }
  if (channels > 7) {
    storeChannel(sums.c7, n, t, pixel, c + 7);
  }
}

@compute @workgroup_size(64)
fn block(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let n = id.z;
  let t = id.y * blockBins;
  let last = min(blockBins, T - t) - 1;
  let row = OH * OW * OQ;
  let channelBlocks = (CG + blockChannels - 1) / blockChannels;
  let across = (W + blockColumns - 1) / blockColumns;
  // In i, blocks of a group's channels vary fastest, then groups, then pixels.
  for (
    var i = id.x;
    i < H * across * G * channelBlocks;
    i += groups.x * 64
  ) {
    let own = Block(
      i / channelBlocks / G / across,
      i / channelBlocks / G % across * blockColumns,
      i / channelBlocks % G,
      i % channelBlocks * blockChannels,
    );
    var p0 = Eight();
    var p1 = Eight();
    var p2 = Eight();
    var p3 = Eight();
    for (var q = 0u; q < OQ / G; q++) {
      let quad = own.g * (OQ / G) + q;
      let bins = QuadBins(
        (n * sampleRows + t) * row + quad,
        min(1u, last) * row,
        min(2u, last) * row,
        min(3u, last) * row,
      );
      for (var ky = 0u; ky < KH; ky++) {
        let y = own.iy + padY - ky * dilationY;
        let x = own.ix + padX;
        var pixels = fourFrom(bins, y, x);
        for (var kx = 0u; kx < KW; kx++) {
          if (kx > 0) {
            pixels = nextFour(pixels, bins, y, x - kx * dilationX);
          }
          let weights = weightsOf(ky * KW + kx, own.cg, quad);
          addPixel(&p0, weights, pixels.v0);
          addPixel(&p1, weights, pixels.v1);
          addPixel(&p2, weights, pixels.v2);
          addPixel(&p3, weights, pixels.v3);
        }
      }
    }
    storePixel(p0, own, n, t, own.ix);
    storePixel(p1, own, n, t, own.ix + 1);
    storePixel(p2, own, n, t, own.ix + 2);
    storePixel(p3, own, n, t, own.ix + 3);
  }
}
