import { useQuery } from '@tanstack/react-query'
import type { Verification } from '../../../shared/domain/verification.ts'
import { browserVerifyPort } from '../../lib/verify-port.ts'
import { type Checked, checkFile } from '../../verify/check-file.ts'
import { useServices } from '../services.ts'
import type { NumberedFile } from '../window-state.ts'

/** Which keys the check could trust: the agent’s, or none because it does not answer or has not met a coordinator. */
export type Trust = 'known' | 'none-yet' | 'not-reached'

export interface OpenedCheck {
  /** Text says why it is no file that could be checked. */
  readonly checked: Checked | string
  readonly trust: Trust
  /** The key is not one of ours, and this is what the file is worth apart from that. */
  readonly apartFromKey: Verification | null
}

/** Checks a file from outside to the byte, against the coordinator’s keys that the agent trusts. Nothing leaves the computer. */
async function checkOpened(content: Blob, pinned: readonly string[] | null): Promise<OpenedCheck> {
  const trust = pinned === null ? 'not-reached' : pinned.length === 0 ? 'none-yet' : 'known'
  const checked = await checkFile(content, { pinnedKeys: pinned ?? [], crypto: browserVerifyPort })
  const isStrange = typeof checked !== 'string' && trust === 'known' && checked.verification.failedStep === 'coordinator-key'
  if (!isStrange) return { checked, trust, apartFromKey: null }
  const again = await checkFile(content, { pinnedKeys: [], crypto: browserVerifyPort })
  return { checked, trust, apartFromKey: typeof again === 'string' ? null : again.verification }
}

/** The check of the file that was opened last. */
export function useOpenedCheck({ content, number }: NumberedFile) {
  const { client } = useServices()
  return useQuery({
    queryKey: ['opened-receipt', number],
    queryFn: async () => {
      const pinned = await client.call('getPinnedKeys', {}).then(
        ({ pinnedKeys }) => pinnedKeys,
        () => null,
      )
      return checkOpened(content, pinned)
    },
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
  })
}
