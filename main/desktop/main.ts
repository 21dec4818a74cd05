import { parseArgs } from 'node:util'
import { app } from 'electron'
import { messageOf } from '../../shared/errors.ts'
import { createLogger } from '../kernel/log.ts'
import { defaultDataDirectory } from '../kernel/paths.ts'
import { runShell } from './shell.ts'

// Electron and Chromium add switches of their own, so unknown ones are not ours to refuse.
const { values } = parseArgs({ options: { data: { type: 'string' } }, strict: false, allowPositionals: true })
const dataDirectory = typeof values.data === 'string' ? values.data : defaultDataDirectory(process.env)
const log = createLogger('desktop', 'info')

// Not awaited: Electron becomes ready only after this module has finished loading.
runShell({ dataDirectory, startAgent: null, log }).catch((error: unknown) => {
  log.error({ reason: messageOf(error) }, 'the window could not be started')
  app.exit(1)
})
