import css from './picks.module.css'

interface CheckFieldProps {
  readonly label: string
  readonly checked: boolean
  readonly change: (checked: boolean) => void
}

/** Something that is said or not. */
export const CheckField = ({ label, checked, change }: CheckFieldProps) => (
  <label className={css['check']}>
    <input type="checkbox" checked={checked} onChange={(event) => change(event.target.checked)} /> {label}
  </label>
)
