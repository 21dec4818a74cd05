import css from './choices.module.css'

interface ChoicesProps<T extends string | number> {
  readonly name: string
  readonly label: string
  readonly options: readonly { readonly value: T; readonly label: string }[]
  readonly chosen: T
  readonly choose: (value: T) => void
}

/** A few choices side by side, of which one holds: one stop for the Tab key, moved by the arrows. */
export const Choices = <T extends string | number>({ name, label, options, chosen, choose }: ChoicesProps<T>) => (
  <fieldset className={css['choices']}>
    <legend className="sr-only">{label}</legend>
    {options.map((option) => (
      <label key={option.value}>
        <input type="radio" name={name} checked={option.value === chosen} onChange={() => choose(option.value)} />
        <span>{option.label}</span>
      </label>
    ))}
  </fieldset>
)
