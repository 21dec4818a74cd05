/** Loaded before anything that has texts, so that they are in the reader's language from the start. */
import { pickLanguage } from '../../shared/i18n/languages.ts'
import { type Catalogue, speak } from '../../shared/i18n/translate.ts'

/** The texts of each language come with the page, as data that never runs. */
const catalogues = JSON.parse(document.getElementById('texts')?.textContent ?? '{}') as Readonly<Record<string, Catalogue>>
const language = pickLanguage(navigator.languages)
speak(language, catalogues[language] ?? {}, navigator.languages)
document.documentElement.lang = language
