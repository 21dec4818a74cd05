import { expect, test } from 'vitest'
import catalogue from '../../shared/i18n/de.json'
import { ADDRESSES, leftInEnglish, tooWideBy } from './languages.fake.tsx'

test.each(ADDRESSES)('%s speaks German', async (address) => {
  expect(await leftInEnglish('de', catalogue, address)).toEqual([])
})

test('Home fits a small phone in German', async () => {
  expect(await tooWideBy('de', catalogue, '#/')).toBe(0)
})
