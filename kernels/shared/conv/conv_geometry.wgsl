// Sizes and strides of a convolution, compiled in front of its kernels.
//
// Tap (ky, kx) of the output at (oy, ox) is the input at
//   iy = oy · strideY + ky · dilationY − padY
//   ix = ox · strideX + kx · dilationX − padX
// Output channel oc sees the CG input channels cg of its group g:
//   g = oc / (OC / G)
//   c = g · CG + cg
// Output channels lie by quads, OQ in all. The channels of a group are a run,
// whose last quad is zero-padded. The axis letters are those of spec.ts.

override H: u32;
override W: u32;
override C: u32;
override OH: u32;
override OW: u32;
override OC: u32;
override KH: u32;
override KW: u32;
override G: u32 = 1;
override strideY: u32 = 1;
override strideX: u32 = 1;
override padY: u32 = 0;
override padX: u32 = 0;
override dilationY: u32 = 1;
override dilationX: u32 = 1;

override CG: u32 = C / G;
override OQ: u32 = G * ((OC / G + 3) / 4);

// Negative rows and columns wrap to large numbers, which are outside too.
fn isInside(iy: u32, ix: u32) -> bool {
  return iy < H && ix < W;
}
