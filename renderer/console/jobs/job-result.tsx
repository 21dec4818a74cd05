import { useState } from 'react'
import type { JobView } from '../../../shared/contract/job.ts'
import { decodeBase64 } from '../../../shared/domain/encoding.ts'
import { messageOf } from '../../../shared/errors.ts'
import { saveFile } from '../../lib/save-file.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { CopyId } from '../../ui/copy-id.tsx'
import { Facts } from '../../ui/facts.tsx'
import { useServices } from '../services.ts'
import { useTold } from '../told.ts'
import { Utc } from '../utc.tsx'
import { sha256OfBytes } from './sha256.ts'

/** Fetches what a job made, compares it with its hash in this browser, and saves it. */
function useSave({ jobId, outputSha256 }: Pick<JobView, 'jobId' | 'outputSha256'>) {
  const { client } = useServices()
  const { tell } = useTold()
  const [busy, setBusy] = useState(false)
  const save = async () => {
    setBusy(true)
    try {
      const { output } = await client.call('getJobOutput', { jobId })
      const bytes = decodeBase64(output) ?? new Uint8Array()
      if ((await sha256OfBytes(bytes)) !== outputSha256)
        throw new Error('What arrived is not what the machine made: its hash is another one. Nothing was saved. Try again.')
      saveFile({ name: `windfall-${jobId}-result`, type: 'application/octet-stream', text: bytes })
      tell({ text: 'The result was saved. Its hash is the one that was proven.', isProblem: false })
    } catch (error) {
      tell({ text: messageOf(error), isProblem: true })
    } finally {
      setBusy(false)
    }
  }
  return { busy, save }
}

/** What it made, and until when it is kept. */
export function ResultCard({ job, now }: { readonly job: JobView; readonly now: number }) {
  const { busy, save } = useSave(job)
  const { outputSha256, outputExpiresAt } = job
  if (outputSha256 === null) return null
  const isKept = outputExpiresAt !== null && Date.parse(outputExpiresAt) > now
  return (
    <Card title="Result">
      <Facts
        rows={{
          'SHA-256': <CopyId value={outputSha256} what="hash of the result" />,
          Kept:
            outputExpiresAt === null ? (
              'No longer'
            ) : (
              <>
                until <Utc at={outputExpiresAt} now={now} />
              </>
            ),
        }}
      />
      {isKept ? (
        <p>
          <Button unavailable={busy} onClick={() => (busy ? undefined : void save())}>
            {busy ? 'Fetching…' : 'Save the result'}
          </Button>
        </p>
      ) : null}
    </Card>
  )
}
