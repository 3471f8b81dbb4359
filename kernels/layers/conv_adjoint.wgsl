// Adjoint of a convolution: from the gradient of the drive to the gradient of
// the incoming spikes. conv_adjoint_tiled.wgsl is faster where its tiles fit
// into workgroup memory.
//
// direct  dx[n, t, iy, ix, c] = Σ w[ky, kx, cg, oc] · dy[n, t, oy, ox, oc]
//         over the taps ky, kx of all outputs oy, ox that see the input iy, ix,
//         and over the output channels oc of the group of c
// iy, ix and c are those of conv_geometry.wgsl.
//
// w   [KH, KW, CG, OQ]
// dy  [N, sampleRows, OH, OW, OQ]  in the first T rows
// dx  [N, T, inRow]                as input_gradient.wgsl says
//
// One invocation owns eight bins of up to four input channels of a pixel.
// Compiled after adjoint_taps.wgsl, which accumulates the taps.

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
