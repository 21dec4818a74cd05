/** A policy for tests: adds up every term of its inputs. */
import type { Choice, Policy } from '../../../shared/contract/decision.ts'

type Terms = Readonly<Record<string, { readonly terms: readonly number[]; readonly more?: object }>>

export const sumPolicy: Policy<Terms, { sum: number }> = {
  name: 'toy-sum',
  version: '1',
  decide(inputs) {
    const sum = Object.values(inputs)
      .flatMap(({ terms }) => terms)
      .reduce((total, term) => total + term, 0)
    return {
      outcome: { sum },
      alternatives: [
        { option: 'add', score: sum, chosen: true },
        { option: 'do not', score: null, chosen: false },
      ],
    }
  },
}

const JOB = { kind: 'job', id: 'job-1' } as const

/** A choice that the policy made. */
export const choiceBy = (policy: Policy<Terms>, inputs: Terms, subject: Choice['subject'] = JOB): Choice => ({
  kind: 'toy',
  subject,
  policy,
  inputs,
  answer: policy.decide(inputs, subject),
})
