/** Entry of a utility process: `utility-boot.ts <module> …args`. Gives it the port Electron gives, hides Node's, and loads the module. */
import { EventEmitter } from 'node:events'
import { pathToFileURL } from 'node:url'

const send = process.send?.bind(process)

class ParentPort extends EventEmitter {
  postMessage(message: unknown): void {
    send?.(structuredClone(message) as object)
  }
}

const parentPort = new ParentPort()
// Electron keeps messages until somebody listens.
const early: unknown[] = []
process.on('message', (data) => {
  if (!parentPort.emit('message', { data, ports: [] })) early.push(data)
})
parentPort.on('newListener', (event) => {
  if (event === 'message') setImmediate(() => early.splice(0).forEach((data) => parentPort.emit('message', { data, ports: [] })))
})
process.on('disconnect', () => process.exit(0))
Object.defineProperty(process, 'parentPort', { value: parentPort })
Object.defineProperty(process, 'type', { value: 'utility' })
Object.defineProperty(process, 'send', { value: undefined })
Object.defineProperty(process.versions, 'electron', { value: '45.4.1-double', enumerable: true })
process.argv.splice(1, 1)
await import(pathToFileURL(process.argv[1] ?? '').href)
