import { type Language, pickLanguage } from '../../shared/i18n/languages.ts'
import { type Catalogue, speak } from '../../shared/i18n/translate.ts'

/** Who reads English loads no other texts. */
const CATALOGUE: Readonly<Record<Language, () => Promise<Catalogue>>> = {
  en: async () => ({}),
  de: async () => (await import('../../shared/i18n/de.json')).default,
  fr: async () => (await import('../../shared/i18n/fr.json')).default,
}

interface Wish {
  /** `null` follows the system. */
  readonly language: Language | null
  /** BCP 47 tags, best first. */
  readonly preferred: readonly string[]
}

/** Makes the page speak the language that was chosen, or the first one preferred that Windfall speaks. */
export async function speakLanguage({ language, preferred }: Wish, page: Pick<HTMLElement, 'lang'>): Promise<void> {
  const spoken = language ?? pickLanguage(preferred)
  speak(spoken, await CATALOGUE[spoken](), preferred)
  page.lang = spoken
}
