import type { CheckResult, GroupResult } from '../../doctor/check.ts'

type Verdict = CheckResult['verdict']

const WORD: Readonly<Record<Verdict, string>> = { ok: 'ok  ', warn: 'WARN', fail: 'FAIL', skipped: '-   ' }
const COLUMNS = 80
/** `  WARN  ` */
const MARGIN = 8

/** Breaks a text between words; a word that is longer than a line stays whole, so that it can be copied. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = []
  for (const part of text.split(/\s+/)) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + part.length <= columns) lines[lines.length - 1] = `${last} ${part}`
    else lines.push(part)
  }
  return lines
}

function linesOf({ code, verdict, evidence, fix }: CheckResult): string[] {
  const [first = '', ...rest] = wrap(`${code}: ${evidence}`, COLUMNS - MARGIN)
  const indent = ' '.repeat(MARGIN)
  const advice = fix === null ? [] : wrap(fix, COLUMNS - MARGIN - 3).map((line, i) => `${indent}${i === 0 ? '-> ' : '   '}${line}`)
  return [`  ${WORD[verdict]}  ${first}`, ...rest.map((line) => `${indent}${line}`), ...advice]
}

/** The report a person reads: at most 80 columns, no colour, nothing that only a symbol tells. */
export function reportLines(groups: readonly GroupResult[], seconds: number): string[] {
  return [
    ...groups.flatMap(({ title, results }) => [title, ...results.flatMap(linesOf), '']),
    ...summary(
      groups.flatMap(({ results }) => results),
      seconds,
    ),
  ]
}

function summary(results: readonly CheckResult[], seconds: number): string[] {
  const codes = (verdict: Verdict) => results.filter((result) => result.verdict === verdict).map(({ code }) => code)
  const [broken, worth] = [codes('fail'), codes('warn')]
  return [
    ...wrap(
      `${results.length} findings in ${seconds.toFixed(1)} s: ${codes('ok').length} ok, ${worth.length} worth a look, ${broken.length} broken, ${codes('skipped').length} skipped.`,
      COLUMNS,
    ),
    ...(broken.length > 0 ? wrap(`Repair first: ${broken.join(', ')}`, COLUMNS) : []),
  ]
}
