/**
 * Error of networks that cannot be converted.
 *
 * @module
 */

import { inOneLine } from "../../../dataset/files/errors.ts";

/** A network, or a part of it, that a format or this project cannot hold. */
export class NetworkError extends Error {
  /** `"NetworkError"`. */
  override readonly name = "NetworkError";
  /** The node or layer concerned; `undefined` if it is the whole network. */
  readonly node: string | undefined;
  /** The problem, with the node. */
  readonly problem: string;

  /**
   * Makes the error and its message.
   *
   * @param problem The problem in words, without full stop.
   * @param options The node or layer concerned, and the error that caused it.
   */
  constructor(
    problem: string,
    options: { node?: string; cause?: unknown } = {},
  ) {
    const { node, cause } = options;
    const place = node === undefined ? "" : `node ${JSON.stringify(node)}: `;
    const whole = inOneLine(place + problem);
    super(`Cannot convert the network: ${whole}`, { cause });
    this.node = node;
    this.problem = whole;
  }
}
