/** Several values in one word of a URL: `planned,running`. */
import { z } from 'zod'

/** One or more of these words, separated by commas. Error, of whoever parses it: anything else. */
export const severalOf = (words: readonly string[]) => {
  const one = `(?:${words.join('|')})`
  return z
    .string()
    .max(400)
    .regex(new RegExp(`^${one}(?:,${one}){0,${words.length - 1}}$`), `expected one or more of ${words.join(', ')}, separated by commas`)
}

/** As many zones as may be asked for at once. */
const ZONE = '[A-Z]{2}(?:-[A-Z0-9]{1,8}){0,3}'
export const SeveralZones = z
  .string()
  .max(600)
  .regex(new RegExp(`^${ZONE}(?:,${ZONE}){0,29}$`), 'expected one or more zones such as GB-13,DE, separated by commas')

/** The values of such a word, each once; `null`: whatever the value is. The border has checked them. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the border has checked which words these are, and the caller knows them
export const each = <T extends string>(text: string | null | undefined): readonly T[] | null =>
  text === null || text === undefined ? null : ([...new Set(text.split(','))] as T[])

/** A part of a name, whatever its case. */
export const NamePart = z.string().regex(/^[^\p{C}]{1,80}$/u, 'expected a part of a name, at most 80 characters')
