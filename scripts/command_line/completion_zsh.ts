/**
 * Completion in zsh.
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
export function zshScript(tasks: readonly Task[]): string {
  const described = (name: string, description: string) =>
    quote(`${name}:${description}`);
  const values = tasks.flatMap(({ name, options }) =>
    options.filter(({ choices }) => choices.length > 0).flatMap((option) =>
      option.names.map((word) =>
        `    ${quote(`${name} ${word}`)}) compadd -- ${
          option.choices.map(quote).join(" ")
        }; return ;;`
      )
    )
  );
  const options = tasks.map(({ name, options }) => {
    const words = options.flatMap(({ names, description }) =>
      names.map((word) => described(word, description))
    );
    return `    ${quote(name)}) words_there=(${words.join(" ")}) ;;`;
  });
  const names = tasks.map(({ name, description }) =>
    described(name, description)
  );
  return `(( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
[[ \${_comps[deno]-} == _deno_task ]] || _deno_before=\${_comps[deno]-}

_deno_task() {
  local -a words_there
  if [[ $words[2] != task ]] || (( CURRENT < 3 )); then
    [[ -z $_deno_before ]] || $_deno_before "$@"
    return
  fi
  if (( CURRENT == 3 )); then
    words_there=(${names.join(" ")})
    _describe task words_there
    return
  fi
  case "$words[3] $words[CURRENT-1]" in
${values.join("\n")}
  esac
  if [[ $PREFIX != -* ]]; then
    _files
    return
  fi
  case $words[3] in
${options.join("\n")}
  esac
  _describe option words_there
}

compdef _deno_task deno
`;
}
