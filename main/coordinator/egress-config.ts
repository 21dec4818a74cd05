import { z } from 'zod'
import type { EgressRules } from '../kernel/guarded-fetch.ts'
import { given } from './given.ts'

const PLACE = /^(?:[a-z0-9][a-z0-9.-]{0,252}|\[[0-9a-f:]{2,45}\]):[1-9]\d{0,4}$/

/** What an operator may set of the addresses that others give. */
export const egressSettings = {
  /** `host:port` of receivers in the operator's own network: they may be reached there, and without TLS; as text, separated by commas. */
  egressHosts: z.preprocess(
    (places) => (typeof places === 'string' ? places.split(',').flatMap((place) => place.trim().toLowerCase() || []) : places),
    z.array(z.string().regex(PLACE, 'a place is a host and a port, such as hooks.lan:8080')).max(50).default([]),
  ),
  /** An HTTP proxy for addresses that others give, such as http://proxy.lan:3128; `null`: they are connected to directly. */
  egressProxy: given(
    z
      .url({ protocol: /^http$/ })
      .nullable()
      .default(null),
  ),
  /** For how many days what was sent to webhooks, or was to be, is kept. */
  webhookDays: z.coerce.number().int().positive().max(365).default(30),
}

/** Environment variables of them. */
export const egressVariables = {
  egressHosts: 'WINDFALL_EGRESS_HOSTS',
  egressProxy: 'WINDFALL_EGRESS_PROXY',
  webhookDays: 'WINDFALL_WEBHOOK_DAYS',
} as const

/** Where addresses that others give may lead. */
export const egressOf = ({ egressHosts, egressProxy }: { readonly egressHosts: readonly string[]; readonly egressProxy: string | null }): EgressRules => ({
  vouched: new Set(egressHosts),
  proxy: egressProxy,
})
