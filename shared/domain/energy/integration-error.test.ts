import { expect, test } from 'vitest'
import { INTEGRATION_BARS, integrationErrors, p95 } from './synthetic-load.fake.ts'

test.each(INTEGRATION_BARS)('ten minutes of bursts are known to $pct % with: $name', ({ sensor, lossy, pct }) => {
  expect(p95(integrationErrors(sensor, { seconds: 600, runs: 40, lossy }))).toBeLessThanOrEqual(pct)
})
