/** Measures one queue in a process of its own, as its users run it. */
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type BullMq, measureBullMq } from './bullmq.ts'
import { type GraphileWorker, measureGraphileWorker } from './graphile-worker.ts'
import { type PgBossModule, measurePgBoss } from './pg-boss.ts'
import type { QueueLoad, QueueRates } from './queue.ts'

export type QueueName = 'bullmq' | 'pg-boss' | 'graphile-worker'

interface Order extends QueueLoad {
  readonly name: QueueName
  /** The folder whose `node_modules` holds the queue. */
  readonly folder: string
  /** A port of Redis, or the address of a PostgreSQL database. */
  readonly server: string
}

async function measure({ name, folder, server, ...load }: Order): Promise<QueueRates> {
  const required = createRequire(join(folder, 'package.json'))
  if (name === 'bullmq') return measureBullMq(required('bullmq') as BullMq, Number(server), load)
  if (name === 'pg-boss') return measurePgBoss(required('pg-boss') as PgBossModule, server, load)
  return measureGraphileWorker(required('graphile-worker') as GraphileWorker, server, load)
}

/** Rejects if the queue fails, or takes longer than two minutes. */
export async function measureQueue(order: Order): Promise<QueueRates> {
  const child = spawn(process.execPath, [import.meta.filename, JSON.stringify(order)], { stdio: ['ignore', 'pipe', 'pipe'], timeout: 120_000 })
  const [answer, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
  if (answer === '') throw new Error(`${order.name} failed: ${errors.slice(0, 500)}`)
  return JSON.parse(answer) as QueueRates
}

if (import.meta.main) {
  process.stdout.write(JSON.stringify(await measure(JSON.parse(process.argv[2] ?? '{}') as Order)))
  process.exit(0)
}
