import { mkdirSync } from 'node:fs'
import { type Browser, type Page, test as base, chromium, expect } from '@playwright/test'
import { CHROMIUM_ARGS, chromiumPath } from './chromium.ts'
import { type DesktopApp, type DesktopOptions, RENDERER, launchDesktop } from './desktop-app.ts'
import { type SampleAgent, startSampleAgent } from './sample-agent.ts'

export interface Fixtures {
  /** Is there a desktop that shows tray icons? */
  trayHost: boolean
  /** Where the agent of this test announces itself; a finished run may be put here instead. */
  dataDirectory: string
  agent: SampleAgent
  /** Starts the shell on the data directory, whether or not an agent runs there. */
  launchApp: (more?: Pick<DesktopOptions, 'switches' | 'environment'>) => Promise<DesktopApp>
  /** The shell beside a running agent. */
  app: DesktopApp
  window: Page
}

export const test = base.extend<Fixtures, { sharedBrowser: Browser }>({
  sharedBrowser: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the wanted fixtures from the pattern
    async ({}, provide) => {
      const browser = await chromium.launch({ executablePath: await chromiumPath(), args: CHROMIUM_ARGS })
      await provide(browser)
      await browser.close()
    },
    { scope: 'worker' },
  ],
  trayHost: [true, { option: true }],
  // oxlint-disable-next-line no-empty-pattern -- as above
  dataDirectory: async ({}, provide, info) => {
    const directory = info.outputPath('data')
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    await provide(directory)
  },
  agent: async ({ dataDirectory }, provide) => {
    const agent = await startSampleAgent(dataDirectory, RENDERER)
    await provide(agent)
    await agent.stop()
  },
  launchApp: async ({ sharedBrowser, dataDirectory, trayHost }, provide, info) => {
    const launched: DesktopApp[] = []
    const session = { dataDirectory, trayHost, browser: sharedBrowser, programs: info.outputPath('bin'), keyring: info.outputPath('keyring') }
    await provide(async (more = {}) => {
      const app = await launchDesktop({ ...session, ...more })
      launched.push(app)
      return app
    })
    for (const app of launched) await app.close()
  },
  app: async ({ agent, launchApp }, provide) => {
    expect(agent.url).toMatch(/^http:/)
    await provide(await launchApp())
  },
  window: async ({ app }, provide) => {
    const window = await loadedWindow(app)
    const errors: string[] = []
    window.on('pageerror', (error) => errors.push(error.message))
    await provide(window)
    expect(errors).toEqual([])
  },
})

/** The first window, once its page is loaded: a window exists before it shows anything. */
export async function loadedWindow(app: DesktopApp): Promise<Page> {
  const window = await app.firstWindow()
  await window.waitForURL(/\/\/(windfall|app-windfall\.invalid)\//)
  await window.waitForLoadState('load')
  return window
}

export { expect }
