import { app, dialog } from 'electron'
import { messageOf } from '../../shared/errors.ts'
import { defaultDataDirectory } from '../kernel/paths.ts'
import { readLaunch } from './launch-arguments.ts'
import { runShell } from './shell.ts'

const launch = readLaunch(process.argv)
const dataDirectory = launch.data ?? defaultDataDirectory(process.env)

/** Most of the program's code; a second start, which only hands over what it was asked for, does without. */
const build: Parameters<typeof runShell>[0]['build'] = async (place) => {
  const [{ assembleShell }, { createLogger }] = await Promise.all([import('./assemble.ts'), import('../kernel/log.ts')])
  return assembleShell({ dataDirectory, launch, log: createLogger('desktop', 'info') }, place)
}

/** Without an agent or a window this program has nothing to do, but says so where its owner looks. */
async function fail(error: unknown): Promise<void> {
  const { createLogger } = await import('../kernel/log.ts')
  createLogger('desktop', 'info').error({ reason: messageOf(error) }, 'Windfall could not go on')
  dialog.showErrorBox('Windfall cannot run', messageOf(error))
  app.exit(1)
}

// Not awaited: Electron becomes ready only after this module has finished loading.
runShell({ dataDirectory, launch, build }).catch(fail)
