import type { DecisionSummary } from '../../../shared/contract/decision.ts'
import { shortId } from '../../lib/format.ts'
import { hrefOf } from '../routes.ts'
import type { DataColumn } from '../table/data-column.ts'
import { Utc } from '../utc.tsx'
import css from './decision.module.css'
import { SubjectLink } from './subject-link.tsx'

export const decisionKey = ({ seq }: DecisionSummary): string => String(seq)

const policyText = ({ policy }: Pick<DecisionSummary, 'policy'>): string => (policy === null ? '' : `${policy.name} ${policy.version}`)

/** What the list shows of a decision. */
export const decisionColumns = (now: number): readonly DataColumn<DecisionSummary>[] => [
  { name: 'Decision', cell: ({ seq }) => <a href={hrefOf({ page: 'decision', seq: String(seq) })}>#{seq}</a>, text: ({ seq }) => String(seq) },
  { name: 'When', cell: ({ at }) => <Utc at={at} now={now} />, text: ({ at }) => at },
  { name: 'Kind', cell: ({ kind }) => kind, text: ({ kind }) => kind },
  {
    name: 'About',
    cell: ({ subjects }) => (subjects.length === 0 ? '–' : <Subjects subjects={subjects} />),
    text: ({ subjects }) => subjects.map(({ kind, id }) => `${kind}:${id}`).join(' '),
  },
  { name: 'What', cell: ({ what }) => what || '–', text: ({ what }) => what },
  { name: 'Policy', show: 'wide', cell: (one) => policyText(one) || '–', text: policyText },
  { name: 'Form', hidden: true, cell: ({ form }) => (form === 'choice' ? 'A policy chose' : 'It happened'), text: ({ form }) => form },
  { name: 'Hash', hidden: true, cell: ({ hash }) => <code title={hash}>{shortId(hash)}</code>, text: ({ hash }) => hash },
]

const SHOWN = 3

const Subjects = ({ subjects }: Pick<DecisionSummary, 'subjects'>) => (
  <ul className={css['subjects']}>
    {subjects.slice(0, SHOWN).map((subject) => (
      <li key={`${subject.kind} ${subject.id}`}>
        <SubjectLink subject={subject} />
      </li>
    ))}
    {subjects.length > SHOWN ? <li>and {subjects.length - SHOWN} more</li> : null}
  </ul>
)
