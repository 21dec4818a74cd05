import { useSyncExternalStore } from 'react'
import type { ReceiptSearch } from '../queries.ts'
import { type Services, useServices } from '../services.ts'
import { type CheckAll, type CheckAllRun, createCheckAllRun } from './check-all.ts'

const runs = new WeakMap<Services, CheckAllRun>()

/** After what the page has to do now, and before anything that may wait. */
const breathe = (): Promise<unknown> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = resolve
    port2.postMessage(null)
  })

function runOf(services: Services): CheckAllRun {
  const run = runs.get(services) ?? createCheckAllRun({ ...services, breathe })
  runs.set(services, run)
  return run
}

export interface CheckAllState {
  /** The last run over what is looked for now, or one that is under way; `null` if there is none. */
  readonly check: CheckAll | null
  readonly start: () => void
  readonly cancel: () => void
}

export function useCheckAll(search: ReceiptSearch): CheckAllState {
  const { state, start, cancel } = runOf(useServices())
  const known = useSyncExternalStore(state.subscribe, state.get)
  const isShown = known !== null && (known.of === JSON.stringify(search) || known.check.state === 'checking' || known.check.state === 'listing')
  return { check: isShown ? known.check : null, start: () => start(search), cancel }
}
