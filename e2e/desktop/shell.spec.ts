import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type DesktopApp, RENDERER, doubleOf, engine } from '../support/desktop-app.ts'
import { expect, loadedWindow, test } from '../support/fixtures.ts'
import { changeShell } from '../support/own-agent.ts'
import { startSampleAgent } from '../support/sample-agent.ts'

const closeWindow = (app: DesktopApp) => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())

/** Makes the next question of the shell be answered with this button. */
const answerWith = (app: DesktopApp, button: number) =>
  app.evaluate(({ dialog }, response) => {
    dialog.showMessageBox = async () => ({ response, checkboxChecked: false })
  }, button)

const tray = (app: DesktopApp) =>
  doubleOf(app).evaluate(({ electronDouble: { trays } }) => ({
    image: trays[0]?.image,
    toolTip: trays[0]?.toolTip,
    items: trays[0]?.menu?.items.map(({ label }) => label) ?? [],
    checked: trays[0]?.menu?.items.filter(({ type }) => type === 'checkbox').map(({ checked }) => checked),
  }))
const shown = (app: DesktopApp) => doubleOf(app).evaluate(({ electronDouble }) => electronDouble.shown.map(({ body }) => body))
const choose = (app: DesktopApp, id: string) =>
  doubleOf(app).evaluate(({ electronDouble: { trays } }, wanted) => trays[0]?.menu?.getMenuItemById(wanted)?.click(), id)

test.describe('the first state', () => {
  test('is the state of the running agent, and follows it', async ({ agent, window }) => {
    await expect(window.getByText(/^earning\b/i).first()).toBeVisible()
    agent.become({ display: 'waiting', policy: 'waiting', reasons: [{ code: 'owner-present', message: 'You are using the computer.', until: null }] })
    await expect(window.getByText('You are using the computer.').first()).toBeVisible()
  })

  test('says that the agent ended, until one starts', async ({ agent, window, dataDirectory }) => {
    await expect(window.getByText(/^earning\b/i).first()).toBeVisible()
    await agent.stop()
    await expect(window.getByText(/has not answered since/i)).toBeVisible()
    const next = await startSampleAgent(dataDirectory, RENDERER)
    await expect(window.getByText(/has not answered since/i)).toHaveCount(0)
    await expect(window.getByText(/^earning\b/i).first()).toBeVisible()
    await next.stop()
  })
})

test.describe('closing the window', () => {
  test('keeps running in the tray after asking once, and opens again where it was', async ({ app, window, launchApp }) => {
    await window.evaluate(() => {
      location.hash = '#/receipts'
    })
    await answerWith(app, 0)
    await closeWindow(app)
    await expect.poll(() => app.windows().length).toBe(0)

    const next = app.waitForEvent('window')
    const second = await launchApp()
    await second.exited
    const reopened = await next
    await expect.poll(() => new URL(reopened.url()).hash).toBe('#/receipts')

    await answerWith(app, 1)
    await closeWindow(app)
    await expect.poll(() => app.windows().length).toBe(0)
    expect(await app.evaluate(({ app: electronApp }) => electronApp.isReady())).toBe(true)
  })

  test('quits when the owner wants that, now and next time', async ({ app, window, launchApp }) => {
    expect(window.url()).toContain('index.html')
    await answerWith(app, 1)
    await closeWindow(app).catch(() => {})
    await app.exited

    const again = await launchApp()
    await loadedWindow(again)
    await answerWith(again, 0)
    await closeWindow(again).catch(() => {})
    await again.exited
  })

  test.describe('without anything that shows a tray', () => {
    test.skip(process.platform !== 'linux', 'other systems always have a tray')
    test.use({ trayHost: false })
    test('quits, because the window could not be found again', async ({ app, window }) => {
      expect(window.url()).toContain('index.html')
      await closeWindow(app).catch(() => {})
      await app.exited
    })
  })
})

test('a second start ends by itself and brings the first window forward', async ({ app, window, launchApp }) => {
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize())
  const second = await launchApp()
  await second.exited
  await expect.poll(() => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((window) => window.isMinimized()))).toEqual([false])
  expect(second.windows()).toEqual([])
  await expect(window.getByText(/^earning\b/i).first()).toBeVisible()
})

test.describe('the tray', () => {
  test.skip(engine !== 'double', 'Electron does not tell which trays exist; the double records them')

  test('pauses and resumes the agent, and shows which', async ({ agent, app, window }) => {
    await expect(window.getByText(/^earning\b/i).first()).toBeVisible()
    await expect
      .poll(() => tray(app))
      .toMatchObject({ image: expect.stringContaining('earning'), toolTip: 'Windfall: Earning · 72 W · today $0.281 confirmed' })
    expect((await tray(app)).items).not.toContain('Resume')

    await choose(app, 'pause-until-resumed')
    await expect.poll(() => agent.status().display).toBe('paused')
    await expect.poll(() => tray(app)).toMatchObject({ image: expect.stringContaining('paused'), toolTip: 'Windfall: Paused until you resume' })
    await expect(window.getByText(/^paused/i).first()).toBeVisible()

    await choose(app, 'resume')
    await expect.poll(() => agent.status().display).toBe('earning')
    await expect.poll(async () => (await tray(app)).items).not.toContain('Resume')
  })

  test('shows that the agent is gone', async ({ agent, app, window }) => {
    await expect(window.getByText(/^earning\b/i).first()).toBeVisible()
    await agent.stop()
    await expect.poll(() => tray(app)).toMatchObject({ image: expect.stringContaining('offline'), toolTip: 'Windfall: Not connected to Windfall' })
  })

  test('can change what closing does, opens the window and quits', async ({ app, window }) => {
    expect(window.url()).toContain('index.html')
    for (const kept of [false, true]) {
      await expect.poll(async () => (await tray(app)).checked).toEqual([!kept])
      await choose(app, 'keep-running')
      await expect.poll(async () => (await tray(app)).checked).toEqual([kept])
    }
    await closeWindow(app)
    await expect.poll(() => app.windows().length).toBe(0)
    const next = app.waitForEvent('window')
    await choose(app, 'open')
    await next
    await choose(app, 'quit').catch(() => {})
    await app.exited
  })
})

test('where the window was and what its owner prefers outlive the program', async ({ agent, launchApp }) => {
  expect(agent.url).toMatch(/^http:/)
  const first = await launchApp()
  const window = await loadedWindow(first)
  await changeShell(window, { theme: 'dark', language: 'de', onClose: 'keep-running' })
  expect(await first.evaluate(({ nativeTheme }) => [nativeTheme.themeSource, nativeTheme.shouldUseDarkColors])).toEqual(['dark', true])
  await window.evaluate(() => {
    location.hash = '#/grid'
  })
  await first.close()

  const again = await launchApp()
  const reopened = await loadedWindow(again)
  expect(new URL(reopened.url()).hash).toBe('#/grid')
  await expect(reopened.getByRole('navigation').getByRole('link', { name: 'Einstellungen' })).toBeVisible()
  expect(await again.evaluate(({ nativeTheme }) => nativeTheme.themeSource)).toBe('dark')
  if (engine === 'double') await expect.poll(async () => (await tray(again)).items[0]).toBe('Windfall öffnen')
})

test('the owner may have it start at login, and may change their mind', async ({ agent, launchApp }, info) => {
  test.skip(process.platform !== 'linux', 'elsewhere the system keeps this, and real Electron would change this machine')
  expect(agent.url).toMatch(/^http:/)
  const window = await loadedWindow(await launchApp({ environment: { XDG_CONFIG_HOME: info.outputPath('config') } }))
  const file = join(info.outputPath('config'), 'autostart', 'windfall.desktop')
  expect(await changeShell(window, { startsAtLogin: true })).toMatchObject({ startsAtLogin: true })
  expect(readFileSync(file, 'utf8')).toMatch(/^Exec=".+" ".+" "--data=.+" "--hidden"$/m)
  expect(await changeShell(window, { startsAtLogin: false })).toMatchObject({ startsAtLogin: false })
  expect(existsSync(file)).toBe(false)
})

test.describe('notifications', () => {
  test.skip(engine !== 'double', 'nobody but the double tells which notifications were shown')
  test('tell who does not look, once, and a click opens the page', async ({ agent, app, window }) => {
    await expect(window.getByText(/^earning\b/i).first()).toBeVisible()
    const needed = { display: 'action-needed' as const, reasons: [{ code: 'blocked' as const, message: 'The driver is too old.', until: null }] }
    await window.evaluate(() => {
      location.hash = '#/jobs'
    })
    agent.become(needed)
    await expect.poll(() => tray(app)).toMatchObject({ image: expect.stringContaining('attention') })
    expect(await shown(app)).toEqual([])

    agent.become({ display: 'earning', reasons: [] })
    await expect.poll(() => tray(app)).toMatchObject({ image: expect.stringContaining('earning') })
    await doubleOf(app).evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.blur())
    agent.become(needed)
    await expect.poll(() => shown(app)).toEqual(['The driver is too old.'])
    await doubleOf(app).evaluate(({ electronDouble }) => void electronDouble.shown[0]?.emit('click'))
    await expect.poll(() => new URL(window.url()).hash).toBe('#/')
  })
})
