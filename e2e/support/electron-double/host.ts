import { type Link, createLink } from './link.ts'
import type { AppOperations, HostOperations } from './operations.ts'

let link: Link<HostOperations> | null = null

/** Connects this process to the host that forked it. */
export function connectToHost(operations: AppOperations): void {
  link = createLink<HostOperations>(
    { send: (message) => void process.send?.(message), onMessage: (listener) => void process.on('message', listener) },
    operations,
  )
}

export const askHost: Link<HostOperations>['ask'] = (operation, data) => {
  if (!link) throw new Error('electron double: not connected to its host')
  return link.ask(operation, data)
}
