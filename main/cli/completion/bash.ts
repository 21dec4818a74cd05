/** The script by which bash (3.2 and newer) completes; it needs nothing but bash. */
import type { CommandDefinition } from '../definition.ts'
import { optionCases, quoted, stepOf } from './posix.ts'
import { type CommandRow, commandRows, optionRows } from './tables.ts'

const words = (list: readonly { readonly word: string }[]): string => quoted(list.map(({ word }) => word).join(' '))

const commandCase = ({ path, commands, options, arguments: given, isLastRepeated, runs }: CommandRow): string =>
  `  ${quoted(path)}) subs=${words(commands)} opts=${words(options)} args=(${given.map(quoted).join(' ')}) more=${isLastRepeated ? 1 : ''} runs=${quoted(runs ?? '')} ;;`

/** The whole script, for a file that bash reads or bash-completion finds. */
export const bashScript = (program: CommandDefinition): string => `# bash completion for windfall, made by: windfall completion bash

# What there is at the command $1.
__windfall_at() {
  subs='' opts='' args=() more='' runs=''
  case $1 in
${commandRows(program).map(commandCase).join('\n')}
  esac
}

# What the option $2 of the command $1 takes: one value, many, maybe one, or none. A switch takes none.
__windfall_takes() {
  kind='' takes=''
  case " $opts " in *" $2 "*) ;; *) return ;; esac
  case "$1 $2" in
${optionCases(optionRows(program), '').join('\n')}
  esac
}

# Puts together again what COMP_WORDBREAKS has cut at “=” and “:”.
__windfall_words() {
  local i joins=''
  words=()
  for ((i = 0; i <= COMP_CWORD; i++)); do
    if [[ $i -gt 1 && ( \${COMP_WORDS[i]} == [=:]* || -n $joins ) && \${COMP_WORDBREAKS} == *[=:]* ]]; then
      words[\${#words[@]}-1]+=\${COMP_WORDS[i]}
    else
      words+=("\${COMP_WORDS[i]}")
    fi
    joins=''
    if [[ \${COMP_WORDS[i]} == [=:] ]]; then joins=1; fi
  done
}

# Offers each line that begins like what is typed; a space follows, but after “=” and “/”.
__windfall_offer() {
  local line
  while IFS= read -r line || [[ -n $line ]]; do
    if [[ -n $line && $line == "$typed"* ]]; then COMPREPLY+=("$line"); fi
  done
}

__windfall_value() {
  local IFS=$'\\n'
  case $1 in
  =*) __windfall_offer <<<"\${1#=}" ;;
  esac
  case "+$1+" in *+ask+*) __windfall_offer < <("$program" __complete --ids -- "\${words[@]:1}" 2>/dev/null </dev/null | cut -f 1) ;; esac
  case "+$1+" in *+file+*) compopt -o filenames 2>/dev/null; __windfall_offer < <(compgen -f -- "$typed") ;; esac
  case "+$1+" in *+folder+*) compopt -o filenames 2>/dev/null; __windfall_offer < <(compgen -d -- "$typed") ;; esac
}

__windfall_lines() { printf '%s' "$1" | tr ' ' '\\n'; }

_windfall() {
  local words=() program=$1 path_to='' given=0 open='' ends='' literal='' subs opts args more runs kind takes typed word i cut
  COMPREPLY=()
  __windfall_words
  __windfall_at ''
  for ((i = 1; i < \${#words[@]} - 1; i++)); do
    word=\${words[i]}
${stepOf('" $subs " == *" $word "*')}
  done
  typed=\${words[\${#words[@]}-1]}
  if [[ -n $open && ! ( -n $ends && -z $literal && $typed == -* ) ]]; then __windfall_value "$(__windfall_choices "$open")"
  elif [[ -z $literal && $typed == --*=* ]]; then
    __windfall_takes "$path_to" "\${typed%%=*}"
    typed=\${typed#*=}
    __windfall_value "$(__windfall_choices "$kind")"
    typed=\${words[\${#words[@]}-1]}
    # Readline has cut at “=” and replaces what is behind it; where it has not, the whole word is replaced.
    if [[ $COMP_WORDBREAKS != *=* ]]; then COMPREPLY=("\${COMPREPLY[@]/#/\${typed%%=*}=}"); fi
    typed=\${typed#*=}
  elif [[ -z $literal && $typed == -* ]]; then __windfall_offer < <(__windfall_lines "$opts")
  else
    if [[ $given == 0 && -z $literal ]]; then __windfall_offer < <(__windfall_lines "$subs"); fi
    if [[ \${#args[@]} -gt 0 ]]; then
      if [[ -n $more && $given -ge \${#args[@]} ]]; then given=$((\${#args[@]} - 1)); fi
      if [[ $given -lt \${#args[@]} ]]; then __windfall_value "$(__windfall_choices "\${args[given]}")"; fi
    fi
  fi
  # What readline takes for the beginning of the word has been cut at the last “:”.
  if [[ $typed == *:* && $COMP_WORDBREAKS == *:* ]]; then
    cut=\${typed%"\${typed##*:}"}
    COMPREPLY=("\${COMPREPLY[@]#"$cut"}")
  fi
}

# Words to choose from, one in each line.
__windfall_choices() { case $1 in =*) printf '%s' "$1" | tr ' ' '\\n' ;; *) printf '%s' "$1" ;; esac; }

complete -F _windfall windfall
`
