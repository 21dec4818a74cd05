import { expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { ruleHandlers } from '../../../shared/contract/owner-rules.fake.ts'
import { DEFAULT_RULES, type OwnerRules } from '../../../shared/contract/owner-rules.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { NOW } from '../../lib/afternoon.fake.ts'
import { createFakeTransport } from '../../lib/transport.fake.ts'
import { openWindow } from '../window.fake.tsx'

async function openSettings(settings: Partial<OwnerRules> = {}) {
  const transport = createFakeTransport()
  transport.answer(ruleHandlers(NOW, { ...DEFAULT_RULES, ...settings }))
  const { screen, ...rest } = await openWindow({ address: '#/settings', transport })
  await expect.element(screen.getByRole('heading', { name: 'When you are away' })).toBeVisible()
  return { screen, ...rest, transport }
}
const wishes = (transport: ReturnType<typeof createFakeTransport>) => transport.asked.filter(({ name }) => name === 'setRules').map(({ input }) => input)
const wish = (change: Partial<OwnerRules>) => ({ rules: { ...DEFAULT_RULES, ...change } })

test('a rule is a sentence that holds once it is ticked, is marked as changed, and can be undone', async () => {
  const { screen, transport } = await openSettings()
  const mains = screen.getByRole('checkbox', { name: 'Only on mains power.' })
  await expect.element(mains).toBeChecked()
  await mains.click()
  await expect.element(mains).not.toBeChecked()
  await expect.element(screen.getByText('No longer: Only on mains power.')).toBeVisible()
  await expect.element(screen.getByRole('button', { name: 'Reset: Only on mains power' })).toBeVisible()
  await screen.getByRole('button', { name: 'Undo' }).click()
  await expect.element(mains).toBeChecked()
  expect(wishes(transport)).toEqual([wish({ allowBattery: true }), { rules: null }])
})

test('a number is typed into its sentence; what the agent would not take is said at once', async () => {
  const { screen, transport } = await openSettings()
  const minutes = screen.getByRole('textbox', { name: 'Only when nobody has touched this computer for … min' })
  await expect.element(minutes).toHaveValue('5')
  await minutes.fill('0')
  await expect.element(screen.getByRole('alert')).toMatchTextContent('Give a number from 1 to 1440 min.')
  await userEvent.keyboard('{Enter}')
  expect(wishes(transport)).toEqual([])
  await minutes.fill('7,5')
  await userEvent.keyboard('{Enter}')
  await expect.poll(() => wishes(transport)).toEqual([wish({ idleStartS: 450 })])
})

test('how green the grid has to be says what it comes to, before a job waits for it', async () => {
  const { screen, transport } = await openSettings()
  await screen.getByRole('radio', { name: 'Only at or below so many grams.' }).click()
  await expect.element(screen.getByText(/Runs at or below 200 gCO2\/kWh\. ≈ 3 of the next 48 hours are green by the forecast/)).toBeVisible()
  await screen.getByRole('textbox', { name: 'At most … g per kWh' }).fill('120')
  await userEvent.keyboard('{Enter}')
  await expect.element(screen.getByText(/Runs at or below 120/)).toBeVisible()
  expect(wishes(transport)).toEqual([wish({ gate: { kind: 'absolute', maxGPerKWh: 200 } }), wish({ gate: { kind: 'absolute', maxGPerKWh: 120 } })])
})

test('a machine that nobody sits at is declared so here; taken back where it was started as one, it says what is missing until it is started again', async () => {
  const { screen, transport } = await openSettings()
  await screen.getByRole('checkbox', { name: 'Nobody sits at this computer.' }).click()
  await expect.poll(() => wishes(transport)).toEqual([wish({ dedicated: true })])
  await expect.element(screen.getByText(/hardly looks for you/)).not.toBeInTheDocument()
  const { getRules } = ruleHandlers(NOW)
  transport.answer({ getRules: async () => ({ ...(await getRules({}, undefined)), dedicated: true }) })
  transport.push('changed', { seq: 1, what: ['grid'] })
  await expect.element(screen.getByText(/hardly looks for you until it is quit and started again/)).toBeVisible()
})

test('hours of the week are added and removed', async () => {
  const { screen, transport } = await openSettings()
  await expect.element(screen.getByText('At any hour of the week.')).toBeVisible()
  await screen.getByRole('button', { name: 'Add hours' }).click()
  await screen.getByRole('button', { name: 'Add', exact: true }).click()
  const remove = screen.getByRole('button', { name: 'Remove every day, 22:00 to 07:00' })
  await expect.element(remove).toBeVisible()
  expect(wishes(transport)).toMatchObject([{ rules: { schedule: { allowed: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '22:00', to: '07:00' }] } } }])
  await remove.click()
  await expect.element(screen.getByText('At any hour of the week.')).toBeVisible()
  expect(wishes(transport).at(-1)).toEqual(wish({ schedule: null }))
})

test('a program of the owner’s counts as a game', async () => {
  const { screen, transport } = await openSettings()
  await screen.getByText(/Programs that count as games/).click()
  await screen.getByRole('textbox', { name: 'Count as games, too: name of a program' }).fill(' blender ')
  await userEvent.keyboard('{Enter}')
  await expect.poll(() => wishes(transport)).toEqual([wish({ games: { also: ['blender'], never: [] } })])
  await expect.element(screen.getByText('Programs that count as games: 1 added, 0 left out')).toBeVisible()
})

test('rules are found by their words', async () => {
  const { screen } = await openSettings()
  await screen.getByRole('searchbox', { name: 'Find a setting' }).fill('battery')
  await expect.element(screen.getByText('No setting has these words.')).toBeVisible()
  await screen.getByRole('searchbox', { name: 'Find a setting' }).fill('mains')
  await expect.poll(() => screen.getByRole('checkbox').elements()).toHaveLength(1)
})

test('what the agent refuses is said, and nothing looks as if it had changed', async () => {
  const { screen, transport } = await openSettings()
  transport.fail('setRules', new WindfallError('input.invalid', 'Say what your electricity costs first.'))
  const earning = screen.getByRole('checkbox', { name: 'Only jobs that earn more than their electricity costs.' })
  await earning.click()
  await expect.element(screen.getByText(/nothing has changed: Say what your electricity costs first\./)).toBeVisible()
  await expect.element(earning).not.toBeChecked()
})

test('rules of the window give way to the settings file again', async () => {
  const { screen, transport } = await openSettings({ allowBattery: true })
  await screen.getByRole('checkbox', { name: 'Only when I am away.' }).click()
  await screen.getByRole('button', { name: 'Go back to the settings file' }).click()
  await expect.element(screen.getByRole('checkbox', { name: 'Only when I am away.' })).toBeChecked()
  await expect.element(screen.getByRole('checkbox', { name: 'Only on mains power.' })).not.toBeChecked()
  expect(wishes(transport).at(-1)).toEqual({ rules: null })
})

test('without the agent nothing can be changed, and the page says so', async () => {
  const { screen, transport } = await openSettings()
  transport.setLink({ state: 'lost', since: NOW })
  await expect.element(screen.getByText(/Nothing can be changed now/)).toBeVisible()
  await expect.element(screen.getByRole('checkbox', { name: 'Only on mains power.' })).toBeDisabled()
})
