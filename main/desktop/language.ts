import { type Language, pickLanguage } from '../../shared/i18n/languages.ts'
import { type Catalogue, speak } from '../../shared/i18n/translate.ts'

const CATALOGUES: Readonly<Record<Language, () => Promise<Catalogue>>> = {
  en: async () => ({}),
  de: async () => (await import('../../shared/i18n/de.json')).default,
  fr: async () => (await import('../../shared/i18n/fr.json')).default,
}

/** Has the shell speak the owner's language: the chosen one, else the best of those the system prefers (BCP 47 tags). */
export async function speakTo(chosen: Language | null, preferred: readonly string[]): Promise<void> {
  const language = chosen ?? pickLanguage(preferred)
  speak(language, await CATALOGUES[language](), preferred)
}
