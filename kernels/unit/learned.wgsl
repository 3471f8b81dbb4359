// Gradients of the one to four parameters that a unit's neurons learn.
//
// total  dlearned[k] = Σ sums[first + i][k] over samples of the batch, strips
//        and groups of channels, in a fixed order
//
// sums      [samples of the batch · each]  after the first `first` quads, see
//                                          cell_adjoint.wgsl
// dlearned  [4]                            added to, or replaced
//
// One workgroup owns the parameters.

override first: u32 = 0;
// Quads of a sample.
override each: u32 = 1;

const lanes = 256u;

@group(0) @binding(1) var<storage, read> sums: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> dlearned: array<f32>;

var<workgroup> sh_sums: array<vec4<f32>, lanes>;

@compute @workgroup_size(lanes)
fn total(@builtin(local_invocation_index) lane: u32) {
  var own = vec4<f32>();
  for (var i = lane; i < batch.total * each; i += lanes) {
    own += sums[first + i];
  }
  sh_sums[lane] = own;
  for (var half = lanes / 2; half > 0; half /= 2) {
    workgroupBarrier();
    if (lane < half) {
      sh_sums[lane] += sh_sums[lane + half];
    }
  }
  if (lane < 4) {
    let before = select(0, dlearned[lane], batch.accumulates > 0);
    dlearned[lane] = before + sh_sums[0][lane];
  }
}
