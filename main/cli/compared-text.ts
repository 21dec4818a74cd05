/** The two ways in which a plan is chosen, and which was taken. */
import { z } from 'zod'
import { type ComparedChoice, PlanAnswer } from '../../shared/contract/plan.ts'

const Compared = z.object({ answer: z.object({ plan: PlanAnswer.shape.plan, compared: PlanAnswer.shape.compared }) })

const figures = ({ zone, nodeId, runs, gPerKWh, minorPerKWh, score, objective }: ComparedChoice): string => {
  const times = runs.length === 1 ? `from ${runs[0]?.from} on` : `in ${runs.length} runs from ${runs[0]?.from} on`
  const price = minorPerKWh === null ? '' : `, power at ${minorPerKWh.toFixed(1)} hundredths/kWh`
  return `${zone} on ${nodeId.slice(0, 12)} ${times}: ${Math.round(gPerKWh)} g/kWh${price}, score ${score.total.toFixed(4)}, objective ${objective.toFixed(4)}`
}

function takenWords(chosenBy: 'composite' | 'joint', composite: ComparedChoice | null, joint: ComparedChoice | null): string {
  if (!composite || !joint)
    return chosenBy === 'joint' ? 'joint planning, since the score finds no place.' : 'the placement score’s, since joint planning finds no other.'
  const against = `${joint.objective.toFixed(4)} against ${composite.objective.toFixed(4)}, lower is better`
  return chosenBy === 'joint'
    ? `joint planning’s: it is better for what this job asks for (${against}).`
    : `the placement score’s: joint planning finds nothing better for what this job asks for (${against}).`
}

/** Lines about the outcome of a plan; none for any other. */
export function compareLines(outcome: unknown): string[] {
  const { data } = Compared.safeParse(outcome)
  if (!data) return []
  const { plan, compared } = data.answer
  const { composite, joint } = compared
  return [
    ...(composite ? [`by score   ${figures(composite)}`] : []),
    ...(joint ? [`jointly    ${figures(joint)}`] : []),
    ...(plan && (composite || joint) ? [`taken      ${takenWords(plan.chosenBy, composite, joint)}`] : []),
  ]
}
