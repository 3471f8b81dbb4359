/**
 * Streams of AEDAT 4 files, described by the XML in their headers.
 *
 * @module
 */

import type { Sensor } from "../../events.ts";

/** Type of event streams. */
export const EVENTS_TYPE = "EVTS";

/** A stream of packets of one type. */
export interface Aedat4Stream {
  /** Number of the stream, which its packets repeat. */
  readonly id: number;
  /** Name, such as "events". */
  readonly name: string;
  /** Type: "EVTS" events, "FRME" frames, "IMUS" IMU, "TRIG" triggers. */
  readonly type: string;
  /** Sensor size in pixels, for events and frames. */
  readonly sensor: Sensor | undefined;
}

/** Start or end tag of a node, or an attribute with its value. */
const MARK =
  /<node\b([^>]*)>|<\/node\s*>|<attr\b([^>]*?)(?:\/>|>([^<]*)<\/attr\s*>)/g;

/** Characters of XML's predefined entities. */
const CHARACTERS: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

/**
 * Lists the streams that a header describes.
 *
 * @param xml The description: a node `outInfo` with one node per stream, which
 *   has attributes and a node `info`.
 * @returns The streams, in the order of the description.
 *
 * @example
 * ```ts
 * import { describeStreams, parseStreams } from "./streams.ts";
 * const xml = describeStreams({
 *   name: "events",
 *   sensor: { width: 346, height: 260 },
 *   compression: "LZ4",
 * });
 * const [{ id, type, sensor }] = parseStreams(xml);
 * if (id !== 0 || type !== "EVTS" || sensor?.width !== 346) throw new Error();
 * ```
 */
export function parseStreams(xml: string): Aedat4Stream[] {
  const streams: Aedat4Stream[] = [];
  const nodes: string[] = [];
  let attributes = new Map<string, string>();
  for (const [mark, node, attribute, value = ""] of xml.matchAll(MARK)) {
    if (attribute !== undefined) {
      if (!attributes.has(nameIn(attribute, "key"))) {
        attributes.set(nameIn(attribute, "key"), plainText(value));
      }
      continue;
    }
    if (node !== undefined) {
      nodes.push(nameIn(node, "name"));
      if (nodes.at(-2) === "outInfo") attributes = new Map();
      if (!mark.endsWith("/>")) continue;
    }
    const name = nodes.pop() ?? "";
    if (nodes.at(-1) === "outInfo" && /^\d{1,9}$/.test(name)) {
      streams.push(streamOf(Number(name), attributes));
    }
  }
  return streams;
}

function streamOf(
  id: number,
  attributes: ReadonlyMap<string, string>,
): Aedat4Stream {
  const [width, height] = ["sizeX", "sizeY"]
    .map((key) => Number(attributes.get(key)));
  return {
    id,
    name: attributes.get("originalOutputName") ?? String(id),
    type: attributes.get("typeIdentifier") ?? "",
    sensor: isSize(width) && isSize(height) ? { width, height } : undefined,
  };
}

function isSize(size: number): boolean {
  return Number.isInteger(size) && size > 0 && size <= 0x7fff;
}

/** Extracts the value of an attribute from an XML tag. */
function nameIn(tag: string, key: string): string {
  const [, double, single] =
    new RegExp(`\\s${key}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(tag) ?? [];
  return plainText(double ?? single ?? "");
}

function plainText(text: string): string {
  return text.replaceAll(
    /&(\w+);/g,
    (reference, name) => CHARACTERS[name] ?? reference,
  );
}

/**
 * Describes one stream of events in XML, as DV writes it.
 *
 * @param stream Name, sensor size, and compression.
 * @returns The description.
 *
 * @example
 * ```ts
 * import { describeStreams } from "./streams.ts";
 * const xml = describeStreams({
 *   name: "events",
 *   sensor: { width: 346, height: 260 },
 *   compression: "NONE",
 * });
 * if (!xml.includes(">346</attr>")) throw new Error(xml);
 * ```
 */
export function describeStreams(
  { name, sensor, compression }: {
    readonly name: string;
    readonly sensor: Sensor;
    readonly compression: string;
  },
): string {
  const text = (key: string, value: string) =>
    `<attr key="${key}" type="string">${markedText(value)}</attr>`;
  const number = (key: string, value: number) =>
    `<attr key="${key}" type="int">${value}</attr>`;
  return '<dv version="2.0"><node name="outInfo" path="/outInfo/">' +
    '<node name="0" path="/outInfo/0/">' +
    text("compression", compression) +
    text("originalModuleName", "slayer") +
    text("originalOutputName", name) +
    text("typeIdentifier", EVENTS_TYPE) +
    '<node name="info" path="/outInfo/0/info/">' +
    number("sizeX", sensor.width) +
    number("sizeY", sensor.height) +
    text("source", "slayer") +
    "</node></node></node></dv>";
}

function markedText(text: string): string {
  return Object.entries(CHARACTERS).reduce(
    (marked, [name, character]) => marked.replaceAll(character, `&${name};`),
    text,
  );
}
