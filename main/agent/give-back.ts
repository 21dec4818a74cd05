import type { PolicyConfig } from '../../shared/contract/owner-rules.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Logger } from '../kernel/log.ts'
import { type DayLog, createDayLog } from './day-log.ts'
import type { Devices } from './devices.ts'
import { runsInContainer } from './gpu/processes.ts'
import type { Hardware } from './hardware.ts'
import type { PolicyCommand } from './idle/policy.ts'
import type { RunnerDeps } from './jobs/attempts.ts'
import type { Runner } from './jobs/runner.ts'
import { type OwnerPolicy, type OwnerPolicyDeps, createOwnerPolicy } from './owner-policy.ts'
import { type OwnerSignals, type OwnerSignalsDeps, openOwnerSignals } from './owner-signals.ts'
import type { AgentStores } from './stores.ts'
import { createVramWatch } from './vram-watch.ts'
import type { Work } from './work.ts'
import { createYieldWatch } from './yield-watch.ts'

export interface GiveBackDeps extends Pick<Hardware, 'meter' | 'devices' | 'readMemory'> {
  readonly config: () => PolicyConfig
  readonly stores: Pick<AgentStores, 'settings' | 'yields' | 'daySpans'>
  readonly clock: Clock
  readonly log: Logger
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly lent: () => ReturnType<Devices['lent']>
  readonly askWindows: OwnerSignalsDeps['askWindows']
  /** What works; there is none before the first decision. */
  readonly work: () => Pick<Work, 'running' | 'job'> & { readonly runner: Pick<Runner, 'yieldNow' | 'giveWay' | 'look'> }
  /** A test gives its own. */
  readonly openSignals?: typeof openOwnerSignals
  /** What the machine's time goes to at this moment. */
  readonly dayCode: Parameters<typeof createDayLog>[0]['code']
  readonly changed: () => void
}

/** Everything that gives the machine back to its owner, and keeps it until they are done. */
export interface GiveBack {
  readonly policy: OwnerPolicy
  readonly signals: OwnerSignals
  readonly days: DayLog
  /** What whoever runs attempts needs of it. */
  readonly forRunner: Pick<RunnerDeps, 'begun' | 'gaveWay' | 'gone' | 'memory' | 'mayFetch'>
  readonly runs: readonly ((signal: AbortSignal) => Promise<void>)[]
}

/** Joins signals, decisions, and what is measured of how they are carried out. Connections end with `signal`. */
export function openGiveBack(deps: GiveBackDeps, signal: AbortSignal): GiveBack {
  const { config, stores, clock, meter, devices, work, changed, openSignals = openOwnerSignals } = deps
  const signals = openSignals(
    {
      ...deps,
      jobRunning: () => work().running(),
      gameRules: () => config().games,
      dedicated: config().dedicated,
      lent: () => new Set(deps.lent().map(({ device }) => device.uuid)),
      hottestC: meter.hottestC,
      others: devices.objections,
      polled: () => policy.wake(),
    },
    signal,
  )
  const yields = createYieldWatch({
    clock,
    changed,
    save(record) {
      stores.yields.add(record)
      deps.log.info(record, 'the machine was given back')
    },
  })
  const policy = createOwnerPolicy({
    config,
    settings: stores.settings,
    clock,
    readSignals: signals.read,
    job: () => work().job(),
    yielded: yields.began,
    act: (command) => carryOut(command, work().runner, yields.wentOn),
    decided: createFollower({ meter, signals, look: () => days.look(), isRunning: () => policy.decision().state.phase === 'running' }),
    changed,
  })
  const vram = createVramWatch({
    clock,
    read: deps.readMemory,
    isOwn: runsInContainer,
    settled: yields.settled,
    alarm: policy.alarm,
    recovered: policy.recovered,
    fault: () => policy.decision().state.fault,
  })
  const days = createDayLog({ clock, spans: stores.daySpans, code: deps.dayCode })
  const mayFetch = () => config().fetchOnMetered || !signals.isMetered()
  return {
    policy,
    signals,
    days,
    forRunner: { begun: yields.begun, gaveWay: yields.gaveWay, gone: yields.gone, memory: vram, mayFetch },
    runs: [signals.run, policy.run, vram.run, days.run],
  }
}

function carryOut(command: PolicyCommand, runner: Pick<Runner, 'yieldNow' | 'giveWay' | 'look'>, wentOn: () => void): void {
  switch (command.do) {
    case 'start':
      return runner.look()
    case 'throttle':
    case 'freeze':
      return runner.giveWay({ by: command.do, message: command.message })
    case 'go-on':
      runner.giveWay(null)
      return wentOn()
    case 'evict':
      return runner.yieldNow(command.code)
  }
}

interface FollowerDeps extends Pick<GiveBackDeps, 'meter'> {
  readonly signals: Pick<OwnerSignals, 'tick'>
  readonly look: () => void
  readonly isRunning: () => boolean
}

/** What else follows from a decision: the day's record, a look at once when a job begins, and the meter's note that the machine sleeps. */
function createFollower({ meter, signals, look, isRunning }: FollowerDeps): OwnerPolicyDeps['decided'] {
  let [wasRunning, wasSuspending] = [false, false]
  return ({ sleep: { suspending } }) => {
    const running = isRunning()
    if (running && !wasRunning) void signals.tick()
    if (suspending && !wasSuspending) meter.suspend()
    ;[wasRunning, wasSuspending] = [running, suspending]
    look()
  }
}
