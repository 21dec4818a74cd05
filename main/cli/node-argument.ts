import { Command } from 'commander'

/** As few letters as nobody mistakes for a mistyped option, as many as an id has. */
const DASHED_ID = /^-[A-Za-z0-9_-]{7,42}…?$/
const LONG_OPTION = /^--[a-z][a-z-]{1,30}(?:=|$)/

const isId = (word: string): boolean => DASHED_ID.test(word) && !LONG_OPTION.test(word)

/** Adds the node a command is about. One id in 64 begins with a dash, and still is no option. */
export function nodeArgument(command: Command, written: '<node>' | '[node]'): Command {
  const parse = command.parseOptions.bind(command)
  command.parseOptions = (words) => {
    const { operands, unknown } = parse(words)
    const wrong = unknown.some((word) => word.startsWith('-') && !isId(word))
    return wrong ? { operands, unknown } : { operands: [...operands, ...unknown], unknown: [] }
  }
  return command.argument(written, 'the beginning of its id')
}
