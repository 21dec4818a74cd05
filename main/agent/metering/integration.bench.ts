/**
 * How far the integrator is from the truth: bursty loads known to the millisecond, seen through sensors that work as published ones
 * do. Ideal sensor gain, so this is what sampling and arithmetic cost. Prints a table, then one line of JSON; fails above a bar.
 */
import { INTEGRATION_BARS, integrationErrors, p95 } from '../../../shared/domain/energy/synthetic-load.fake.ts'

const RUNS = { seconds: 600, runs: 40 }

const rows = INTEGRATION_BARS.map(({ name, sensor, lossy, pct }) => {
  const errors = integrationErrors(sensor, { ...RUNS, lossy })
  const [worst, typical] = [p95(errors), errors[errors.length >> 1] ?? Number.NaN]
  return { sensor: name, 'median %': Number(typical.toFixed(4)), 'p95 %': Number(worst.toFixed(4)), 'bar %': pct, met: worst <= pct }
})
console.table(rows)
console.log(JSON.stringify({ benchmark: 'energy-integration', load: 'bursty', ...RUNS, sensors: rows }))
process.exitCode = rows.every(({ met }) => met) ? 0 : 1
