import { expect, test } from 'vitest'
import { testBundle, testLogKey, testReceiptKey } from '../../shared/domain/receipt-bundle.fake.ts'
import catalogue from '../../shared/i18n/fr.json'
import { speak } from '../../shared/i18n/translate.ts'

// Many texts are made when their module is, so the language is chosen before any of them is loaded.
speak('fr', catalogue, ['fr-FR'])
const { openWindow } = await import('./window.fake.tsx')
const { createFakeTransport, happyHandlers } = await import('../lib/transport.fake.ts')
const { aQuote, aStatement } = await import('../lib/money.fake.ts')
const { englishLeft, keysOf } = await import('./english-left.fake.ts')

const keys = keysOf(catalogue)
/** Jobs and sources of the samples. */
const names = /Galaxy cluster|Image batch|NESO|Contains data/
const main = () => document.querySelector('main') ?? expect.unreachable('a window has a main part')

test.each([
  ['#/earnings', 'Revenus', /≈ .* en un jour\./],
  ['#/earnings/earning-1', /^0,0281\s\$ pour Image batch/, 'Votre part, 85\u00a0%'],
  ['#/payouts', 'Versements', 'Étapes de la demande'],
  ['#/receipts/receipt-1', /^Reçu /, 'Chaque chiffre découle de l’énergie mesurée et de l’intensité indiquée.'],
  [`#/statements/${aStatement().month}`, /^Relevé mensuel \(/, /D’après les livres du coordinateur/],
  ['#/grid', 'Réseau', 'À quel point le réseau doit être vert'],
  ['#/settings', 'Réglages', 'Rendre l’ordinateur'],
])('%s has no English left in French', async (address, title, told) => {
  const transport = createFakeTransport(happyHandlers({ bundle: await testBundle(), pinnedKeys: [testReceiptKey.keyId, testLogKey.keyId] }))
  transport.answer({ getPayoutClaims: () => ({ claims: [], quote: aQuote() }) })
  const { screen } = await openWindow({ address, transport })
  await expect.element(screen.getByRole('heading', { level: 1, name: title })).toBeVisible()
  await expect
    .poll(() => [main().textContent, ...[...main().querySelectorAll('[aria-label]')].map((part) => part.getAttribute('aria-label'))].join('\n'))
    .toMatch(told)
  await expect.poll(() => englishLeft(main(), { keys, names })).toEqual([])
})
