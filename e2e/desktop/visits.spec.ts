import { writeFileSync } from 'node:fs'
import { type Page } from '@playwright/test'
import { doubleOf, engine } from '../support/desktop-app.ts'
import { expect, loadedWindow, test } from '../support/fixtures.ts'

const hashOf = (window: Page) => new URL(window.url()).hash

test('a link opens its page in the window that is there, and brings it forward', async ({ app, window, launchApp }) => {
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize())
  const second = await launchApp({ switches: ['windfall://payouts'] })
  await second.exited
  await expect.poll(() => hashOf(window)).toBe('#/payouts')
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((one) => one.isMinimized()))).toEqual([false])
})

test('a link that starts Windfall opens its page', async ({ agent, launchApp }) => {
  expect(agent.url).toMatch(/^http:/)
  const window = await loadedWindow(await launchApp({ switches: ['windfall://grid'] }))
  await expect.poll(() => hashOf(window)).toBe('#/grid')
})

test('a link that wants more than a page changes nothing, and is explained', async ({ agent, window, launchApp }) => {
  const before = window.url()
  const second = await launchApp({ switches: ['windfall://pause?until=forever'] })
  await second.exited
  await expect(window.getByText(/could not follow this link/i).first()).toBeVisible()
  expect(agent.status().display).toBe('earning')
  expect(window.url()).toBe(before)
})

test('on macOS a link and a file come as events', async ({ app, window }, info) => {
  await app.evaluate(({ app: electronApp }) => electronApp.emit('open-url', { preventDefault: () => {} }, 'windfall://jobs'))
  await expect.poll(() => hashOf(window)).toBe('#/jobs')
  const file = info.outputPath('gone.wfreceipt')
  await app.evaluate(({ app: electronApp }, path) => electronApp.emit('open-file', { preventDefault: () => {} }, path), file)
  await expect(window.getByText(/gone\.wfreceipt could not be read/i).first()).toBeVisible()
})

test('a receipt file that is opened is checked in the window; what is in it decides, not its name', async ({ window, launchApp }, info) => {
  const file = info.outputPath('from a friend.wfreceipt')
  writeFileSync(file, '{"bundle":"something else"}')
  const second = await launchApp({ switches: [file] })
  await second.exited
  await expect(window.getByText(/from a friend\.wfreceipt/i).first()).toBeVisible()
  await expect(window.getByText(/is not a receipt/i).first()).toBeVisible()
})

test.describe('at login', () => {
  test.skip(engine !== 'double', 'Electron does not tell which trays exist; the double records them')

  test('Windfall starts without a window, and a click on the tray opens one', async ({ agent, launchApp }) => {
    expect(agent.url).toMatch(/^http:/)
    const app = await launchApp({ switches: ['--hidden'] })
    const trays = () => doubleOf(app).evaluate(({ electronDouble }) => electronDouble.trays.map(({ image }) => image))
    await expect.poll(trays).toEqual([expect.stringContaining('earning')])
    expect(app.windows()).toEqual([])
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(0)
    const next = app.waitForEvent('window')
    await doubleOf(app).evaluate(({ electronDouble }) => electronDouble.trays[0]?.menu?.getMenuItemById('settings')?.click())
    const window = await next
    await expect.poll(() => hashOf(window)).toBe('#/settings')
  })
})
