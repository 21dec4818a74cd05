/** Starts a packed application, taken out of its archive, on the double of Electron and a real browser. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Page, chromium } from '@playwright/test'
import { CHROMIUM_ARGS, chromiumPath } from '../support/chromium.ts'
import { launchDouble } from '../support/electron-double/launch.ts'
import { statusIn } from '../support/own-agent.ts'

export interface Packed {
  /** What the archive holds, with what lies beside it as files. */
  readonly application: string
  /** What Electron calls `process.resourcesPath`. */
  readonly resources: string
  /** An empty place. */
  readonly scratch: string
}

export interface Booted {
  readonly window: Page
  /** What its own agent says, as the window gets it. */
  readonly status: () => ReturnType<typeof statusIn>
}

/** Runs `look` once the window is loaded, then quits the application. */
export async function bootPacked({ application, resources, scratch }: Packed, look: (booted: Booted) => Promise<void>): Promise<void> {
  const [programs, data] = [join(scratch, 'bin'), join(scratch, 'data')]
  mkdirSync(programs)
  mkdirSync(data, { mode: 0o700 })
  // A D-Bus client that says that this desktop has a tray, in place of the one of the machine.
  writeFileSync(join(programs, 'gdbus'), "#!/bin/sh\necho '(true,)'\n", { mode: 0o755 })
  const env = {
    PATH: [programs, process.env['PATH']].join(delimiter),
    HOME: scratch,
    ELECTRON_DOUBLE_RESOURCES: resources,
    ELECTRON_DOUBLE_KEYRING: join(scratch, 'keyring'),
  }
  const browser = await chromium.launch({ executablePath: await chromiumPath(), args: CHROMIUM_ARGS })
  const app = await launchDouble({ main: join(application, 'dist', 'main', 'desktop.mjs'), args: [`--data=${data}`], env, browser })
  try {
    const window = await app.firstWindow()
    await window.waitForLoadState('load')
    await look({ window, status: () => statusIn(window) })
  } catch (error) {
    throw new Error(`The packed application: ${String(error)}\n${app.output()}`, { cause: error })
  } finally {
    await app.close()
    await browser.close()
  }
}
