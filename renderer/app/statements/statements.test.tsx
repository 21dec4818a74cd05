import { expect, test, vi } from 'vitest'
import type { LedgerStatement } from '../../../shared/contract/ledger.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { aStatus } from '../../lib/fixtures.fake.ts'
import { aStatement } from '../../lib/money.fake.ts'
import { createFakeTransport } from '../../lib/transport.fake.ts'
import { openWindow } from '../window.fake.tsx'

const MONTH = aStatement().month

/** Two pages of one month. */
function inPages() {
  const whole = aStatement()
  const transport = createFakeTransport()
  transport.answer({
    getStatement: ({ after }) => (after === null ? { ...whole, items: whole.items.slice(0, 2), next: '2' } : { ...whole, items: whole.items.slice(2) }),
  })
  return transport
}

test('the earnings page leads to the month, which says what was there, what changed it and what is there now', async () => {
  const { screen } = await openWindow({ address: '#/earnings' })
  await screen.getByRole('link', { name: /^Statement of / }).click()
  await expect.element(screen.getByRole('heading', { level: 1, name: /^Statement of / })).toHaveFocus()
  await expect.element(screen.getByRole('row', { name: /^Confirmed/ })).toMatchTextContent(/\$0\.100000\$0\.108100/)
  await expect.element(screen.getByText(/this one goes on, so its end is now/)).toBeVisible()
  const lines = screen.getByRole('list', { name: /Lines of the statement/ })
  await expect.element(lines.getByRole('listitem').nth(1)).toMatchTextContent(/Put into a payout.*Confirmed − \$0\.020000.*Paying \+ \$0\.020000/)
  await expect.element(screen.getByRole('navigation', { name: 'Months' }).getByRole('link')).toMatchTextContent(/^\s*\w+ 20\d\d$/)
})

test('every line opens the entries that were booked with it', async () => {
  const { screen, transport } = await openWindow({ address: `#/statements/${MONTH}` })
  await screen.getByText(/^Job ended/).click()
  const entries = screen.getByRole('table', { name: 'Entries of this transaction' })
  await expect.element(entries).toMatchTextContent(/what was set aside for the job.*your confirmed pay.*\$0\.028100.*the platform.*\$0\.004958.*the requester/)
  expect(transport.asked.filter(({ name }) => name === 'getEntries')).toEqual([{ name: 'getEntries', input: { about: 'transaction:close:job-7' } }])
  transport.fail('getEntries', new WindfallError('unavailable', 'The coordinator does not answer.'))
  await screen.getByText(/^Credits issued/).click()
  await expect.element(screen.getByRole('alert')).toMatchTextContent(/these entries.*does not answer/)
})

test('the whole month is saved as CSV and as JSON, however little of it is shown', async () => {
  const saved: { name: string; text: Promise<string> }[] = []
  const blobs = new Map<string, Blob>()
  vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
    blobs.set('blob:here', blob as Blob)
    return 'blob:here'
  })
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function click(this: HTMLAnchorElement) {
    saved.push({ name: this.download, text: blobs.get(this.href)?.text() ?? Promise.resolve('') })
  })
  const { screen } = await openWindow({ address: `#/statements/${MONTH}`, transport: inPages() })
  await expect.element(screen.getByRole('button', { name: 'Show more' })).toBeVisible()
  expect(screen.getByRole('list', { name: /Lines/ }).getByRole('listitem').elements()).toHaveLength(2)
  await screen.getByRole('button', { name: 'Save as CSV' }).click()
  await expect.poll(() => saved).toHaveLength(1)
  await screen.getByRole('button', { name: 'Save as JSON' }).click()
  await expect.poll(() => saved).toHaveLength(2)
  vi.restoreAllMocks()
  expect(saved.map(({ name }) => name)).toEqual([`windfall-statement-${MONTH}.csv`, `windfall-statement-${MONTH}.json`])
  const [csv = '', json = ''] = await Promise.all(saved.map(({ text }) => text))
  expect(csv.split('\r\n')).toHaveLength(1 + 4 + 1)
  expect(csv).toMatch(/^at,kind,transaction,account,asset,amount,note\r\n.*,close,close:job-7,node:n+:confirmed,micro-usd,28100,/)
  expect(JSON.parse(json) as LedgerStatement).toEqual(aStatement())
})

test('a month without money, a month that there is not, and a coordinator that does not answer', async () => {
  const transport = createFakeTransport()
  transport.answer({ getStatement: ({ month }) => aStatement({ month, opening: [], closing: [], items: [] }) })
  const { screen } = await openWindow({ address: '#/statements/2025-01', transport })
  await expect.element(screen.getByText('No money has moved.')).toBeVisible()
  await expect.element(screen.getByRole('button', { name: 'Save as CSV' })).not.toBeInTheDocument()
  await expect.element(screen.getByRole('link', { name: 'February 2025' })).toBeVisible()
  location.hash = '#/statements/2025-13'
  await expect.element(screen.getByRole('heading', { level: 1, name: 'Not found' })).toBeVisible()
  transport.fail('getStatement', new WindfallError('not-found', 'No coordinator is set.'))
  location.hash = '#/statements/2025-02'
  await expect.element(screen.getByRole('alert')).toMatchTextContent(/Could not load this statement.*No coordinator is set/)
})

test('where nobody has said whom this computer works for, that is what is missing, and the page leads to where it is said', async () => {
  const transport = createFakeTransport()
  transport.answer({ getStatus: () => aStatus({ coordinator: { state: 'unconfigured', url: null, lastSyncAt: null, message: null } }) })
  const { screen } = await openWindow({ address: `#/statements/${MONTH}`, transport })
  await expect.element(screen.getByRole('link', { name: 'Set the coordinator' })).toBeVisible()
  expect(screen.getByRole('button', { name: 'Try again' }).elements()).toEqual([])
  expect(transport.asked.filter(({ name }) => name === 'getStatement')).toEqual([])
})
