import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Menu, app, protocol, session } from 'electron'
import { systemClock } from '../kernel/clock.ts'
import { packageRoot } from '../kernel/paths.ts'
import { LINK_SCHEME, type Launch } from './launch-arguments.ts'
import { denyPermissions, lockDownPages } from './lockdown.ts'
import { declareAppScheme, serveAppScheme } from './protocol.ts'
import { type Visits, claimLinks, watchVisits } from './visits.ts'

export interface ShellOptions {
  /** The agent's data directory; the shell keeps its own small state in `desktop/` below it. */
  readonly dataDirectory: string
  readonly launch: Launch
  /** Builds what needs Electron to be ready, and most of the program's code. Called by the one instance that stays. */
  readonly build: (place: ShellPlace) => Promise<BuiltShell>
}

export interface ShellPlace {
  /** `desktop/` in the data directory. */
  readonly home: string
  /** What was built: `dist/`. */
  readonly dist: string
  readonly visits: Visits
}

export interface BuiltShell {
  /** Where the owner's wallet signs; `null` unless one is being linked. */
  readonly linkPage: () => Promise<string | null>
  /** Ends the agent if it is ours. */
  readonly stop: () => Promise<void>
}

const dist = join(packageRoot, 'dist')
const STOP_WITHIN_MS = 20_000

/** Runs the window and the tray until the owner quits. Everything up to `whenReady` must happen in the first turn. */
export async function runShell({ dataDirectory, launch, build }: ShellOptions): Promise<void> {
  const home = join(dataDirectory, 'desktop')
  mkdirSync(home, { recursive: true, mode: 0o700 })
  app.setPath('userData', home)
  if (!app.requestSingleInstanceLock()) return app.quit()
  app.enableSandbox()
  app.setAppUserModelId('app.windfall.desktop')
  declareAppScheme()
  const visits = watchVisits(app, launch, process.cwd())
  claimLinks(app, LINK_SCHEME)
  const built = Promise.withResolvers<BuiltShell>()
  lockDownPages(app, async () => (await built.promise).linkPage())
  if (process.platform !== 'darwin') Menu.setApplicationMenu(null)
  await app.whenReady()
  denyPermissions(session.defaultSession)
  serveAppScheme(protocol, join(dist, 'renderer'))
  stopWithApp(built.promise)
  built.resolve(build({ home, dist, visits }))
  await built.promise
}

/** The tray outlives the window; an agent of this program is stopped before the program ends. */
function stopWithApp(built: Promise<BuiltShell>): void {
  app.on('window-all-closed', () => {})
  app.on('will-quit', (event) => {
    event.preventDefault()
    const stopped = built.then(({ stop }) => stop()).catch(() => undefined)
    // What matters is on disk at any moment, so an agent that does not let go is left to its end.
    void Promise.race([stopped, systemClock.sleep(STOP_WITHIN_MS, new AbortController().signal)]).then(() => app.exit(0))
  })
}
