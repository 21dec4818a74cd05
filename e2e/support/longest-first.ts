import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Files that take longest although they are small. Without a cache, as on a fresh clone, the largest files go first; one of these at the end would leave every
 * processor but one without work.
 */
export const LONGEST: readonly string[] = [
  'e2e/network/crash.test.ts',
  'e2e/chain/payouts-chaos.test.ts',
  'e2e/grid/replay.test.ts',
  'shared/domain/verify-receipt.tamper.test.ts',
  'main/agent/jobs/abuse/wasm.test.ts',
  'main/agent/sync/outbox-torn.test.ts',
  'main/agent/sync/outbox-crash.test.ts',
  'e2e/simulation/simulation.test.ts',
]

const rankOf = (file: string): number => {
  const rank = LONGEST.findIndex((name) => file.endsWith(`/${name}`))
  return rank < 0 ? LONGEST.length : rank
}

type Placed = Pick<TestSpecification, 'moduleId'> & { readonly project: Pick<TestSpecification['project'], 'name'> }

/** The same files, those first that take longest; projects stay together, in the order given. */
export const longestFirst = <S extends Placed>(files: readonly S[]): S[] =>
  [...Map.groupBy(files, ({ project }) => project.name).values()].flatMap((those) => those.toSorted((a, b) => rankOf(a.moduleId) - rankOf(b.moduleId)))

/** Begins with what takes longest, so that all processors have work until the end. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line no-array-sort -- it is not an array that sorts
    return longestFirst(await super.sort(files))
  }
}
