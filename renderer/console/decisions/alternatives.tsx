import type { Alternative, ChoiceBody } from '../../../shared/contract/decision.ts'
import { EXCLUSION_WORDS } from '../../../shared/domain/exclusion-words.ts'
import { shortId } from '../../lib/format.ts'
import { word } from '../words.ts'
import { Badge } from '../../ui/badge.tsx'
import { LedgerTable } from '../../ui/ledger-table.tsx'
import { Linked } from '../order/linked.tsx'
import css from './decision.module.css'
import { type Planned, plannedIn } from './read-decision.ts'

const CHOSEN = word('leaf', 'check', 'Chosen')

const scoreText = (score: number | null): string => (score === null ? '–' : String(Number(score.toPrecision(6))))

/** What else was weighed, and what spoke against it. */
export function Alternatives({ choice }: { readonly choice: ChoiceBody }) {
  const planned = plannedIn(choice)
  return (
    <section className={css['part']} aria-label="Alternatives">
      <h2>What was weighed</h2>
      {planned ? <ScoreParts planned={planned} /> : null}
      {choice.alternatives.length === 0 ? <p>Nothing else was there to choose.</p> : <Weighed choice={choice} lowerIsBetter={planned !== null} />}
      {planned ? <Excluded planned={planned} /> : null}
    </section>
  )
}

function Weighed({ choice: { alternatives }, lowerIsBetter }: { readonly choice: ChoiceBody; readonly lowerIsBetter: boolean }) {
  const chosen = alternatives.find((one) => one.chosen)?.score ?? null
  return (
    <>
      <LedgerTable
        caption="Alternatives"
        columns={[{ name: 'Option' }, { name: 'Score', align: 'end' }, { name: 'Verdict' }]}
        rows={alternatives.map((one, index) => ({
          key: String(index),
          live: one.chosen,
          cells: [<Option key="option" alternative={one} />, scoreText(one.score), one.chosen ? <Badge key="verdict" state={CHOSEN} /> : whyNot(one, chosen)],
        }))}
      />
      <p className={css['note']}>
        {lowerIsBetter
          ? 'Score: 0.6 × intensity ÷ 500 g/kWh + 0.3 × price ÷ 100 minor units per kWh + 0.1 × share in use, over the forecast of that time. Lower is better.'
          : 'What a score counts, and whether more is better, is the policy’s own; – where it weighs without one.'}
      </p>
    </>
  )
}

const whyNot = ({ score }: Alternative, chosen: number | null): string => {
  if (score === null || chosen === null) return 'Not chosen'
  const by = score - chosen
  return by === 0 ? 'Not chosen: the same score' : `Not chosen: ${scoreText(Math.abs(by))} ${by > 0 ? 'more' : 'less'}`
}

function Option({ alternative }: { readonly alternative: Alternative }) {
  const nodeId = alternative['nodeId']
  return (
    <>
      {alternative.option}
      {typeof nodeId === 'string' ? (
        <>
          {' '}
          <Linked to={{ page: 'node', nodeId }} title={nodeId}>
            node {shortId(nodeId)}
          </Linked>
        </>
      ) : null}
    </>
  )
}

function ScoreParts({ planned: { answer } }: { readonly planned: Planned }) {
  const { plan, compared } = answer
  if (plan === null) return <p>No machine could take it, so nothing has a score.</p>
  const { total, intensity, price, utilisation } = plan.score
  const parts = `${scoreText(intensity)} carbon + ${scoreText(price)} price + ${scoreText(utilisation)} in use`
  const joint = compared?.joint
  return (
    <p>
      Score {scoreText(total)} = {parts}. {Math.round(plan.gPerKWh)} g/kWh on the mean of the forecast in {plan.zone}.
      {joint && joint.nodeId !== plan.nodeId ? ` Zone and time chosen together would have been ${joint.zone}, score ${scoreText(joint.score.total)}.` : null}
    </p>
  )
}

/** Machines that were out of the question, and why: how many is recorded; which ones they were follows from the inputs. */
function Excluded({ planned: { answer } }: { readonly planned: Planned }) {
  const out = Object.entries(answer.excluded) as [keyof typeof EXCLUSION_WORDS, number][]
  if (out.length === 0) return <p className={css['note']}>None of {answer.nodes} machines was out of the question.</p>
  return (
    <div className={css['note']}>
      Out of the question, of {answer.nodes} machines:
      <ul>
        {out.map(([reason, count]) => (
          <li key={reason}>
            {count} {EXCLUSION_WORDS[reason]}
          </li>
        ))}
      </ul>
    </div>
  )
}
