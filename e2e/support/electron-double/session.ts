import { EventEmitter } from 'node:events'
import { isReady } from './app.ts'
import { record } from './effects.ts'
import { strict } from './strict.ts'

type SchemeHandler = (request: Request) => Response | Promise<Response>
type PermissionRequest = (contents: unknown, permission: string, answer: (granted: boolean) => void, details: unknown) => void
type PermissionCheck = (contents: unknown, permission: string, origin: string, details: unknown) => boolean

const schemes = new Map<string, SchemeHandler>()
export const schemeHandler = (scheme: string): SchemeHandler | undefined => schemes.get(scheme)

export const protocol = strict('protocol', {
  registerSchemesAsPrivileged: (declared: readonly object[]): void => {
    if (isReady()) throw new Error('registerSchemesAsPrivileged must be called before the application is ready')
    record('protocol.registerSchemesAsPrivileged', declared)
  },
  handle: (scheme: string, handler: SchemeHandler): void => {
    if (!isReady()) throw new Error('protocol.handle must be called after the application is ready')
    if (schemes.has(scheme)) throw new Error(`${scheme} is already handled`)
    schemes.set(scheme, handler)
  },
})

let onRequest: PermissionRequest | null = null
let onCheck: PermissionCheck | null = null
let onDevice: ((details: unknown) => boolean) | null = null

class Session extends EventEmitter {
  setPermissionRequestHandler(handler: PermissionRequest | null): void {
    onRequest = handler
  }
  setPermissionCheckHandler(handler: PermissionCheck | null): void {
    onCheck = handler
  }
  setDevicePermissionHandler(handler: ((details: unknown) => boolean) | null): void {
    onDevice = handler
  }
}

const defaultSession = strict('session.defaultSession', new Session())
export const session = strict('session', { defaultSession })

/** What a page would get: Electron grants everything when the application did not set a handler. */
export function permissionsFor(permission: string): { requested: boolean; checked: boolean; device: boolean } {
  let requested = onRequest === null
  onRequest?.(null, permission, (granted) => void (requested = granted), {})
  return { requested, checked: onCheck?.(null, permission, 'app://windfall', {}) ?? true, device: onDevice?.({ deviceType: 'usb' }) ?? false }
}
