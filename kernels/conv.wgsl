// Convolution over rows and columns, without bias; a correlation, as in every
// neural-network library.
//
// forward   y[n, t, oy, ox, k]  = height · Σ w[ky, kx, g, k] ·
//             spikes[n, t, oy·sy + ky·ly − py, ox·sx + kx·lx − px, c]
// adjoint   dx[n, t, iy, ix, c] = the transpose of it, from dy
// tiledAdjoint  the same, where RH·RW outputs reach a tile of 8×8 inputs
// partial   part[n, r, w…]      = height · Σ over the output rows r, r + R, …
//             of spikes · dy
// gradient  dw[w…]             += Σ_n Σ_r part[n, r, w…]
// s stride, p padding, l dilation; g counts the channels of a group, of which
// there are `sets`: c = k / (K / sets) · (C / sets) + g.
//
// spikes  [N, P, B, H, W, C]      packed, plane p counts 2^p
// w, dw   [KH, KW, C / sets, K]
// y, dy   [N, T, OH, OW, K]
// dx      [N, T, H, W, C]
// part    [N, R, KH, KW, C / sets, K]
//
// One invocation owns 32 bins of one output (forward), eight bins of up to
// four inputs of a pixel (adjoint), one weight (partial, gradient). Forward
// and partial visit only the bits that are set, and neighbouring invocations,
// being channels of one pixel, see the same bits. Sums run over samples, then
// rows, so they do not depend on how a batch is cut; dw starts at 0 where
// batch.first is 0.

struct Batch {
  first: u32,
  samples: u32,
  slot: u32,
}

override T: u32;
override H: u32;
override W: u32;
override C: u32;
override OH: u32;
override OW: u32;
override K: u32;
override KH: u32;
override KW: u32;
override strideY: u32 = 1;
override strideX: u32 = 1;
override padY: u32 = 0;
override padX: u32 = 0;
override dilationY: u32 = 1;
override dilationX: u32 = 1;
override sets: u32 = 1;
override P: u32 = 1;
override R: u32 = 1;
override height: f32 = 1;
override RH: u32 = 1;
override RW: u32 = 1;

@group(0) @binding(0) var<uniform> batch: Batch;
@group(0) @binding(1) var<storage, read> spikes: array<u32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read> dy: array<f32>;
@group(0) @binding(4) var<storage, read> parts: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;
@group(0) @binding(6) var<storage, read_write> dx: array<f32>;
@group(0) @binding(7) var<storage, read_write> part: array<f32>;
@group(0) @binding(8) var<storage, read_write> dw: array<f32>;

var<workgroup> drive: array<f32, 2048>;

@compute @workgroup_size(64)
fn forward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let B = (T + 31) / 32;
  let F = OH * OW * K;
  let CG = C / sets;
  let b = group.y;
  for (var f = group.x * 64 + lane; f < F; f += groups.x * 64) {
    let k = f % K;
    let top = f / K / OW * strideY;
    let left = f / K % OW * strideX;
    let c0 = k / (K / sets) * CG;
    for (var j = 0u; j < 32; j++) {
      drive[j * 64 + lane] = 0;
    }
    for (var p = 0u; p < P; p++) {
      let plane = ((group.z * P + p) * B + b) * H * W;
      for (var ky = 0u; ky < KH; ky++) {
        // Rows above the input wrap to large numbers and fail the test too.
        let iy = top + ky * dilationY - padY;
        if (iy >= H) {
          continue;
        }
        for (var kx = 0u; kx < KW; kx++) {
          let ix = left + kx * dilationX - padX;
          if (ix >= W) {
            continue;
          }
          let pixel = (plane + iy * W + ix) * C + c0;
          let tap = (ky * KW + kx) * CG * K + k;
          for (var g = 0u; g < CG; g++) {
            var word = spikes[pixel + g];
            if (word == 0) {
              continue;
            }
            let weight = w[tap + g * K] * f32(1u << p);
            while (word != 0) {
              drive[countTrailingZeros(word) * 64 + lane] += weight;
              word &= word - 1;
            }
          }
        }
      }
    }
    for (var j = 0u; j < min(32u, T - b * 32); j++) {
      y[(group.z * T + b * 32 + j) * F + f] = height * drive[j * 64 + lane];
    }
  }
}

@compute @workgroup_size(64)
fn adjoint(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let FO = OH * OW * K;
  let CG = C / sets;
  let KG = K / sets;
  let quads = (CG + 3) / 4;
  let t0 = id.y * 8;
  let bins = min(8u, T - t0);
  let row = id.z * T + t0;
  // i counts pixels, then groups, then quads of a group's channels.
  for (var i = id.x; i < H * W * sets * quads; i += groups.x * 64) {
    let g0 = i % quads * 4;
    let k0 = i / quads % sets * KG;
    let iy = i / quads / sets / W;
    let ix = i / quads / sets % W;
    let row0 = min(vec4(g0, g0 + 1, g0 + 2, g0 + 3), vec4(CG - 1)) * K + k0;
    var sum = array<vec4<f32>, 8>();
    for (var ky = 0u; ky < KH; ky++) {
      let y0 = iy + padY - ky * dilationY;
      let oy = y0 / strideY;
      if (y0 % strideY != 0 || oy >= OH) {
        continue;
      }
      for (var kx = 0u; kx < KW; kx++) {
        let x0 = ix + padX - kx * dilationX;
        let ox = x0 / strideX;
        if (x0 % strideX != 0 || ox >= OW) {
          continue;
        }
        let at = row0 + (ky * KW + kx) * CG * K;
        let pixel = row * FO + (oy * OW + ox) * K + k0;
        for (var k = 0u; k < KG; k++) {
          let weights =
            vec4(w[at.x + k], w[at.y + k], w[at.z + k], w[at.w + k]);
          for (var j = 0u; j < 8; j++) {
            sum[j] += weights * dy[pixel + min(j, bins - 1) * FO + k];
          }
        }
      }
    }
    let first = (iy * W + ix) * C + k0 / KG * CG + g0;
    for (var j = 0u; j < bins; j++) {
      for (var c = 0u; c < min(4u, CG - g0); c++) {
        dx[(row + j) * H * W * C + first + c] = sum[j][c];
      }
    }
  }
}

// The gradient of what a tile of 8×8 inputs can reach, four bins at a time,
// and the weights of eight input channels, for four output channels.
var<workgroup> reach: array<vec4<f32>, 4 * RH * RW>;
var<workgroup> taps: array<vec4<f32>, 8 * KH * KW>;

fn addTap(sum: ptr<function, array<vec4<f32>, 8>>, near: u32, tap: u32) {
  let value = reach[near];
  let low = taps[2 * tap];
  let high = taps[2 * tap + 1];
  sum[0] += low.x * value;
  sum[1] += low.y * value;
  sum[2] += low.z * value;
  sum[3] += low.w * value;
  sum[4] += high.x * value;
  sum[5] += high.y * value;
  sum[6] += high.z * value;
  sum[7] += high.w * value;
}

@compute @workgroup_size(64)
fn tiledAdjoint(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let CG = C / sets;
  let KG = K / sets;
  let FO = OH * OW * K;
  let blocks = (CG + 7) / 8;
  let tiles = (W + 7) / 8;
  let g0 = group.x % blocks * 8;
  let subset = group.x / blocks % sets;
  let iy0 = group.x / blocks / sets / tiles * 8;
  let ix0 = group.x / blocks / sets % tiles * 8;
  let iy = iy0 + lane / 8;
  let ix = ix0 + lane % 8;
  let t0 = group.y * 4;
  let row = group.z * T + t0;
  // Shifted by whole strides, so that nothing falls below 0.
  let shiftY = padY + KH * dilationY * strideY;
  let shiftX = padX + KW * dilationX * strideX;
  let oy0 = (iy0 + shiftY - (KH - 1) * dilationY) / strideY;
  let ox0 = (ix0 + shiftX - (KW - 1) * dilationX) / strideX;
  var sum = array<vec4<f32>, 8>();
  for (var k0 = 0u; k0 < KG; k0 += 4) {
    workgroupBarrier();
    for (var i = lane; i < 4 * RH * RW; i += 64) {
      let k = k0 + i % 4;
      let oy = i / 4 / RW + oy0 - KH * dilationY;
      let ox = i / 4 % RW + ox0 - KW * dilationX;
      var value = vec4<f32>();
      if (k < KG && oy < OH && ox < OW) {
        let at = row * FO + (oy * OW + ox) * K + subset * KG + k;
        for (var j = 0u; j < min(4u, T - t0); j++) {
          value[j] = dy[at + j * FO];
        }
      }
      reach[i % 4 * RH * RW + i / 4] = value;
    }
    for (var i = lane; i < 32 * KH * KW; i += 64) {
      let k = k0 + i % 4;
      let g = g0 + i / 4 % 8;
      var value = 0.0;
      if (k < KG && g < CG) {
        value = w[(i / 32 * CG + g) * K + subset * KG + k];
      }
      taps[(i % 4 * KH * KW + i / 32) * 2 + i / 16 % 2][i / 4 % 4] = value;
    }
    workgroupBarrier();
    for (var ky = 0u; ky < KH; ky++) {
      let y0 = iy + shiftY - ky * dilationY;
      if (y0 % strideY != 0) {
        continue;
      }
      for (var kx = 0u; kx < KW; kx++) {
        let x0 = ix + shiftX - kx * dilationX;
        if (x0 % strideX != 0) {
          continue;
        }
        let near = (y0 / strideY - oy0) * RW + x0 / strideX - ox0;
        let tap = ky * KW + kx;
        addTap(&sum, near, tap);
        addTap(&sum, near + RH * RW, tap + KH * KW);
        addTap(&sum, near + 2 * RH * RW, tap + 2 * KH * KW);
        addTap(&sum, near + 3 * RH * RW, tap + 3 * KH * KW);
      }
    }
  }
  if (iy >= H || ix >= W) {
    return;
  }
  let first = (iy * W + ix) * C + subset * CG + g0;
  for (var j = 0u; j < min(4u, T - t0); j++) {
    for (var g = 0u; g < min(8u, CG - g0); g++) {
      dx[(row + j) * H * W * C + first + g] = sum[g][j];
    }
  }
}

@compute @workgroup_size(64)
fn partial(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let B = (T + 31) / 32;
  let FO = OH * OW * K;
  let CG = C / sets;
  let size = KH * KW * CG * K;
  let n = id.z;
  for (var i = id.x; i < size; i += groups.x * 64) {
    let k = i % K;
    let c = k / (K / sets) * CG + i / K % CG;
    let kx = i / K / CG % KW;
    let ky = i / K / CG / KW;
    var sum = 0.0;
    for (var oy = id.y; oy < OH; oy += R) {
      let iy = oy * strideY + ky * dilationY - padY;
      if (iy >= H) {
        continue;
      }
      for (var ox = 0u; ox < OW; ox++) {
        let ix = ox * strideX + kx * dilationX - padX;
        if (ix >= W) {
          continue;
        }
        let pixel = n * T * FO + (oy * OW + ox) * K + k;
        for (var p = 0u; p < P; p++) {
          for (var b = 0u; b < B; b++) {
            var word =
              spikes[(((n * P + p) * B + b) * H * W + iy * W + ix) * C + c];
            while (word != 0) {
              let t = b * 32 + countTrailingZeros(word);
              sum += f32(1u << p) * dy[pixel + t * FO];
              word &= word - 1;
            }
          }
        }
      }
    }
    part[(n * R + id.y) * size + i] = height * sum;
  }
}

@compute @workgroup_size(64)
fn gradient(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let size = KH * KW * (C / sets) * K;
  for (var i = id.x; i < size; i += groups.x * 64) {
    var total = select(dw[i], 0.0, batch.first == 0);
    for (var r = 0u; r < batch.samples * R; r++) {
      total += parts[r * size + i];
    }
    dw[i] = total;
  }
}
