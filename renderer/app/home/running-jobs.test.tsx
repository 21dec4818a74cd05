import { describe, expect, test } from 'vitest'
import { page } from 'vitest/browser'
import type { AgentStatus } from '../../../shared/contract/agent.ts'
import { MINUTE, at } from '../../lib/afternoon.fake.ts'
import { aDevice, aProcessor, deviceId } from '../../lib/devices.fake.ts'
import { PRESENT, aStatus } from '../../lib/fixtures.fake.ts'
import { atWork } from '../../lib/jobs.fake.ts'
import { createFakeTransport } from '../../lib/transport.fake.ts'
import { openWindow } from '../window.fake.tsx'

const SECOND = deviceId(3)
const HOT = '82 °C, above your limit of 80 °C. It goes on below 73 °C.'

const three = () => [
  atWork(),
  atWork({ leaseId: 'b', name: 'Image batch 7f3a', kind: 'inference', deviceIds: [SECOND], joules: 31_000, progress: 0.12, startedAt: at(-4 * MINUTE) }),
  atWork({
    leaseId: 'c',
    name: 'Prime gaps',
    deviceIds: [deviceId(2)],
    state: 'preparing',
    message: 'Fetches what the job runs: 40%.',
    progress: null,
    joules: null,
    startedAt: null,
  }),
]

/** Two cards of the same name and a processor. */
const DEVICES = [aDevice(), aDevice({ deviceId: SECOND, busId: '00000000:41:00.0', watts: 141 }), aProcessor()]

async function openWith(change: Partial<AgentStatus>) {
  const transport = createFakeTransport()
  transport.answer({ getStatus: () => aStatus({ devices: DEVICES, power: { watts: 337, method: 'estimate', at: at(0) }, ...change }) })
  const { screen } = await openWindow({ transport })
  const row = (name: RegExp) => screen.getByRole('row', { name })
  return { screen, transport, now: screen.getByRole('region', { name: 'Right now' }), table: screen.getByRole('table', { name: 'Jobs that run now' }), row }
}

describe('jobs that run at once', () => {
  test('each has its device, its watts, its energy so far, its time and its progress', async () => {
    const { screen, now, row } = await openWith({ running: three() })
    await expect.element(now).toMatchTextContent(/Running 3 jobs at ≈\s337\sW\./)
    await expect
      .element(row(/Galaxy cluster fit/))
      .toMatchTextContent(/Science.*Running.*63%.*GeForce RTX 4070 in slot 01:00\.0.*172\sW.*74\.4\sWh.*in 26\smin/)
    await expect.element(row(/Image batch/)).toMatchTextContent(/Inference.*Running.*12%.*GeForce RTX 4070 in slot 41:00\.0.*141\sW.*8\.61\sWh.*in 4\smin/)
    await expect.element(row(/Prime gaps/)).toMatchTextContent(/Preparing.*Fetches what the job runs: 40%\..*Ryzen 7 7700.*≈\s24\sW.*–.*not started yet/)
    await expect.element(screen.getByRole('progressbar', { name: 'Progress of Image batch 7f3a' })).toHaveAttribute('value', '0.12')
    await screen.getByRole('link', { name: 'Image batch 7f3a' }).click()
    await expect.element(screen.getByRole('heading', { level: 1 })).toHaveFocus()
  })

  test('one that rests or is slowed down says why, and the others do not', async () => {
    const { row } = await openWith({ running: [atWork({ code: 'ceiling', message: HOT }), ...three().slice(1)] })
    await expect.element(row(/Galaxy cluster fit/)).toMatchTextContent(/Resting.*82 °C, above your limit of 80 °C/)
    await expect.element(row(/Image batch/)).toMatchTextContent(/Running/)
  })

  test('while all make room for their owner they are not said to be about to start', async () => {
    const slowed = three().map((job) => ({ ...job, state: 'running' as const, code: 'owner-present', message: 'Slowed down: you are using the computer.' }))
    const { now, row } = await openWith({ display: 'waiting', reasons: [PRESENT], running: slowed })
    await expect.element(now).toMatchTextContent(/Waiting.*3 jobs make room for you, and go on by themselves\..*Where the day went/)
    await expect.element(row(/Prime gaps/)).toMatchTextContent(/Making room for you.*Slowed down: you are using the computer\./)
  })

  test('finishing speaks of all of them', async () => {
    const { now } = await openWith({ display: 'finishing', finishing: true, running: three() })
    await expect.element(now).toMatchTextContent(/Finishing 3 jobs.*Finishing 3 jobs at ≈\s337\sW\. Then Windfall pauses until you resume\./)
  })

  test('figures follow the meter, and no live region reads them out', async () => {
    const { transport, table, row } = await openWith({ running: three() })
    await expect.element(row(/Image batch/)).toMatchTextContent(/8\.61\sWh/)
    expect(table.element().closest('[aria-live], [role=status], [role=log]')).toBeNull()
    transport.answer({ getStatus: () => aStatus({ devices: DEVICES, running: three().map((job) => ({ ...job, joules: 36_000 })) }) })
    transport.push('power', { at: at(1_000), watts: 340 })
    await expect.element(row(/Image batch/)).toMatchTextContent(/10\sWh/)
    const voices = [...document.querySelectorAll('output, [aria-live]')].map(({ textContent }) => textContent).join('')
    expect(voices).not.toMatch(/Wh|Image batch/)
  })

  test.each([1080, 420, 320])('fit %i px', async (width) => {
    await page.viewport(width, 860)
    const { table } = await openWith({ running: three() })
    await expect.element(table).toBeVisible()
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(width)
    await page.viewport(1080, 860)
  })
})

describe('without several jobs there is no table of them', () => {
  test('one: a sentence and a bar', async () => {
    const { screen, now, table } = await openWith({})
    await expect.element(now).toMatchTextContent(/Running Galaxy cluster fit, block 12, science at ≈\s337\sW\./)
    await expect.element(screen.getByRole('progressbar', { name: /Galaxy cluster fit/ })).toBeVisible()
    await expect.element(table).not.toBeInTheDocument()
  })

  test('one that is still fetched says how far it is', async () => {
    const { now } = await openWith({ running: three().slice(2) })
    await expect.element(now).toMatchTextContent(/Preparing Prime gaps, science at ≈\s337\sW\. Fetches what the job runs: 40%\./)
  })

  test('none', async () => {
    const { now, table } = await openWith({ display: 'ready', job: null })
    await expect.element(now).toMatchTextContent('Nothing stands in the way.')
    await expect.element(table).not.toBeInTheDocument()
  })
})
