import { useState } from 'react'
import { shortId } from '../../lib/format.ts'
import { OrderDialog } from '../order/order-dialog.tsx'
import { Fields, NO_REASON, TextField } from '../order/order-field.tsx'
import { CheckField } from '../picks/check-field.tsx'
import { type Outcome, countOf, outcomeText, runEach } from '../picks/each.ts'
import { useServices } from '../services.ts'
import { NODE_ORDERS, type NodeOrder, orderNode } from './node-orders.ts'

/** As many ids as a question shows. */
const NAMED = 5

interface NodeDialogProps {
  readonly order: NodeOrder
  readonly nodeIds: readonly string[]
  readonly close: () => void
  /** Told what came of each, of several. */
  readonly onOutcome?: (outcomes: readonly Outcome[]) => void
}

/** Asks why before nodes are quarantined, released or removed. */
export function NodeDialog({ order, nodeIds, close, onOutcome }: NodeDialogProps) {
  const services = useServices()
  const [reason, setReason] = useState('')
  const [trusted, setTrusted] = useState(false)
  const { verb, past, means } = NODE_ORDERS[order]
  const what = countOf(nodeIds.length, 'node')
  const run = async () => {
    const outcomes = await runEach(nodeIds, orderNode(services, order, { reason: reason.trim(), trusted }))
    const [only] = outcomes
    if (outcomes.length === 1 && only?.error) throw only.error
    onOutcome?.(outcomes)
    return outcomes
  }
  return (
    <OrderDialog
      title={`${verb} ${what}?`}
      verb={`${verb} ${what}`}
      missing={reason.trim() === '' ? NO_REASON : null}
      run={run}
      done={(outcomes) => outcomeText(outcomes, 'node', past)}
      changes={['nodes', 'decisions']}
      close={close}
    >
      <p>
        {nodeIds.slice(0, NAMED).map(shortId).join(', ')}
        {nodeIds.length > NAMED ? ` and ${nodeIds.length - NAMED} more` : ''}. {means} No money moves.
      </p>
      <Fields>
        <TextField label="Reason" value={reason} change={setReason} hint="It is kept in the log, and shown to the owner of the machine." />
        {order === 'release' ? <CheckField label="Trust it at once, without probation" checked={trusted} change={setTrusted} /> : null}
      </Fields>
    </OrderDialog>
  )
}
