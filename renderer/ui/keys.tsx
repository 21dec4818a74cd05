import css from './keys.module.css'

/** Keys that are pressed together, as they are printed on the keyboard. */
export const Keys = ({ keys }: { keys: readonly string[] }) => (
  <span className={css['keys']}>
    {keys.map((key) => (
      <kbd key={key}>{key}</kbd>
    ))}
  </span>
)
