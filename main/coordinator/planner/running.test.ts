import { expect, test } from 'vitest'
import { toIso } from '../../../shared/units.ts'
import { NOW, fakeJob, fakeNode, fakeOutlook, planAll, planOne } from './planner.fake.ts'

const HOUR = 3_600_000
const at = (hours: number) => toIso(NOW + hours * HOUR)

const running = { progress: 'running', runsOn: fakeNode('a', 'GB').nodeId } as const

const ours = [fakeNode('a', 'GB', { ready: false, taken: [{ jobId: 'job', gpus: 0, until: NOW + 9 * HOUR }] })]

const pausing = (restartSeconds: number) => ({ checkpoints: true, interruptible: { minRunSeconds: 0, restartSeconds } })

test('a running job pauses where going on later is better with its restart, and never at the risk of its deadline', () => {
  const zones = [fakeOutlook('GB', [400, 400, 100, 100, 120, 150, 150, 150])]
  const act = (restartSeconds: number, hours = 24) => planOne({ nodes: ours, zones }, { ...pausing(restartSeconds), deadline: at(hours) }, running)
  expect(act(60)).toMatchObject({ action: 'pause', answer: { plan: { runs: [{ from: at(1) }] } } })
  expect(act(60).reason).toBe('It goes on from 2026-03-18T13:00:00.000Z on: 100 gCO2/kWh instead of 400.')
  expect(act(60, 2)).toMatchObject({ action: 'go-on', answer: { plan: { window: { from: at(0) } } } })
  expect(act(60, 0.5)).toMatchObject({ action: 'go-on' })
  expect(planOne({ nodes: ours, zones: [fakeOutlook('GB', [110, 110, 100, 100, 100, 100])] }, pausing(1_800), running)).toMatchObject({ action: 'go-on' })
  expect(planOne({ nodes: ours, zones: [] }, pausing(60), running)).toMatchObject({ action: 'go-on', answer: { plan: null } })
})

test('the node of a running job is not counted among those that cannot take it', () => {
  const { answer } = planOne({ nodes: [...ours, fakeNode('b', 'GB', { online: false })], zones: [fakeOutlook('GB', [100, 100])] }, pausing(60), running)
  expect(answer).toMatchObject({ plan: { nodeId: running.runsOn }, excluded: { offline: 1 }, nodes: 2 })
  expect(answer.out).toHaveLength(1)
})

test('the node of a job that pauses is free for others meanwhile', () => {
  const zones = [fakeOutlook('GB', [400, 400, 100, 100, 120, 150, 150, 150])]
  const jobs = [fakeJob('job', pausing(60), running), fakeJob('hurried', { carbon: { rule: 'now', capG: null } })]
  const nodes = ours.map((node) => ({ ...node, ready: true }))
  expect(planAll(jobs, { nodes, zones }).map(({ action, answer: { plan } }) => [action, plan?.window.from])).toEqual([
    ['pause', at(1)],
    ['place', at(0)],
  ])
})
