/** What the hidden command of the shells' scripts says: what may come next. */
import type { CommandDefinition } from '../definition.ts'
import { type Asked, expectedOf, isAsked } from './expected.ts'
import type { Id } from './ids.ts'
import { forTerminal } from '../terminal-text.ts'
import { type Position, positionAt } from './position.ts'

export interface AnswerPorts {
  readonly program: CommandDefinition
  /** Rejects where nobody answers in time. */
  readonly ids: (kind: Asked, words: readonly string[]) => Promise<readonly Id[]>
}

/** A shell puts what it is told into a command line as it is: ids hold nothing that would mean something there, or are not offered. */
const SAFE = /^[\p{L}\p{N}._:@+,/=-]+$/u

const idsAt = async ({ value }: Position, words: readonly string[], { ids }: AnswerPorts): Promise<readonly Id[]> => {
  const kind = value === null ? null : expectedOf(value).ids
  const found = kind !== null && isAsked(kind) ? await ids(kind, words) : []
  return found.filter(({ id }) => SAFE.test(id))
}

/** A word and what it says. */
const line = (word: string, says: string): string => (says === '' ? word : `${word}\t${forTerminal(says.replaceAll(/\s+/g, ' '))}`)

/** Commands, options and words to choose from: what the scripts know by themselves. */
function known({ commands, options, value, before }: Position): string[] {
  const words = value === null ? [] : expectedOf(value).words
  return [
    ...commands.map(({ path, description }) => line(path.at(-1) ?? '', description)),
    ...options.flatMap(({ names, description }) => names.filter((name) => name.startsWith('--')).map((name) => line(name, description))),
    ...words.map((word) => `${before}${word}`),
  ]
}

/**
 * What the last of these words may become, a line for each with a tab before what it stands for; `windfall` is not one of the words.
 * With `onlyIds` what scripts cannot know: ids of jobs, nodes and the like.
 */
export async function answerLines(words: readonly string[], onlyIds: boolean, ports: AnswerPorts): Promise<string[]> {
  const position = positionAt(ports.program, words)
  const current = words.at(-1) ?? ''
  const ids = await idsAt(position, words, ports)
  const lines = [...(onlyIds ? [] : known(position)), ...ids.map(({ id, says }) => line(onlyIds ? id : `${position.before}${id}`, says))]
  const typed = onlyIds ? current.slice(position.before.length) : current
  return lines.filter((text) => text.startsWith(typed))
}
