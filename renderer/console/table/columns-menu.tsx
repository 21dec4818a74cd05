import { useId } from 'react'
import popover from '../../ui/popover.module.css'
import { cx } from '../../lib/cx.ts'
import { Button } from '../../ui/button.tsx'
import css from './columns-menu.module.css'

interface ColumnsMenuProps {
  readonly columns: readonly { readonly name: string }[]
  readonly hidden: ReadonlySet<string>
  readonly change: (hidden: ReadonlySet<string>) => void
}

/** Which columns are shown, and go into the file. */
export function ColumnsMenu({ columns, hidden, change }: ColumnsMenuProps) {
  const id = useId()
  const flip = (name: string) => change(hidden.has(name) ? new Set([...hidden].filter((one) => one !== name)) : new Set([...hidden, name]))
  return (
    <>
      <Button look="quiet" popoverTarget={id}>
        Columns
      </Button>
      <fieldset id={id} popover="auto" aria-labelledby={`${id}-name`} className={cx(popover['popover'], css['menu'])}>
        <p id={`${id}-name`}>Columns</p>
        {columns.map(({ name }) => (
          <label key={name}>
            <input type="checkbox" checked={!hidden.has(name)} onChange={() => flip(name)} /> {name}
          </label>
        ))}
      </fieldset>
    </>
  )
}
