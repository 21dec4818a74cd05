/** How it stands with what a job waits for. Pure. */
import type { JobState } from '../../../../shared/contract/job.ts'
import type { AfterWhen } from '../../../../shared/contract/job-links.ts'
import { TERMINAL } from '../transition.ts'

/** Something that a job waits for: another job, or all jobs of an array. */
export interface Link {
  readonly kind: 'job' | 'array'
  readonly id: string
  readonly ends: AfterWhen
}

/** How many of the jobs of a link are in each state. */
export type States = Partial<Record<JobState, number>>

export interface KnownLink extends Link {
  readonly states: States
}

/** `waits`: for these · `free`: for nothing any more · `failed`: for something that will never come. */
export type AfterStanding = { readonly is: 'free' } | { readonly is: 'waits'; readonly message: string } | { readonly is: 'failed'; readonly message: string }

const stateOf = ({ states }: KnownLink): [JobState, number][] => Object.entries(states).filter(([, count]) => count > 0) as [JobState, number][]

/** It ended without a result, or a part of it did. */
const hasFailed = (link: KnownLink): boolean => link.ends === 'completed' && stateOf(link).some(([state]) => TERMINAL.has(state) && state !== 'completed')
const isOver = (link: KnownLink): boolean => stateOf(link).every(([state]) => TERMINAL.has(state))

function failureOf(link: KnownLink): string {
  const ended = stateOf(link).find(([state]) => TERMINAL.has(state) && state !== 'completed')?.[0] ?? 'failed'
  return link.kind === 'job' ? `job ${link.id} has ended as ${ended}` : `a job of array ${link.id} has ended as ${ended}`
}

const nameOf = ({ kind, id }: Link): string => (kind === 'job' ? `job ${id}` : `array ${id}`)
const wordFor = ({ ends }: Link): string => (ends === 'completed' ? 'complete' : 'end')

function waitingFor([first, ...others]: readonly KnownLink[]): string {
  if (!first) return ''
  return others.length === 0 ? `Waits for ${nameOf(first)} to ${wordFor(first)}.` : `Waits for ${nameOf(first)} and ${others.length} more to ${wordFor(first)}.`
}

/** What all links together mean for the job that waits for them. */
export function afterStanding(links: readonly KnownLink[]): AfterStanding {
  const failed = links.find(hasFailed)
  if (failed) return { is: 'failed', message: `It was to run after something that did not complete: ${failureOf(failed)}.` }
  const open = links.filter((link) => !isOver(link))
  return open.length === 0 ? { is: 'free' } : { is: 'waits', message: waitingFor(open) }
}
