/**
 * Builds HTML pages as single files that run only the scripts embedded in them.
 *
 * @module
 */

/** A page and its Content-Security-Policy. */
export interface EmbeddedPage {
  /** The HTML, which includes the policy. */
  readonly html: string;
  /** The policy, to be sent by a server as a header too. */
  readonly policy: string;
}

/** An empty style or script tag to be filled. */
const TAG = /(<(style|script) id="(\w+)"([^>]*)>)\s*(?=<\/)/g;

/**
 * Embeds styles, scripts and data in the tags of a page that have their names
 * as `id`, and a policy in its empty tag
 * `<meta http-equiv="Content-Security-Policy">`: the page loads nothing and
 * runs no other scripts.
 *
 * @param page HTML of the page.
 * @param parts Contents of its tags, by their `id`.
 * @param options Whether its scripts compile expressions, as Vega does.
 * @returns The page.
 *
 * @example
 * ```ts
 * import { embedParts } from "./embedded_page.ts";
 * const { html, policy } = await embedParts('<script id="program"></script>', {
 *   program: "alert(1)",
 * });
 * if (!html.includes(">alert(1)<")) throw new Error(html);
 * if (!policy.includes("script-src 'sha256-")) throw new Error(policy);
 * ```
 */
export async function embedParts(
  page: string,
  parts: Readonly<Record<string, string>>,
  { evaluates = false }: { readonly evaluates?: boolean } = {},
): Promise<EmbeddedPage> {
  const scripts: string[] = [];
  const filled = page.replaceAll(TAG, (_, tag, kind, name, attributes) => {
    if (kind === "style") return tag + parts[name];
    const script = parts[name].replaceAll(/<(?=\/script|!--)/gi, "\\x3c");
    if (!/ type="application\/json"/.test(attributes)) scripts.push(script);
    return tag + script;
  });
  const sources = [
    ...await Promise.all(scripts.map(hashOf)),
    ...(evaluates ? ["'unsafe-eval'"] : []),
  ];
  const policy = [
    "default-src 'none'",
    `script-src ${sources.join(" ")}`,
    // Vega and its tooltips add inline styles.
    "style-src 'unsafe-inline'",
    "font-src data:",
    "img-src data: blob:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const html = filled.replace(
    /(http-equiv="Content-Security-Policy"\s+content=")(?=")/,
    (start) => start + policy,
  );
  return { html, policy };
}

/** Computes the hash that allows a script in a policy. */
async function hashOf(script: string): Promise<string> {
  const bytes = new TextEncoder().encode(script);
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return `'sha256-${new Uint8Array(digest).toBase64()}'`;
}
