import type { Page } from '@playwright/test'
import type { DesktopApp } from '../support/desktop-app.ts'
import { doubleOf, engine } from '../support/desktop-app.ts'
import { expect, test } from '../support/fixtures.ts'

declare global {
  /** In the main process of the double: what was sent to its window. */
  var sentToWindow: number
  /** In the world of a page. */
  var timersSet: number
}

test.skip(engine !== 'double', 'the double records what a tray shows, and so tells when news has arrived')

/** From now on counts what the shell sends to its window. */
const countSent = (app: DesktopApp) =>
  app.evaluate(({ BrowserWindow }) => {
    globalThis.sentToWindow = 0
    const contents = BrowserWindow.getAllWindows()[0]?.webContents
    if (!contents) throw new Error('there is no window')
    const send = contents.send.bind(contents)
    contents.send = (...said) => {
      globalThis.sentToWindow++
      send(...said)
    }
  })
const sent = (app: DesktopApp) => app.evaluate(() => globalThis.sentToWindow)

/** From now on counts every timer that the page sets. */
const countTimers = (window: Page) =>
  window.evaluate(() => {
    globalThis.timersSet = 0
    for (const name of ['setTimeout', 'setInterval', 'requestAnimationFrame', 'requestIdleCallback'] as const) {
      const own = globalThis[name] as (...given: unknown[]) => number
      Object.assign(globalThis, { [name]: (...given: unknown[]) => (globalThis.timersSet++, own(...given)) })
    }
  })
/** How many since this was asked last. */
const timers = (window: Page) =>
  window.evaluate(() => {
    const set = globalThis.timersSet
    globalThis.timersSet = 0
    return set
  })

const toolTip = (app: DesktopApp) => doubleOf(app).evaluate(({ electronDouble: { trays } }) => trays[0]?.toolTip ?? '')

test('a window out of sight is told nothing, asks nothing and sets no timer; back in sight it shows what is new', async ({ agent, app, window }) => {
  await expect(window.getByText(/^earning/i).first()).toBeVisible()
  let asked = 0
  const grid = agent.answers().getGrid
  agent.answer({ getGrid: (...given) => (asked++, grid(...given)) })
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize())
  await expect.poll(() => window.evaluate(() => document.visibilityState)).toBe('hidden')
  await countTimers(window)
  // What it had asked while it was seen may still be answered.
  await expect.poll(() => timers(window), { intervals: [400] }).toBe(0)
  await countSent(app)
  const before = asked

  for (let second = 1; second <= 20; second++)
    agent.tell('power', { at: new Date(Date.UTC(2027, 0, 1) + second * 1_000).toISOString(), watts: second, temperatureC: null })
  agent.become({ display: 'paused', policy: 'off', pausedUntil: null, reasons: [{ code: 'user', message: 'You paused Windfall.', until: null }] })
  await expect.poll(() => toolTip(app)).toContain('Paused')
  expect({ sent: await sent(app), timers: await timers(window), asked: asked - before }).toEqual({ sent: 0, timers: 0, asked: 0 })

  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.restore())
  await expect(window.getByText(/^paused/i).first()).toBeVisible()
  expect(await sent(app)).toBeGreaterThan(0)
})
