import { describe, expect, test, vi } from 'vitest'
import type { ReceiptBundle } from '../../../shared/domain/carbon-receipt.ts'
import { testBundle, testLogKey, testReceiptKey } from '../../../shared/domain/receipt-bundle.fake.ts'
import { VERIFICATION_STEPS } from '../../../shared/domain/verification.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { aStatus } from '../../lib/fixtures.fake.ts'
import { createFakeTransport, happyHandlers } from '../../lib/transport.fake.ts'
import { openWindow } from '../window.fake.tsx'

const ADDRESS = '#/receipts/receipt-1'
const pinned = [testReceiptKey.keyId, testLogKey.keyId]
const transportWith = (bundle: ReceiptBundle, pinnedKeys = pinned) => createFakeTransport(happyHandlers({ bundle, pinnedKeys }))

/** One figure changed inside the signed proof, everything else as it was. */
async function tampered(): Promise<ReceiptBundle> {
  const bundle = await testBundle()
  const [first, ...others] = bundle.proofs
  if (!first) throw new Error('a bundle has a proof')
  return { ...bundle, proofs: [{ ...first, payload: btoa(atob(first.payload).replace('RTX 4080', 'RTX 4090')) }, ...others] }
}

const noCrypto = () => Promise.reject(new Error('no cryptography in this page.'))

describe('the list', () => {
  test('shows energy and the origin of the grid data of each', async () => {
    const { screen } = await openWindow({ address: '#/receipts' })
    await expect.element(screen.getByRole('row', { name: /receipt-1/ })).toMatchTextContent(/12:41 · zone GB-13.*recorded 18 March 2024.*14\.4\sg.*120\sWh/)
    await expect.element(screen.getByRole('row', { name: /01998e/ })).toMatchTextContent(/live.*−1\.2\sg/)
    await expect.element(screen.getByRole('row', { name: /01998c/ })).toMatchTextContent(/modelled, not measured.*≈ 310\sJ/)
  })

  test('names what is loading', async () => {
    const transport = createFakeTransport()
    transport.hang('listReceipts')
    const { screen } = await openWindow({ address: '#/receipts', transport })
    await expect.element(screen.getByText('Loading your receipts…')).toBeInTheDocument()
  })

  test('says when there is none, and when the first one comes', async () => {
    const transport = createFakeTransport()
    transport.answer({ listReceipts: () => ({ items: [], next: null }) })
    const { screen } = await openWindow({ address: '#/receipts', transport })
    await expect.element(screen.getByText('No receipts yet.')).toBeVisible()
  })

  test('a failure keeps the menu', async () => {
    const transport = createFakeTransport()
    transport.fail('listReceipts', new WindfallError('internal', 'Something went wrong on our side. The log has the details.'))
    const { screen } = await openWindow({ address: '#/receipts', transport })
    await expect.element(screen.getByRole('alert')).toMatchTextContent('Could not load your receipts.')
    await expect.element(screen.getByRole('navigation', { name: 'Main' })).toBeVisible()
  })
})

const searched = (transport: ReturnType<typeof createFakeTransport>) =>
  transport.asked.filter(({ name }) => name === 'listReceipts').map(({ input }) => input as Record<string, unknown>)

describe('looking for one', () => {
  test('the agent is asked for what the address says, and the address says what is typed', async () => {
    const { screen, transport } = await openWindow({ address: '#/receipts?grid=recorded' })
    await expect.element(screen.getByRole('combobox', { name: 'Grid data' })).toHaveValue('recorded')
    await expect.poll(() => searched(transport).at(-1)).toMatchObject({ origin: 'recorded', after: null })
    await screen.getByRole('searchbox', { name: 'Find' }).fill('gb-13 4f2a')
    await expect.poll(() => searched(transport).at(-1)).toMatchObject({ search: 'gb-13 4f2a', origin: 'recorded' })
    expect(location.hash).toBe('#/receipts?find=gb-13+4f2a&grid=recorded')
    await expect.element(screen.getByRole('searchbox', { name: 'Find' })).toHaveFocus()
  })

  test('days are whole days of the owner', async () => {
    const { screen, transport } = await openWindow({ address: '#/receipts' })
    await screen.getByLabelText('Issued from').fill('2026-11-20')
    await screen.getByLabelText('Issued to').fill('2026-11-20')
    const [since, until] = [new Date(2026, 10, 20), new Date(2026, 10, 21)].map((day) => day.toISOString())
    await expect.poll(() => searched(transport).at(-1)).toMatchObject({ since, until })
  })

  test('nothing found says so, and one press shows all again', async () => {
    const transport = createFakeTransport()
    const all = await happyHandlers().listReceipts({ after: null, limit: 50 }, undefined)
    transport.answer({ listReceipts: ({ search }) => (search === undefined ? all : { items: [], next: null }) })
    const { screen } = await openWindow({ address: '#/receipts?find=nowhere', transport })
    await expect.element(screen.getByText('No receipt of this computer matches.')).toBeVisible()
    await screen.getByRole('button', { name: 'Show all' }).click()
    await expect.element(screen.getByRole('row', { name: /receipt-1/ })).toBeVisible()
    expect(location.hash).toBe('#/receipts')
    expect(screen.getByRole('button', { name: 'Show all' }).elements()).toEqual([])
  })

  test('an address that makes no sense counts as left out', async () => {
    const { transport } = await openWindow({ address: '#/receipts?grid=solar&from=yesterday&to=2026-13-40' })
    await expect.poll(() => searched(transport).length).toBeGreaterThan(0)
    expect(searched(transport).at(-1)).toEqual({ after: null, limit: 50 })
  })

  test('a search that fails keeps what was typed', async () => {
    const transport = createFakeTransport()
    transport.fail('listReceipts', new WindfallError('internal', 'Something went wrong on our side. The log has the details.'))
    const { screen } = await openWindow({ address: '#/receipts?find=4f2a', transport })
    await expect.element(screen.getByRole('alert')).toMatchTextContent('Could not load your receipts.')
    await expect.element(screen.getByRole('searchbox', { name: 'Find' })).toHaveValue('4f2a')
  })

  test('without a connection the receipts of this computer are found all the same', async () => {
    const transport = createFakeTransport()
    const status = aStatus()
    transport.answer({ getStatus: () => ({ ...status, coordinator: { ...status.coordinator, state: 'offline', message: 'No answer.' } }) })
    const { screen } = await openWindow({ address: '#/receipts?find=receipt', transport })
    await expect.element(screen.getByRole('row', { name: /receipt-1/ })).toBeVisible()
  })
})

describe('checking on this computer', () => {
  test('a true receipt: every step with its finding', async () => {
    const { screen } = await openWindow({ address: ADDRESS, transport: transportWith(await testBundle()) })
    const verdict = screen.getByRole('region', { name: 'Checked on this computer, without the network' })
    await expect.element(verdict.getByText('Valid', { exact: true })).toBeVisible()
    const steps = verdict.getByRole('listitem')
    expect(steps.elements()).toHaveLength(VERIFICATION_STEPS.length)
    await expect.element(steps.nth(0)).toMatchTextContent(/Passed: Signed envelope/)
    await expect.element(steps.filter({ hasText: 'Entry in the public log' })).toMatchTextContent(/Passed: .*number 6 of 8/)
    await expect.element(steps.filter({ hasText: 'Anchor on Solana' })).toMatchTextContent(/Not checked: /)
  })

  test('a receipt changed in one place: not valid, the failing step named, its figures marked', async () => {
    const { screen } = await openWindow({ address: ADDRESS, transport: transportWith(await tampered()) })
    await expect.element(screen.getByText('Not valid', { exact: true })).toBeVisible()
    await expect.element(screen.getByText('The check failed at “Energy proofs”. Do not rely on this receipt.')).toBeVisible()
    await expect.element(screen.getByText('These figures come from a receipt that failed its check.')).toBeVisible()
    await expect.element(screen.getByRole('listitem').filter({ hasText: 'Energy proofs' })).toMatchTextContent(/Failed: Energy proofs/)
  })

  test('a receipt of a coordinator that this agent does not trust', async () => {
    const { screen } = await openWindow({ address: ADDRESS, transport: transportWith(await testBundle(), [testLogKey.keyId]) })
    await expect.element(screen.getByText('The check failed at “Coordinator’s key”. Do not rely on this receipt.')).toBeVisible()
  })

  test('another receipt than the one asked for', async () => {
    const { screen } = await openWindow({ address: '#/receipts/receipt-2', transport: transportWith(await testBundle()) })
    await expect.element(screen.getByText('This is another receipt.')).toBeVisible()
  })

  test('can be done again', async () => {
    let checks = 0
    const verify = async () => {
      checks++
      return { valid: true, failedStep: null, steps: [] }
    }
    const { screen } = await openWindow({ address: ADDRESS, transport: transportWith(await testBundle()), verify })
    await expect.element(screen.getByText('Valid', { exact: true })).toBeVisible()
    await screen.getByRole('button', { name: 'Check again' }).click()
    await expect.poll(() => checks).toBe(2)
  })

  test('that cannot be made says nothing about the receipt', async () => {
    const { screen } = await openWindow({ address: ADDRESS, transport: transportWith(await testBundle()), verify: noCrypto })
    await expect.element(screen.getByText(/The check could not be made: no cryptography in this page\. This says nothing about the receipt\./)).toBeVisible()
  })
})

describe('what it states', () => {
  test('energy with method and uncertainty, emissions, baseline, attributed saving', async () => {
    const { screen } = await openWindow({ address: ADDRESS, transport: transportWith(await testBundle()) })
    const claims = screen.getByRole('region', { name: 'What it states' })
    await expect
      .element(claims)
      .toMatchTextContent(
        /167\sWh ±\s5\.2% energy counter.*13\.8\sg CO₂e in zone GB-13.*Baseline35\sg.*Attributed saving21\.3\sg CO₂e, baseline less emissions/,
      )
    expect(document.body.textContent).not.toMatch(/avoided|offset/i)
    const intervals = screen.getByRole('table', { name: 'Intervals of the receipt' }).getByRole('row')
    await expect.element(intervals.nth(1)).toMatchTextContent(/recorded.*NESO.*90\sg\/kWh.*41\.7\sWh/)
  })

  test('the raw statement is there to read', async () => {
    const { screen } = await openWindow({ address: ADDRESS, transport: transportWith(await testBundle()) })
    await screen.getByText('Show what was signed, and the whole bundle').click()
    await expect.element(screen.getByRole('region', { name: 'Receipt as JSON' })).toMatchTextContent('"_type": "https://in-toto.io/Statement/v1"')
    await expect.element(screen.getByRole('region', { name: 'Energy proof 1 as JSON' })).toMatchTextContent('"boardJ": 600000')
  })

  test('the export is the bundle, named by the receipt', async () => {
    const bundle = await testBundle()
    const { screen } = await openWindow({ address: ADDRESS, transport: transportWith(bundle) })
    const saved = Promise.withResolvers<{ name: string; text: Promise<string> }>()
    const click = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function save(this: HTMLAnchorElement) {
      saved.resolve({ name: this.download, text: fetch(this.href).then((file) => file.text()) })
    })
    await screen.getByRole('button', { name: 'Export .wfreceipt' }).click()
    const { name, text } = await saved.promise
    expect(name).toBe('receipt-1.wfreceipt')
    expect(JSON.parse(await text)).toEqual(bundle)
    click.mockRestore()
  })

  test('one that is not on this computer yet', async () => {
    const { screen } = await openWindow({ address: ADDRESS })
    await expect.element(screen.getByRole('alert')).toMatchTextContent('This receipt is not on this machine. It may still be on its way.')
  })
})
