import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { decompressBzip2 } from "../../../../dataset/files/compression/bzip2.ts";
import { fc } from "../../../fixtures/properties.ts";

/** `content(3000)`, compressed by bzip2, in base 64. */
const STREAM = `
QlpoOTFBWSZTWRf9d0IAAAB///////////////////////////////////////////
//0AReeXeW3uzdsqutdtdIQPKNGnqPUep4p6anlPQ1NPU2po0bU2oGQ8po9Tamg9I8
o0aaepoaGj0jR6T0J6n6oHkGU09Q0aaNPU9QMJ6jTRmUeITyjRo8UGmmnoamQw0TIb
U9NJ6ZQ9Q6EyaMJkMT0jTJ6JpptBMDFPKehG0JgmBk0AAaGpo8kwQzQTGmkYI2o0xN
NppMmBpoDQTAnoANE2kGmmmhiaMTQ0YAGU1AbSNGJ6T1PKbSepk0eQ00aTI0yY1PRH
pNqMTah6BplPRpoDUMZNTTMiPU0abTTU2p6j0TE9I0ZGjaR6htJiaABpk2o2poGRtI
9IHqGJoHkhD9UEwmABMTAAaaJmgRgAE00wADTSYmAE9TAABMABDATAAAAAAAamAIaY
jJpoYAAACYFSmkaekHpPUaep+lHqeT1PKTaj1PSPIjQ09BNDTBHqDTT9UeoNDR6nqD
IemjU0wnpHo1PU09RiA0009Ieo0aZDQ09Qep6mmRk0Aaeo0bSNMaJppmRNDEYg/60+
Xe56dOCIQ6N4dmIC7dhwEx86QCa//SLlGqhcy4ESwAXqoMo5DNggU7OTElvMC5gBWu
UcfgzZsLDKE2DJtgX6aVOTWzONkIpDAHi4oRp0u/UsyWadSz0VCMpCNLB0M64pmSkV
A09OtmRIlXVQdU+ZLRWBQvTEMGOF1bBzir6yrECXTQ4QQdCxUL/b3oi2EaShnQBYgH
xjyn7QegCwjV6wbWzpRsKHRCkMAKKTKJYPBKSD/ihD2juiMCmOnZ7QOKQ6A41W4gyn
FvYaXKANtV0T4aiPShIv9Xq0EpsX/fZwBM8Q2U+ZkQsd9R80oSTGefDDsQtWW8XIkz
xN6JAmMeuEmBxwQAunsns9ia8IIRLAwoAIGguAJMxdCKik0UzbgVdEZbm2Du4GAHEF
IOpaDiwNsC/3rtVDsnAEgj7z1qYxWlwIQrlBNKrVV0qWSs3hNF5cgAPBYXbEEoBpfw
H0EakxrC/8EB1FRo8h+U1BRGNltncIYOiVw41jGl8yYWZgD07zkw4XtbfGKV61WLRZ
IRTZoCabVhZDykco0kec9cUKsnPym9aN/amcwTUP2UwxoW92vmFMXIiswSTWMPplhX
2LHUfiFH7qlD6nI4gvsB9vjGj9BS2VNiDVZXijXysaFqxIAgJOaQSmE0DVJI2S0dej
4zJPQ60uon7BpXEZdQ7Ho0QDwb15/RVOwCm4yhYT0OOTEffLIsrdkGQsd/oRAzzMvY
2HR82vA1IsoXmClkdgHreVRJD0HSr5iTY6bUO+6HzLTCBosndTIKjgG6XEWCVWGGFV
JEZbRTggOkZKPbTw6Pd5APB9V3L549hwMYpZP67dk6so2HEj2kt6xunsQIkqC1HHHc
wSERGbRslKws6exepAGOWtbZSHGvfafr4MhvYm07iKLsXkMngczBX0YmFiW9TVW005
5E/sELCZXyxuNT04eukLo+EqsB8RRRsTDFy2kn1l0YprMGEODIV71RnNLPpMwCmbEk
H/gL2bv2hwYW2tAQ6iUGPf0xeQ4kmuJFZNGfKWaz6qseggWDGFRhnO2kQl2aqr6Jhv
OletGjmKFdtmC84JN4f2Gx03fZMlQXk5OJtE2qRVCrYU3kqyjrnXx3S4CLQVPvZz6r
A1DDcz4FeUYg+Igo0FZvkM4xMq4q6Co4KRrXNLU1EaTuKep2wxtOvqQM//JdHllfNT
Un7nggY6ecR1XEWUWKEY+0lBqyLEhOkhWwdHGsWUn3TiG8VZCaPuMw0lumVKyeocI5
bj173phVvfTMMZGLzN4Lue9h6+vXSKxrjlMpQhf63PSfBNHiy/SkSNl1TCE0FL7wWl
bxV2aBhIXNN1+TpCgjiY7NtWa9NusCcUfanmIS4gCHpecOxyniDzSpIlfmhmQEfz3M
nEC14SpFrjIPSZxzu0bjRUIUuSavjMOCWnnWflm6kqEpic1giZsOT/c9xuUxrZ2/Jk
w7xOorLHM9yOqH2svL3t7F8Km1or10XsYGChEparUbp0NCIpC2SNAbXhgb+bJXrnyI
/LfdgAkgAUJ01wRwlNmSgof/ecNz0qoV1caYqgKFw8aZCkGYm2z9uzMTOLAN8XasRS
DyysEaK12M04ZySDo79TC7e12Ck83E6MBQfBDXmxijqAXZnEp7Gpa0nclWCfP88XYT
rFQYjwto8WMo1w2mQHrNBgLqUYsiDlwof0dnZYhs9G44TFbCDKc80i6PELp4Mw9Kud
KjwLtjXUx93Vi1x5uPHxBGV75eBn18Y2V0OlidZRkDSzqN4frPVKY7365UFIvElJEA
A1II37MnoGKANwQ3SM69bAh92CPeciU1beDTo0WhodI/r7tiwLTK2wssh0vo/VEfan
aXXLCMtJ5DkhgX34IsQOf0PTPpYbCGckLlRuNCeI7sS+fOTJRXVADQ34bbd+2X9oJd
u7NXKjLkVnw8Y54km3VKRPMv2OrGUGS3ILls9wtxBOvTyhZrHrs9buIMDEiSCxpfvb
wh/oxWgUQbDaEzc1NJVqJe0dRxW4Q15wAc6RPDlRNIZFjxwhLJSEeqlfBhOFs+mk/W
2XIvRJIoTiCV5dAFBhEvy7i8VjB0uy+NT6notzpOCbCoYMogqDFiuCVDbo7RVAdvmA
hSqW11tMf8XckU4UJAX/XdCA==`;

/** Runs of all lengths, and bytes that look like chance. */
function content(length: number): Uint8Array {
  return Uint8Array.from(
    { length },
    (_, i) => i < 1500 ? Math.sqrt(i) : (i * i * 7 >> 5) & 0xff,
  );
}

Deno.test("decompressBzip2() reads what the bzip2 program wrote", () => {
  const stream = Buffer.from(STREAM, "base64");
  assert.deepEqual(decompressBzip2(stream, 3000), content(3000));
  const twice = Buffer.concat([stream, stream]);
  assert.deepEqual(
    decompressBzip2(twice, 6000),
    new Uint8Array(Buffer.concat([content(3000), content(3000)])),
  );
});

Deno.test("decompressBzip2() reads many bytes alike", () => {
  // head -c 1000000 /dev/zero | bzip2
  const stream = Buffer.from(
    "QlpoOTFBWSZTWXnTnkgAB6jAQMAAAAIACCAAMMwJqmmVJDapSQ8XckU4UJB5055I",
    "base64",
  );
  assert.deepEqual(decompressBzip2(stream, 1e6), new Uint8Array(1e6));
  assert.throws(() => decompressBzip2(stream, 999_999), RangeError);
  assert.throws(() => decompressBzip2(stream, 1_000_001), RangeError);
});

Deno.test("decompressBzip2() refuses a stream that is damaged, or reads it", () => {
  const stream = Buffer.from(STREAM, "base64");
  const change = fc.tuple(fc.nat(stream.length - 1), fc.nat(255));
  fc.assert(
    fc.property(change, ([at, byte]) => {
      const damaged = Uint8Array.from(stream);
      damaged[at] = byte;
      try {
        assert.equal(decompressBzip2(damaged, 3000).length, 3000);
      } catch (error) {
        assert(error instanceof RangeError, String(error));
      }
    }),
    { seed: 7, numRuns: 500 },
  );
  for (let end = 0; end < stream.length; end += 7) {
    const cut = stream.subarray(0, end);
    assert.throws(() => decompressBzip2(cut, 3000), RangeError);
  }
});
