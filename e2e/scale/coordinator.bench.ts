/**
 * `npm run bench -- coordinator [--json] [--quick] [--only ROW]`: what one coordinator can do, each row with its limit or its peer measured in the same
 * minute. `--quick` measures shorter and fewer times. Peers that are not there are fetched once, into a cache; a row whose peer cannot be had says so.
 */
import type { MeasureRows } from './row.ts'
import { matcherRows } from './rows/matcher.ts'
import { memoryRows } from './rows/memory.ts'
import { postRows } from './rows/post.ts'
import { presenceRows } from './rows/presence.ts'
import { proofRows } from './rows/proofs.ts'
import { queueRows } from './rows/queue.ts'
import { replicaRows } from './rows/replicas.ts'
import { restartRows } from './rows/restart.ts'
import { runRows } from './run-rows.ts'

const ROWS: Readonly<Record<string, MeasureRows>> = {
  proofs: proofRows,
  post: postRows,
  queue: queueRows,
  matcher: matcherRows,
  presence: presenceRows,
  memory: memoryRows,
  restart: restartRows,
  replicas: replicaRows,
}

await runRows('coordinator', ROWS)
