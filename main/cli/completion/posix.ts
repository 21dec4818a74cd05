/** What bash and zsh are told in the same words. */
import type { OptionRow } from './tables.ts'

/** A text as both take it, whatever it holds. */
export const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

/** What each option takes, as patterns of a `case`; `open` stands before each. The first row of an option is for all commands that have no other. */
export function optionCases(rows: readonly OptionRow[], open: '' | '('): string[] {
  const isCommon = (row: OptionRow) => rows.find(({ option }) => option === row.option) === row
  const special = rows.filter((row) => !isCommon(row)).map((row) => [row.paths.map((path) => quoted(`${path} ${row.option}`)).join('|'), row] as const)
  const common = rows.filter(isCommon).map((row) => [`*${quoted(` ${row.option}`)}`, row] as const)
  return [...special, ...common].map(([pattern, { kind, takes }]) => `  ${open}${pattern}) kind=${quoted(kind)} takes=${takes} ;;`)
}

/** How one word of the line moves things on. `isCommand` tests whether `$word` is one of `$subs`; zsh keeps `path` for itself. */
export const stepOf = (isCommand: string): string => `    if [[ -n $open && ! ( -n $ends && -z $literal && $word == -?* ) ]]; then
      if [[ $takes == many ]]; then ends=1; else open=''; fi
      continue
    fi
    open=''
    if [[ -z $literal && $word == -- ]]; then literal=1
    elif [[ -z $literal && $word == -?* ]]; then
      __windfall_takes "$path_to" "$word"
      if [[ -n $takes ]]; then open=$kind ends=''; fi
      if [[ $takes == maybe ]]; then ends=1; fi
      if [[ -n $runs && $word != --help && $word != -h ]]; then path_to=$runs; __windfall_at "$path_to"; fi
    elif [[ $given == 0 && ${isCommand} ]]; then
      path_to=\${path_to:+$path_to }$word
      __windfall_at "$path_to"
    else
      if [[ -n $runs ]]; then path_to=$runs; __windfall_at "$path_to"; fi
      given=$((given + 1))
    fi`
