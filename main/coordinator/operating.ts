import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../kernel/clock.ts'
import { type Run, aborted } from '../kernel/lifecycle.ts'
import type { Logger } from '../kernel/log.ts'
import { createBooksWatch } from './books-watch.ts'
import type { CoordinatorConfig } from './config.ts'
import type { Core } from './core.ts'
import { littleRoom, readRoom } from './disk-room.ts'
import { createDraining } from './draining.ts'
import { coordinatorEvents } from './events.ts'
import { openMetricsServer } from './http/metrics-server.ts'
import type { ProbeDeps } from './http/probe-routes.ts'
import { createTraffic } from './http/traffic.ts'
import { checkLedger } from './ledger/check.ts'
import { createMeasuring } from './measuring.ts'
import { createMetricsText } from './metrics/collect.ts'
import { watchProcess } from './metrics/process.ts'
import { payoutEvents } from './payouts/events.ts'
import { STOP_FILE } from './payouts/pause.ts'
import { type Db, engineOf } from './persistence/database.ts'
import { createReadiness } from './readying.ts'
import { SHARDS } from './replicas/shard-machine.ts'
import type { Shards } from './replicas/shards.ts'

interface OperatingDeps {
  readonly config: Pick<CoordinatorConfig, 'dataDirectory' | 'drainGraceMs' | 'drainLimitMs' | 'metricsHost' | 'metricsPort'>
  readonly clock: Clock
  readonly log: Logger
  readonly version: string
}

interface Running {
  readonly db: Db
  readonly core: Pick<Core, 'hub' | 'intake' | 'parts'>
  readonly shards: Pick<Shards, 'epochOf' | 'fenced'>
}

/** What an operator sees of a coordinator, and how it ends. `signal` tells it to. */
export function createOperating({ config, clock, log, version }: OperatingDeps, signal: AbortSignal) {
  const measuring = createMeasuring(clock)
  const { catalogue } = measuring
  const events = measuring.events(coordinatorEvents(log))
  const draining = createDraining({ clock, graceMs: config.drainGraceMs, longestMs: config.drainLimitMs, events }, signal)
  const traffic = createTraffic({ clock, leaving: draining.leaving, onAnswered: measuring.answered })
  const room = () => readRoom(config.dataDirectory)
  catalogue.process.build.set({ version }, 1)
  return {
    events,
    payoutEvents: measuring.payouts(payoutEvents(log)),
    measuring,
    draining,
    traffic,
    /** Once everything is built: what answers probes, what checks the books, and what runs beside the rest. */
    watch({ db, core, shards }: Running) {
      measuring.writes(db)
      const readiness = createReadiness({ db, clock, epochOf: shards.epochOf, isShared: engineOf(db).isShared, quiet: draining.quiet })
      const own = watchProcess(catalogue)
      const sockets = () => core.hub.connected().length
      const metrics = createMetricsText(catalogue, {
        db,
        clock,
        underway: traffic.underway,
        sockets,
        intake: core.intake.load,
        shards: () => SHARDS.map((shard) => ({ shard, epoch: shards.epochOf(shard) })),
        readiness,
        statistics: core.parts.statistics,
        isStopped: () => existsSync(join(config.dataDirectory, STOP_FILE)),
        room,
        readProcess: own.read,
      })
      const upkeep = shards.fenced('upkeep')
      const checkBooks = createBooksWatch({ clock, check: () => checkLedger(upkeep), onChecked: events.booksChecked, onFailure: events.booksUnchecked })
      const drain = draining.run(() => traffic.underway() + core.intake.load().underway)
      const probes: ProbeDeps = { readiness, metrics }
      const health = async () => {
        const { isReady, parts } = await readiness()
        return { isReady, ...parts, disk: littleRoom(await room()), sockets: sockets(), requests: traffic.underway() }
      }
      return { probes, health, checkBooks, runs: [drain, own.run] }
    },
    /** The address of its own that metrics have, if the operator gave them one. */
    async listen(probes: ProbeDeps): Promise<Run> {
      if (config.metricsPort === null) return aborted
      const { port, run } = await openMetricsServer({ host: config.metricsHost, port: config.metricsPort }, probes)
      events.listening(`http://${config.metricsHost}:${port}/metrics`)
      return run
    },
  }
}
