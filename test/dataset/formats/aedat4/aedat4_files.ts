/**
 * Files of AEDAT 4, made with the library of FlatBuffers from the schemas.
 *
 * @module
 */

import { Builder } from "npm:flatbuffers@25.9.23";
import { concatBytes } from "../aedat_files.ts";
import type { Row } from "../recordings.ts";

/** Streams of a DAVIS346 as DV describes them. */
export const DAVIS_STREAMS = `<dv version="2.0">
    <node name="outInfo" path="/mainloop/Recorder/outInfo/">
        <node name="0" path="/mainloop/Recorder/outInfo/0/">
            <attr key="compression" type="string">NONE</attr>
            <attr key="originalModuleName" type="string">capture</attr>
            <attr key="originalOutputName" type="string">frames</attr>
            <attr key="typeIdentifier" type="string">FRME</attr>
            <node name="info" path="/mainloop/Recorder/outInfo/0/info/">
                <attr key="sizeX" type="int">346</attr>
                <attr key="sizeY" type="int">260</attr>
            </node>
        </node>
        <node name="1" path="/mainloop/Recorder/outInfo/1/">
            <attr key="originalOutputName" type="string">events</attr>
            <attr key="typeIdentifier" type="string">EVTS</attr>
            <node name="info" path="/mainloop/Recorder/outInfo/1/info/">
                <attr key="sizeX" type="int">346</attr>
                <attr key="sizeY" type="int">260</attr>
            </node>
        </node>
        <node name="2" path="/mainloop/Recorder/outInfo/2/">
            <attr key="originalOutputName" type="string">a &amp; b</attr>
            <attr key="typeIdentifier" type="string">EVTS</attr>
            <node name="info" path="/mainloop/Recorder/outInfo/2/info/"/>
        </node>
    </node>
</dv>`;

/** Encodes the version line and the header. */
export function header(
  { compression = 0, table = -1n, streams = DAVIS_STREAMS } = {},
): Uint8Array<ArrayBuffer> {
  const builder = new Builder();
  const text = builder.createString(streams);
  builder.startObject(3);
  builder.addFieldInt32(0, compression, 0);
  builder.addFieldInt64(1, table, -1n);
  builder.addFieldOffset(2, text, 0);
  builder.finishSizePrefixed(builder.endObject(), "IOHE");
  return concatBytes("#!AER-DAT4.0\r\n", builder.asUint8Array());
}

/** Encodes a table of events, not compressed. */
export function eventTable(rows: readonly Row[]): Uint8Array {
  const builder = new Builder();
  builder.startVector(16, rows.length, 8);
  for (const [x, y, t, p] of rows.toReversed()) {
    builder.prep(8, 16);
    builder.pad(3);
    builder.writeInt8(p);
    builder.writeInt16(y);
    builder.writeInt16(x);
    builder.writeInt64(BigInt(t));
  }
  const events = builder.endVector();
  builder.startObject(1);
  builder.addFieldOffset(0, events, 0);
  builder.finishSizePrefixed(builder.endObject(), "EVTS");
  return builder.asUint8Array();
}

/** Encodes a packet of a stream. */
export function packet(
  stream: number,
  body: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const head = new DataView(new ArrayBuffer(8));
  head.setInt32(0, stream, true);
  head.setInt32(4, body.length, true);
  return concatBytes(new Uint8Array(head.buffer), body);
}
