import { expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { A_NEW_OWNER, setupHandlers } from '../../../shared/contract/first-run.fake.ts'
import type { FirstRun } from '../../../shared/contract/first-run.ts'
import { createFakeShell } from '../../../shared/contract/shell.fake.ts'
import { testBundle } from '../../../shared/domain/receipt-bundle.fake.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { NOW } from '../../lib/afternoon.fake.ts'
import { createFakeTransport } from '../../lib/transport.fake.ts'
import { openWindow } from '../window.fake.tsx'

async function openSetup(change: Partial<FirstRun> = {}, shell = createFakeShell()) {
  const transport = createFakeTransport()
  transport.answer(setupHandlers(NOW, { ...A_NEW_OWNER, ...change }))
  return { ...(await openWindow({ address: '#/welcome', transport, shell })), shell }
}
const orders = (transport: ReturnType<typeof createFakeTransport>) =>
  transport.asked.filter(({ name }) => ['goToStep', 'giveConsent', 'setUpLater', 'endFirstRun'].includes(name)).map(({ name, input }) => [name, input])
const heading = (name: string) => ({ name, level: 2 }) as const

test('a window that opens before anything was set up shows the steps, and walks through them by keyboard', async () => {
  const transport = createFakeTransport()
  transport.answer(setupHandlers(NOW, A_NEW_OWNER))
  const { screen } = await openWindow({ address: '#/', transport, shell: createFakeShell() })
  await expect.element(screen.getByRole('heading', heading('Welcome'))).toBeVisible()
  expect(location.hash).toBe('#/welcome')
  for (const [next, title] of [
    ['Next: This computer', 'This computer'],
    ['Next: Power', 'Power'],
    ['Next: Estimate', 'Estimate'],
    ['Next: Consent', 'Consent'],
  ] as const) {
    const button = screen.getByRole('button', { name: next })
    await expect.element(button).toBeVisible()
    ;(button.element() as HTMLElement).focus()
    await userEvent.keyboard('{Enter}')
    await expect.element(screen.getByRole('heading', heading(title))).toHaveFocus()
    await expect
      .element(screen.getByRole('navigation', { name: 'Steps of setting up' }).getByRole('button', { name: title }))
      .toHaveAttribute('aria-current', 'step')
  }
  expect(orders(transport).map(([name]) => name)).toEqual(['goToStep', 'goToStep', 'goToStep', 'goToStep'])
})

test('what was found has a tick or the one fix, and a computer that cannot earn is told so', async () => {
  const { screen, transport } = await openSetup({ step: 'computer' })
  const found = screen.getByRole('list', { name: 'What was found' })
  await expect.element(found.getByText('Container engine 29.1.2 answers.', { exact: false })).toBeVisible()
  await expect.element(screen.getByText('As it is, this computer cannot earn anything.')).not.toBeInTheDocument()
  transport.answer({
    getMachineFacts: () => ({
      runtimes: [{ name: 'wasm', available: false, detail: 'Install Windfall again.' }],
      power: 'unknown',
      seesInput: false,
    }),
  })
  await screen.getByRole('button', { name: 'Look again' }).click()
  await expect.element(screen.getByText('As it is, this computer cannot earn anything.')).toBeVisible()
  await expect.element(found.getByText('Install Windfall again.')).toBeVisible()
  await expect.poll(() => found.getByText('Needs you').elements().length).toBe(3)
})

test('the zone is found by half a postcode or chosen, and what is known is not asked again', async () => {
  const { screen, transport } = await openSetup({ step: 'power' })
  const zone = screen.getByRole('combobox', { name: 'Grid zone' })
  await expect.element(zone).toHaveValue('GB-13')
  await screen.getByRole('textbox', { name: /first half of your postcode/ }).fill('RG41')
  await userEvent.keyboard('{Enter}')
  await expect.element(screen.getByText('Found: South England (GB-12).')).toBeVisible()
  await expect.element(zone).toHaveValue('GB-12')
  await zone.selectOptions('DE')
  await expect.poll(() => transport.asked.filter(({ name }) => name === 'setZone').map(({ input }) => input)).toEqual([{ zone: 'GB-12' }, { zone: 'DE' }])
  await expect.element(screen.getByText(/You set it here\.|It is from your settings file\./)).toBeVisible()
})

test('an estimate is a range with its basis, and where nothing is known nothing is promised', async () => {
  const { screen, transport } = await openSetup({ step: 'estimate' })
  await expect.element(screen.getByText(/≈ \$18\.00 to \$26\.00/)).toBeVisible()
  await expect.element(screen.getByText(/could be \$0$/)).toBeVisible()
  await expect.element(screen.getByText(/From your last 14 whole days on this computer/)).toBeVisible()
  await screen.getByRole('radio', { name: '8 h a day' }).click({ force: true })
  await expect.element(screen.getByText(/≈ \$36\.00 to \$52\.00/)).toBeVisible()
  transport.answer({ estimateMonth: ({ hoursPerDay }) => ({ hoursPerDay, currency: 'USD', net: null, electricity: null }) })
  await screen.getByRole('radio', { name: '2 h a day' }).click({ force: true })
  await expect.element(screen.getByText('There is no estimate of your earnings yet.')).toBeVisible()
  await expect.element(screen.getByText(/≈ \$/)).not.toBeInTheDocument()
})

test('consent is given with what is wanted of the shell, and leads to the first receipt', async () => {
  const { screen, transport, shell } = await openSetup({ step: 'consent' })
  await expect.element(screen.getByText('Run jobs of others')).toBeVisible()
  await screen.getByRole('checkbox', { name: 'Start Windfall when I log in' }).click()
  await expect.element(screen.getByRole('checkbox', { name: /Keep running in the tray/ })).toBeChecked()
  await screen.getByRole('button', { name: 'Start earning' }).click()
  await expect.element(screen.getByRole('heading', heading('On the way to your first receipt'))).toHaveFocus()
  expect(shell.asked).toEqual([{ name: 'changeShell', input: { onClose: 'keep-running', startsAtLogin: true } }])
  expect(orders(transport)).toEqual([['giveConsent', { text: '2026-11' }]])
})

test('who looks around first lands on Home with nothing agreed, and is reminded there of the step', async () => {
  const { screen, transport } = await openSetup({ step: 'consent' })
  await screen.getByRole('button', { name: 'Look around first' }).click()
  await expect.element(screen.getByText('Setup is not finished.')).toBeVisible()
  await expect.element(screen.getByText(/Step 5 of 5: Consent\./)).toBeVisible()
  expect(orders(transport)).toEqual([['setUpLater', {}]])
  await screen.getByRole('link', { name: 'Go on' }).click()
  await expect.element(screen.getByRole('heading', heading('Consent'))).toBeVisible()
})

test('who agreed to an older text is asked again, told since when, and goes on where they were', async () => {
  const earlier = { at: '2025-11-21T12:00:00.000Z', text: '2025-11' }
  const { screen, transport } = await openSetup({ step: 'consent', earlier, done: true })
  await expect.element(screen.getByText(/What you allow has changed\. You agreed to another text on 21 Nov 2025/)).toBeVisible()
  await screen.getByRole('button', { name: 'Start earning' }).click()
  await expect.element(screen.getByRole('heading', { name: 'Home', level: 1 })).toBeVisible()
  expect(orders(transport)).toEqual([['giveConsent', { text: '2026-11' }]])
})

test('a refusal leaves the owner where they are', async () => {
  const { screen, transport } = await openSetup({ step: 'consent' })
  transport.fail('giveConsent', new WindfallError('input.invalid', 'Load the window again.'))
  await screen.getByRole('button', { name: 'Start earning' }).click()
  await expect.element(screen.getByRole('alert')).toMatchTextContent('That did not work: Load the window again.')
  await expect.element(screen.getByRole('button', { name: 'Start earning' })).toHaveFocus()
})

test('the first receipt is followed from waiting to its check on this computer, and then is done with', async () => {
  const consent = { at: '2026-11-21T12:00:00.000Z', text: '2026-11' }
  const { screen, transport } = await openSetup({ step: 'consent', consent })
  const phases = screen.getByRole('list', { name: 'How far it is' })
  await expect.element(phases.getByText('Waiting for a job')).toHaveAttribute('aria-current', 'step')
  const bundle = await testBundle()
  transport.answer({
    ...setupHandlers(NOW, { ...A_NEW_OWNER, step: 'consent', consent, first: { phase: 'receipt', leaseId: 'lease-1', receiptId: 'receipt-1', problem: null } }),
    getReceipt: () => ({ bundle, pinnedKeys: [] }),
  })
  transport.push('changed', { seq: 1, what: ['jobs'] })
  await expect.element(screen.getByText('Checked on this computer, without the network')).toBeVisible()
  await expect.element(phases.getByText('Receipt')).toHaveAttribute('aria-current', 'step')
  await screen.getByRole('button', { name: 'Done' }).click()
  await expect.poll(() => location.hash).toBe('#/')
  expect(orders(transport)).toEqual([['endFirstRun', {}]])
})

test('who has worked here for long is neither led to the steps nor reminded of them', async () => {
  const { screen } = await openWindow({ address: '#/' })
  await expect.element(screen.getByRole('heading', { name: 'Home', level: 1 })).toBeVisible()
  await expect.element(screen.getByText('Setup is not finished.')).not.toBeInTheDocument()
  expect(location.hash).toBe('#/')
})

test('without the agent the step stays in sight and says why nothing can be changed', async () => {
  const { screen, transport } = await openSetup({ step: 'power' })
  await expect.element(screen.getByRole('heading', heading('Power'))).toBeVisible()
  transport.setLink({ state: 'lost', since: NOW })
  await expect.element(screen.getByText(/You go on here once it does/)).toBeVisible()
  await expect.element(screen.getByRole('button', { name: 'Next: Estimate' })).toBeDisabled()
})
