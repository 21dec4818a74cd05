import type { ChoiceBody } from '../../../shared/contract/decision.ts'
import { CopyId } from '../../ui/copy-id.tsx'
import { useMay } from '../me.ts'
import css from './decision.module.css'

interface ReplayPartProps {
  readonly seq: number
  readonly policy: ChoiceBody['policy']
  /** Whether everything it was made on is still kept. */
  readonly isKept: boolean
}

/** How the choice is made again, on a machine of the reader's own. */
export function ReplayPart({ seq, policy, isKept }: ReplayPartProps) {
  const mayRead = useMay('audit.read')
  return (
    <section className={css['part']} aria-label="Replay">
      <h2>Make it again</h2>
      {isKept ? null : <p>Part of what it was made on is no longer kept, so it cannot be made again. The hashes still are.</p>}
      {isKept && mayRead ? (
        <>
          <CopyId full value={`windfall decision replay ${seq} --coordinator ${location.origin}`} what="command" />
          <p className={css['note']}>
            On any machine with Windfall and a key that may read everything (WINDFALL_API_KEY): it fetches the inputs, checks each against its hash, asks the
            policy “{policy.name}” in version {policy.version} again, and compares outcome and alternatives bit for bit. It ends with 0 if they are the same and
            with 1 if anything differs. It runs on that machine and not here, so that the coordinator’s own word is not taken for it.
          </p>
        </>
      ) : null}
      {isKept && !mayRead ? <p>An auditor of this coordinator can make it again: it takes everybody’s jobs that were decided on together.</p> : null}
    </section>
  )
}
