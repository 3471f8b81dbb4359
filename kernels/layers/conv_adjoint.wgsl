// The adjoint of a convolution: from the gradient of the drive to the gradient
// of the incoming spikes. conv_adjoint_tiled.wgsl is faster, where its tiles
// fit into workgroup memory.
//
// direct  dx[n, t, iy, ix, c] = Σ w[ky, kx, cg, oc] · dy[n, t, oy, ox, oc]
//         over the taps ky, kx of all outputs oy, ox that see the input iy, ix,
//         and over the output channels oc of the group of c
// iy, ix and c are those of conv_geometry.wgsl.
//
// w   [KH, KW, CG, OQ]
// dy  [N, sampleRows, OH, OW, OQ]  in the first T rows
// dx  [N, T, inRow]  neurons of the layer below lie in runs of inRun, each
//                    filled up to whole quads: neuron f is at
//                    f / inRun · ⌈inRun / 4⌉ · 4 + f % inRun
//
// One invocation owns eight bins of up to four input channels of a pixel.

override T: u32;
override sampleRows: u32;
override inRun: u32;
override inRow: u32;

// Bins of an invocation.
const ownedBins = 8u;

@group(0) @binding(0) var<storage, read> w: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> dy: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;

// Where the gradient of channel c of a pixel is in a row of dx.
fn placeOf(pixel: u32, c: u32) -> u32 {
  let f = pixel * C + c;
  return f / inRun * ((inRun + 3) / 4) * 4 + f % inRun;
}

@compute @workgroup_size(64)
fn direct(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let row = OH * OW * OQ;
  let channelQuads = (CG + 3) / 4;
  let quads = OQ / G;
  let t0 = id.y * ownedBins;
  let last = min(ownedBins, T - t0) - 1;
  // i counts pixels, then groups, then quads of a group's input channels.
  for (var i = id.x; i < H * W * G * channelQuads; i += groups.x * 64) {
    let cg = i % channelQuads * 4;
    let g = i / channelQuads % G;
    let pixel = i / channelQuads / G;
    var sums = array<vec4<f32>, ownedBins>();
    for (var ky = 0u; ky < KH; ky++) {
      let y = pixel / W + padY - ky * dilationY;
      let oy = y / strideY;
      if (y % strideY != 0 || oy >= OH) {
        continue;
      }
      for (var kx = 0u; kx < KW; kx++) {
        let x = pixel % W + padX - kx * dilationX;
        let ox = x / strideX;
        if (x % strideX != 0 || ox >= OW) {
          continue;
        }
        // Channels after the last of the group load the last, and are not
        // stored.
        let channels = min(vec4(cg, cg + 1, cg + 2, cg + 3), vec4(CG - 1));
        let rows = (channels + (ky * KW + kx) * CG) * OQ + g * quads;
        let origin =
          id.z * sampleRows * row + (oy * OW + ox) * OQ + g * quads;
        for (var q = 0u; q < quads; q++) {
          let weights =
            mat4x4(w[rows.x + q], w[rows.y + q], w[rows.z + q], w[rows.w + q]);
          for (var j = 0u; j < ownedBins; j++) {
            sums[j] += dy[origin + (t0 + min(j, last)) * row + q] * weights;
          }
        }
      }
    }
    for (var j = 0u; j <= last; j++) {
      for (var k = 0u; k < min(4u, CG - cg); k++) {
        let place = placeOf(pixel, g * CG + cg + k);
        dx[(id.z * T + t0 + j) * inRow + place] = sums[j][k];
      }
    }
  }
}
