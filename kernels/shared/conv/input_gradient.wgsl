// Memory layout of the gradient of a convolution's inputs; compiled in front of
// the kernels that write it, after conv_geometry.wgsl.
//
// dx  [N, T, inRow]  neurons of the layer below lie in runs of inRun, each
//                    padded to whole quads: neuron f is at
//                    f / inRun · ⌈inRun / 4⌉ · 4 + f % inRun

override inRun: u32;
override inRow: u32;

// Index of channel c of a pixel in a row of dx.
fn placeOf(pixel: u32, c: u32) -> u32 {
  let f = pixel * C + c;
  return f / inRun * ((inRun + 3) / 4) * 4 + f % inRun;
}
