import type { z } from 'zod'
import { toIso } from '../../../../shared/units.ts'
import type { HttpAnswer } from '../../../kernel/http-client.ts'
import { type ProviderApi, ask, readJson } from '../provider-answer.ts'
import { ElexonError } from './elexon-body.ts'

/** Epoch milliseconds, half-open. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

interface Pages<Row> {
  readonly rows: readonly Row[]
  readonly answers: readonly HttpAnswer[]
}

export type AskPages = <S extends z.ZodType<readonly unknown[]>>(body: S, paths: readonly string[]) => Promise<Pages<z.output<S>[number]>>

export function saidByElexon(body: unknown): string | null {
  const result = ElexonError.safeParse(body)
  return result.success ? result.data : null
}

/** Asks one path after the other and joins their rows. Errors as `ask` and `readJson`. */
export const askPages =
  (api: ProviderApi, abort: AbortSignal): AskPages =>
  async <S extends z.ZodType<readonly unknown[]>>(body: S, paths: readonly string[]) => {
    const answers: HttpAnswer[] = []
    const rows: z.output<S>[number][] = []
    for (const path of paths) {
      const answer = await ask(api, path, abort)
      answers.push(answer)
      rows.push(...readJson(api, body, answer))
    }
    return { rows, answers }
  }

export const queryOf = (parameters: Readonly<Record<string, string>>): string => new URLSearchParams({ ...parameters, format: 'json' }).toString()

/** `first` and `last` are what the dataset calls the ends of its window. */
export const windowOf = ({ from, to }: Stretch, first: string, last: string): string => queryOf({ [first]: toIso(from), [last]: toIso(to) })
