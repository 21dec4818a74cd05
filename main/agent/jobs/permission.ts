import type { Lease } from '../../../shared/contract/job.ts'

/** Whether a lease may run at this moment, and if not, why: a stable code and a sentence. */
export type Permission = { readonly granted: true } | { readonly granted: false; readonly code: string; readonly message: string }

export interface PermissionInput {
  readonly lease: Lease
  readonly now: number
  /** From the idle policy: empty means the machine is free. */
  readonly reasons: readonly { readonly code: string; readonly message: string }[]
  /** From the carbon gate for this lease's window. */
  readonly gate: { readonly open: boolean; readonly reason: { readonly code: string; readonly message: string } | null }
}

/** The owner comes first, then the window the planner chose, then the grid. */
export function permissionFor({ lease, now, reasons, gate }: PermissionInput): Permission {
  const [reason] = reasons
  if (reason) return { granted: false, code: reason.code, message: reason.message }
  const opens = Date.parse(lease.window.from)
  if (now < opens) return { granted: false, code: 'carbon', message: `Waits for its window, which opens at ${lease.window.from.slice(11, 16)} UTC.` }
  if (!gate.open) return { granted: false, code: gate.reason?.code ?? 'carbon', message: gate.reason?.message ?? 'Waits for cleaner power.' }
  return { granted: true }
}
