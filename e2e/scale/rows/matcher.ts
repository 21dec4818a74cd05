/** Who gets which job, against looking at every job, and a window of many against the best assignment there is. */
import { measureMatcher } from '../../../main/coordinator/matcher/bench/speed.ts'
import { measureWindow } from '../../../main/coordinator/matcher/bench/window-quality.ts'
import { type MeasureRows, atLeast, atMost } from '../row.ts'

export const matcherRows: MeasureRows = async ({ quick }) => {
  const speed = measureMatcher({ isQuick: quick })
  const window = measureWindow({ size: quick ? 100 : 400 })
  const size = `${speed.jobs} jobs, ${speed.nodes} nodes, ${speed.kinds} kinds of job`
  const rate = { ours: speed.decisionsPerSecond, reference: speed.scansPerSecond, referenceName: 'full scan' }
  return [
    atLeast({ name: 'matcher', unit: 'decisions/s', ...rate, bar: 500, note: size }),
    atMost({ name: 'matcher-p99', unit: 'µs', ours: speed.decisionUs.p99, reference: 10, referenceName: 'limit' }),
    atLeast({
      name: 'matcher-exact',
      unit: 'answers',
      ours: speed.compared - speed.wrong,
      reference: speed.compared,
      referenceName: 'as good as a full scan',
      bar: 1,
    }),
    atMost({ name: 'matcher-zone-update-p99', unit: 'µs', ours: speed.zoneUs.p99, reference: 100, referenceName: 'limit' }),
    atLeast({ name: 'window-placed', unit: 'of 1', ours: window.placed, reference: 1, referenceName: 'placed by the optimum', bar: 0.985 }),
    atMost({ name: 'window-cost', unit: 'of the optimum', ours: window.costRatio, reference: 1.02, referenceName: 'limit' }),
    atMost({ name: 'window-time', unit: 'ms', ours: window.ms, reference: window.optimumMs * 0.2, referenceName: 'a fifth of the optimum’s' }),
  ]
}
