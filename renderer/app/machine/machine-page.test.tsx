import { describe, expect, test } from 'vitest'
import { page } from 'vitest/browser'
import { WindfallError } from '../../../shared/errors.ts'
import { MINUTE, NOW, at } from '../../lib/afternoon.fake.ts'
import { aDevice, aProcessor, deviceId } from '../../lib/devices.fake.ts'
import { aStatus } from '../../lib/fixtures.fake.ts'
import { aJob } from '../../lib/jobs.fake.ts'
import { createFakeTransport, happyHandlers } from '../../lib/transport.fake.ts'
import { openWindow } from '../window.fake.tsx'

const openMachine = (status = aStatus()) => openWindow({ address: '#/machine', transport: createFakeTransport(happyHandlers(null, status)) })
const withDevice = (changes: Parameters<typeof aDevice>[0]) => openMachine(aStatus({ devices: [aDevice(changes)] }))
const CARD = { name: 'GeForce RTX 4070' }

describe('a device', () => {
  test('what it is, what it draws of what it may, its day, and what it draws when quiet', async () => {
    const { screen } = await openMachine()
    const card = screen.getByRole('region', CARD)
    await expect.element(card).toMatchTextContent(/GPU by NVIDIA, 12\sGiB, driver 595\.10/)
    await expect
      .element(card)
      .toMatchTextContent(/Power now172\sW of 200\sWTemperature61\s°CEnergy today670\sWh, explain.*460\sWh of it for jobsWhen idle8\.2\sW/)
    await expect.element(card.getByText('Ready for jobs')).toBeVisible()
    await expect.element(screen.getByText(/^One device that can be metered\. It draws 172\sW now\.$/)).toBeVisible()
  })

  test('how that is known and what it is worth, with an estimate called one', async () => {
    const { screen } = await openMachine(aStatus({ devices: [aDevice(), aProcessor()] }))
    await expect
      .element(screen.getByRole('region', CARD))
      .toMatchTextContent(/Measured: read from the device’s own energy counter\. Within about ±\s7%\. Basis: Ada, published meter tests\./)
    const processor = screen.getByRole('region', { name: 'Ryzen 7 7700' })
    await expect.element(processor).toMatchTextContent(/Estimated, not measured: .*Within about ±\s50%\./)
    await expect.element(processor).toMatchTextContent(/Basis: busy share of the CPU × an assumed 88\sW\./)
    await expect.element(processor).toMatchTextContent(/Power now≈ 24\sW.*TemperatureNot available.*≈ 0\sJ of it for jobsWhen idleNot measured yet/)
    await expect.element(screen.getByText(/^2 devices that can be metered\. Together ≈\s197\sW now\.$/)).toBeVisible()
  })

  test('its details, for who asks', async () => {
    const { screen } = await openMachine()
    const card = screen.getByRole('region', CARD)
    await card.getByText('Details').click()
    await expect.element(card).toMatchTextContent(/Read byNVML.*Last reading14:41.*Power limit200\sW.*Device id/)
    await expect.element(card.getByRole('button', { name: 'Copy device id' })).toBeVisible()
  })

  test.each([
    ['asleep', 'Asleep', 'Sleeping to save power. Windfall does not wake it.'],
    ['lost', 'Lost', 'The driver no longer reaches it. Windfall keeps looking; if it stays away, restart the computer.'],
    ['unavailable', 'Cannot be read', 'The driver gave no reading. Windfall keeps trying.'],
  ] as const)('%s: no number, but the reason', async (state, word, reason) => {
    const { screen } = await withDevice({ state, watts: 3, temperatureC: 40 })
    const card = screen.getByRole('region', CARD)
    await expect.element(card.getByText(word, { exact: true })).toBeVisible()
    await expect.element(card).toMatchTextContent(new RegExp(`Power nowNot available ${reason.replaceAll('.', '\\.')}TemperatureNot available`))
    await expect.element(screen.getByText(/^One device that can be metered\.$/)).toBeVisible()
  })

  test('a reading that is old says from when', async () => {
    const { screen } = await withDevice({ at: at(-5 * MINUTE) })
    await expect.element(screen.getByRole('region', CARD)).toMatchTextContent(/Power now172\sW of 200\sW, from 14:36/)
  })

  test('before the first reading', async () => {
    const { screen } = await withDevice({ at: null, watts: null, temperatureC: null })
    await expect.element(screen.getByRole('region', CARD)).toMatchTextContent('Power nowNot available Not read yet.')
  })

  test('a partitioned card says that its figures are those of the whole', async () => {
    const { screen } = await withDevice({ instances: 7 })
    await expect.element(screen.getByText('Cut into 7 instances (MIG). Its figures are those of the whole card.')).toBeVisible()
  })

  test('held over a limit: which one, in the agent’s words', async () => {
    const { screen } = await withDevice({ held: { code: 'temperature', message: '82 °C, above your 80 °C. Goes on below 73 °C.' } })
    const card = screen.getByRole('region', CARD)
    await expect.element(card.getByText('Resting, too warm')).toBeVisible()
    await expect.element(card.getByText('82 °C, above your 80 °C. Goes on below 73 °C.')).toBeVisible()
  })
})

describe('several devices', () => {
  test('of the same name are told apart by their slot, or counted', async () => {
    const twins = [aDevice(), aDevice({ deviceId: deviceId(3), busId: '00000000:41:00.0' }), aProcessor(), aProcessor({ deviceId: deviceId(4) })]
    const { screen } = await openMachine(aStatus({ devices: twins }))
    for (const name of ['GeForce RTX 4070 in slot 01:00.0', 'GeForce RTX 4070 in slot 41:00.0', 'Ryzen 7 7700 (1)', 'Ryzen 7 7700 (2)'])
      await expect.element(screen.getByRole('region', { name, exact: true })).toBeInTheDocument()
  })

  test('64 of them: all there, each with its own switch, and the sum', async () => {
    const devices = Array.from({ length: 64 }, (_, index) =>
      aDevice({ deviceId: deviceId(index), busId: `0000:${index.toString(16).padStart(2, '0')}:00.0`, watts: 100 }),
    )
    const { screen, transport } = await openMachine(aStatus({ devices }))
    await expect.element(screen.getByText(/^64 devices that can be metered\. Together 6,400\sW now\.$/)).toBeVisible()
    const switches = screen.getByRole('switch')
    expect(switches.elements()).toHaveLength(64)
    await screen.getByRole('switch', { name: 'Use for jobs, GeForce RTX 4070 in slot 3f:00.0' }).click()
    await expect.element(screen.getByText(/^64 devices that can be metered, 1 left alone\./)).toBeInTheDocument()
    expect(transport.asked).toContainEqual({ name: 'setDevice', input: { deviceId: deviceId(63), enabled: false } })
  })
})

describe('live', () => {
  test('a reading of power asks what the devices say, at most every two seconds', async () => {
    const { screen, transport, clock } = await openMachine()
    await expect.element(screen.getByRole('region', CARD)).toMatchTextContent(/172\sW/)
    const asked = () => transport.asked.filter(({ name }) => name === 'getStatus').length
    const before = asked()
    transport.answer({ getStatus: () => aStatus({ devices: [aDevice({ watts: 61 })] }) })
    const push = () => transport.push('power', { at: at(0), watts: 61 })
    push()
    await expect.element(screen.getByRole('region', CARD)).toMatchTextContent(/Power now61\sW of/)
    clock.advance(1_000)
    push()
    expect(asked()).toBe(before + 1)
    clock.advance(1_000)
    push()
    expect(asked()).toBe(before + 2)
  })

  test('watts are never read aloud', async () => {
    const { screen } = await openMachine()
    const watts = screen.getByText(/^172\sW$/).first()
    await expect.element(watts).toBeVisible()
    expect(watts.element().closest('output, [role=status], [role=alert], [aria-live]')).toBeNull()
  })
})

describe('before, without and instead of data', () => {
  test('names what is loading', async () => {
    const transport = createFakeTransport()
    transport.hang('getStatus')
    const { screen } = await openWindow({ address: '#/machine', transport })
    await expect.element(screen.getByText('Loading what this machine has…')).toBeInTheDocument()
  })

  test('a failure names what failed, and trying again works', async () => {
    const transport = createFakeTransport()
    transport.fail('getStatus', new WindfallError('internal', 'The agent stumbled.'))
    const { screen } = await openWindow({ address: '#/machine', transport })
    await expect.element(screen.getByRole('alert')).toMatchTextContent(/Could not load what this machine has\..*The agent stumbled\./)
    transport.answer({ getStatus: () => aStatus() })
    await screen.getByRole('button', { name: 'Try again' }).click()
    await expect.element(screen.getByRole('region', CARD)).toBeVisible()
  })

  test('no device at all: what that means and what to do', async () => {
    const { screen } = await openMachine(aStatus({ devices: [], job: null }))
    await expect.element(screen.getByText('No device that can be metered was found.')).toBeVisible()
    await expect.element(screen.getByText(/“windfall doctor”/)).toBeVisible()
    await expect.element(screen.getByRole('button', { name: 'Look again' })).toBeEnabled()
  })

  test('without the agent everything stays to be read, nothing can be changed, and each control says why', async () => {
    const { screen, transport } = await openMachine(aStatus({ devices: [aDevice({ ceilings: { temperatureC: 80, watts: null } })] }))
    await expect.element(screen.getByRole('switch')).toBeEnabled()
    transport.setLink({ state: 'lost', since: NOW })
    await expect.element(screen.getByText('Nothing can be changed now: that needs the agent, which does not answer.')).toBeVisible()
    for (const control of [
      screen.getByRole('switch'),
      screen.getByRole('button', { name: 'Look again' }),
      screen.getByRole('button', { name: 'Make a new key…' }),
    ]) {
      await expect.element(control).toBeDisabled()
      await expect.element(control).toHaveAccessibleDescription(/that needs the agent/)
    }
    await expect.element(screen.getByRole('textbox', { name: /Rest above/ })).toBeDisabled()
    await expect.element(screen.getByRole('button', { name: /^Set one/ })).toBeDisabled()
    await expect.element(screen.getByRole('region', CARD)).toMatchTextContent(/172\sW/)
  })

  test('fits a phone’s width without sideways scrolling', async () => {
    await page.viewport(320, 720)
    const ceilings = { temperatureC: 80, watts: 180 }
    const { screen } = await openMachine(
      aStatus({ devices: [aDevice({ ceilings, name: 'NVIDIA RTX PRO 6000 Blackwell Max-Q Workstation Edition' }), aProcessor()] }),
    )
    await expect.element(screen.getByRole('region', { name: 'Signing key' })).toBeInTheDocument()
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(320)
    await page.viewport(1080, 860)
  })
})

describe('on Home', () => {
  test('a job at rest says why, and on which device', async () => {
    const held = { code: 'watts', message: 'On average 231 W, above your 220 W.' } as const
    const { screen } = await openWindow({
      transport: createFakeTransport(happyHandlers(null, aStatus({ job: aJob(), devices: [aDevice({ held }), aProcessor()] }))),
    })
    await expect
      .element(screen.getByRole('region', { name: 'Right now' }))
      .toMatchTextContent(/Resting: GeForce RTX 4070: On average 231 W, above your 220 W\./)
    await expect
      .element(
        screen.getByText(
          /^This computer: GeForce RTX 4070 \(GPU, energy counter, at most 200\sW, resting, above your watts\), Ryzen 7 7700 \(CPU, estimate, at most 88\sW\)\.$/,
        ),
      )
      .toBeVisible()
    await screen.getByRole('region', { name: 'Power' }).getByRole('link', { name: 'This machine' }).click()
    await expect.element(screen.getByRole('heading', { level: 1, name: 'This machine' })).toHaveFocus()
  })

  test('a card that its owner left alone holds no job up', async () => {
    const { screen } = await openWindow({
      transport: createFakeTransport(
        happyHandlers(null, aStatus({ devices: [aDevice({ enabled: false, held: { code: 'off', message: 'You left it alone.' } })] })),
      ),
    })
    await expect.element(screen.getByText(/left alone\)\.$/)).toBeVisible()
    expect(screen.getByText('Resting:').elements()).toHaveLength(0)
  })
})
