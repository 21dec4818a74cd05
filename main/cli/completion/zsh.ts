/** The script by which zsh completes, each word with what it says. */
import type { CommandDefinition } from '../definition.ts'
import { optionCases, quoted, stepOf } from './posix.ts'
import { type CommandRow, type Word, commandRows, optionRows } from './tables.ts'

/** `word:what it says`, as `_describe` reads it. */
const described = (words: readonly Word[]): string => words.map(({ word, says }) => quoted(`${word.replaceAll(':', String.raw`\:`)}:${says}`)).join(' ')

const commandCase = ({ path, commands, options, arguments: given, isLastRepeated, runs }: CommandRow): string =>
  `  (${quoted(path)}) subs=(${described(commands)}) opts=(${described(options)}) args=(${given.map(quoted).join(' ')}) more=${isLastRepeated ? 1 : ''} runs=${quoted(runs ?? '')} ;;`

/** The whole script, for a folder of `fpath` under the name `_windfall`, or to be read by `source`. */
export const zshScript = (program: CommandDefinition): string => `#compdef windfall
# zsh completion for windfall, made by: windfall completion zsh

# What there is at the command $1.
__windfall_at() {
  subs=() opts=() args=() more='' runs=''
  case $1 in
${commandRows(program).map(commandCase).join('\n')}
  esac
}

# What the option $2 of the command $1 takes: one value, many, maybe one, or none. A switch takes none.
__windfall_takes() {
  kind='' takes=''
  if [[ -z \${(M)opts:#\${2}:*} ]]; then return; fi
  case "$1 $2" in
${optionCases(optionRows(program), '(').join('\n')}
  esac
}

__windfall_value() {
  local -a ids
  if [[ $1 == '='* ]]; then
    compadd -- \${(s: :)\${1#=}}
    return
  fi
  if [[ +$1+ == *+ask+* ]]; then
    ids=("\${(@f)$("$program" __complete --ids -- "\${said[@]}" "$PREFIX" 2>/dev/null </dev/null)}")
    ids=("\${(@)ids//:/\\\\:}")
    ids=("\${(@)ids/$'\\t'/:}")
    if (( \${#ids[1]} )); then _describe 'id' ids; fi
  fi
  if [[ +$1+ == *+file+* ]]; then _files; fi
  if [[ +$1+ == *+folder+* ]]; then _files -/; fi
}

_windfall() {
  local program=\${(Q)words[1]} path_to='' open='' ends='' literal='' more runs kind takes word i
  local -i given=0
  local -a subs opts args said
  __windfall_at ''
  for ((i = 2; i < CURRENT; i++)); do
    word=\${(Q)words[i]}
    said+=("$word")
${stepOf(String.raw`-n ${'$'}{(M)subs:#${'$'}{word}:*}`)}
  done
  if [[ -n $open && ! ( -n $ends && -z $literal && $PREFIX == -* ) ]]; then __windfall_value "$open"
  elif [[ -z $literal && $PREFIX == --*=* ]]; then
    __windfall_takes "$path_to" "\${PREFIX%%=*}"
    compset -P '*='
    __windfall_value "$kind"
  elif [[ -z $literal && $PREFIX == -* ]]; then _describe -o 'option' opts
  else
    if (( given == 0 && \${#subs} )) && [[ -z $literal ]]; then _describe 'command' subs; fi
    if [[ -n $more && given -ge \${#args} ]]; then given=$((\${#args} - 1)); fi
    if (( given < \${#args} )); then __windfall_value "\${args[given + 1]}"; fi
  fi
}

if [[ \${funcstack[1]} == _windfall ]]; then _windfall "$@"; else compdef _windfall windfall; fi
`
