// The adjoint of a convolution, from the gradient of the drive to the gradient
// of the incoming spikes, in tiles of inputs. A workgroup stages the gradients
// of all outputs that see its tile, and the weights, in workgroup memory.
//
// adjoint  dx[n, t, iy, ix, c] = Σ w[ky, kx, cg, oc] · dy[n, t, oy, ox, oc]
//          over the taps ky, kx of all outputs oy, ox that see the input iy,
//          ix, and over the output channels oc of the group of c
// iy, ix and c are those of conv_geometry.wgsl.
//
// w   [KH, KW, CG, OQ]
// dy  [N, sampleRows, OH, OW, OQ]  in the first T rows
// dx  [N, T, inRow]                as input_gradient.wgsl says
//
// A workgroup owns four bins of eight input channels of rows × columns pixels,
// which RH × RW outputs see; one invocation owns one of these pixels.

// Bins and input channels of a tile, and output channels that are staged at
// once.
const tileBins = 4u;
const tileChannels = 8u;
const tileOutputs = 4u;

override T: u32;
override sampleRows: u32;
override RH: u32 = 1;
override RW: u32 = 1;
override rows: u32 = 8;
override columns: u32 = 8;
override lanes: u32 = rows * columns;
// Quads of output channels of a group.
override quads: u32 = OQ / G;

@group(0) @binding(0) var<storage, read> w: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> dy: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;

// Gradients of the outputs that see the tile: four output channels, four bins
// in a vector. Weights of eight input channels: two vectors per tap and output
// channel.
override gradientsSize: u32 = tileOutputs * RH * RW;
override weightsSize: u32 = tileOutputs * tileChannels / 4 * KH * KW;
var<workgroup> sh_dy: array<vec4<f32>, gradientsSize>;
var<workgroup> sh_w: array<vec4<f32>, weightsSize>;

struct Tile {
  n: u32,
  t: u32,
  g: u32,
  // First input channel of the tile, within its group.
  cg: u32,
  // First pixel of the tile.
  iy: u32,
  ix: u32,
  // First of the outputs that see the tile, shifted by shiftY and shiftX.
  oy: u32,
  ox: u32,
}

// Shifts by whole strides keep all coordinates at 0 or more.
override shiftY: u32 = padY + KH * dilationY * strideY;
override shiftX: u32 = padX + KW * dilationX * strideX;

fn tileOf(group: vec3<u32>) -> Tile {
  let blocks = (CG + tileChannels - 1) / tileChannels;
  let tileColumns = (W + columns - 1) / columns;
  let tile = group.x / blocks / G;
  let iy = tile / tileColumns * rows;
  let ix = tile % tileColumns * columns;
  return Tile(
    group.z,
    group.y * tileBins,
    group.x / blocks % G,
    group.x % blocks * tileChannels,
    iy,
    ix,
    (iy + shiftY - (KH - 1) * dilationY) / strideY,
    (ix + shiftX - (KW - 1) * dilationX) / strideX,
  );
}

// Four bins of four output channels of the i-th output that sees a tile; 0
// outside.
fn gradientsOf(tile: Tile, quad: u32, i: u32) -> mat4x4<f32> {
  let oy = i / RW + tile.oy - KH * dilationY;
  let ox = i % RW + tile.ox - KW * dilationX;
  if (oy >= OH || ox >= OW || i >= RH * RW) {
    return mat4x4<f32>();
  }
  // Bins from T on lie in rows after the gradients; their results are not
  // stored.
  let row = OH * OW * OQ;
  let at = (tile.n * sampleRows + tile.t) * row + (oy * OW + ox) * OQ + quad;
  return mat4x4(dy[at], dy[at + row], dy[at + 2 * row], dy[at + 3 * row]);
}

// Stages four output channels of output i.
fn stage(bins: mat4x4<f32>, i: u32) {
  if (i < RH * RW) {
    let channels = transpose(bins);
    sh_dy[i] = channels[0];
    sh_dy[i + RH * RW] = channels[1];
    sh_dy[i + 2 * RH * RW] = channels[2];
    sh_dy[i + 3 * RH * RW] = channels[3];
  }
}

// Stages all gradients and weights of a quad of output channels.
fn stageQuad(tile: Tile, quad: u32, lane: u32) {
  workgroupBarrier();
  for (var i = lane; i < RH * RW; i += 4 * lanes) {
    // Loads of four outputs are issued before the first is used, so that their
    // latencies overlap.
    let bins0 = gradientsOf(tile, quad, i);
    let bins1 = gradientsOf(tile, quad, i + lanes);
    let bins2 = gradientsOf(tile, quad, i + 2 * lanes);
    let bins3 = gradientsOf(tile, quad, i + 3 * lanes);
    stage(bins0, i);
    stage(bins1, i + lanes);
    stage(bins2, i + 2 * lanes);
    stage(bins3, i + 3 * lanes);
  }
  for (var i = lane; i < tileChannels * KH * KW; i += lanes) {
    var channels = vec4<f32>();
    let cg = tile.cg + i % tileChannels;
    if (cg < CG) {
      channels = w[(i / tileChannels * CG + cg) * OQ + quad];
    }
    let at = i / 4;
    sh_w[at][i % 4] = channels.x;
    sh_w[at + 2 * KH * KW][i % 4] = channels.y;
    sh_w[at + 4 * KH * KW][i % 4] = channels.z;
    sh_w[at + 6 * KH * KW][i % 4] = channels.w;
  }
  workgroupBarrier();
}

// Four bins of eight input channels; struct members rather than an array, so
// that they stay in registers.
struct Sums {
  c0: vec4<f32>,
  c1: vec4<f32>,
  c2: vec4<f32>,
  c3: vec4<f32>,
  c4: vec4<f32>,
  c5: vec4<f32>,
  c6: vec4<f32>,
  c7: vec4<f32>,
}

fn addTap(
  sums: ptr<function, Sums>,
  low: vec4<f32>,
  high: vec4<f32>,
  gradient: vec4<f32>,
) {
  (*sums).c0 = fma(vec4(low.x), gradient, (*sums).c0);
  (*sums).c1 = fma(vec4(low.y), gradient, (*sums).c1);
  (*sums).c2 = fma(vec4(low.z), gradient, (*sums).c2);
  (*sums).c3 = fma(vec4(low.w), gradient, (*sums).c3);
  (*sums).c4 = fma(vec4(high.x), gradient, (*sums).c4);
  (*sums).c5 = fma(vec4(high.y), gradient, (*sums).c5);
  (*sums).c6 = fma(vec4(high.z), gradient, (*sums).c6);
  (*sums).c7 = fma(vec4(high.w), gradient, (*sums).c7);
}

// Stores one bin of eight input channels of a pixel, starting at channel c.
fn storeBin(
  low: vec4<f32>,
  high: vec4<f32>,
  n: u32,
  t: u32,
  pixel: u32,
  c: u32,
) {
  if (t >= T) {
    return;
  }
  let row = (n * T + t) * inRow;
  let channels = CG - c % CG;
  dx[row + placeOf(pixel, c)] = low.x;
  if (channels > 1) {
    dx[row + placeOf(pixel, c + 1)] = low.y;
  }
  if (channels > 2) {
    dx[row + placeOf(pixel, c + 2)] = low.z;
  }
  if (channels > 3) {
    dx[row + placeOf(pixel, c + 3)] = low.w;
  }
  if (channels > 4) {
    dx[row + placeOf(pixel, c + 4)] = high.x;
  }
  if (channels > 5) {
    dx[row + placeOf(pixel, c + 5)] = high.y;
  }
  if (channels > 6) {
    dx[row + placeOf(pixel, c + 6)] = high.z;
  }
  if (channels > 7) {
    dx[row + placeOf(pixel, c + 7)] = high.w;
  }
}

// Stores the sums of the pixel at (iy, ix), if the input has it.
fn store(sums: Sums, tile: Tile, iy: u32, ix: u32) {
  if (iy >= H || ix >= W) {
    return;
  }
  let c = tile.g * CG + tile.cg;
  let pixel = iy * W + ix;
  let low0 = vec4(sums.c0.x, sums.c1.x, sums.c2.x, sums.c3.x);
  let low1 = vec4(sums.c0.y, sums.c1.y, sums.c2.y, sums.c3.y);
  let low2 = vec4(sums.c0.z, sums.c1.z, sums.c2.z, sums.c3.z);
  let low3 = vec4(sums.c0.w, sums.c1.w, sums.c2.w, sums.c3.w);
  let high0 = vec4(sums.c4.x, sums.c5.x, sums.c6.x, sums.c7.x);
  let high1 = vec4(sums.c4.y, sums.c5.y, sums.c6.y, sums.c7.y);
  let high2 = vec4(sums.c4.z, sums.c5.z, sums.c6.z, sums.c7.z);
  let high3 = vec4(sums.c4.w, sums.c5.w, sums.c6.w, sums.c7.w);
  storeBin(low0, high0, tile.n, tile.t, pixel, c);
  storeBin(low1, high1, tile.n, tile.t + 1, pixel, c);
  storeBin(low2, high2, tile.n, tile.t + 2, pixel, c);
  storeBin(low3, high3, tile.n, tile.t + 3, pixel, c);
}

// Accumulates one tap of one of the four output channels.
fn addOne(sums: ptr<function, Sums>, channel: u32, at: u32, tap: u32) {
  let low = sh_w[2 * (channel * KH * KW + tap)];
  let high = sh_w[2 * (channel * KH * KW + tap) + 1];
  addTap(sums, low, high, sh_dy[channel * RH * RW + at]);
}

@compute @workgroup_size(lanes)
fn adjoint(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let tile = tileOf(group);
  let iy = tile.iy + lane / columns;
  let ix = tile.ix + lane % columns;
  var sums: Sums;
  for (var q = 0u; q < quads; q++) {
    stageQuad(tile, tile.g * quads + q, lane);
    for (var ky = 0u; ky < KH; ky++) {
      let y = iy + shiftY - ky * dilationY;
      if (y % strideY != 0) {
        continue;
      }
      for (var kx = 0u; kx < KW; kx++) {
        let x = ix + shiftX - kx * dilationX;
        if (x % strideX != 0) {
          continue;
        }
        let at = (y / strideY - tile.oy) * RW + x / strideX - tile.ox;
        let tap = ky * KW + kx;
        addOne(&sums, 0u, at, tap);
        addOne(&sums, 1u, at, tap);
        addOne(&sums, 2u, at, tap);
        addOne(&sums, 3u, at, tap);
      }
    }
  }
  store(sums, tile, iy, ix);
}
