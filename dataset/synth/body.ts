/**
 * Drawing of a person as bars, from a body pose, in pixels of the camera.
 *
 * Body coordinates have their origin in the middle of the chest: x points to
 * the side of the leading hand, y down, and the unit is a pixel for a person of
 * scale 1.
 *
 * @module
 */

import { DVS128 } from "../events.ts";
import type { HandPose } from "./hand_shapes.ts";
import type { Person } from "./people.ts";
import type { Bar } from "./scene.ts";

/** Pose of a whole person. */
export interface BodyPose {
  /** The leading hand. */
  readonly leading: HandPose;
  /** The other hand, in the coordinates of its own side. */
  readonly other: HandPose;
  /** Shift of the trunk to the leading side, in pixels. */
  readonly lean: number;
  /** Shifts of the head, downwards and to the leading side, in pixels. */
  readonly nod: number;
  readonly tilt: number;
  /** Opening of the mouth, 0 to 1. */
  readonly mouth: number;
}

/** Row of the middle of the chest, for a person whose `dy` is 0. */
const CHEST_ROW = 72;

const SHOULDER = { x: 19, y: -14 };
const UPPER_ARM = 25;
const FOREARM = 24;
/** Distance from the middle of the palm to the wrist. */
const WRIST = 6;
const HEAD_Y = -37;

const FINGERS = [
  { across: 3.4, length: 9.5 },
  { across: 1.2, length: 10.5 },
  { across: -1.1, length: 9.8 },
  { across: -3.3, length: 8 },
];

/**
 * Draws the trunk and head of a person.
 *
 * @param person The person.
 * @param pose Pose of the body.
 * @returns Bars from back to front, in pixels of the camera.
 */
export function drawTrunk(person: Person, pose: BodyPose): Bar[] {
  const bars = [...trunk(person, pose), ...head(person, pose)];
  return bars.map((bar) => inPixels(person, bar));
}

/**
 * Draws the arms and hands of a person, which are in front of trunk and head.
 *
 * @param person The person.
 * @param pose Pose of the body.
 * @returns Bars from back to front, in pixels of the camera.
 */
export function drawArms(person: Person, pose: BodyPose): Bar[] {
  const bars = [
    ...arm(person, pose.other, pose.lean).map(mirrored),
    ...arm(person, pose.leading, pose.lean),
  ];
  return bars.map((bar) => inPixels(person, bar));
}

/**
 * Converts a bar from body coordinates to pixels, and applies the contrast of
 * the place.
 */
function inPixels({ looks, manner, place, dx, dy }: Person, bar: Bar): Bar {
  const { scale } = looks;
  const side = manner.leftHanded ? scale : -scale;
  const left = DVS128.width / 2 + dx;
  const top = CHEST_ROW + dy;
  return {
    ax: left + side * bar.ax,
    ay: top + scale * bar.ay,
    bx: left + side * bar.bx,
    by: top + scale * bar.by,
    radius: scale * bar.radius,
    level: place.contrast * bar.level,
    shade: place.contrast * (bar.shade ?? 0),
  };
}

function mirrored(bar: Bar): Bar {
  return { ...bar, ax: -bar.ax, bx: -bar.bx };
}

function disc(x: number, y: number, radius: number, level: number): Bar {
  return { ax: x, ay: y, bx: x, by: y, radius, level };
}

function trunk({ looks }: Person, { lean }: BodyPose): Bar[] {
  const { shirt: level, stripes, breadth } = looks;
  const half = 17 * breadth;
  const parts: Bar[] = [
    { ax: lean, ay: -30, bx: lean, by: -15, radius: 4.5, level: looks.skin },
    { ax: lean - half, ay: -8, bx: lean + half, by: -8, radius: 7, level },
    { ax: lean, ay: -6, bx: 0.4 * lean, by: 70, radius: 19 * breadth, level },
  ];
  if (stripes === level) return parts;
  for (const y of [-4, 8, 20, 32]) {
    const [ax, bx] = [lean - 14 * breadth, lean + 14 * breadth];
    parts.push({ ax, ay: y, bx, by: y, radius: 2, level: stripes });
  }
  return parts;
}

function head({ looks }: Person, { lean, nod, tilt, mouth }: BodyPose): Bar[] {
  const x = 1.3 * lean + tilt;
  const y = HEAD_Y + nod;
  const { skin, hair } = looks;
  const parts: Bar[] = [];
  if (looks.longHair) {
    parts.push({
      ax: x,
      ay: y - 2,
      bx: 1.2 * lean + 0.5 * tilt,
      by: y + 14,
      radius: 11,
      level: hair,
    });
  }
  const chin = y + 5;
  parts.push(
    disc(x, y - 5, 10, hair),
    {
      ...disc(x, y - 1, 8.4, skin),
      ax: x,
      by: chin,
      bx: x + 0.3 * tilt,
      shade: 0.15,
    },
    disc(x - 3.4, y - 1.5, 0.9, skin - 0.5),
    disc(x + 3.4, y - 1.5, 0.9, skin - 0.5),
    {
      ...disc(x, chin + 1, 0.6 + 0.9 * mouth, skin - 0.4),
      ax: x - 2,
      bx: x + 2,
    },
  );
  return parts;
}

/**
 * Draws the upper arm, forearm and hand of one side, in the coordinates of that
 * side.
 */
function arm({ looks }: Person, hand: HandPose, lean: number): Bar[] {
  const { skin, shirt } = looks;
  const angle = hand.points * Math.PI / 180;
  const wristX = hand.x - WRIST * Math.cos(angle);
  const wristY = hand.y + WRIST * Math.sin(angle);
  const shoulder = { x: SHOULDER.x * looks.breadth + lean, y: SHOULDER.y + 4 };
  const elbow = elbowOf(shoulder, { x: wristX, y: wristY });
  const fore = looks.longSleeves ? shirt : skin;
  return [
    {
      ax: shoulder.x,
      ay: shoulder.y,
      bx: elbow.x,
      by: elbow.y,
      radius: 5,
      level: shirt,
    },
    {
      ax: elbow.x,
      ay: elbow.y,
      bx: wristX,
      by: wristY,
      radius: looks.longSleeves ? 4 : 3.3,
      level: fore,
    },
    ...drawHand(hand, looks),
  ];
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * Places the elbow beside the trunk, or closer to the wrist where the forearm
 * would not reach it. An arm whose projection is shorter than its length points
 * at the camera.
 */
function elbowOf(shoulder: Point, wrist: Point): Point {
  const hanging = { x: shoulder.x + 8, y: shoulder.y + UPPER_ARM - 3 };
  const pulled = within(FOREARM, wrist, hanging);
  return within(UPPER_ARM, shoulder, pulled);
}

/** Moves a point towards a centre until it is within this radius. */
function within(radius: number, centre: Point, point: Point): Point {
  const [dx, dy] = [point.x - centre.x, point.y - centre.y];
  const part = Math.min(1, radius / Math.hypot(dx, dy));
  return { x: centre.x + part * dx, y: centre.y + part * dy };
}

/**
 * Draws a hand.
 *
 * @param hand Its pose, in the coordinates of its side.
 * @param looks Build and shade of the hand.
 * @returns Palm, thumb and fingers.
 */
export function drawHand(
  { x, y, points, turn, shape }: HandPose,
  { palm, fingers, skin }: Person["looks"],
): Bar[] {
  const angle = points * Math.PI / 180;
  const [ux, uy] = [Math.cos(angle), -Math.sin(angle)];
  // Unit vector towards the thumb, foreshortened when the hand is seen from its
  // edge.
  const [vx, vy] = [uy * turn, -ux * turn];
  const at = (along: number, across: number) => ({
    x: x + palm * (along * ux + across * vx),
    y: y + palm * (along * uy + across * vy),
  });
  const heel = at(-3.5, 0);
  const middle = at(1.5, 0);
  const bars: Bar[] = [{
    ax: heel.x,
    ay: heel.y,
    bx: middle.x,
    by: middle.y,
    radius: palm * (3.2 + 1.6 * Math.abs(turn)),
    level: skin,
    shade: 0.3,
  }];
  const facing = turn < 0 ? -1 : 1;
  const finger = (
    root: Point,
    degrees: number,
    length: number,
    radius: number,
  ) => {
    const bend = degrees * (0.35 + 0.65 * Math.abs(turn)) * facing *
      (Math.PI / 180);
    const [fx, fy] = [
      ux * Math.cos(bend) + uy * Math.sin(bend),
      uy * Math.cos(bend) - ux * Math.sin(bend),
    ];
    bars.push({
      ax: root.x,
      ay: root.y,
      bx: root.x + length * fx,
      by: root.y + length * fy,
      radius,
      level: skin,
      shade: 0.45,
    });
  };
  FINGERS.forEach(({ across, length }, n) => {
    const stretched = 0.2 + 0.8 * shape.fingers[n + 1];
    finger(
      at(3.5, across),
      shape.spread * (0.5 - n / 3),
      fingers * length * stretched,
      1.45 * palm,
    );
  });
  finger(
    at(-1, 3.2),
    shape.thumb,
    fingers * 9.5 * (0.35 + 0.65 * shape.fingers[0]),
    1.6 * palm,
  );
  return bars;
}
