import type { Cli } from '../cli.ts';

const bash = String.raw`# Completes landfall's command lines: source <(landfall completion bash)
_landfall() {
  local line=${'$'}{COMP_LINE:0:COMP_POINT} words current behind= candidate
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  current=${'$'}{words[${'$'}{#words[@]}-1]}
  # Readline begins a new word behind = and :, and puts in only what follows.
  [[ $current == *[=:]* ]] && behind=${'$'}{current%"${'$'}{current##*[=:]}"}
  COMPREPLY=()
  while IFS=$'\t' read -r candidate _; do
    COMPREPLY+=("${'$'}{candidate#"$behind"}")
  done < <("${'$'}{words[0]/#\~/$HOME}" __complete -- "${'$'}{words[@]:1}" 2>/dev/null)
  if [[ ${'$'}{#COMPREPLY[@]} -eq 1 && ${'$'}{COMPREPLY[0]} == */ ]]; then compopt -o nospace 2>/dev/null; fi
}
complete -F _landfall landfall
`;

const zsh = String.raw`#compdef landfall
# Completes landfall's command lines: source <(landfall completion zsh)
_landfall() {
  local -a names folders
  local candidate description
  while IFS=$'\t' read -r candidate description; do
    if [[ $candidate == */ ]]; then folders+=("$candidate")
    elif [[ -n $description ]]; then names+=("${'$'}{candidate//:/\\:}:$description")
    else names+=("${'$'}{candidate//:/\\:}")
    fi
  done < <("${'$'}{words[1]/#\~/$HOME}" __complete -- "${'$'}{(@)words[2,CURRENT]}" 2>/dev/null)
  (( $#names )) && _describe landfall names
  (( $#folders )) && compadd -S '' -- $folders
}
if [[ $funcstack[1] == _landfall ]]; then _landfall "$@"; else compdef _landfall landfall; fi
`;

const fish = `# Completes landfall's command lines: landfall completion fish | source
function __landfall_complete
    set -l words (commandline -opc)
    set -l program (string replace -r '^~' $HOME -- $words[1])
    $program __complete -- $words[2..-1] (commandline -ct) 2>/dev/null
end
complete -c landfall -f -a '(__landfall_complete)'
`;

const scripts: Readonly<Record<string, string>> = { bash, zsh, fish };

/** Prints the script for a shell; what it offers comes from `landfall __complete` at each key. */
export async function completion(cli: Cli, shell: string): Promise<number> {
  cli.terminal.print(scripts[shell]!.trimEnd());
  return 0;
}
