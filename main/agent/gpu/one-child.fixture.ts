import { type Child, type LaunchChild, launchNodeChild } from '../../kernel/child.ts'

/** Launches one child, which `fall` ends as a crash would, and none after it. */
export function createOneChild(): { readonly launch: LaunchChild; readonly fall: () => Promise<void> } {
  let child: Child | null = null
  return {
    launch: (program) => (child ? null : (child = launchNodeChild(program))),
    fall: () =>
      new Promise((resolve) => {
        child?.onEnd(resolve)
        child?.kill()
      }),
  }
}
