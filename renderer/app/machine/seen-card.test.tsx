import { expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { WindfallError } from '../../../shared/errors.ts'
import { aDevice, aProcessor, aSeenDevice, someSeen } from '../../lib/devices.fake.ts'
import { aStatus } from '../../lib/fixtures.fake.ts'
import { createFakeTransport, happyHandlers } from '../../lib/transport.fake.ts'
import { openWindow } from '../window.fake.tsx'

const ignore = () => {}

async function openMachine(status = aStatus({ seen: someSeen() })) {
  const { screen, transport } = await openWindow({ address: '#/machine', transport: createFakeTransport(happyHandlers(null, status)) })
  const card = screen.getByRole('region', { name: 'Seen, not used' })
  await expect.element(card).toBeVisible()
  return { card, transport }
}

test('what is not used, why, and what to do', async () => {
  const { card } = await openMachine()
  const items = card.getByRole('listitem')
  await expect
    .element(items.nth(0))
    .toMatchTextContent(/Radeon RX 6600GPU by AMD, 0000:05:00\.0No driverLoad the amdgpu driver, then let Windfall look again\./)
  await expect.element(items.nth(1)).toMatchTextContent(/Coral Edge TPUAccelerator by Google.*Windfall has no use for it yet.*Nothing to do\./)
})

test('nothing is said to be nothing', async () => {
  const { card } = await openMachine(aStatus({ seen: [] }))
  await expect.element(card.getByText('Nothing. All hardware that Windfall knows here is listed above.')).toBeVisible()
})

test.each([
  ['nothing new', aStatus({ seen: someSeen() }), 'Nothing new.'],
  ['a device that can be used', aStatus({ devices: [aDevice(), aProcessor()], seen: someSeen() }), 'Found Ryzen 7 7700.'],
  [
    'one more that cannot be used',
    aStatus({ seen: [...someSeen(), aSeenDevice({ name: 'Arc A770', busId: '0000:09:00.0', reason: 'unreadable' })] }),
    'Found Arc A770 (not used: not allowed to read it).',
  ],
  [
    'a driver that was loaded',
    aStatus({ devices: [aDevice(), aDevice({ deviceId: 'a'.repeat(64), name: 'Radeon RX 6600' })], seen: someSeen().slice(1) }),
    'Found Radeon RX 6600.',
  ],
  ['one that was pulled out', aStatus({ seen: someSeen().slice(1) }), 'No longer there: Radeon RX 6600.'],
])('looking again finds %s, and says so aloud', async (_, after, result) => {
  const { card, transport } = await openMachine()
  let found: (status: typeof after) => void = ignore
  transport.answer({ detectDevices: () => new Promise<typeof after>((resolve) => (found = resolve)) })
  await card.getByRole('button', { name: 'Look again' }).click()
  await expect.element(card.getByRole('button', { name: 'Looking…' })).toBeVisible()
  await expect.element(card.getByRole('status')).toMatchTextContent('Looking for hardware. This takes a few seconds.')
  await userEvent.keyboard('{Enter}')
  expect(transport.asked.filter(({ name }) => name === 'detectDevices')).toHaveLength(1)
  found(after)
  await expect.element(card.getByRole('status')).toMatchTextContent(result)
  await expect.element(card.getByRole('button', { name: 'Look again' })).toHaveFocus()
})

test('looking again may fail', async () => {
  const { card, transport } = await openMachine()
  transport.fail('detectDevices', new WindfallError('internal', 'The reader did not start.'))
  await card.getByRole('button', { name: 'Look again' }).click()
  await expect.element(card.getByRole('alert')).toMatchTextContent('That did not work: The reader did not start.')
  await expect.element(card.getByRole('listitem').first()).toBeVisible()
})
