import { type ReactNode, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { type Selection, useSelection } from '../table/selection.ts'
import { countOf } from './each.ts'
import css from './picks.module.css'

/** Rows that were picked on a list. Another list, as by other filters, has none of them. */
export function usePicks(listKey: string): Selection {
  const selection = useSelection()
  const [of, setOf] = useState(listKey)
  if (of !== listKey) {
    setOf(listKey)
    selection.clear()
  }
  return selection
}

interface PickedBarProps {
  readonly selection: Selection
  /** What a row is: “node”. */
  readonly one: string
  readonly children: ReactNode
}

/** How many rows were picked, and what can be done with them. It stays where it is, so that the focus does, too. */
export const PickedBar = ({ selection, one, children }: PickedBarProps) => (
  <fieldset className={css['bar']} aria-label={`Picked ${one}s`}>
    <output className={css['count']}>{selection.keys.size === 0 ? `x picks a ${one}` : `${countOf(selection.keys.size, one)} picked`}</output>
    {children}
    <Button look="quiet" unavailable={selection.keys.size === 0} onClick={selection.clear}>
      Pick none
    </Button>
  </fieldset>
)
