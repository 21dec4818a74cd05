import { WindfallError } from '../errors.ts'
import { type Client, connect, serve } from './define.ts'
import { type Errand, type ShellChange, type ShellState, shellContract } from './shell.ts'

/** A shell with a tray on Linux whose owner has changed nothing and was asked nothing. */
const aShell = (changes: Partial<ShellState> = {}): ShellState => ({
  version: '0.1.0',
  platform: 'linux',
  language: null,
  systemLanguages: ['en-GB'],
  theme: 'system',
  startsAtLogin: false,
  hasTray: true,
  onClose: null,
  notifications: ['payout-ready', 'payout-paid', 'payout-failed', 'action-needed', 'update-ready'],
  notificationsSupported: true,
  keepsAwake: 'on-mains',
  agent: { state: 'running' },
  update: { state: 'current', checkedAt: '2026-11-21T12:00:00.000Z' },
  ...changes,
})

export interface FakeShell extends Client<typeof shellContract> {
  /** What the window has asked, in order, but for what it only looks at. */
  readonly asked: readonly { readonly name: string; readonly input: unknown }[]
  /** Something outside the window has changed the shell. */
  readonly become: (changes: Partial<ShellState>) => void
  /** Somebody outside wants something of the window. */
  readonly send: (errand: Errand) => void
  /** Every call but the question for the state is refused from now on. */
  readonly refuse: (why: string) => void
}

const LOOKS = new Set(['getShell', 'takeErrand'])

/** A shell inside the page. It serves the real contract, and everything passes through JSON as on a wire. */
export function createFakeShell(initial: Partial<ShellState> = {}, waiting: readonly Errand[] = []): FakeShell {
  const asked: { name: string; input: unknown }[] = []
  const errands = [...waiting]
  const listeners = new Map<string, Set<(payload: unknown) => void>>()
  const tell = (event: string) => listeners.get(event)?.forEach((listener) => listener({}))
  let state = aShell(initial)
  let refusal: string | null = null
  const become = (changes: Partial<ShellState>) => {
    state = { ...state, ...changes }
    tell('shellChanged')
  }
  const server = serve<typeof shellContract, undefined>(shellContract, {
    getShell: () => state,
    changeShell: (change: ShellChange) => {
      become(JSON.parse(JSON.stringify(change)) as Partial<ShellState>)
      return state
    },
    showSample: () => ({}),
    checkForUpdate: () => (state = { ...state, update: { state: 'checking' } }),
    installUpdate: () => state,
    takeErrand: () => ({ errand: errands.shift() ?? null }),
    startAgent: () => (state = { ...state, agent: { state: 'running' } }),
    showLogs: () => ({}),
  })
  const client = connect(shellContract, {
    async invoke(name, input) {
      if (!LOOKS.has(name)) asked.push({ name, input })
      if (refusal !== null && !LOOKS.has(name)) throw new WindfallError('internal', refusal)
      return JSON.parse(JSON.stringify(await server.dispatch(name, input, undefined))) as unknown
    },
    subscribe(event, listener) {
      const audience = listeners.get(event) ?? new Set()
      listeners.set(event, audience.add(listener))
      return () => void audience.delete(listener)
    },
  })
  return {
    ...client,
    asked,
    become,
    send: (errand) => {
      errands.push(errand)
      tell('errandWaits')
    },
    refuse: (why) => {
      refusal = why
    },
  }
}
