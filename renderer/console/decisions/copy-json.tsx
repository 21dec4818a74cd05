import { useState } from 'react'
import type { DecisionView } from '../../../shared/contract/decision.ts'
import { saveFile } from '../../lib/save-file.ts'
import { Button } from '../../ui/button.tsx'

/** The decision as the coordinator gave it: for a report, or to be looked at elsewhere. */
export function CopyJson({ decision }: { readonly decision: DecisionView }) {
  const [said, setSaid] = useState<string | null>(null)
  const text = JSON.stringify(decision, null, 2)
  const copy = async () => {
    try {
      // Missing altogether on a page that came over the network without TLS.
      await navigator.clipboard.writeText(text)
      setSaid('Copied.')
    } catch {
      saveFile({ name: `decision-${decision.record.seq}.json`, type: 'application/json', text })
      setSaid('This page may not copy; it was saved as a file.')
    }
  }
  return (
    <>
      <Button onClick={() => void copy()}>Copy as JSON</Button>
      <output>{said}</output>
    </>
  )
}
