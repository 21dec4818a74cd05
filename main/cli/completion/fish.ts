/** The script by which fish completes, each word with what it says. */
import type { CommandDefinition } from '../definition.ts'
import { type CommandRow, type OptionRow, type Word, commandRows, optionRows } from './tables.ts'

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`

/** A word, a tab, and what it says. */
const described = (words: readonly Word[]): string => words.map(({ word, says }) => `${quoted(word)}\\t${quoted(says)}`).join(' ')

const commandCase = ({ path, commands, options, arguments: given, isLastRepeated, runs }: CommandRow): string =>
  [
    `    case ${quoted(path)}`,
    `      set subs ${described(commands)}`,
    `      set opts ${described(options)}`,
    `      set args ${given.map(quoted).join(' ')}`,
    ...(isLastRepeated ? ['      set more 1'] : []),
    ...(runs === null ? [] : [`      set runs ${quoted(runs)}`]),
  ]
    .map((line) => line.trimEnd())
    .join('\n')

function optionCases(rows: readonly OptionRow[]): string[] {
  const isCommon = (row: OptionRow) => rows.find(({ option }) => option === row.option) === row
  const special = rows.filter((row) => !isCommon(row)).map((row) => [row.paths.map((path) => quoted(`${path} ${row.option}`)).join(' '), row] as const)
  const common = rows.filter(isCommon).map((row) => [quoted(`* ${row.option}`), row] as const)
  return [...special, ...common].map(([pattern, { kind, takes }]) => `    case ${pattern}\n      set kind ${quoted(kind)}\n      set takes ${takes}`)
}

/** The whole script, for `~/.config/fish/completions/windfall.fish` or a folder of the system for these. */
export const fishScript = (program: CommandDefinition): string => `# fish completion for windfall, made by: windfall completion fish

function __windfall_at --no-scope-shadowing -a at -d 'What there is at a command'
  set subs
  set opts
  set args
  set more ''
  set runs ''
  switch $at
${commandRows(program).map(commandCase).join('\n')}
  end
end

function __windfall_takes --no-scope-shadowing -a at name -d 'What an option takes: one value, many, maybe one, or none'
  set kind ''
  set takes ''
  string match -q -- "$name"\\t'*' $opts
  or return
  switch "$at $name"
${optionCases(optionRows(program)).join('\n')}
  end
end

function __windfall_value -a kind before typed -d 'What a value may be'
  switch $kind
    case '=*'
      for word in (string split ' ' -- (string sub -s 2 -- $kind))
        printf '%s%s\\n' $before $word
      end
      return
  end
  if string match -q -- '*+ask+*' "+$kind+"
    set -l said (commandline -opc)
    for line in (command $said[1] __complete --ids -- $said[2..-1] "$before$typed" 2>/dev/null </dev/null)
      printf '%s%s\\n' $before $line
    end
  end
  if string match -q -- '*+file+*' "+$kind+"
    for line in (__fish_complete_path $typed)
      printf '%s%s\\n' $before $line
    end
  end
  if string match -q -- '*+folder+*' "+$kind+"
    for line in (__fish_complete_directories $typed)
      printf '%s%s\\n' $before $line
    end
  end
end

function __windfall_complete -d 'What can come next'
  set -l path_to ''
  set -l given 1
  set -l open ''
  set -l ends ''
  set -l literal ''
  set -l subs
  set -l opts
  set -l args
  set -l more ''
  set -l runs ''
  set -l kind ''
  set -l takes ''
  set -l said (commandline -opc)
  set -l typed (commandline -ct)
  __windfall_at ''
  for word in $said[2..-1]
    set -l is_option (test -z "$literal"; and string match -q -- '-?*' "$word"; and echo 1)
    if test -n "$open"; and not test -n "$ends" -a -n "$is_option"
      if test "$takes" = many
        set ends 1
      else
        set open ''
      end
      continue
    end
    set open ''
    if test -n "$is_option" -a "$word" = --
      set literal 1
    else if test -n "$is_option"
      __windfall_takes "$path_to" "$word"
      if test -n "$takes"
        set open $kind
        set ends ''
      end
      if test "$takes" = maybe
        set ends 1
      end
      if test -n "$runs"; and not contains -- "$word" --help -h
        set path_to $runs
        __windfall_at "$path_to"
      end
    else if test $given -eq 1; and string match -q -- "$word"\\t'*' $subs
      set path_to (string trim -- "$path_to $word")
      __windfall_at "$path_to"
    else
      if test -n "$runs"
        set path_to $runs
        __windfall_at "$path_to"
      end
      set given (math $given + 1)
    end
  end
  set -l is_option (test -z "$literal"; and string match -q -- '-*' "$typed"; and echo 1)
  if test -n "$open"; and not test -n "$ends" -a -n "$is_option"
    __windfall_value "$open" '' "$typed"
  else if test -n "$is_option"; and string match -q -- '--*=*' "$typed"
    set -l name (string split -m 1 -f 1 = -- "$typed")
    __windfall_takes "$path_to" "$name"
    __windfall_value "$kind" "$name=" (string split -m 1 -f 2 = -- "$typed")
  else if test -n "$is_option"
    printf '%s\\n' $opts
  else
    if test $given -eq 1 -a -z "$literal"
      printf '%s\\n' $subs
    end
    if test -n "$more" -a $given -gt (count $args)
      set given (count $args)
    end
    if test $given -le (count $args)
      __windfall_value "$args[$given]" '' "$typed"
    end
  end
end

complete -c windfall -f -a '(__windfall_complete)'
`
