import { deepStrictEqual } from "node:assert/strict";
import { structBytes } from "../../../engine/device/struct_bytes.ts";

Deno.test("structBytes() lays members out as WGSL does", () => {
  const code = `
    // struct State { not: f32, this: f32 }
    struct Inner { phase: vec2<f32>, flag: u32 }
    struct State {
      v: f32, // vec4<f32> would be four
      inner: Inner,
      last: i32,
    }
    struct Wide { a: f32, b: vec3<f32>, c: f32, d: vec4<f32> }
    struct Integers { a: u32, b: vec2<i32>, c: i32 }
    struct Other { m: mat2x2<f32> }
  `;
  deepStrictEqual(
    ["Inner", "State", "Wide", "Integers", "Other", "Absent"].map((name) =>
      structBytes(code, name)
    ),
    [16, 32, 48, 24, undefined, undefined],
  );
});
