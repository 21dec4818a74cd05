import type { ShellAgent } from '../../shared/contract/shell.ts'
import { WindfallError, messageOf } from '../../shared/errors.ts'
import { t } from '../../shared/i18n/translate.ts'
import { toIso } from '../../shared/units.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Logger } from '../kernel/log.ts'
import type { SecretVault } from '../kernel/secret-vault.ts'
import type { SignalNote } from './agent-protocol.ts'
import { type AgentRun, type AgentRunDeps, startAgentRun } from './agent-run.ts'
import { restartWaitMs } from './restart-policy.ts'

export interface AgentProcessDeps extends Pick<AgentRunDeps, 'fork' | 'launch' | 'sandbox'> {
  /** The keychain, opened anew for each life of the agent. */
  readonly openVault: (dataDirectory: string) => Promise<SecretVault>
  readonly clock: Clock
  readonly log: Pick<Logger, 'warn' | 'error'>
  /** The state is another one. */
  readonly changed: () => void
}

/** The agent in a process of its own, which is started again when it dies. */
export interface AgentProcess {
  /** Starts it on a data directory. Error: what it says if it cannot start the first time, such as `instance.running`. */
  readonly start: (dataDirectory: string) => Promise<void>
  readonly state: () => ShellAgent
  /** Ends the wait before the next start, however long it is. */
  readonly startNow: () => void
  readonly report: (note: SignalNote) => void
  /** Settles once the process has let go of everything. */
  readonly stop: () => Promise<void>
}

interface Trouble {
  readonly endedAt: string
  readonly said: WindfallError | null
  /** `null` once it was given up. */
  readonly retryAt: string | null
}

/** What happens between the lives of the process. */
interface Life extends AgentProcessDeps {
  readonly stopping: AbortSignal
  /** The one that lives now. */
  run: AgentRun | null
  trouble: Trouble | null
  /** Ends the rest before the next start. */
  hurry: AbortController
}

export function createAgentProcess(deps: AgentProcessDeps): AgentProcess {
  const stopping = new AbortController()
  const life: Life = { ...deps, stopping: stopping.signal, run: null, trouble: null, hurry: new AbortController() }
  let over: Promise<void> = Promise.resolve()
  return {
    start: (dataDirectory) => {
      const first = Promise.withResolvers<void>()
      over = keepAlive(life, dataDirectory, first)
      return first.promise
    },
    state: () => stateOf(life.trouble),
    startNow: () => life.hurry.abort(),
    report: (report) => life.run?.tell({ is: 'report', report }),
    stop: () => {
      stopping.abort()
      life.hurry.abort()
      life.run?.tell({ is: 'stop' })
      return over
    },
  }
}

/** Runs the process until it is told to stop, one life after the other. `first` settles once it works, or it is known that it will not. */
async function keepAlive(life: Life, dataDirectory: string, first: PromiseWithResolvers<void>): Promise<void> {
  const ends: number[] = []
  let worked = false
  const onReady = () => {
    worked = true
    first.resolve()
    become(life, null)
  }
  while (!life.stopping.aborted) {
    const said = await live(life, dataDirectory, (next) => {
      life.run = next
      void next.ready.then(onReady)
      // The program ended while the keychain was being opened.
      if (life.stopping.aborted) next.tell({ is: 'stop' })
    })
    life.run = null
    if (said !== null && !worked && ends.length === 0) return first.reject(said)
    first.resolve()
    if (life.stopping.aborted) return
    ends.push(life.clock.monotonic())
    await rest(life, ends, said)
  }
}

function become(life: Life, next: Trouble | null): void {
  if (life.trouble === next) return
  life.trouble = next
  life.changed()
}

/** Waits until it is time for the next start. */
async function rest(life: Life, ends: number[], said: WindfallError | null): Promise<void> {
  const { clock, log } = life
  const waitMs = restartWaitMs(ends)
  log.error({ reason: said?.message ?? null, waitMs }, 'the agent’s process ended')
  life.hurry = new AbortController()
  become(life, { endedAt: toIso(clock.now()), said, retryAt: waitMs === null ? null : toIso(clock.now() + waitMs) })
  if (waitMs !== null) return void (await clock.sleep(waitMs, life.hurry.signal))
  await aborted(life.hurry.signal)
  ends.length = 0
}

/** One life of the process, from its start to its end. Never rejects. */
async function live(deps: AgentProcessDeps, dataDirectory: string, began: (run: AgentRun) => void): Promise<WindfallError | null> {
  try {
    const run = startAgentRun({ ...deps, vault: await deps.openVault(dataDirectory), dataDirectory })
    began(run)
    return await run.ended
  } catch (error) {
    return error instanceof WindfallError ? error : new WindfallError('internal', messageOf(error), { cause: error })
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

function stateOf(trouble: Trouble | null): ShellAgent {
  if (trouble === null) return { state: 'running' }
  const { endedAt, retryAt, said } = trouble
  const happened =
    said === null ? t('Windfall’s agent, which does the work, stopped unexpectedly.') : t('Windfall’s agent had to stop: {reason}', { reason: said.message })
  const message =
    retryAt === null
      ? t(
          'It did so several times in a row, so it is not started again by itself. Start it again; if that does not help, the log says more. What you earned is safe.',
        )
      : t('It starts again by itself and looks after the job that was running. What you earned is safe.')
  return retryAt === null
    ? { state: 'gave-up', endedAt, message: `${happened} ${message}` }
    : { state: 'restarting', endedAt, retryAt, message: `${happened} ${message}` }
}
