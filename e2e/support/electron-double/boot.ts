/** Entry of the forked process: `boot.ts <main bundle> …switches`. Makes `electron` resolve to the double, then loads the bundle. */
import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'
import { appOperations } from './app-operations.ts'
import { becomeReady } from './app.ts'
import { connectToHost } from './host.ts'

const double = new URL('./electron.ts', import.meta.url).href
registerHooks({ resolve: (specifier, context, next) => (specifier === 'electron' ? { url: double, shortCircuit: true } : next(specifier, context)) })
Object.defineProperty(process.versions, 'electron', { value: '45.4.1-double', enumerable: true })
Object.defineProperty(process, 'type', { value: 'browser' })
const resources = process.env['ELECTRON_DOUBLE_RESOURCES']
if (resources !== undefined) Object.defineProperty(process, 'resourcesPath', { value: resources })

process.on('disconnect', () => process.exit(0))
connectToHost(appOperations)
process.argv.splice(1, 1)
await import(pathToFileURL(process.argv[1] ?? '').href)
becomeReady()
