/** A coordinator that is killed with a million jobs in its queue: how long until somebody has work again. */
import { join } from 'node:path'
import { DATABASE_FILE } from '../../../main/coordinator/storing.ts'
import { enrolAgents, newAgents } from '../agents.ts'
import { fillQueue } from '../full-queue.ts'
import { memoryOf } from '../process-memory.ts'
import { type MeasureRows, atMost } from '../row.ts'
import { type Stage, openStage } from '../server.ts'
import { createNode, enqueueArrays } from '../windfall-queue.ts'

const JOBS = 1_000_000
const ARRAY = 10_000
const LIMIT_S = 2

/** A queue of so many jobs, and a node, without the coordinator running. */
async function prepare(stage: Stage, jobs: number) {
  const first = await stage.start()
  const agents = newAgents(1)
  const [agent] = agents
  if (!agent) throw new Error('there is no agent')
  await enrolAgents(first.url, agents)
  await enqueueArrays(first, ARRAY, ARRAY)
  await first.service.kill()
  fillQueue(join(stage.directory('coordinator'), 'coordinator', DATABASE_FILE), jobs)
  return agent
}

export const restartRows: MeasureRows = async ({ quick, say }) => {
  await using stage = await openStage(say)
  const jobs = quick ? JOBS / 50 : JOBS
  say(`Filling a queue with ${jobs} jobs …`)
  const agent = await prepare(stage, jobs)
  const begun = performance.now()
  const again = await stage.start()
  const node = await createNode(again, agent)
  await node.ready()
  while (!(await node.lease())) await new Promise((resolve) => setTimeout(resolve, 10))
  const seconds = (performance.now() - begun) / 1_000
  node.close()
  const memory = memoryOf(again.service.pid)
  const held = memory ? `; ${memory.rss.toFixed(0)} MB in memory then` : ''
  const note = `${(again.startMs / 1_000).toFixed(2)} s of it until it answers${held}`
  return [atMost({ name: `restart-with-${jobs}-jobs`, unit: 's', ours: seconds, reference: LIMIT_S, referenceName: 'limit', note })]
}
