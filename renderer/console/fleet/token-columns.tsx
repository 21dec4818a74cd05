import type { ReactNode } from 'react'
import type { EnrolmentTokenView } from '../../../shared/contract/node-token.ts'
import type { Word } from '../../lib/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { CopyId } from '../../ui/copy-id.tsx'
import type { DataColumn } from '../table/data-column.ts'
import { Utc } from '../utc.tsx'
import { word } from '../words.ts'

export const tokenKey = ({ tokenId }: EnrolmentTokenView): string => tokenId

/** Whether machines still enrol by it. */
function tokenWord({ revokedAt, expiresAt, uses, used }: EnrolmentTokenView, now: number): Word {
  if (revokedAt !== null) return word('plain', 'cross', 'Ended')
  if (Date.parse(expiresAt) <= now) return word('plain', 'ring', 'Expired')
  return used >= uses ? word('plain', 'check', 'Used up') : word('leaf', 'drop', 'Good')
}

/** What is shown of a token. `ending`: what ends one; `null` for whoever may not. */
export const tokenColumns = (now: number, ending: ((token: EnrolmentTokenView) => ReactNode) | null): readonly DataColumn<EnrolmentTokenView>[] => [
  { name: 'Token', cell: ({ tokenId }) => <CopyId value={tokenId} what="token id" />, text: ({ tokenId }) => tokenId },
  { name: 'State', cell: (token) => <Badge state={tokenWord(token, now)} />, text: (token) => tokenWord(token, now).word },
  { name: 'Owner', cell: ({ owner }) => owner ?? 'Nobody’s', text: ({ owner }) => owner ?? '' },
  { name: 'Used', align: 'end', cell: ({ used, uses }) => `${used} of ${uses}`, text: ({ used, uses }) => `${used}/${uses}` },
  { name: 'Good until', cell: ({ expiresAt }) => <Utc at={expiresAt} now={now} />, text: ({ expiresAt }) => expiresAt },
  { name: 'Made', show: 'wide', cell: ({ createdAt }) => <Utc at={createdAt} now={now} />, text: ({ createdAt }) => createdAt },
  { name: 'Made by', show: 'wide', cell: ({ createdBy }) => createdBy, text: ({ createdBy }) => createdBy },
  ...(ending === null
    ? []
    : [{ name: 'End it', cell: (token: EnrolmentTokenView) => (tokenWord(token, now).word === 'Good' ? ending(token) : '–'), text: () => '' }]),
]
