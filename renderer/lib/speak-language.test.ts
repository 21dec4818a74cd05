import { afterEach, expect, test } from 'vitest'
import { region, speak, t } from '../../shared/i18n/translate.ts'
import { speakLanguage } from './speak-language.ts'

afterEach(() => speak('en', {}))

test.each([
  [null, ['fr-CH', 'de'], 'fr', 'fr-CH', 'Accueil'],
  ['de', ['fr-CH'], 'de', 'de-DE', 'Übersicht'],
  [null, ['ja'], 'en', 'en-GB', 'Home'],
] as const)('who chose %s and prefers %j reads %s', async (language, preferred, lang, tag, home) => {
  const page = { lang: '' }
  await speakLanguage({ language, preferred }, page)
  expect([page.lang, region(), t('Home')]).toEqual([lang, tag, home])
})
