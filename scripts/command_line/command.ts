/**
 * How every command reads its arguments, shows its help and reports failure.
 *
 * @module
 */

import * as optique from "npm:@optique/core@1.3.6";
import * as suggestion from "npm:@optique/core@1.3.6/suggestion";
import { shownLine } from "../../dataset/files/shown_line.ts";
import { formatHelp, type HelpPage } from "./help_page.ts";
import { lineWidth } from "./terminal.ts";

/** An argument or option that gives a `T`. */
export interface Parameter<T> {
  /** What reads it: a parser of Optique. */
  readonly parser: unknown;
  /** Never there: it only carries the type. */
  readonly value?: T;
}

/** The arguments and options of a command, by name. */
export type Parameters = Readonly<Record<string, Parameter<unknown>>>;

/** What arguments and options have given, by name. */
export type Arguments<P extends Parameters> = {
  readonly [Name in keyof P]: P[Name] extends Parameter<infer T> ? T : never;
};

/** A command and what its help says. */
export interface Command<P extends Parameters> {
  /** What its user types to start it. */
  readonly name: string;
  /** What it does, in a sentence. */
  readonly summary: string;
  /** Whole command lines to copy. */
  readonly examples: readonly string[];
  /** Its arguments and options. */
  readonly parameters: P;
}

/** An option, as a shell completes it. */
export interface OptionSummary {
  /** How it is written. */
  readonly names: readonly string[];
  /** What it does. */
  readonly description: string;
  /** Whether a value follows it. */
  readonly hasValue: boolean;
  /** The values, if they are known. */
  readonly choices: readonly string[];
}

/** A command, as a shell completes it. */
export interface CommandSummary {
  /** What its user types to start it. */
  readonly name: string;
  /** Its options. */
  readonly options: readonly OptionSummary[];
  /** What its help says. */
  readonly help: HelpPage;
}

/** How the name of an option is written. */
export type OptionName = `--${string}`;

/** The option that every command has for help. */
const HELP = ["-h", "--help"] as const;

/** The arguments of the command that runs within another. */
let within: readonly string[] | undefined;

/** Where commands go while they are listed. */
let listed: CommandSummary[] | undefined;

/**
 * Lists commands, without running them.
 *
 * @param load Imports the modules that call `runCommand()`.
 * @returns The commands, in the order in which they were imported.
 */
export async function listCommands(
  load: () => Promise<unknown>,
): Promise<CommandSummary[]> {
  const commands: CommandSummary[] = [];
  listed = commands;
  await load();
  listed = undefined;
  return commands;
}

/**
 * Runs a command within another, in the same process.
 *
 * @param args Its arguments.
 * @param load Imports the module that calls `runCommand()`, which nobody has
 * imported before.
 */
export async function runWithin(
  args: readonly string[],
  load: () => Promise<unknown>,
): Promise<void> {
  const outer = within;
  within = args;
  await load();
  within = outer;
}

/**
 * Tells the arguments of the command that runs.
 *
 * @returns As they were typed.
 */
export function givenArguments(): readonly string[] {
  return within ?? Deno.args;
}

/**
 * Runs a command with the arguments of this process, or of `runWithin()`.
 *
 * Wrong usage ends the process with one line and exit code 2, an error with
 * one line and exit code 1. With `--verbose`, which every command has, an error
 * shows where it came from.
 *
 * @param command The command.
 * @param action What it does.
 */
export async function runCommand<P extends Parameters>(
  command: Command<P>,
  action: (args: Arguments<P>) => void | Promise<void>,
): Promise<void> {
  if (listed !== undefined) {
    listed.push(summarise(command));
    return;
  }
  const { verbose, ...args } = parseArguments(command);
  const stop = (error: unknown) => {
    try {
      console.error(verbose ? error : `error: ${oneLine(error)}`);
    } finally {
      // Also where the terminal is closed, and nothing can be written.
      Deno.exit(1);
    }
  };
  addEventListener("unhandledrejection", ({ reason }) => stop(reason));
  try {
    await action(args as Arguments<P>);
  } catch (error) {
    stop(error);
  }
}

/** Tells what a shell can complete, and what help says. */
function summarise(command: Command<Parameters>): CommandSummary {
  const entries = entriesOf(command);
  return {
    name: command.name,
    options: entries.flatMap(({ term, description, choices }) =>
      term.type !== "option" ? [] : [{
        names: term.names,
        description: plain(description ?? []),
        hasValue: term.metavar !== undefined,
        choices: (choices ?? []).flatMap((word) =>
          word.type === "value" ? [word.value] : []
        ),
      }]
    ),
    help: describe(command),
  };
}

/** Says all that help says. */
function describe(command: Command<Parameters>): HelpPage {
  const { name, summary, examples, parameters } = command;
  const { usage } = optique.object(parsersOf(parameters));
  return {
    summary,
    usage: optique.formatUsage(name, usage),
    entries: entriesOf(command).map(({ term, description = [], ...entry }) => ({
      term: optique.formatUsageTerm(term, {
        context: "doc",
        optionsSeparator: ", ",
      }),
      description: plain(description) +
        (entry.default === undefined ? "" : ` [${plain(entry.default)}]`),
    })),
    examples,
  };
}

/** Arguments and options, those of every command last. */
function entriesOf({ parameters }: Command<Parameters>): optique.DocEntry[] {
  const page = optique.getDocPageSync(optique.object(parsersOf(parameters)));
  return [
    ...page?.sections.flatMap(({ entries }) => entries) ?? [],
    {
      term: { type: "option", names: HELP },
      description: inline("Show this help"),
    },
  ];
}

/** The parsers of a command, and of what every command has. */
function parsersOf(
  parameters: Parameters,
): Record<string, OptiqueParser<unknown>> {
  const verbose = flag("--verbose", "Show where an error came from");
  return Object.fromEntries(
    Object.entries({ ...parameters, verbose }).map((
      [name, { parser }],
    ) => [name, parser as OptiqueParser<unknown>]),
  );
}

/** Reads the arguments, or ends the process with help or a complaint. */
function parseArguments<P extends Parameters>(
  command: Command<P>,
): Arguments<P> & { readonly verbose: boolean } {
  const { name, parameters } = command;
  const parsers = parsersOf(parameters);
  const usage = optique.formatUsage(name, optique.object(parsers).usage);
  const parser = optique.object(parsers, {
    errors: { endOfInput: inline(`Expected ${usage}`) },
  });
  const args = optique.runParserSync(parser, name, [...givenArguments()], {
    help: {
      option: { names: HELP },
      onShow() {
        console.log(formatHelp(describe(command), lineWidth()));
        Deno.exit();
      },
    },
    messageFormatter: plain,
    aboveError: "none",
    stdout: () => {},
    stderr: () => {},
    onError(_, problem) {
      const line = shownLine(plain(problem));
      const shown = line.replace(/\.$/, "");
      console.error(`error: ${shown} (--help shows how it is used)`);
      Deno.exit(2);
    },
  });
  return args as Arguments<P> & { readonly verbose: boolean };
}

/** Words an error in one line. */
function oneLine(error: unknown): string {
  return shownLine(error instanceof Error ? error.message : String(error));
}

/** Writes a message of Optique without quotes. */
function plain(
  words: optique.Message,
  options: optique.MessageFormatOptions = {},
): string {
  return optique.formatMessage(words, { ...options, quotes: false });
}

/** Turns words into a message of Optique. */
function inline(words: string): optique.Message {
  return [optique.text(words)];
}

/** Names a value in help. */
function named(metavar: string) {
  return { metavar: metavar as NonNullable<optique.StringOptions["metavar"]> };
}

type OptiqueParser<T> = optique.Parser<"sync", T, unknown>;

function parserOf<T>(parameter: Parameter<T>): OptiqueParser<T> {
  return parameter.parser as OptiqueParser<T>;
}

/**
 * Describes an argument that has its place instead of a name.
 *
 * @param metavar What help calls it, such as `FILE`.
 * @param description What it is.
 * @returns The argument.
 */
export function argument(
  metavar: string,
  description: string,
): Parameter<string> {
  const value = optique.string(named(metavar));
  return {
    parser: optique.argument(value, { description: inline(description) }),
  };
}

/**
 * Describes an argument that has its place and is one of some names.
 *
 * @param choices The names.
 * @param description What it is.
 * @returns The argument.
 */
export function choiceArgument<const T extends string>(
  choices: readonly T[],
  description: string,
): Parameter<T> {
  const value = optique.choice(choices, named(choices.join("|")));
  return {
    parser: optique.argument(value, { description: inline(description) }),
  };
}

/**
 * Describes an option that is there or not.
 *
 * @param name The option.
 * @param description What it does.
 * @returns The option.
 */
export function flag(
  name: OptionName,
  description: string,
): Parameter<boolean> {
  return { parser: optique.option(name, { description: inline(description) }) };
}

/**
 * Describes an option with a text.
 *
 * @param name The option.
 * @param metavar What help calls the text, such as `DIR`.
 * @param description What it is.
 * @returns The option, which has to be there.
 */
export function text(
  name: OptionName,
  metavar: string,
  description: string,
): Parameter<string> {
  return option(name, optique.string(named(metavar)), description);
}

/**
 * Describes an option with a whole number.
 *
 * @param name The option.
 * @param description What it is.
 * @param range The smallest and the largest number.
 * @returns The option, which has to be there.
 */
export function integer(
  name: OptionName,
  description: string,
  range: { readonly min?: number; readonly max?: number } = {},
): Parameter<number> {
  const value = optique.integer({ metavar: "N", ...range });
  return option(name, value, description);
}

/**
 * Describes an option with one of some names.
 *
 * @param name The option.
 * @param choices The names.
 * @param description What it is.
 * @returns The option, which has to be there.
 */
export function choice<const T extends string>(
  name: OptionName,
  choices: readonly T[],
  description: string,
): Parameter<T> {
  const value = optique.choice(choices, named(choices.join("|")));
  return option(name, value, description);
}

function option<T>(
  name: OptionName,
  value: optique.ValueParser<"sync", T>,
  description: string,
): Parameter<T> {
  return {
    parser: optique.option(name, value, { description: inline(description) }),
  };
}

/**
 * Lets an option be left out.
 *
 * @param parameter The option.
 * @returns The option, which gives `undefined` if it is not there.
 */
export function optional<T>(parameter: Parameter<T>): Parameter<T | undefined> {
  return { parser: optique.optional(parserOf(parameter)) };
}

/**
 * Gives an option a value for when it is left out.
 *
 * @param parameter The option.
 * @param value The value, which help shows.
 * @returns The option.
 */
export function withDefault<T>(
  parameter: Parameter<T>,
  value: T,
): Parameter<T> {
  return { parser: optique.withDefault(parserOf(parameter), value) };
}

/**
 * Lets an option be given any number of times.
 *
 * @param parameter The option.
 * @returns The option, which gives a list.
 */
export function repeated<T>(
  parameter: Parameter<T>,
): Parameter<readonly T[]> {
  return { parser: optique.multiple(parserOf(parameter)) };
}

/**
 * Finds the name that somebody may have meant.
 *
 * @param name What was written.
 * @param names The names there are.
 * @returns The most similar of them, if any is similar at all.
 */
export function nearestName(
  name: string,
  names: readonly string[],
): string | undefined {
  return suggestion.findSimilar(name, names)[0];
}
