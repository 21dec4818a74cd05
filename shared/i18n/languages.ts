import { z } from 'zod'

/** The languages the window and the tray speak, each named in itself. */
export const LANGUAGE_NAMES = { en: 'English', de: 'Deutsch', fr: 'Français' } as const

export const Language = z.enum(['en', 'de', 'fr'])
export type Language = z.infer<typeof Language>

/** Numbers and dates of a language whose region nobody has named: English with a 24-hour clock and day before month. */
const REGION: Readonly<Record<Language, string>> = { en: 'en-GB', de: 'de-DE', fr: 'fr-FR' }

const languageOf = (tag: string): Language | undefined => Language.options.find((language) => tag.toLowerCase().split('-')[0] === language)

/**
 * The language for somebody who prefers these, best first (BCP 47 tags, as a browser or system tells them): the first that Windfall speaks, else English.
 */
export const pickLanguage = (preferred: readonly string[]): Language => preferred.map(languageOf).find((language) => language !== undefined) ?? 'en'

/** The BCP 47 tag that numbers and dates follow: the person's own region where it goes with the language. */
export function regionOf(language: Language, preferred: readonly string[]): string {
  const own = preferred.find((tag) => languageOf(tag) === language && tag.includes('-'))
  return own !== undefined && isTag(own) ? own : REGION[language]
}

function isTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1
  } catch {
    return false
  }
}
