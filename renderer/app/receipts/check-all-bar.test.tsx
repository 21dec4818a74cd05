import { expect, test } from 'vitest'
import { VERIFICATION_STEPS, type Verification } from '../../../shared/domain/verification.ts'
import { testBundle } from '../../../shared/domain/receipt-bundle.fake.ts'
import { someReceipts } from '../../lib/fixtures.fake.ts'
import { createFakeTransport, happyHandlers } from '../../lib/transport.fake.ts'
import { openWindow } from '../window.fake.tsx'

const [row] = someReceipts()
const RECEIPTS = Array.from({ length: 1_000 }, (_, index) => ({ ...(row as NonNullable<typeof row>), receiptId: `receipt-${index + 1}` }))

async function open(verify: (index: number) => Promise<Verification>) {
  const bundle = await testBundle()
  const transport = createFakeTransport(happyHandlers({ bundle, pinnedKeys: [] }))
  transport.answer({
    listReceipts: ({ after, limit }) => {
      const start = after === null ? 0 : RECEIPTS.findIndex(({ receiptId }) => receiptId === after) + 1
      return { items: RECEIPTS.slice(start, start + limit), next: start + limit < RECEIPTS.length ? (RECEIPTS[start + limit - 1]?.receiptId ?? null) : null }
    },
  })
  let checked = 0
  return openWindow({ address: '#/receipts', transport, verify: () => verify(++checked) })
}

test('a check of all can be cancelled by the button that began it, which keeps the focus', async () => {
  const never = Promise.withResolvers<Verification>()
  const { screen } = await open(() => never.promise)
  const button = screen.getByRole('button', { name: 'Verify all here' })
  await button.click()
  await expect.element(screen.getByText('0 of 1,000 checked')).toBeVisible()
  const cancel = screen.getByRole('button', { name: 'Cancel' })
  expect(document.activeElement).toBe(cancel.element())
  await cancel.click()
  never.resolve({ valid: false, failedStep: VERIFICATION_STEPS[0], steps: [] })
  await expect.element(screen.getByText('Cancelled. The others were not checked.')).toBeVisible()
})

test('what failed is counted, named by its step and can be shown alone', async () => {
  const { screen } = await open(async (index) => ({ valid: index % 400 !== 0, failedStep: index % 400 === 0 ? 'proofs' : null, steps: [] }))
  await screen.getByRole('button', { name: 'Verify all here' }).click()
  // The fixture holds one bundle: only the first receipt is called by its name.
  await expect.element(screen.getByText('999 not valid')).toBeVisible()
  await screen.getByRole('radio', { name: 'Failed (999)' }).click()
  await expect.element(screen.getByRole('table', { name: 'Receipts that failed the check' })).toHaveAttribute('aria-rowcount', '1000')
  await expect.element(screen.getByText('It is another receipt than its name says.').first()).toBeVisible()
})
