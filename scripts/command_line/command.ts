/**
 * Parses the arguments of every command, and prints its help and errors.
 *
 * @module
 */

import {
  type DocEntry,
  formatMessage,
  formatUsage,
  formatUsageTerm,
  getDocPageSync,
  type InferValue,
  type Message,
  message,
  type MessageFormatOptions,
  object,
  option,
  type Parser,
  runParserSync,
} from "npm:@optique/core@1.3.6";
import { shownLine } from "../../dataset/files/shown_line.ts";
import project from "../../deno.json" with { type: "json" };
import { formatHelp, type HelpPage } from "./help_page.ts";
import { lineWidth } from "./terminal.ts";

/** The arguments and options of a command, by name. */
export type Parameters = Readonly<
  Record<string, Parser<"sync", unknown, unknown>>
>;

/** Parsed values of arguments and options, by name. */
export type Arguments<P extends Parameters> = {
  readonly [Name in keyof P]: InferValue<P[Name]>;
};

/** A command, as its help describes it. */
export interface Command<P extends Parameters> {
  /** Words that start it, such as `deno task show`. */
  readonly name: string;
  /** Its purpose, in a sentence. */
  readonly summary: string;
  /** Whole command lines to copy. */
  readonly examples: readonly string[];
  /** Its arguments and options. */
  readonly parameters: P;
  /**
   * Number of its own arguments; later ones belong to a command that it runs.
   *
   * @default all are its own
   */
  readonly own?: number;
}

/**
 * Ends a command before its work is done, without a message.
 */
export class EarlyExit extends Error {
  /** Name of the class. */
  override readonly name: string = "EarlyExit";
  /** Exit status of the process. */
  readonly status: number;

  /** @param status Exit status of the process. */
  constructor(status: number) {
    super(`Ended early with status ${status}`);
    this.status = status;
  }
}

/** An option, for shell completion. */
export interface OptionSummary {
  /** Its spellings, such as `-h` and `--help`. */
  readonly names: readonly string[];
  /** Its purpose. */
  readonly description: string;
  /** Whether a value follows it. */
  readonly hasValue: boolean;
  /** The values, if they are known. */
  readonly choices: readonly string[];
}

/** A command, for shell completion. */
export interface CommandSummary {
  /** Words that start it, such as `deno task show`. */
  readonly name: string;
  /** Its options. */
  readonly options: readonly OptionSummary[];
  /** Its help. */
  readonly help: HelpPage;
}

/** Options for help, which every command has. */
const HELP = ["-h", "--help"] as const;

/** Arguments of a command that runs within another; `undefined` otherwise. */
let within: readonly string[] | undefined;

/** Name of the running command. */
let running = "";

/** Whether another process prints help and usage errors. */
let othersPrint = () => false;

/** The option that shows stack traces, which every command has. */
const VERBOSE = option("--verbose", {
  description: message`Show where an error came from`,
});

/** Commands imported so far while `listCommands()` runs. */
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
 * Runs a command from another command, in the same process.
 *
 * @param args Arguments of the command.
 * @param load Imports the module that calls `runCommand()`; the module must not
 * have been imported before, as its code runs only once.
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
 * Returns the arguments of the running command.
 *
 * @returns The arguments as typed.
 */
export function givenArguments(): readonly string[] {
  return within ?? Deno.args;
}

/**
 * Returns the name of the running command.
 *
 * @returns Words that start it, such as `deno task show`.
 */
export function runningCommand(): string {
  return running;
}

/**
 * Ends silently on help or wrong usage if another process with the same
 * arguments prints the message.
 *
 * @param ifSo Tells whether another process prints it.
 */
export function leaveUsageToOthers(ifSo: () => boolean): void {
  othersPrint = ifSo;
}

/**
 * Runs a command with the arguments of this process, or of `runWithin()`.
 *
 * Wrong usage ends the process with one line and exit code 2, an error with one
 * line and exit code 1, an {@linkcode EarlyExit} with its status. With
 * `--verbose`, which every command has, an error is shown with its stack.
 *
 * @param command The command.
 * @param action Its work, called with the parsed arguments.
 */
export async function runCommand<P extends Parameters>(
  command: Command<P>,
  action: (
    args: Arguments<P>,
    others: readonly string[],
  ) => void | Promise<void>,
): Promise<void> {
  if (listed !== undefined) {
    listed.push(summarise(command));
    return;
  }
  const given = givenArguments();
  const end = countOwn(given, command.own);
  const { verbose, ...args } = parseArguments(command, given.slice(0, end));
  running = command.name;
  const stop = (error: unknown) => {
    if (error instanceof EarlyExit) Deno.exit(error.status);
    try {
      console.error(verbose ? error : `error: ${oneLine(error)}`);
    } finally {
      // Exit even if the write above throws because the terminal is closed.
      Deno.exit(1);
    }
  };
  addEventListener("unhandledrejection", ({ reason }) => stop(reason));
  try {
    await action(args as unknown as Arguments<P>, given.slice(end));
  } catch (error) {
    stop(error);
  }
}

/** Describes a command for shell completions and help. */
function summarise(command: Command<Parameters>): CommandSummary {
  const { name, summary, examples } = command;
  const parser = object(parsersOf(command));
  const entries: DocEntry[] = [
    ...getDocPageSync(parser)!.sections.flatMap(({ entries }) => entries),
    {
      term: { type: "option", names: HELP },
      description: message`Show this help`,
    },
  ];
  return {
    name,
    options: entries.flatMap(({ term, description = [], choices = [] }) =>
      term.type !== "option" ? [] : [{
        names: term.names,
        description: plain(description),
        hasValue: term.metavar !== undefined,
        choices: choices.flatMap((word) =>
          word.type === "value" ? [word.value] : []
        ),
      }]
    ),
    help: {
      summary,
      usage: formatUsage(name, parser.usage),
      entries: entries.map(({ term, description = [], ...entry }) => ({
        term: formatUsageTerm(term, {
          context: "doc",
          optionsSeparator: ", ",
        }),
        description: plain(description) +
          (entry.default === undefined ? "" : ` [${plain(entry.default)}]`),
      })),
      examples,
    },
  };
}

/** Parsers of a command's own parameters and of `--verbose`. */
function parsersOf({ parameters }: Command<Parameters>): Parameters {
  return { ...parameters, verbose: VERBOSE };
}

/** Parses the arguments, or ends the process with help or an error. */
function parseArguments(
  command: Command<Parameters>,
  given: readonly string[],
): Readonly<Record<string, unknown>> {
  const { help } = summarise(command);
  const parser = object(parsersOf(command), {
    errors: { endOfInput: message`Expected ${help.usage}` },
  });
  return runParserSync(parser, command.name, [...given], {
    help: {
      option: { names: HELP },
      onShow() {
        if (!othersPrint()) console.log(formatHelp(help, lineWidth()));
        Deno.exit();
      },
    },
    messageFormatter: plain,
    aboveError: "none",
    stdout: () => {},
    stderr: () => {},
    onError(_, problem) {
      const line = shownLine(plain(problem)).replace(/\.$/, "");
      // Exit with status 0: a failure might end the process that prints the
      // message.
      if (othersPrint()) Deno.exit(0);
      const hint = taskIn(line) ?? "--help shows how it is used";
      console.error(`error: ${line} (${hint})`);
      Deno.exit(2);
    },
  });
}

/** Names the task that an unknown option is called after, if there is one. */
function taskIn(problem: string): string | undefined {
  const [, name] = /^Unexpected option.*: --([\w-]+)/.exec(problem) ?? [];
  return name !== undefined && Object.hasOwn(project.tasks, name)
    ? `deno task ${name} is a task of its own`
    : undefined;
}

/** Counts a command's own arguments, and the options among them. */
function countOwn(args: readonly string[], own = args.length): number {
  let end = 0;
  while (own > 0 && end < args.length) {
    if (!args[end++].startsWith("-")) own--;
  }
  return end;
}

/** Formats an error as one line. */
function oneLine(error: unknown): string {
  return shownLine(error instanceof Error ? error.message : String(error));
}

/** Writes a message of Optique without quotes. */
function plain(words: Message, options: MessageFormatOptions = {}): string {
  return formatMessage(words, { ...options, quotes: false });
}
