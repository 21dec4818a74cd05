/** A coordinator that is killed with a million jobs in its queue: how long until somebody has work again. */
import { enrolAgents, newAgents } from '../agents.ts'
import { type MeasureRows, atMost } from '../row.ts'
import { openStage } from '../server.ts'
import { createNode, enqueueArrays } from '../windfall-queue.ts'

const JOBS = 1_000_000
const ARRAY = 10_000
const LIMIT_S = 2

export const restartRows: MeasureRows = async ({ quick, say }) => {
  await using stage = await openStage(say)
  const first = await stage.start()
  const jobs = quick ? JOBS / 50 : JOBS
  const agents = newAgents(1)
  await enrolAgents(first.url, agents)
  say(`Submitting ${jobs} jobs …`)
  await enqueueArrays(first, jobs, ARRAY)
  await first.service.kill()
  const begun = performance.now()
  const again = await stage.start()
  const [agent] = agents
  if (!agent) throw new Error('there is no agent')
  const node = await createNode(again, agent)
  await node.ready()
  while (!(await node.lease())) await new Promise((resolve) => setTimeout(resolve, 10))
  const seconds = (performance.now() - begun) / 1_000
  node.close()
  const note = `${(again.startMs / 1_000).toFixed(2)} s of it until it answers`
  return [atMost({ name: `restart-with-${jobs}-jobs`, unit: 's', ours: seconds, reference: LIMIT_S, referenceName: 'limit', note })]
}
