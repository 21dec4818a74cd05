import { messageOf } from '../../../shared/errors.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { type Outcome, countOf, refusedOf } from './each.ts'
import css from './picks.module.css'

interface OutcomeListProps {
  readonly outcomes: readonly Outcome[]
  /** What one of them is: “node”. */
  readonly one: string
  readonly hrefOf: (key: string) => string
  readonly close: () => void
}

/** Which of several were refused, each with why; nothing where none was. */
export function OutcomeList({ outcomes, one, hrefOf, close }: OutcomeListProps) {
  const refused = refusedOf(outcomes)
  if (refused.length === 0) return null
  const leave = () => {
    close()
    document.querySelector<HTMLElement>('#content h1')?.focus()
  }
  return (
    <div role="alert">
      <Banner tone="madder" glyph="cross" action={<Button onClick={leave}>Close</Button>}>
        <p>{countOf(refused.length, one)} stayed as before, and still picked. The rest was done.</p>
        <ul className={css['refused']}>
          {refused.map(({ key, error }) => (
            <li key={key}>
              <a href={hrefOf(key)}>
                <code>{key}</code>
              </a>{' '}
              {messageOf(error)}
            </li>
          ))}
        </ul>
      </Banner>
    </div>
  )
}
