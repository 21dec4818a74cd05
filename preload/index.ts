import { contextBridge, ipcRenderer } from 'electron'
import { AGENT_EVENTS, type Bridge, EVENT_CHANNEL, INVOKE_CHANNEL, SHELL_EVENTS } from '../shared/contract/bridge.ts'

type Listener = (payload: unknown) => void
const listeners = new Map<string, Set<Listener>>([...AGENT_EVENTS, ...SHELL_EVENTS].map((name) => [name, new Set()]))
ipcRenderer.on(EVENT_CHANNEL, (_event, name: string, payload: unknown) => listeners.get(name)?.forEach((listener) => listener(payload)))

const bridge: Bridge = {
  invoke: (name, input) => ipcRenderer.invoke(INVOKE_CHANNEL, name, input),
  subscribe: (name, listener) => {
    const audience = listeners.get(name)
    if (!audience) throw new Error(`There is no event named “${name}”.`)
    const own: Listener = (payload) => listener(payload)
    audience.add(own)
    return () => void audience.delete(own)
  },
}
contextBridge.exposeInMainWorld('windfall', Object.freeze(bridge))
