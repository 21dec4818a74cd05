import { describe, expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import type { AgentStatus } from '../../../shared/contract/agent.ts'
import type { Device } from '../../../shared/contract/device.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { aDevice, aProcessor, deviceId } from '../../lib/devices.fake.ts'
import { aStatus } from '../../lib/fixtures.fake.ts'
import { atWork } from '../../lib/jobs.fake.ts'
import { createFakeTransport, happyHandlers } from '../../lib/transport.fake.ts'
import { openWindow } from '../window.fake.tsx'

const disk = new WindfallError('storage.failed', 'The agent could not write its settings: the disk is full.')

async function openMachine(status = aStatus()) {
  const transport = createFakeTransport(happyHandlers(null, status))
  const opened = await openWindow({ address: '#/machine', transport })
  await expect.element(opened.screen.getByRole('region', { name: 'Signing key' })).toBeInTheDocument()
  return opened
}

/** An agent that answers `setDevice` only when the test says so. */
function slowly(transport: ReturnType<typeof createFakeTransport>) {
  const waiting: ((status: AgentStatus | WindfallError) => void)[] = []
  transport.answer({
    setDevice: () =>
      new Promise<AgentStatus>((resolve, reject) => waiting.push((outcome) => (outcome instanceof WindfallError ? reject(outcome) : resolve(outcome)))),
  })
  return {
    waiting,
    async answer(outcome: AgentStatus | WindfallError) {
      await expect.poll(() => waiting.length).toBeGreaterThan(0)
      waiting.shift()?.(outcome)
    },
  }
}

const withDevice = (changes: Partial<Device>) => aStatus({ devices: [aDevice(changes)] })
const ignore = () => {}
const orders = (transport: ReturnType<typeof createFakeTransport>) => transport.asked.filter(({ name }) => name === 'setDevice').map(({ input }) => input)

describe('the switch', () => {
  test('is thrown at once, before the agent has answered', async () => {
    const { screen, transport } = await openMachine()
    const agent = slowly(transport)
    await screen.getByRole('switch', { name: 'Use for jobs, GeForce RTX 4070' }).click()
    await expect.element(screen.getByRole('switch')).not.toBeChecked()
    await expect.element(screen.getByText('Left alone', { exact: true })).toBeVisible()
    expect(orders(transport)).toEqual([{ deviceId: deviceId(1), enabled: false }])
    await agent.answer(withDevice({ enabled: false }))
    await expect.element(screen.getByRole('switch')).not.toBeChecked()
  })

  test('goes back and says so when the agent could not do it', async () => {
    const { screen, transport } = await openMachine()
    const agent = slowly(transport)
    await screen.getByRole('switch').click()
    await expect.element(screen.getByRole('switch')).not.toBeChecked()
    await agent.answer(disk)
    await expect.element(screen.getByRole('switch')).toBeChecked()
    await expect
      .element(screen.getByRole('alert'))
      .toMatchTextContent('That did not work, and nothing has changed: The agent could not write its settings: the disk is full.')
    expect(screen.getByRole('button', { name: 'Undo' }).elements()).toHaveLength(0)
  })

  test('thrown twice in a hurry: in order, one after the other, and the last one stands', async () => {
    const { screen, transport } = await openMachine()
    const agent = slowly(transport)
    await screen.getByRole('switch').click()
    await expect.element(screen.getByRole('switch')).not.toBeChecked()
    await screen.getByRole('switch').click()
    await expect.element(screen.getByRole('switch')).toBeChecked()
    expect(orders(transport)).toHaveLength(1)
    await agent.answer(withDevice({ enabled: false }))
    await expect.poll(() => orders(transport)).toHaveLength(2)
    await expect.element(screen.getByRole('switch')).toBeChecked()
    await agent.answer(withDevice({ enabled: true }))
    await expect.element(screen.getByRole('switch')).toBeChecked()
    expect(orders(transport)).toEqual([false, true].map((enabled) => ({ deviceId: deviceId(1), enabled })))
  })

  test('an answer to an older question does not throw it back', async () => {
    const { screen, transport } = await openMachine()
    const agent = slowly(transport)
    await screen.getByRole('switch').click()
    let answerOld: (status: AgentStatus) => void = ignore
    transport.answer({ getStatus: () => new Promise<AgentStatus>((resolve) => (answerOld = resolve)) })
    const asked = transport.asked.length
    transport.push('changed', { seq: 1, what: ['status'] })
    await expect.poll(() => transport.asked.length).toBeGreaterThan(asked)
    await agent.answer(withDevice({ enabled: false, temperatureC: 44 }))
    await expect.element(screen.getByText(/^44\s°C$/)).toBeVisible()
    answerOld(withDevice({ enabled: true }))
    await expect.element(screen.getByRole('switch')).not.toBeChecked()
    await expect.element(screen.getByText(/^44\s°C$/)).toBeVisible()
  })

  test('concerns its own device alone', async () => {
    const second = aDevice({ deviceId: deviceId(3), name: 'GeForce RTX 3060', busId: null })
    const { screen } = await openMachine(aStatus({ devices: [aDevice(), second] }))
    await screen.getByRole('switch', { name: 'Use for jobs, GeForce RTX 3060' }).click()
    await expect.element(screen.getByRole('switch', { name: 'Use for jobs, GeForce RTX 4070' })).toBeChecked()
    await expect.element(screen.getByText(/^2 devices that can be metered, 1 left alone\./)).toBeVisible()
  })

  test('says beforehand that a job would stop, and only where one would', async () => {
    const second = aDevice({ deviceId: deviceId(3), name: 'GeForce RTX 3060', busId: null })
    const third = aDevice({ deviceId: deviceId(4), name: 'GeForce RTX 3090', busId: null })
    const devices = [aDevice(), second, third, aProcessor()]
    const running = [atWork(), atWork({ leaseId: 'b', name: 'Image batch 7f3a', deviceIds: [deviceId(4)] })]
    const { screen, transport } = await openMachine(aStatus({ devices, running, busyDevices: [deviceId(1), deviceId(4)] }))
    const warningOf = (name: string) => expect.element(screen.getByRole('switch', { name: `Use for jobs, ${name}` }))
    await warningOf('GeForce RTX 4070').toHaveAccessibleDescription(
      '“Galaxy cluster fit, block 12” runs on this device. Switching it off stops that job within two seconds.',
    )
    await warningOf('GeForce RTX 3090').toHaveAccessibleDescription(/^“Image batch 7f3a” runs on this device\./)
    await warningOf('GeForce RTX 3060').not.toHaveAccessibleDescription(/two seconds/)
    await screen.getByRole('switch', { name: 'Use for jobs, GeForce RTX 3060' }).click()
    await expect.element(screen.getByText('Left alone. No job will use it.')).toBeVisible()
    transport.answer({ getStatus: () => aStatus({ devices, job: null, busyDevices: [] }) })
    transport.push('changed', { seq: 1, what: ['status'] })
    await warningOf('GeForce RTX 4070').not.toHaveAccessibleDescription(/two seconds/)
  })
})

test('a processor is needed by every job, so its switch stays on and says why; one that is off can be switched on', async () => {
  const { screen, transport } = await openMachine(aStatus({ devices: [aProcessor()] }))
  await expect.element(screen.getByRole('switch')).toBeDisabled()
  await expect.element(screen.getByRole('switch')).toHaveAccessibleDescription(/^Every job needs the processor.*Pause Windfall to keep it free\.$/)
  transport.answer({ getStatus: () => aStatus({ devices: [aProcessor({ enabled: false })] }) })
  transport.push('changed', { seq: 1, what: ['status'] })
  await expect.element(screen.getByRole('switch')).toBeEnabled()
})

describe('undo', () => {
  test('puts it back, and gives the focus back', async () => {
    const { screen, transport } = await openMachine()
    await screen.getByRole('switch').click()
    await expect.element(screen.getByRole('status').filter({ hasText: 'Left alone.' })).toMatchTextContent('Left alone. The job stops within two seconds.')
    await screen.getByRole('button', { name: 'Undo' }).click()
    await expect.element(screen.getByRole('switch')).toBeChecked()
    await expect.element(screen.getByRole('switch')).toHaveFocus()
    expect(orders(transport)).toEqual([false, true].map((enabled) => ({ deviceId: deviceId(1), enabled })))
  })

  test('by Ctrl Z, and for six seconds only', async () => {
    const { screen, clock } = await openMachine()
    await screen.getByRole('switch').click()
    await expect.element(screen.getByRole('button', { name: 'Undo' })).toBeVisible()
    await userEvent.keyboard('{Control>}z{/Control}')
    await expect.element(screen.getByRole('switch')).toBeChecked()
    await screen.getByRole('switch').click()
    await expect.element(screen.getByRole('button', { name: 'Undo' })).toBeVisible()
    clock.advance(6_000)
    await expect.element(screen.getByRole('button', { name: 'Undo' })).not.toBeInTheDocument()
    await userEvent.keyboard('{Control>}z{/Control}')
    await expect.element(screen.getByRole('switch')).not.toBeChecked()
  })

  test('waits while somebody is about to take it', async () => {
    const { screen, clock } = await openMachine()
    await screen.getByRole('switch').click()
    const undo = screen.getByRole('button', { name: 'Undo' })
    await expect.element(undo).toBeVisible()
    undo.element().focus()
    await expect.element(undo).toHaveFocus()
    clock.advance(60_000)
    await expect.element(undo).toBeVisible()
    screen.getByRole('switch').element().focus()
    await expect.element(screen.getByRole('switch')).toHaveFocus()
    clock.advance(6_000)
    await expect.element(undo).not.toBeInTheDocument()
  })
})
