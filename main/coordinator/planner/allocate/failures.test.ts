import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyProblem } from './allocate.fake.ts'
import { createFailures } from './failures.ts'
import { allocate } from './allocate.ts'

test('who has it no easier than a job that finds nothing finds nothing', () => {
  fc.assert(
    fc.property(anyProblem({ most: 1, each: 2 }), ({ jobs, pools }) => {
      const alone = jobs.map((job) => allocate({ jobs: [job], pools })[0])
      const failures = createFailures()
      for (const [index, job] of jobs.entries()) if (alone[index] === 'capacity') failures.add(job)
      for (const [index, job] of jobs.entries()) expect(failures.includes(job)).toBe(alone[index] === 'capacity')
    }),
  )
})
