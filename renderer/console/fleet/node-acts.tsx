import { useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { type Outcome, doneOf } from '../picks/each.ts'
import { PickedBar } from '../picks/picked-bar.tsx'
import type { Selection } from '../table/selection.ts'
import { NodeDialog } from './node-dialog.tsx'
import { NODE_ORDERS, type NodeOrder } from './node-orders.ts'

interface NodeActsProps {
  readonly selection: Selection
  readonly onOutcome: (outcomes: readonly Outcome[]) => void
}

/** What can be done with the nodes that were picked. Those for which it was done are picked no longer. */
export function NodeActs({ selection, onOutcome }: NodeActsProps) {
  const [order, setOrder] = useState<NodeOrder | null>(null)
  const none = selection.keys.size === 0
  const told = (outcomes: readonly Outcome[]) => {
    for (const { key } of doneOf(outcomes)) selection.toggle(key)
    onOutcome(outcomes)
  }
  return (
    <PickedBar selection={selection} one="node">
      {(['quarantine', 'release', 'remove'] as const).map((name) => (
        <Button key={name} unavailable={none} onClick={() => (none ? undefined : setOrder(name))}>
          {NODE_ORDERS[name].verb}…
        </Button>
      ))}
      {order === null ? null : <NodeDialog order={order} nodeIds={[...selection.keys]} close={() => setOrder(null)} onOutcome={told} />}
    </PickedBar>
  )
}
