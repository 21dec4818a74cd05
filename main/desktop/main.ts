import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { app, dialog, powerMonitor, safeStorage, utilityProcess } from 'electron'
import { messageOf } from '../../shared/errors.ts'
import { systemClock } from '../kernel/clock.ts'
import { createLogger } from '../kernel/log.ts'
import { defaultDataDirectory, packageRoot } from '../kernel/paths.ts'
import { createChildLauncher } from './child-launcher.ts'
import { readSession, reportIdle, tellsInput } from './idle-report.ts'
import { openKeychainVault } from './keychain-vault.ts'
import { createLocalAgent } from './local-agent.ts'
import { runShell } from './shell.ts'

// Electron and Chromium add switches of their own, so unknown ones are not ours to refuse.
const { values } = parseArgs({ options: { data: { type: 'string' } }, strict: false, allowPositionals: true })
const dataDirectory = typeof values.data === 'string' ? values.data : defaultDataDirectory(process.env)
const log = createLogger('desktop', 'info')

/** Without an agent or a window this program has nothing to do, but says so where its owner looks. */
function fail(error: unknown): void {
  log.error({ reason: messageOf(error) }, 'Windfall could not go on')
  dialog.showErrorBox('Windfall cannot run', messageOf(error))
  app.exit(1)
}

const startAgent = createLocalAgent({
  environment: process.env,
  openPorts: async (config) => ({
    clock: systemClock,
    log: createLogger('agent', config.logLevel),
    environment: process.env,
    vault: await openKeychainVault(safeStorage, config.dataDirectory, process.platform),
    launch: createChildLauncher({ fork: (...call) => utilityProcess.fork(...call), directory: join(packageRoot, 'dist', 'children') }),
  }),
  accompany: (agent, signal) => {
    powerMonitor.on('suspend', () => agent.report({ suspending: true }))
    powerMonitor.on('resume', () => agent.report({ suspending: false }))
    if (!tellsInput(process.platform, process.env)) return
    void reportIdle({ read: () => readSession(powerMonitor, process.platform), report: agent.report, clock: systemClock }, signal)
  },
  onFailed: fail,
})

// Not awaited: Electron becomes ready only after this module has finished loading.
runShell({ dataDirectory, startAgent, log }).catch(fail)
