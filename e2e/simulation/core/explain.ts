/** A failure in its smallest form, and how to see it again. */
import { type Options, TROUBLES } from './options.ts'
import type { Rules } from './rules.ts'
import { type Outcome, simulate } from './simulate.ts'

/** One change that makes a run simpler, each time half or one less of something. */
function simpler(options: Options): Options[] {
  const { agents, jobs, replicas, stormMs, without } = options
  return [
    ...(agents > 1
      ? [
          { ...options, agents: Math.ceil(agents / 2) },
          { ...options, agents: agents - 1 },
        ]
      : []),
    ...(jobs > 1
      ? [
          { ...options, jobs: Math.ceil(jobs / 2) },
          { ...options, jobs: jobs - 1 },
        ]
      : []),
    ...(replicas > 1 ? [{ ...options, replicas: replicas - 1 }] : []),
    ...TROUBLES.filter((trouble) => !without.has(trouble)).map((trouble) => ({ ...options, without: new Set([...without, trouble]) })),
    ...(stormMs > 60_000 ? [{ ...options, stormMs: Math.ceil(stormMs / 2) }] : []),
  ]
}

/** Leaves out of a run that fails whatever it fails without, in the same way. */
export function shrink(failed: Outcome, rules: Rules): Outcome {
  let least = failed
  for (let found: Outcome | undefined = failed; found; ) {
    const tried = simpler(least.options).values()
    found = tried.map((options) => simulate(options, { rules })).find(({ failure }) => failure?.invariant === failed.failure?.invariant)
    least = found ?? least
  }
  return simulate(least.options, { rules, keepsTrace: true })
}

const MOST_LINES = 60

/** What a run that fails is called again by; only what is not drawn from its seed. */
export const repeat = ({ seed, agents, jobs, replicas, stormMs, without }: Options): string =>
  [
    `npm run sim -- --seeds 1 --from ${seed} --agents ${agents} --jobs ${jobs} --replicas ${replicas} --storm ${stormMs}`,
    ...(without.size > 0 ? [`--without ${[...without].join(',')}`] : []),
  ].join(' ')

export function describe(outcome: Outcome, mutant: string | null): string {
  const { failure, options, trace, steps } = outcome
  if (!failure) return ''
  return [
    `seed ${options.seed} breaks “${failure.invariant}” at step ${steps}: ${failure.message}`,
    ...trace.last(MOST_LINES, failure.about.length > 0 ? failure.about : []),
    `Again: ${repeat(options)}${mutant === null ? '' : ` --fault ${mutant}`}`,
  ].join('\n')
}
