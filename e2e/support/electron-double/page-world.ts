// oxlint-disable unicorn/consistent-function-scoping -- sent to the page as text, so nothing may live outside the function
/**
 * Runs inside pages, sent there as source text: these functions must not use anything outside themselves.
 * The preload lives in Chromium's own isolated world. `contextBridge` crosses into the page's world by synchronous DOM events,
 * whose `detail` the browser clones, so that only data and proxies of functions get across.
 */
interface Crossing {
  readonly send: (message: object) => void
  readonly encode: (value: unknown) => unknown
  readonly decode: (value: unknown) => unknown
  readonly onOther: (listener: (message: { kind: string; key: string; api: unknown }) => void) => void
}
export type CreateCrossing = (out: string, incoming: string) => Crossing

type Wire =
  | { kind: 'call'; id: number; args: unknown[] }
  | { kind: 'return'; value?: unknown; error?: string }
  | { kind: 'settle'; id: number; ok: boolean; value: unknown }

export const createCrossing: CreateCrossing = (out, incoming) => {
  const functions = new Map<number, (...args: unknown[]) => unknown>()
  const promises = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  let last = 0
  let answer: { value?: unknown; error?: string } | null = null
  let other: Parameters<Crossing['onOther']>[0] = () => {}
  const send = (message: object) => void document.dispatchEvent(new CustomEvent(out, { detail: message }))
  const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
  const mapValues = (value: object, map: (value: unknown) => unknown) => Object.fromEntries(Object.entries(value).map(([key, item]) => [key, map(item)]))

  const encode = (value: unknown): unknown => {
    if (typeof value === 'function') {
      functions.set(++last, value as (...args: unknown[]) => unknown)
      return { $function: last }
    }
    if (value instanceof Promise) {
      const id = ++last
      value.then(
        (result) => send({ kind: 'settle', id, ok: true, value: encode(result) }),
        (error: unknown) => send({ kind: 'settle', id, ok: false, value: textOf(error) }),
      )
      return { $promise: id }
    }
    if (Array.isArray(value)) return value.map(encode)
    return typeof value === 'object' && value !== null ? mapValues(value, encode) : value
  }
  const decode = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(decode)
    if (typeof value !== 'object' || value === null) return value
    if ('$function' in value) return (...args: unknown[]) => call(value.$function as number, args)
    if ('$promise' in value) return new Promise((resolve, reject) => promises.set(value.$promise as number, { resolve, reject }))
    return mapValues(value, decode)
  }
  const call = (id: number, args: unknown[]): unknown => {
    send({ kind: 'call', id, args: args.map(encode) })
    const result = answer
    answer = null
    if (!result) throw new Error('contextBridge: the other world did not answer')
    if (result.error !== undefined) throw new Error(result.error)
    return decode(result.value)
  }
  const run = (id: number, args: unknown[]) => {
    try {
      send({ kind: 'return', value: encode(functions.get(id)?.(...args.map(decode))) })
    } catch (error) {
      send({ kind: 'return', error: textOf(error) })
    }
  }
  const settle = (id: number, ok: boolean, value: unknown) => {
    const promise = promises.get(id)
    promises.delete(id)
    if (ok) promise?.resolve(decode(value))
    else promise?.reject(new Error(String(value)))
  }
  document.addEventListener(incoming, (event) => {
    const message = (event as CustomEvent<Wire>).detail
    if (message.kind === 'return') answer = message
    else if (message.kind === 'call') run(message.id, message.args)
    else if (message.kind === 'settle') settle(message.id, message.ok, message.value)
    else other(message)
  })
  return { send, encode, decode, onOther: (listener) => void (other = listener) }
}

/** The page's side: what the preload exposes appears as a frozen, unwritable property of `window`. */
export function installPageWorld(create: CreateCrossing, names: { toPage: string; toPreload: string }): void {
  const crossing = create(names.toPreload, names.toPage)
  const freeze = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    for (const item of Object.values(value)) freeze(item)
    return Object.freeze(value)
  }
  crossing.onOther(({ key, api }) => {
    Object.defineProperty(window, key, { value: freeze(crossing.decode(api)), enumerable: true, writable: false, configurable: false })
  })
}

type Delivery = { kind: 'event'; channel: string; args: unknown[] } | { kind: 'reply'; id: number; result?: unknown; error?: string }

/** The preload's side: a sandboxed `require` that knows only `electron`, and an `ipcRenderer` over the host's binding. */
export function installPreloadWorld(
  create: CreateCrossing,
  names: { toPage: string; toPreload: string; binding: string; deliver: string },
  preload: (require: (name: string) => unknown, module: object, exports: object) => void,
): void {
  type Listener = (event: object, ...args: unknown[]) => void
  const crossing = create(names.toPage, names.toPreload)
  const tell = Reflect.get(globalThis, names.binding) as (text: string) => void
  const listeners = new Map<string, Set<Listener>>()
  const pending = new Map<number, { channel: string; resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  let last = 0
  const deliver = (message: Delivery) => {
    if (message.kind === 'event') return listeners.get(message.channel)?.forEach((listener) => listener({ sender: ipcRenderer, ports: [] }, ...message.args))
    const call = pending.get(message.id)
    pending.delete(message.id)
    if (message.error === undefined) call?.resolve(message.result)
    else call?.reject(new Error(`Error invoking remote method '${call.channel}': Error: ${message.error}`))
  }
  Object.assign(globalThis, { [names.deliver]: deliver })
  const ipcRenderer = {
    invoke: (channel: string, ...args: unknown[]) =>
      new Promise((resolve, reject) => {
        pending.set(++last, { channel, resolve, reject })
        tell(JSON.stringify({ id: last, channel, args: args.map((arg) => (arg === undefined ? { $undefined: true } : arg)) }))
      }),
    on: (channel: string, listener: Listener) => {
      listeners.set(channel, (listeners.get(channel) ?? new Set()).add(listener))
      return ipcRenderer
    },
  }
  const contextBridge = { exposeInMainWorld: (key: string, api: unknown) => crossing.send({ kind: 'expose', key, api: crossing.encode(api) }) }
  const require = (name: string) => {
    if (name === 'electron') return { contextBridge, ipcRenderer }
    throw new Error(`module not found: ${name} (sandboxed preload)`)
  }
  const module = { exports: {} }
  preload(require, module, module.exports)
}
