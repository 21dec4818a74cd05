import { describe, expect, test } from 'vitest'
import { testBundle, testLogKey, testReceiptKey } from '../../shared/domain/receipt-bundle.fake.ts'
import catalogue from '../../shared/i18n/de.json'
import { speak } from '../../shared/i18n/translate.ts'

// Many texts are made when their module is, so the language is chosen before any of them is loaded.
speak('de', catalogue, ['de-DE'])
const { openWindow } = await import('./window.fake.tsx')
const { createFakeTransport, happyHandlers } = await import('../lib/transport.fake.ts')
const { aClaim, aQuote, aStatement, someBalances } = await import('../lib/money.fake.ts')
const { englishLeft, keysOf } = await import('./english-left.fake.ts')

const keys = keysOf(catalogue)
/** Jobs and sources of the samples. */
const names = /Galaxy cluster|Image batch|NESO|Contains data/
const main = () => document.querySelector('main') ?? expect.unreachable('a window has a main part')

const pinnedKeys = [testReceiptKey.keyId, testLogKey.keyId]
const withReceipt = async () => createFakeTransport(happyHandlers({ bundle: await testBundle(), pinnedKeys }))
const inGerman = async (address: string, transport?: ReturnType<typeof createFakeTransport>) =>
  openWindow({ address, transport: transport ?? (await withReceipt()) })

const nothingLeft = () => expect.poll(() => englishLeft(main(), { keys, names })).toEqual([])

describe('pages of money, receipts, the grid and rules in German', () => {
  test.each([
    ['#/earnings', 'Einnahmen', /^≈ .* an einem Tag\./],
    ['#/earnings/earning-1', /^0,0281 \$ für Image batch/, 'Ihr Anteil, 85\u00a0%'],
    ['#/payouts', 'Auszahlungen', 'Auszahlungen, neueste zuerst'],
    ['#/payouts/payout-32', /^Auszahlung von 1,25 \$/, 'Von Ihren Einnahmen abgezogen'],
    ['#/receipts', 'Belege', 'Zugerechnete Einsparung'],
    ['#/receipts/receipt-1', /^Beleg /, 'Jede Zahl folgt aus der gemessenen Energie und der angegebenen Intensität.'],
    [`#/statements/${aStatement().month}`, /^Abrechnung für /, /^Nach den Büchern des Koordinators/],
    ['#/grid', 'Stromnetz', 'Wie grün das Stromnetz sein muss'],
    ['#/settings', 'Einstellungen', 'Den Computer zurückgeben'],
  ])('%s has no English left', async (address, title, told) => {
    const { screen } = await inGerman(address)
    await expect.element(screen.getByRole('heading', { level: 1, name: title })).toBeVisible()
    await expect.element(screen.getByText(told).first()).toBeInTheDocument()
    await nothingLeft()
  })

  test('amounts have the signs of the region, and stay exact', async () => {
    const transport = createFakeTransport()
    transport.answer({ getBalances: () => someBalances({ accruedMicroUsd: '1234560000' }) })
    const { screen } = await inGerman('#/earnings', transport)
    await expect.element(screen.getByRole('region', { name: 'Stand Ihres Geldes' })).toMatchTextContent(/Aufgelaufen.*1\.234,56\s\$/)
  })

  test('a claim reads from its fee to what arrives', async () => {
    const transport = createFakeTransport()
    transport.answer({ getPayoutClaims: () => ({ claims: [], quote: aQuote() }) })
    const { screen } = await inGerman('#/payouts', transport)
    const card = screen.getByRole('region', { name: 'Auszahlung abrufen' })
    await expect.element(card.getByRole('list', { name: 'Schritte des Abrufs' })).toMatchTextContent(/Prüfung.*Angenommen.*Gesendet.*Trifft ein.*Ausgezahlt/)
    await expect.element(card).toMatchTextContent(/Netzwerkgebühr höchstens.*− 0,000750\s\$.*Sie erhalten in SOL an 7Np4…T4K2 auf devnet.*0,098128333\sSOL/)
    await expect.element(card.getByRole('button', { name: /^14,72\s\$ abrufen, 0,098128333\sSOL an 7Np4…T4K2 auszahlen$/ })).toBeVisible()
    await expect.element(card).toMatchTextContent(/Kurs 1 SOL = 150,000000\s\$, vom Betreiber festgelegt, /)
    await expect.element(card).toMatchTextContent('Es bindet den Koordinator noch 2:00.')
    await nothingLeft()
    transport.answer({ getPayoutClaims: () => ({ claims: [aClaim({ state: 'sent' })], quote: null }) })
    transport.push('changed', { seq: 1, what: ['payouts'] })
    await expect.element(card).toMatchTextContent(/auf dem Weg zu 7Np4…T4K2\..*Sie können dieses Fenster schließen: Es geht ohne weiter\./)
    await nothingLeft()
  })

  test('a rule is a sentence around its number, in German order, and takes a German number', async () => {
    const { screen, transport } = await inGerman('#/settings')
    const minutes = screen.getByRole('textbox', { name: 'Nur, wenn diesen Computer seit … min niemand berührt hat' })
    await minutes.fill('7,5')
    await screen.getByRole('button', { name: 'Speichern' }).click()
    await expect.poll(() => transport.asked.findLast(({ name }) => name === 'setRules')?.input).toMatchObject({ rules: { idleStartS: 450 } })
    await expect.element(minutes).toHaveValue('7,5')
    await expect.element(screen.getByText('Nur, wenn diesen Computer seit 7,5 min niemand berührt hat.')).toBeVisible()
  })

  test('what was wrong with a receipt is said in German, with the words of the check marked as English', async () => {
    const bundle = await testBundle({ statement: (same) => ({ ...same, predicate: { ...same.predicate, emissionsG: 1 } }) })
    const { screen } = await inGerman('#/receipts/receipt-1', createFakeTransport(happyHandlers({ bundle, pinnedKeys })))
    await expect.element(screen.getByText(/^Die Prüfung ist bei „.+“ gescheitert\. Verlassen Sie sich nicht auf diesen Beleg\.$/)).toBeVisible()
    await expect.element(screen.getByText(/^Eine Zahl folgt nicht aus der gemessenen Energie\./)).toMatchTextContent(/the figure for emissions/i)
    await expect.element(screen.getByText(/figure for emissions in grams is/)).toHaveAttribute('lang', 'en')
  })
})
