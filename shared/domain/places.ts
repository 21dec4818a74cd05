import type { JobSpec } from '../contract/job.ts'
import type { Capabilities } from '../contract/node.ts'

/** What a job works on. A machine's processor takes one job at a time, whatever its GPUs do, since nobody can split its energy between jobs. */
export type PlaceKind = 'processor' | 'gpu'

type Needs = Pick<JobSpec['needs'], 'gpus'>

export const placeKindFor = ({ gpus }: Needs): PlaceKind => (gpus > 0 ? 'gpu' : 'processor')

/** How many places of a kind a machine has: one for each GPU, and one beside them. */
export const placesOf = ({ gpus }: Pick<Capabilities, 'gpus'>, kind: PlaceKind): number => (kind === 'gpu' ? gpus.length : 1)

/** How many of its kind a job takes while it runs. */
export const placesFor = ({ gpus }: Needs): number => Math.max(1, gpus)
