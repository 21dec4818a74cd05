import { expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { ruleHandlers } from '../../../shared/contract/owner-rules.fake.ts'
import { DEFAULT_RULES, type OwnerRules } from '../../../shared/contract/owner-rules.ts'
import { NOW } from '../../lib/afternoon.fake.ts'
import { createFakeTransport } from '../../lib/transport.fake.ts'
import { openWindow } from '../window.fake.tsx'

async function openSettings(settings: Partial<OwnerRules> = {}) {
  const transport = createFakeTransport()
  transport.answer(ruleHandlers(NOW, { ...DEFAULT_RULES, ...settings }))
  const { screen } = await openWindow({ address: '#/settings', transport })
  await expect.element(screen.getByRole('heading', { name: 'When you are away' })).toBeVisible()
  return { screen, wishes: () => transport.asked.filter(({ name }) => name === 'setRules').map(({ input }) => input) }
}

const WORKDAYS = { days: [1, 2, 3, 4, 5], from: '09:00', to: '17:00' }
const WEEKEND = { days: [6, 7], from: '00:00', to: '00:00' }
const NIGHTS = { days: [1, 2, 3, 4, 5, 6, 7], from: '22:00', to: '07:00' }
const AT_HOURS = { schedule: { timeZone: 'Europe/Berlin', allowed: [WORKDAYS, WEEKEND, { ...WORKDAYS, days: [5, 4, 3, 2, 1] }] } }

test('what a settings file says and no one could type stands as it is, and is judged once it is typed over', async () => {
  const { screen, wishes } = await openSettings({ gate: { kind: 'absolute', maxGPerKWh: 123.456 }, idleStartS: 10, stopAboveC: 87.25 })
  const grams = screen.getByRole('textbox', { name: 'At most … g per kWh' })
  await expect.element(grams).toHaveValue('123.456')
  await expect.element(grams).toBeValid()
  expect(screen.getByRole('alert').elements()).toEqual([])
  expect(screen.getByRole('button', { name: 'Save' }).elements()).toEqual([])
  const minutes = screen.getByRole('textbox', { name: 'Only when nobody has touched this computer for … min' })
  await minutes.fill('0.2')
  await expect.element(screen.getByRole('alert')).toMatchTextContent('Give a number from 1 to 1440 min.')
  await screen.getByRole('button', { name: 'Cancel' }).click()
  await expect.element(minutes).toHaveValue('0.17')
  await expect.element(minutes).toHaveFocus()
  await userEvent.keyboard('{Enter}')
  expect([screen.getByRole('alert').elements(), wishes()]).toEqual([[], []])
})

test('hours are added from the keyboard, which comes back to where it left', async () => {
  const { screen } = await openSettings()
  const opener = screen.getByRole('button', { name: 'Add hours' })
  await opener.click()
  await expect.element(screen.getByRole('checkbox', { name: 'Mon' })).toHaveFocus()
  await screen.getByRole('button', { name: 'Cancel' }).click()
  await expect.element(opener).toHaveFocus()
  await userEvent.keyboard('{Enter}')
  await screen.getByLabelText('From').fill('21:00')
  await userEvent.keyboard('{Enter}')
  await expect.element(screen.getByRole('button', { name: 'Remove every day, 21:00 to 07:00' })).toBeVisible()
  await expect.element(opener).toHaveFocus()
})

test('hours that are in the list are not added again, and one that a settings file names twice is shown once', async () => {
  const { screen, wishes } = await openSettings({ schedule: { timeZone: 'Europe/Berlin', allowed: [...AT_HOURS.schedule.allowed, NIGHTS] } })
  await expect.poll(() => screen.getByRole('button', { name: 'Remove Mon–Fri, 09:00 to 17:00' }).elements()).toHaveLength(1)
  await screen.getByRole('button', { name: 'Add hours' }).click()
  await expect.element(screen.getByText('These hours are in the list already.')).toBeVisible()
  await userEvent.keyboard('{Enter}')
  expect(wishes()).toEqual([])
})

test('the keyboard moves on when the entry or the button that it is on vanishes', async () => {
  const { screen } = await openSettings({ ...AT_HOURS, allowBattery: true })
  const weekend = screen.getByRole('button', { name: 'Remove Sat, Sun, all day' })
  await screen.getByRole('button', { name: 'Remove Mon–Fri, 09:00 to 17:00' }).click()
  await expect.element(weekend).toHaveFocus()
  await userEvent.keyboard('{Enter}')
  await expect.element(screen.getByRole('button', { name: 'Add hours' })).toHaveFocus()
  await screen.getByRole('button', { name: 'Reset: Only on mains power' }).click()
  const mains = screen.getByRole('checkbox', { name: 'Only on mains power.' })
  await expect.element(mains).toBeChecked()
  await expect.element(mains).toHaveFocus()
  await screen.getByRole('button', { name: 'Undo' }).click()
  await expect.element(mains).not.toBeChecked()
  await expect.element(mains).toHaveFocus()
  await screen.getByRole('button', { name: 'Go back to the settings file' }).click()
  await expect.element(screen.getByRole('searchbox', { name: 'Find a setting' })).toHaveFocus()
})
