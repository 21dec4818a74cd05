import { join } from 'node:path'
import { app, powerMonitor } from 'electron'
import { RELEASE_ROOT } from '../../shared/domain/release-root.ts'
import { WindfallError } from '../../shared/errors.ts'
import { t } from '../../shared/i18n/translate.ts'
import { systemClock } from '../kernel/clock.ts'
import type { Logger } from '../kernel/log.ts'
import type { AgentLink } from './agent-link.ts'
import type { Updates } from './updates/ports.ts'

export interface LateUpdates extends Pick<Updates, 'state' | 'check' | 'install'> {
  /** Looks for updates from now on, and never installs one while this agent works. Ends with the program. */
  readonly start: (link: AgentLink) => Promise<void>
}

export interface UpdatesPlace {
  /** `desktop/` in the data directory. */
  readonly home: string
  readonly log: Logger
  readonly changed: () => void
}

/** The updates of this program, whose code is loaded once there is an agent to look after. */
export function createLateUpdates({ home, log, changed }: UpdatesPlace): LateUpdates {
  let updates: Updates | null = null
  return {
    state: () => updates?.state() ?? { state: 'current', checkedAt: null },
    check: async () => updates?.check(),
    install: async () => {
      if (updates === null) throw new WindfallError('conflict', t('No update is ready yet.'))
      await updates.install()
    },
    start: async (link) => {
      updates = await open(link, { home, log })
      updates.subscribe(changed)
      changed()
      void updates.run(new AbortController().signal)
    },
  }
}

async function open(link: AgentLink, { home, log }: Pick<UpdatesPlace, 'home' | 'log'>): Promise<Updates> {
  const [{ createUpdates }, { readProgram }, { workOf }] = await Promise.all([
    import('./updates/updates.ts'),
    import('./updates/program.ts'),
    import('./updates/work.ts'),
  ])
  const { platform, arch, env, resourcesPath } = process
  const directory = join(home, 'updates')
  return createUpdates({
    program: readProgram({ app, platform, arch, environment: env, resources: resourcesPath ?? '' }),
    directory,
    root: RELEASE_ROOT,
    work: workOf(link),
    power: () => ({ onBattery: powerMonitor.isOnBatteryPower(), percent: null }),
    letGo: async () => {
      await link.stop()
      app.releaseSingleInstanceLock()
    },
    relaunch: () => {
      app.relaunch()
      app.exit(0)
    },
    openInstaller: async () => {
      const { openElectronUpdater } = await import('./updates/electron-updater.ts')
      return openElectronUpdater({ platform, version: app.getVersion(), directory, appImage: env['APPIMAGE'], quit: () => app.quit(), log })
    },
    clock: systemClock,
    log,
  })
}
