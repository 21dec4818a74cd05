import { FAKE_4090, compileFakeNvml } from '../../main/agent/gpu/nvml.fake.ts'
import { doubleOf, engine } from '../support/desktop-app.ts'
import { expect, loadedWindow, test } from '../support/fixtures.ts'
import { openMachinePage, statusIn } from '../support/own-agent.ts'

const fake = compileFakeNvml()
const DRIVER_NOT_LOADED = 9
// Not after all tests: these run apart from each other, also one after the other in the same process.
if (typeof fake !== 'string') process.once('exit', fake[Symbol.dispose])

test('a crash of the vendor’s library costs some readings, and nothing else', async ({ launchApp }) => {
  if (typeof fake === 'string') return test.skip(true, fake)
  fake.play({ driver: '595.71.05', gpus: [FAKE_4090] })
  const app = await launchApp({ environment: { WINDFALL_NVML: fake.path, SECRET_OF_THE_OWNER: 'do not pass on' } })
  const window = await loadedWindow(app)
  const gpu = async () => (await statusIn(window)).devices.find(({ kind }) => kind === 'gpu')
  await expect.poll(gpu).toMatchObject({ name: FAKE_4090.name, state: 'ok', watts: expect.any(Number) })
  await openMachinePage(window)
  const card = window.getByRole('listitem').filter({ hasText: FAKE_4090.name })
  await expect(card.getByText('300 W').first()).toBeVisible()

  fake.play({ crash: 1, gpus: [FAKE_4090] })
  await expect.poll(gpu).toMatchObject({ state: 'unavailable', watts: null })
  await expect(card.getByText(/gave no reading/i).first()).toBeVisible()
  await expect(window.getByText(/has not answered since/i)).toHaveCount(0)

  fake.play({ driver: '595.71.05', gpus: [{ ...FAKE_4090, averageMw: 200_000 }] })
  await expect.poll(gpu).toMatchObject({ state: 'ok', watts: 200 })
  await expect(card.getByText('200 W').first()).toBeVisible()

  if (engine !== 'double') return
  const forks = await doubleOf(app).evaluate(({ electronDouble: { effects } }) => effects.filter(({ what }) => what === 'utilityProcess.fork'))
  expect(forks.length).toBeGreaterThanOrEqual(2)
  expect(JSON.stringify(forks)).not.toContain('do not pass on')
})

test('after the machine slept the agent looks for its hardware again', async ({ launchApp }) => {
  if (typeof fake === 'string') return test.skip(true, fake)
  fake.play({ initReturn: DRIVER_NOT_LOADED, gpus: [] })
  const app = await launchApp({ environment: { WINDFALL_NVML: fake.path } })
  const window = await loadedWindow(app)
  const gpus = async () => (await statusIn(window)).devices.filter(({ kind }) => kind === 'gpu').map(({ name }) => name)
  expect(await gpus()).toEqual([])
  fake.play({ gpus: [FAKE_4090] })
  const wake = () => app.evaluate(({ powerMonitor }) => powerMonitor.emit('resume'))
  // A driver that did not answer is left alone for a moment.
  await expect.poll(() => wake().then(gpus)).toEqual([FAKE_4090.name])
})
