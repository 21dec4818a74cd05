import type { ReactNode } from 'react'
import type { DecisionRecord } from '../../../shared/contract/decision.ts'
import { Facts } from '../../ui/facts.tsx'
import { useNow } from '../use-now.ts'
import { formatUtc, Utc } from '../utc.tsx'
import css from './decision.module.css'
import { type Reading, membersOf, plannedIn } from './read-decision.ts'
import { SubjectLink } from './subject-link.tsx'

interface DecisionFactsProps {
  readonly record: DecisionRecord
  readonly reading: Reading
}

/** When, by which rule, about what, and what came of it. */
export function DecisionFacts({ record, reading }: DecisionFactsProps) {
  const now = useNow()
  const choice = reading.form === 'choice' ? reading.choice : null
  const rows: Record<string, ReactNode> = {
    When: (
      <>
        <Utc at={record.at} now={now} /> <small>{formatUtc(record.at, 0)}</small>
      </>
    ),
    Kind: record.kind,
    Policy: choice ? `${choice.policy.name}, version ${choice.policy.version}` : 'None: it records that something happened',
    About: choice ? <About choice={choice} /> : null,
  }
  return (
    <>
      <Facts rows={rows} />
      <section className={css['part']} aria-label="Outcome">
        <h2>{choice ? 'What was decided' : 'What happened'}</h2>
        <Outcome reading={reading} />
      </section>
    </>
  )
}

const About = ({ choice: { subject, also } }: { readonly choice: Extract<Reading, { form: 'choice' }>['choice'] }) => (
  <ul className={css['subjects']}>
    {[subject, ...also].map((one) => (
      <li key={`${one.kind} ${one.id}`}>
        <SubjectLink subject={one} />
      </li>
    ))}
  </ul>
)

function Outcome({ reading }: { readonly reading: Reading }) {
  if (reading.form === 'erased') return <p>What it said was personal and is erased. Its hash still stands in the chain.</p>
  if (reading.form === 'unreadable') return <p>It is not written as this console knows decisions. “Copy as JSON” has it as it is.</p>
  const value = reading.form === 'choice' ? reading.choice.outcome : reading.fact
  const planned = reading.form === 'choice' ? plannedIn(reading.choice) : null
  const members = membersOf(value).filter(([name]) => planned === null || name !== 'answer')
  return <Facts rows={Object.fromEntries(members)} />
}
