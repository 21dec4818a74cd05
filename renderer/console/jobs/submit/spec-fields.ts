import { JOB_KIND, optionsOf } from '../../words.ts'

interface BaseField {
  /** Where it stands in the job. */
  readonly path: string
  readonly label: string
  readonly hint?: string
}

export type SpecField = BaseField &
  (
    | { readonly kind: 'text' | 'lines' | 'usd' | 'time' | 'check' }
    /** `scale`: so much in the job is one of what is typed. `orNull`: left empty it is `null`. */
    | { readonly kind: 'number'; readonly scale: number; readonly orNull?: boolean }
    | { readonly kind: 'choice'; readonly options: readonly { readonly value: string; readonly label: string }[] }
  )

const MIB = 2 ** 20
const GIB = 2 ** 30

/** The common things of a job, in groups; the rest is in its text. */
export const FIELD_GROUPS: readonly { readonly title: string; readonly fields: readonly SpecField[] }[] = [
  {
    title: 'What it is',
    fields: [
      { path: 'name', label: 'Name', kind: 'text' },
      { path: 'kind', label: 'Kind', kind: 'choice', options: optionsOf(JOB_KIND) },
      { path: 'args', label: 'Arguments', kind: 'lines', hint: 'One in each line.' },
    ],
  },
  {
    title: 'What it needs',
    fields: [
      { path: 'needs.gpus', label: 'GPUs', kind: 'number', scale: 1 },
      { path: 'needs.vramBytes', label: 'Memory of each GPU, GiB', kind: 'number', scale: GIB },
      { path: 'needs.ramBytes', label: 'Memory of the machine, GiB', kind: 'number', scale: GIB },
      { path: 'limits.memoryBytes', label: 'Memory it may use, GiB', kind: 'number', scale: GIB },
      { path: 'limits.cpus', label: 'Processor cores it may use', kind: 'number', scale: 1 },
      { path: 'limits.wallSeconds', label: 'Longest time, minutes', kind: 'number', scale: 60, hint: 'It is ended then.' },
      { path: 'limits.outputBytes', label: 'Largest result, MiB', kind: 'number', scale: MIB },
      { path: 'expected.seconds', label: 'Expected time, minutes', kind: 'number', scale: 60, hint: 'What the plan goes by; you pay for what is measured.' },
      { path: 'expected.watts', label: 'Expected power, W', kind: 'number', scale: 1 },
      { path: 'checkpoints', label: 'It saves where it is, and can go on elsewhere', kind: 'check' },
    ],
  },
  {
    title: 'When, and for how much',
    fields: [
      { path: 'deadline', label: 'Deadline (UTC)', kind: 'time' },
      {
        path: 'carbon.rule',
        label: 'Carbon rule',
        kind: 'choice',
        options: [
          { value: 'window', label: 'Wait for the best hours before the deadline' },
          { value: 'now', label: 'Start at once' },
        ],
      },
      {
        path: 'objective',
        label: 'Best hours are the',
        kind: 'choice',
        options: [
          { value: 'green', label: 'Cleanest' },
          { value: 'cheap', label: 'Cheapest' },
          { value: 'fast', label: 'Soonest' },
          { value: 'balanced', label: 'Balanced' },
        ],
      },
      { path: 'carbon.capG', label: 'Carbon cap, g', kind: 'number', scale: 1, orNull: true, hint: 'Empty: none. A plan above it is refused.' },
      { path: 'price.microUsdPerHour', label: 'Price for an hour, $', kind: 'usd' },
      { path: 'price.maxMicroUsd', label: 'Most that it may cost, $', kind: 'usd', hint: 'Set aside from your balance when you submit.' },
    ],
  },
]
