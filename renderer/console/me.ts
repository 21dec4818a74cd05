import { useQuery } from '@tanstack/react-query'
import { createContext, use } from 'react'
import type { WhoAmI } from '../../shared/contract/member.ts'
import type { Permission } from '../../shared/domain/permissions.ts'
import { useServices } from './services.ts'

/** Who has signed in. */
export function useWhoAmI() {
  const { client } = useServices()
  return useQuery({
    queryKey: ['me'],
    queryFn: () => client.call('whoAmI', {}),
    retry: (count, error) => count < 2 && 'retry' in error && error.retry === true,
  })
}

export const MeContext = createContext<WhoAmI | null>(null)

/** Who has signed in, on a page that is shown only to somebody who has. */
export function useMe(): WhoAmI {
  const me = use(MeContext)
  if (!me) throw new Error('useMe needs a MeContext above it')
  return me
}

/** Whether whoever has signed in holds a permission, be it only for what is theirs. The coordinator checks it again; this only spares a refusal. */
export const useMay = (permission: Permission): boolean => useMe().may[permission] !== undefined

/** Whether the rows of everybody are shown, and not only one's own. */
export const useSeesAll = (permission: Permission): boolean => useMe().may[permission] === 'all'

/** How somebody is called where they signed in. */
export const nameOf = ({ key, member, requesterId }: WhoAmI): string => member?.name ?? member?.email ?? key?.label ?? requesterId ?? 'Signed in'
