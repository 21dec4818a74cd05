/**
 * Texts in the language of whoever reads them. The English text, an ICU message, is the key of its translations in `de.json` and `fr.json`
 * (https://unicode-org.github.io/icu/userguide/format_parse/messages/). A program chooses its language once, before it loads what has texts.
 */
import { type Language, regionOf } from './languages.ts'
import { type Message, fillMessage, readMessage } from './message.ts'

/** English message → its translation. */
export type Catalogue = Readonly<Record<string, string>>
type Values = Readonly<Record<string, string | number>>

let current: { readonly language: Language; readonly region: string; readonly catalogue: Catalogue } = { language: 'en', region: 'en-GB', catalogue: {} }
const messages = new Map<string, Message>()

/** Chooses the language of this program. `preferred` are BCP 47 tags, best first, for the region that numbers and dates follow. */
export function speak(language: Language, catalogue: Catalogue, preferred: readonly string[] = []): void {
  current = { language, region: regionOf(language, preferred), catalogue }
  messages.clear()
}

export const spokenLanguage = (): Language => current.language

/** The BCP 47 tag for `Intl`. */
export const region = (): string => current.region

/** A text, with what belongs in its places. `message` is a literal, so that a test finds every text that lacks a translation. */
export function t(message: string, values?: Values): string {
  const spoken = spokenText(message)
  return spoken.includes('{') || spoken.includes("'") ? filled(message, values ?? {}).join('') : spoken
}

/** As {@link t} with places for anything, such as elements of a page: the parts in order, for a caller that puts them together. */
export function tParts<T>(message: string, values: Readonly<Record<string, T>>): readonly (string | T)[] {
  return filled<T>(message, values)
}

const spokenText = (message: string): string => (Object.hasOwn(current.catalogue, message) ? (current.catalogue[message] ?? message) : message)

/** A translation that is no message for these values is no reason to show nothing: the English text stands in for it. */
function filled<T>(message: string, values: Readonly<Record<string, T | string | number>>): readonly (string | T)[] {
  const fill = (text: string) => fillMessage<T>(messageOf(text), current.region, values)
  const spoken = spokenText(message)
  if (spoken === message) return fill(message)
  try {
    return fill(spoken)
  } catch {
    return fill(message)
  }
}

function messageOf(text: string): Message {
  const known = messages.get(text) ?? readMessage(text)
  messages.set(text, known)
  return known
}
