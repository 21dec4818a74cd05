import { expect, test } from 'vitest'
import catalogue from '../../shared/i18n/fr.json'
import { ADDRESSES, leftInEnglish, tooWideBy } from './languages.fake.tsx'

test.each(ADDRESSES)('%s speaks French', async (address) => {
  expect(await leftInEnglish('fr', catalogue, address)).toEqual([])
})

test('Home fits a small phone in French', async () => {
  expect(await tooWideBy('fr', catalogue, '#/')).toBe(0)
})
