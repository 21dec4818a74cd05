import { expect, test } from 'vitest'
import type { Reason } from '../../shared/contract/policy.ts'
import { HOUR, NOW, at } from './afternoon.fake.ts'
import { resumeText } from './resume-text.ts'

const because = (code: Reason['code'], until: string | null): Reason => ({ code, message: 'Because.', until })

test.each<[string, Reason[]]>([
  ['', []],
  ['', [because('user', null), because('carbon', at(HOUR))]],
  ['Resumes at 15:41, in 1 h.', [because('carbon', at(HOUR))]],
  ['Resumes tomorrow 00:41, in 10 h.', [because('user', at(HOUR)), because('carbon', at(10 * HOUR))]],
  ['Resumes once all of that is over, not before 15:41.', [because('carbon', at(HOUR)), because('game', null)]],
  ['Resumes once that is over; when that will be, nobody can know.', [because('game', null)]],
  ['Resumes any moment now.', [because('carbon', at(-1))]],
  ['Resumes once all of that is over.', [because('carbon', at(-1)), because('game', null)]],
])('%s', (sentence, reasons) => expect(resumeText(reasons, NOW).replaceAll('\u202f', ' ')).toBe(sentence))
