import { parseAst } from 'vite'
import { expect, test } from 'vitest'
import { textsIn, translationsOf } from './page-texts.ts'

test('every text of a program is found, however a bundler writes it, and nothing that only looks like one', () => {
  const program = 'const a = { b: "Receipts", "All receipts": () => [`Payouts`] }; /* Earnings */ f(`of ${a}`, 3, /Grid/)'
  expect([...textsIn(parseAst(program))].toSorted()).toEqual(['', 'All receipts', 'Payouts', 'Receipts', 'of '])
})

test('a page gets the translations of its own texts in every other language, and no others', () => {
  const texts = translationsOf(['Receipts', 'No catalogue has this.', '__proto__', 'toString'])
  expect(texts).toEqual({ de: { Receipts: 'Belege' }, fr: { Receipts: 'Reçus' } })
})
