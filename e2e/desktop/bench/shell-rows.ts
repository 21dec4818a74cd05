import type { Page } from '@playwright/test'
import { setTimeout as wait } from 'node:timers/promises'
import { type MeasureRows, atMostTimes, median, notMeasured, paired } from '../../scale/row.ts'
import { type DesktopApp, doubleOf } from '../../support/desktop-app.ts'
import { type Stage, firstState, openStage, rendererMib, timed } from './stage.ts'

const CALLS = 200

/** Start, window from the tray, a call, and what a closed window gives back. */
export const shellRows: MeasureRows = async ({ quick, say }) => {
  await using stage = await openStage()
  const times = quick ? 1 : 5
  say('starting')
  const launch = await paired(
    times,
    () => startOurs(stage),
    () => startBare(stage),
  )
  say('window from the tray')
  const tray = await trayWindow(stage, times)
  say('calls')
  const calls = await roundTrips(stage, times)
  say('memory')
  const memory = await memoryRow(stage)
  return [
    atMostTimes({ name: 'launch to first state', unit: 'ms', ...launch, referenceName: 'an empty application on the double', bar: 0.2 }),
    atMostTimes({ name: 'window from the tray', unit: 'ms', ...tray, referenceName: 'an empty window', bar: 0.1 }),
    atMostTimes({ name: 'call and answer', unit: 'ms', ...calls, referenceName: 'an echo by the shell', bar: 0.2 }),
    memory,
  ]
}

async function startOurs(stage: Stage): Promise<number> {
  const { ms, value: app } = await timed(async () => {
    const started = await stage.launch()
    await firstState(started)
    return started
  })
  await app.close()
  return ms
}

async function startBare(stage: Stage): Promise<number> {
  const { ms, value: app } = await timed(async () => {
    const started = await stage.launchBare()
    await (await started.firstWindow()).getByText('bare').waitFor()
    return started
  })
  await app.close()
  return ms
}

const keepRunning = (app: DesktopApp) =>
  app.evaluate(({ dialog }) => {
    dialog.showMessageBox = async () => ({ response: 0, checkboxChecked: false })
  })

async function closeWindow(app: DesktopApp): Promise<void> {
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  while (app.windows().length > 0) await wait(10)
}

async function trayWindow(stage: Stage, times: number) {
  const [app, bare] = [await stage.launch(), await stage.launchBare()]
  await firstState(app)
  await keepRunning(app)
  await (await bare.firstWindow()).getByText('bare').waitFor()
  const ours = async () => {
    await closeWindow(app)
    const { ms } = await timed(async () => {
      const next = app.waitForEvent('window')
      await doubleOf(app).evaluate(({ electronDouble: { trays } }) => trays[0]?.menu?.getMenuItemById('open')?.click())
      await (await next)
        .getByText(/^earning/i)
        .first()
        .waitFor()
    })
    return ms
  }
  const reference = async () => {
    await bare.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
    while (bare.windows().length > 0) await wait(10)
    const { ms } = await timed(async () => {
      const next = bare.waitForEvent('window')
      await bare.evaluate(() => globalThis.openBare())
      await (await next).getByText('bare').waitFor()
    })
    return ms
  }
  const figures = await paired(times, ours, reference)
  await app.close()
  await bare.close()
  return figures
}

declare global {
  /** In the main process of the bare application. */
  var openBare: () => Promise<void>
  /** In the world of its page. */
  var bare: { readonly ping: (input: unknown) => Promise<unknown> }
}

/** Milliseconds of one call at the median, inside the page. */
const callsIn = (page: Page): Promise<number> =>
  page.evaluate(async (count) => {
    const took: number[] = []
    for (let at = 0; at < count; at++) {
      const since = performance.now()
      await ('bare' in globalThis ? bare.ping({}) : windfall.invoke('getSignals', {}))
      took.push(performance.now() - since)
    }
    return took.toSorted((a, b) => a - b)[count >> 1] ?? Number.NaN
  }, CALLS)

async function roundTrips(stage: Stage, times: number) {
  const [app, bare] = [await stage.launch(), await stage.launchBare()]
  const [window, empty] = [await firstState(app), await bare.firstWindow()]
  await empty.getByText('bare').waitFor()
  const figures = await paired(
    times,
    () => callsIn(window),
    () => callsIn(empty),
  )
  await app.close()
  await bare.close()
  return figures
}

async function memoryRow(stage: Stage) {
  const of = { name: 'memory of renderers after close', unit: 'MiB', referenceName: 'before the window was opened', bar: 0.8 } as const
  const app = await stage.launch()
  await firstState(app)
  await keepRunning(app)
  await closeWindow(app)
  await wait(1_000)
  const before = rendererMib()
  if (before === null) return notMeasured(of, 'this system does not tell the memory of processes')
  const withWindow: number[] = []
  const after: number[] = []
  for (let round = 0; round < 2; round++) {
    const next = app.waitForEvent('window')
    await doubleOf(app).evaluate(({ electronDouble: { trays } }) => trays[0]?.menu?.getMenuItemById('open')?.click())
    await (await next)
      .getByText(/^earning/i)
      .first()
      .waitFor()
    await wait(1_000)
    withWindow.push(rendererMib() ?? 0)
    await closeWindow(app)
    await wait(1_000)
    after.push(rendererMib() ?? 0)
  }
  await app.close()
  return atMostTimes({ ...of, ours: 1 + median(after), reference: 1 + before, note: `with the window ${Math.round(median(withWindow))} MiB` })
}
