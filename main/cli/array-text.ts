import { JobState } from '../../shared/contract/job.ts'
import type { ArrayView } from '../../shared/contract/job-array.ts'
import { usd } from './format.ts'

/** `12 queued, 3 running`, in the order of a job’s life. */
export const statesWord = ({ states }: Pick<ArrayView, 'states'>): string =>
  JobState.options.flatMap((state) => (states[state] ? [`${states[state]} ${state}`] : [])).join(', ')

/** Whole percent of the jobs that have ended; 100 only when all have. */
export const endedPercent = ({ ended, jobs }: Pick<ArrayView, 'ended' | 'jobs'>): number => Math.floor((ended / Math.max(1, jobs)) * 100)

/** The lines `array show` prints. */
export const describeArray = (array: ArrayView): string[] => [
  `array     ${array.arrayId}  ${array.name}`,
  `jobs      ${array.jobs}: ${statesWord(array)}`,
  `ended     ${array.ended} of ${array.jobs} (${endedPercent(array)} %)`,
  ...(array.template ? [`template  ${array.template.name}@${array.template.version}`] : []),
  `paid      ${usd(array.priceMicroUsd)}`,
  `its jobs  windfall job list --array ${array.arrayId}`,
]
