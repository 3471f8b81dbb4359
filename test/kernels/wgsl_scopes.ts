/**
 * Scopes of the names that WGSL declares.
 *
 * @module
 */

import { declarations } from "./wgsl_declarations.ts";

/** A name that hides another, by the function that declares it. */
export interface HiddenName {
  readonly function: string;
  readonly name: string;
}

/**
 * Finds parameters and variables of functions that hide a name of the module or
 * of a block around them. Each is visible from its declaration to the end of
 * its block; that of a loop's head to the end of the loop.
 *
 * @param text The module.
 * @returns The names, in order.
 */
export function hiddenNames(text: string): HiddenName[] {
  const { variables, overrides, functions, meanings } = declarations(text);
  const structs = [...text.matchAll(/^struct (\w+)/gm)].map(([, name]) => name);
  const outer = new Set([
    ...[...variables, ...overrides].map(({ name }) => name),
    ...meanings.keys(),
    ...structs,
  ]);
  const hidden: HiddenName[] = [];
  for (const [name, code] of functions) {
    const scopes: Set<string>[] = [outer];
    let parentheses = 0;
    const declare = (local: string) => {
      if (scopes.some((scope) => scope.has(local))) {
        hidden.push({ function: name, name: local });
      }
      scopes[scopes.length - 1].add(local);
    };
    const heads: number[] = [];
    const start = code.indexOf("fn ");
    const tokens = code.slice(start).matchAll(
      /\bfn \w+\(|\bfor \(|[(){}]|\b(?:let|var) (\w+)|(\w+): /g,
    );
    for (const [token, variable, parameter] of tokens) {
      if (token.startsWith("fn ") || token === "for (") {
        // Names in parentheses belong to the block that follows them.
        scopes.push(new Set());
        heads.push(parentheses++);
      } else if (token === "(") parentheses++;
      else if (token === ")") parentheses--;
      else if (token === "{") {
        if (heads.at(-1) === parentheses) heads[heads.length - 1] = -1;
        else {
          scopes.push(new Set());
          heads.push(-1);
        }
      } else if (token === "}") {
        scopes.pop();
        heads.pop();
      } else if (variable) declare(variable);
      else if (scopes.length === 2 && heads[0] >= 0) declare(parameter);
    }
  }
  return hidden;
}
