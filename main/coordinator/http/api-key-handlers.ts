import type { apiKeyCalls } from '../../../shared/contract/api-key.ts'
import type { ApiKeyParts } from './api-key-parts.ts'
import { type Called, principalOf } from './callers.ts'

export const apiKeyHandlers = ({ apiKeys }: { readonly apiKeys: ApiKeyParts }): Called<keyof typeof apiKeyCalls> => ({
  createApiKey: (order, caller) => apiKeys.create(principalOf(caller), order),
  listApiKeys: (page, caller) => apiKeys.list(principalOf(caller), page),
  revokeApiKey: ({ prefix }, caller) => apiKeys.revoke(principalOf(caller), prefix),
  rotateApiKey: (order, caller) => apiKeys.rotate(principalOf(caller), order),
})
