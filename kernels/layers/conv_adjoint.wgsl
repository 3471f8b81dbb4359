// The adjoint of a convolution: from the gradient of the drive to that of the
// spikes that came in. Letters are those of conv_geometry.wgsl.
//
// direct  dx[n, t, iy, ix, c] = Σ w[ky, kx, g, m] · dy[n, t, oy, ox, m]
//         over the taps ky, kx of outputs oy, ox that are at iy, ix
// tiled   the same, where RH·RW outputs reach a tile of rows·columns inputs
//
// w   [KH, KW, CG, MQ]
// dy  [N, sampleRows, OH, OW, MQ]  the first T rows
// dx  [N, T, inRow]  neuron f of the layer below in place
//                    f / inRun · ⌈inRun / 4⌉ · 4 + f % inRun
//
// One invocation owns eight bins of up to four inputs of a pixel (direct), or
// four bins of eight inputs of a pixel (tiled). Where loads are slow, it owns
// four pixels `beside` one another: what one of them meets, the next one meets
// a tap later.

override T: u32;
override sampleRows: u32;
override RH: u32 = 1;
override RW: u32 = 1;
override beside: bool = false;
override rows: u32 = 8;
override columns: u32 = 8;
override pixels: u32 = select(1u, 4u, beside);
override lanes: u32 = rows * columns / pixels;
override inRun: u32;
override inRow: u32;

// Bins of an invocation (direct), and bins, channels and maps that a tile takes
// at once.
const ownedBins = 8u;
const tileBins = 4u;
const tileChannels = 8u;
const tileMaps = 4u;

override reachSize: u32 = tileMaps * RH * RW;
override nearSize: u32 = tileMaps * tileChannels / 4 * KH * KW;

@group(0) @binding(0) var<storage, read> w: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> dy: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;

// Where the gradient of channel c of a pixel goes.
fn placeOf(pixel: u32, c: u32) -> u32 {
  let f = pixel * C + c;
  return f / inRun * ((inRun + 3) / 4) * 4 + f % inRun;
}

@compute @workgroup_size(64)
fn direct(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let FO = OH * OW * MQ;
  let channelQuads = (CG + 3) / 4;
  let mapQuads = MQ / sets;
  let t0 = id.y * ownedBins;
  let last = min(ownedBins, T - t0) - 1;
  // i counts pixels, then groups, then quads of a group's channels.
  for (var i = id.x; i < H * W * sets * channelQuads; i += groups.x * 64) {
    let g0 = i % channelQuads * 4;
    let m0 = i / channelQuads % sets * mapQuads;
    let pixel = i / channelQuads / sets;
    var sum = array<vec4<f32>, ownedBins>();
    for (var ky = 0u; ky < KH; ky++) {
      let y0 = pixel / W + padY - ky * dilationY;
      let oy = y0 / strideY;
      if (y0 % strideY != 0 || oy >= OH) {
        continue;
      }
      for (var kx = 0u; kx < KW; kx++) {
        let x0 = pixel % W + padX - kx * dilationX;
        let ox = x0 / strideX;
        if (x0 % strideX != 0 || ox >= OW) {
          continue;
        }
        let tap = (ky * KW + kx) * CG;
        let own = min(vec4(g0, g0 + 1, g0 + 2, g0 + 3), vec4(CG - 1)) + tap;
        let near = id.z * sampleRows * FO + (oy * OW + ox) * MQ + m0;
        for (var m = 0u; m < mapQuads; m++) {
          let weights = mat4x4(
            w[own.x * MQ + m0 + m],
            w[own.y * MQ + m0 + m],
            w[own.z * MQ + m0 + m],
            w[own.w * MQ + m0 + m],
          );
          for (var j = 0u; j < ownedBins; j++) {
            sum[j] += dy[near + (t0 + min(j, last)) * FO + m] * weights;
          }
        }
      }
    }
    for (var j = 0u; j <= last; j++) {
      for (var c = 0u; c < min(4u, CG - g0); c++) {
        let channel = m0 / mapQuads * CG + g0 + c;
        dx[(id.z * T + t0 + j) * inRow + placeOf(pixel, channel)] = sum[j][c];
      }
    }
  }
}

// The gradient of what a tile of inputs can reach, four bins in a vector, and
// the weights of eight input channels, for four maps.
var<workgroup> reach: array<vec4<f32>, reachSize>;
var<workgroup> near: array<vec4<f32>, nearSize>;

// Four bins of eight channels; members, so that they stay in registers.
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
  sum: ptr<function, Sums>,
  low: vec4<f32>,
  high: vec4<f32>,
  value: vec4<f32>,
) {
  (*sum).c0 = fma(vec4(low.x), value, (*sum).c0);
  (*sum).c1 = fma(vec4(low.y), value, (*sum).c1);
  (*sum).c2 = fma(vec4(low.z), value, (*sum).c2);
  (*sum).c3 = fma(vec4(low.w), value, (*sum).c3);
  (*sum).c4 = fma(vec4(high.x), value, (*sum).c4);
  (*sum).c5 = fma(vec4(high.y), value, (*sum).c5);
  (*sum).c6 = fma(vec4(high.z), value, (*sum).c6);
  (*sum).c7 = fma(vec4(high.w), value, (*sum).c7);
}

// One map's tap.
fn addMap(sum: ptr<function, Sums>, map: u32, at: u32, tap: u32) {
  let low = near[2 * (map * KH * KW + tap)];
  let high = near[2 * (map * KH * KW + tap) + 1];
  addTap(sum, low, high, reach[map * RH * RW + at]);
}

// Four bins of what reaches column x, 0 between strides; `row` is where outputs
// of its row would begin.
fn reaching(row: u32, x: u32) -> vec4<f32> {
  return select(vec4(), reach[row + x / strideX], x % strideX == 0);
}

// What reaches four pixels beside one another, the first at column x.
struct Four {
  v0: vec4<f32>,
  v1: vec4<f32>,
  v2: vec4<f32>,
  v3: vec4<f32>,
}

fn reachingFour(row: u32, x: u32) -> Four {
  return Four(
    reaching(row, x),
    reaching(row, x + 1),
    reaching(row, x + 2),
    reaching(row, x + 3),
  );
}

// The same a tap later, when the first is at column x.
fn nextFour(four: Four, row: u32, x: u32) -> Four {
  if (strideX == 1 && dilationX == 1) {
    return Four(reaching(row, x), four.v0, four.v1, four.v2);
  }
  return reachingFour(row, x);
}

// One map's tap of four pixels.
fn addFour(
  first: ptr<function, Sums>,
  second: ptr<function, Sums>,
  third: ptr<function, Sums>,
  fourth: ptr<function, Sums>,
  four: Four,
  map: u32,
  tap: u32,
) {
  let low = near[2 * (map * KH * KW + tap)];
  let high = near[2 * (map * KH * KW + tap) + 1];
  addTap(first, low, high, four.v0);
  addTap(second, low, high, four.v1);
  addTap(third, low, high, four.v2);
  addTap(fourth, low, high, four.v3);
}

// Stores what eight channels of a pixel have in one bin.
fn store(low: vec4<f32>, high: vec4<f32>, n: u32, t: u32, pixel: u32, c: u32) {
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

fn storeBins(sum: Sums, n: u32, t: u32, pixel: u32, c: u32) {
  let x = vec4(sum.c0.x, sum.c1.x, sum.c2.x, sum.c3.x);
  let y = vec4(sum.c0.y, sum.c1.y, sum.c2.y, sum.c3.y);
  let z = vec4(sum.c0.z, sum.c1.z, sum.c2.z, sum.c3.z);
  let w = vec4(sum.c0.w, sum.c1.w, sum.c2.w, sum.c3.w);
  store(x, vec4(sum.c4.x, sum.c5.x, sum.c6.x, sum.c7.x), n, t, pixel, c);
  store(y, vec4(sum.c4.y, sum.c5.y, sum.c6.y, sum.c7.y), n, t + 1, pixel, c);
  store(z, vec4(sum.c4.z, sum.c5.z, sum.c6.z, sum.c7.z), n, t + 2, pixel, c);
  store(w, vec4(sum.c4.w, sum.c5.w, sum.c6.w, sum.c7.w), n, t + 3, pixel, c);
}

// Four bins of four maps of output i of those that a tile reaches, of which the
// first is at row oy0 and column ox0; 0 outside.
fn reached(
  n: u32,
  t: u32,
  oy0: u32,
  ox0: u32,
  quad: u32,
  i: u32,
) -> mat4x4<f32> {
  let oy = i / RW + oy0;
  let ox = i % RW + ox0;
  if (oy >= OH || ox >= OW || i >= RH * RW) {
    return mat4x4<f32>();
  }
  // Bins from T on are not looked at.
  let row = OH * OW * MQ;
  let at = (n * sampleRows + t) * row + (oy * OW + ox) * MQ + quad;
  return mat4x4(dy[at], dy[at + row], dy[at + 2 * row], dy[at + 3 * row]);
}

// Stages four maps of output i.
fn stage(bins: mat4x4<f32>, i: u32) {
  if (i < RH * RW) {
    let maps = transpose(bins);
    reach[i] = maps[0];
    reach[i + RH * RW] = maps[1];
    reach[i + 2 * RH * RW] = maps[2];
    reach[i + 3 * RH * RW] = maps[3];
  }
}

@compute @workgroup_size(lanes)
fn tiled(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let blocks = (CG + tileChannels - 1) / tileChannels;
  let tiles = (W + columns - 1) / columns;
  let mapQuads = MQ / sets;
  let g0 = group.x % blocks * tileChannels;
  let subset = group.x / blocks % sets;
  let iy0 = group.x / blocks / sets / tiles * rows;
  let ix0 = group.x / blocks / sets % tiles * columns;
  let iy = iy0 + lane * pixels / columns;
  let ix = ix0 + lane * pixels % columns;
  let t0 = group.y * tileBins;
  // Shifted by whole strides, so that nothing falls below 0.
  let shiftY = padY + KH * dilationY * strideY;
  let shiftX = padX + KW * dilationX * strideX;
  let oy0 = (iy0 + shiftY - (KH - 1) * dilationY) / strideY;
  let ox0 = (ix0 + shiftX - (KW - 1) * dilationX) / strideX;
  let top = oy0 - KH * dilationY;
  let left = ox0 - KW * dilationX;
  var first: Sums;
  var second: Sums;
  var third: Sums;
  var fourth: Sums;
  for (var q = 0u; q < mapQuads; q++) {
    let quad = subset * mapQuads + q;
    workgroupBarrier();
    for (var i = lane; i < RH * RW; i += 4 * lanes) {
      // Four outputs are on their way before the first is needed.
      let bins0 = reached(group.z, t0, top, left, quad, i);
      let bins1 = reached(group.z, t0, top, left, quad, i + lanes);
      let bins2 = reached(group.z, t0, top, left, quad, i + 2 * lanes);
      let bins3 = reached(group.z, t0, top, left, quad, i + 3 * lanes);
      stage(bins0, i);
      stage(bins1, i + lanes);
      stage(bins2, i + 2 * lanes);
      stage(bins3, i + 3 * lanes);
    }
    for (var i = lane; i < 8 * KH * KW; i += lanes) {
      var maps = vec4<f32>();
      let g = g0 + i % 8;
      if (g < CG) {
        maps = w[(i / 8 * CG + g) * MQ + quad];
      }
      // Of each map, its taps, and of each tap eight channels.
      let to = i / 8 * 2 + i / 4 % 2;
      near[to][i % 4] = maps.x;
      near[to + 2 * KH * KW][i % 4] = maps.y;
      near[to + 4 * KH * KW][i % 4] = maps.z;
      near[to + 6 * KH * KW][i % 4] = maps.w;
    }
    workgroupBarrier();
    for (var ky = 0u; ky < KH; ky++) {
      let y0 = iy + shiftY - ky * dilationY;
      if (y0 % strideY != 0) {
        continue;
      }
      if (beside) {
        let row = (y0 / strideY - oy0) * RW - ox0;
        let x = ix + shiftX;
        let size = RH * RW;
        var map0 = reachingFour(row, x);
        var map1 = reachingFour(row + size, x);
        var map2 = reachingFour(row + 2 * size, x);
        var map3 = reachingFour(row + 3 * size, x);
        for (var kx = 0u; kx < KW; kx++) {
          let tap = ky * KW + kx;
          addFour(&first, &second, &third, &fourth, map0, 0u, tap);
          addFour(&first, &second, &third, &fourth, map1, 1u, tap);
          addFour(&first, &second, &third, &fourth, map2, 2u, tap);
          addFour(&first, &second, &third, &fourth, map3, 3u, tap);
          let next = x - (kx + 1) * dilationX;
          map0 = nextFour(map0, row, next);
          map1 = nextFour(map1, row + size, next);
          map2 = nextFour(map2, row + 2 * size, next);
          map3 = nextFour(map3, row + 3 * size, next);
        }
        continue;
      }
      for (var kx = 0u; kx < KW; kx++) {
        let x0 = ix + shiftX - kx * dilationX;
        if (x0 % strideX != 0) {
          continue;
        }
        let at = (y0 / strideY - oy0) * RW + x0 / strideX - ox0;
        let tap = ky * KW + kx;
        addMap(&first, 0u, at, tap);
        addMap(&first, 1u, at, tap);
        addMap(&first, 2u, at, tap);
        addMap(&first, 3u, at, tap);
      }
    }
  }
  if (iy >= H || ix >= W) {
    return;
  }
  let pixel = iy * W + ix;
  let c = subset * CG + g0;
  storeBins(first, group.z, t0, pixel, c);
  if (beside && ix + 1 < W) {
    storeBins(second, group.z, t0, pixel + 1, c);
  }
  if (beside && ix + 2 < W) {
    storeBins(third, group.z, t0, pixel + 2, c);
  }
  if (beside && ix + 3 < W) {
    storeBins(fourth, group.z, t0, pixel + 3, c);
  }
}
