import { describe, expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { WindfallError } from '../../../shared/errors.ts'
import { aDevice, deviceId } from '../../lib/devices.fake.ts'
import { aStatus } from '../../lib/fixtures.fake.ts'
import { createFakeTransport, happyHandlers } from '../../lib/transport.fake.ts'
import { openWindow } from '../window.fake.tsx'

const NONE = { temperatureC: null, watts: null }

async function openMachine(ceilings: { temperatureC: number | null; watts: number | null } = NONE) {
  const transport = createFakeTransport(happyHandlers(null, aStatus({ job: null, devices: [aDevice({ ceilings })] })))
  const { screen, ...rest } = await openWindow({ address: '#/machine', transport })
  await expect.element(screen.getByRole('heading', { name: 'Your limits' })).toBeVisible()
  return { screen, ...rest, transport }
}
const orders = (transport: ReturnType<typeof createFakeTransport>) => transport.asked.filter(({ name }) => name === 'setDevice').map(({ input }) => input)
const order = (ceilings: object) => ({ deviceId: deviceId(1), ceilings: { ...NONE, ...ceilings } })

describe('a limit', () => {
  test('is off until it is set, as a sentence that says when work goes on', async () => {
    const { screen, transport } = await openMachine()
    await expect.element(screen.getByText('No temperature limit of your own.')).toBeVisible()
    await expect.element(screen.getByText('No watt limit of your own.')).toBeVisible()
    await screen.getByRole('button', { name: 'Set one: temperature limit of GeForce RTX 4070' }).click()
    const input = screen.getByRole('textbox', { name: 'Rest above, °C, GeForce RTX 4070' })
    await expect.element(input).toHaveFocus()
    await expect.element(input).toHaveValue('80')
    expect(orders(transport)).toEqual([])
    await userEvent.keyboard('75{Enter}')
    await expect.element(screen.getByText(/go on below 68\s°C\./)).toBeVisible()
    await expect.element(screen.getByText('Temperature limit set.')).toBeVisible()
    await expect.element(screen.getByRole('textbox')).toHaveFocus()
    expect(orders(transport)).toEqual([order({ temperatureC: 75 })])
  })

  test('on watts names what the card may draw, and is marked on the bar', async () => {
    const { screen, transport } = await openMachine()
    await screen.getByRole('button', { name: /^Set one: watt limit/ }).click()
    await expect.element(screen.getByRole('textbox', { name: /On average no more than, W/ })).toHaveValue('150')
    await screen.getByRole('button', { name: 'Save' }).click()
    await expect.element(screen.getByText(/W of its 200\sW\./)).toBeVisible()
    await expect.poll(() => document.querySelectorAll('dl svg line')).toHaveLength(1)
    expect(orders(transport)).toEqual([order({ watts: 150 })])
  })

  test('leaves the other one as it is', async () => {
    const { screen, transport } = await openMachine({ temperatureC: 80, watts: 150 })
    await screen.getByRole('textbox', { name: /Rest above/ }).fill('85')
    await userEvent.keyboard('{Enter}')
    await expect.poll(() => orders(transport)).toEqual([order({ temperatureC: 85, watts: 150 })])
  })

  test.each(['39', '111', '', 'warm', '75.5'])('“%s” is not taken, and the range is said', async (text) => {
    const { screen, transport } = await openMachine({ temperatureC: 80, watts: null })
    const input = screen.getByRole('textbox', { name: /Rest above/ })
    await input.fill(text)
    await userEvent.keyboard('{Enter}')
    await expect.element(screen.getByRole('alert')).toMatchTextContent('Give a whole number from 40 to 110 °C.')
    await expect.element(input).toHaveAttribute('aria-invalid', 'true')
    await expect.element(input).toHaveAccessibleDescription(/from 40 to 110/)
    await expect.element(input).toHaveFocus()
    expect(orders(transport)).toEqual([])
    await userEvent.keyboard('{Escape}')
    await expect.element(input).toHaveValue('80')
  })

  test('without effect, or with too much, is taken with a hint', async () => {
    const { screen, transport } = await openMachine({ temperatureC: null, watts: 150 })
    const input = screen.getByRole('textbox', { name: /no more than/ })
    await input.fill('250')
    await expect.element(screen.getByText(/It never draws more than 200\sW, so this limit changes nothing\./)).toBeVisible()
    await input.fill('9')
    await expect.element(screen.getByText('Give a whole number from 10 to 2000 W.')).toBeVisible()
    await input.fill('250')
    await userEvent.keyboard('{Enter}')
    await expect.poll(() => orders(transport)).toEqual([order({ watts: 250 })])
  })

  test('can be reset, and the reset undone', async () => {
    const { screen, transport } = await openMachine({ temperatureC: 80, watts: null })
    await screen.getByRole('button', { name: /^Reset/ }).click()
    await expect.element(screen.getByText('No temperature limit of your own.')).toBeVisible()
    await expect.element(screen.getByRole('button', { name: /^Set one: temperature/ })).toHaveFocus()
    await screen.getByRole('button', { name: 'Undo' }).click()
    await expect.element(screen.getByRole('textbox', { name: /Rest above/ })).toHaveValue('80')
    expect(orders(transport)).toEqual([order({}), order({ temperatureC: 80 })])
  })

  test('that is being set can be given up', async () => {
    const { screen, transport } = await openMachine()
    await screen.getByRole('button', { name: /^Set one: temperature/ }).click()
    await expect.element(screen.getByRole('textbox')).toHaveFocus()
    await userEvent.keyboard('{Escape}')
    await expect.element(screen.getByRole('button', { name: /^Set one: temperature/ })).toHaveFocus()
    expect(orders(transport)).toEqual([])
  })

  test('that the agent could not set goes back to what it was', async () => {
    const { screen, transport } = await openMachine({ temperatureC: 80, watts: null })
    transport.fail('setDevice', new WindfallError('storage.failed', 'The disk is full.'))
    await screen.getByRole('textbox', { name: /Rest above/ }).fill('70')
    await userEvent.keyboard('{Enter}')
    await expect.element(screen.getByRole('alert')).toMatchTextContent(/nothing has changed: The disk is full\./)
    await expect.element(screen.getByRole('textbox', { name: /Rest above/ })).toHaveValue('80')
  })

  test('that is being typed survives what the agent says meanwhile', async () => {
    const { screen, transport } = await openMachine({ temperatureC: 80, watts: null })
    await screen.getByRole('textbox', { name: /Rest above/ }).fill('7')
    transport.answer({ getStatus: () => aStatus({ devices: [aDevice({ temperatureC: 44, ceilings: { temperatureC: 80, watts: null } })] }) })
    transport.push('changed', { seq: 1, what: ['status'] })
    await expect.element(screen.getByText(/^44\s°C$/)).toBeVisible()
    await expect.element(screen.getByRole('textbox', { name: /Rest above/ })).toHaveValue('7')
    await expect.element(screen.getByRole('textbox', { name: /Rest above/ })).toHaveFocus()
  })
})
