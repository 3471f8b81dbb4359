/**
 * Completion in bash.
 *
 * @module
 */

import { quote, type Task } from "./completion_tasks.ts";

/**
 * Writes a script that completes tasks, their options, and the values of
 * options; other words are left to the completion of `deno` installed before.
 *
 * @param tasks The tasks.
 * @returns The script.
 */
export function bashScript(tasks: readonly Task[]): string {
  const cases = tasks.flatMap(({ name, options }) => [
    ...options.filter(({ choices }) => choices.length > 0).flatMap((option) =>
      option.names.map((word) =>
        `    ${quote(`${name} ${word}`)}) ` +
        `words=${quote(option.choices.join(" "))} ;;`
      )
    ),
    `    ${quote(`${name} `)}*) [[ $word != -* ]] || words=${
      quote(options.flatMap(({ names }) => names).join(" "))
    } ;;`,
  ]);
  return `case $(complete -p deno 2>/dev/null) in
  *_deno_task*) ;;
  *'-F '*)
    _deno_before=$(complete -p deno | sed 's/.*-F \\([^ ]*\\).*/\\1/') ;;
esac

_deno_task() {
  local word=\${COMP_WORDS[COMP_CWORD]} words=
  COMPREPLY=()
  if [[ \${COMP_WORDS[1]} != task ]] || ((COMP_CWORD < 2)); then
    [[ -z \${_deno_before-} ]] || "$_deno_before" "$@"
    return
  fi
  if ((COMP_CWORD == 2)); then
    words=${quote(tasks.map(({ name }) => name).join(" "))}
  else
    case "\${COMP_WORDS[2]} \${COMP_WORDS[COMP_CWORD - 1]}" in
${cases.join("\n")}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}

complete -o default -F _deno_task deno
`;
}
