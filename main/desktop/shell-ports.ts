import { fromProblem } from '../../shared/errors.ts'
import type { Child, LaunchChild } from '../kernel/child.ts'
import type { SecretVault } from '../kernel/secret-vault.ts'
import type { ToAgent, ToShell } from './agent-protocol.ts'

type Post = (message: ToShell) => void
type Heard<Is extends ToAgent['is']> = Extract<ToAgent, { is: Is }>

/** What the agent's process has from the shell: the keychain, and programs beside it. */
export interface ShellPorts {
  readonly vault: (kept: Pick<SecretVault, 'keptIn' | 'sealed'>) => SecretVault
  readonly launch: LaunchChild
  /** Takes what the shell answers; anything else is left alone. */
  readonly hear: (message: ToAgent) => void
}

/** The agent's side of what it cannot do itself: Electron's keychain and its processes are only in the main process. */
export function createShellPorts(post: Post): ShellPorts {
  const secrets = new Map<number, PromiseWithResolvers<string | null>>()
  const children = createChildren(post)
  let asked = 0
  const ask = (question: (ask: number) => ToShell): Promise<string | null> => {
    const waiting = Promise.withResolvers<string | null>()
    secrets.set(++asked, waiting)
    post(question(asked))
    return waiting.promise
  }
  const settle = (message: Heard<'secret'> | Heard<'no-secret'>): void => {
    const waiting = secrets.get(message.ask)
    secrets.delete(message.ask)
    if (message.is === 'secret') waiting?.resolve(message.secret)
    else waiting?.reject(fromProblem(500, message.problem))
  }
  return {
    vault: (kept) => ({
      ...kept,
      load: (name) => ask((number) => ({ is: 'load', ask: number, name })),
      save: async (name, secret) => void (await ask((number) => ({ is: 'save', ask: number, name, secret }))),
    }),
    launch: children.launch,
    hear: (message) => {
      if (message.is === 'secret' || message.is === 'no-secret') settle(message)
      else children.hear(message)
    },
  }
}

interface Running {
  readonly listeners: Set<(message: unknown) => void>
  readonly ended: PromiseWithResolvers<void>
}

function createChildren(post: Post): { readonly launch: LaunchChild; readonly hear: (message: ToAgent) => void } {
  const running = new Map<number, Running>()
  let last = 0
  return {
    launch: ({ name, args, environment }) => {
      const child = ++last
      const own: Running = { listeners: new Set(), ended: Promise.withResolvers() }
      running.set(child, own)
      post({ is: 'launch', child, name, args: [...args], environment: { ...environment } })
      return remoteChild(child, own, post)
    },
    hear: (message) => {
      if (message.is === 'child-said') running.get(message.child)?.listeners.forEach((listener) => listener(message.message))
      if (message.is !== 'child-ended') return
      running.get(message.child)?.ended.resolve()
      running.delete(message.child)
    },
  }
}

const remoteChild = (child: number, { listeners, ended }: Running, post: Post): Child => ({
  send: (message, failed) => {
    try {
      post({ is: 'child-hears', child, message })
    } catch {
      // What cannot be cloned.
      failed()
    }
  },
  onMessage: (listener) => void listeners.add(listener),
  onEnd: (listener) => void ended.promise.then(listener),
  kill: () => post({ is: 'child-kill', child }),
})
