import { expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { A_NEW_OWNER, setupHandlers } from '../../../shared/contract/first-run.fake.ts'
import { createFakeShell } from '../../../shared/contract/shell.fake.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { NOW } from '../../lib/afternoon.fake.ts'
import { aStatus } from '../../lib/fixtures.fake.ts'
import { createFakeTransport } from '../../lib/transport.fake.ts'
import { openWindow } from '../window.fake.tsx'

const NEW = 'https://grid.example.org'
const asked = (transport: ReturnType<typeof createFakeTransport>) => transport.asked.filter(({ name }) => name === 'setCoordinator').map(({ input }) => input)

function alone(transport = createFakeTransport()) {
  transport.answer({
    getCoordinator: () => ({ url: null, setBy: 'settings' }),
    getStatus: () => aStatus({ coordinator: { state: 'unconfigured', url: null, lastSyncAt: null, message: null } }),
  })
  return transport
}

test('in the first steps the address is typed, a refusal is said once, and the keyboard stays where it was set', async () => {
  const transport = createFakeTransport()
  transport.answer(setupHandlers(NOW, { ...A_NEW_OWNER, step: 'computer' }))
  const { screen } = await openWindow({ address: '#/welcome', transport: alone(transport), shell: createFakeShell() })
  transport.fail('setCoordinator', new WindfallError('enrolment.refused', 'This coordinator refused the token. It says: used.'))
  await screen.getByRole('textbox', { name: 'Address of the coordinator' }).fill(` ${NEW} `)
  await screen.getByLabelText('Token, if it asks for one').fill('wfe_1')
  await userEvent.keyboard('{Enter}')
  await expect.element(screen.getByRole('alert')).toMatchTextContent(/nothing has changed: This coordinator refused the token\./)
  transport.answer({ setCoordinator: ({ url }) => ({ url, setBy: 'window' }) })
  await screen.getByRole('button', { name: 'Use this coordinator' }).click()
  const line = screen.getByText(`This computer works for ${NEW}.`)
  await expect.element(line).toBeVisible()
  await expect.poll(() => document.activeElement?.contains(line.element())).toBe(true)
  expect(asked(transport)).toEqual([
    { url: NEW, enrolmentToken: 'wfe_1' },
    { url: NEW, enrolmentToken: 'wfe_1' },
  ])
})

test('in the settings it is changed, and giving up leaves it as it was', async () => {
  const { screen, transport } = await openWindow({ address: '#/settings?rule=coordinator' })
  const change = screen.getByRole('button', { name: 'Change the coordinator' })
  await change.click()
  await expect.element(screen.getByRole('textbox', { name: 'Address of the coordinator' })).toHaveFocus()
  await screen.getByRole('button', { name: 'Cancel' }).click()
  await expect.element(change).toBeVisible()
  await expect.poll(() => document.activeElement?.contains(change.element())).toBe(true)
  expect(asked(transport)).toEqual([])
})

test('one that was named at the start is shown, and nothing is offered', async () => {
  const transport = createFakeTransport()
  transport.answer({ getCoordinator: () => ({ url: NEW, setBy: 'start' }) })
  const { screen } = await openWindow({ address: '#/settings', transport })
  await expect.element(screen.getByText(/named as Windfall was started/)).toBeVisible()
  await expect.element(screen.getByRole('button', { name: 'Change the coordinator' })).not.toBeInTheDocument()
})

test.each(['#/', '#/payouts'])('without one, %s says where to set it, once', async (address) => {
  const transport = alone()
  transport.fail('getPayoutTerms', new WindfallError('unavailable', 'No coordinator is set.'))
  const { screen } = await openWindow({ address, transport })
  const link = screen.getByRole('link', { name: 'Set the coordinator' })
  await expect.element(link).toHaveAttribute('href', '#/settings?rule=coordinator')
  await expect.element(screen.getByRole('button', { name: 'Try again' })).not.toBeInTheDocument()
})
