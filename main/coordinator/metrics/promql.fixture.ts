/** Evaluates the part of PromQL that the alerts and the board use, on series that a test plays. The grammar is that of Prometheus itself. */
import type { SyntaxNode } from '@lezer/common'
import { parser } from '@prometheus-io/lezer-promql'
import { AGGREGATES, ARITHMETIC, COMPARES, OVER } from './promql-functions.fixture.ts'

export interface Series {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** Value at a time in seconds; `null` while there is none. */
  readonly at: (seconds: number) => number | null
}

interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}
type Value = number | readonly Sample[]

interface Asked {
  readonly text: string
  readonly series: readonly Series[]
  readonly at: number
}

/** How often series are scraped, seconds. */
const SCRAPE_S = 15
const UNIT_S: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }

const childrenOf = (node: SyntaxNode): SyntaxNode[] => {
  const all: SyntaxNode[] = []
  for (let child = node.firstChild; child; child = child.nextSibling) all.push(child)
  return all
}
const child = (node: SyntaxNode, name: string): SyntaxNode => {
  const found = node.getChild(name)
  if (!found) throw new SyntaxError(`there is no ${name} in ${node.name}`)
  return found
}
const textOf = ({ text }: Asked, { from, to }: SyntaxNode): string => text.slice(from, to)

/** Every node of an expression. Throws if it is not PromQL. */
function nodesOf(text: string): { readonly top: SyntaxNode; readonly all: readonly SyntaxNode[] } {
  const tree = parser.parse(text)
  const all: SyntaxNode[] = []
  tree.iterate({
    enter(node) {
      if (node.type.isError) throw new SyntaxError(`not PromQL at ${node.from}: ${text}`)
      all.push(node.node)
    },
  })
  return { top: childrenOf(tree.topNode)[0] as SyntaxNode, all }
}

/** The names of metrics that an expression asks for, with the labels that it names. */
export function askedFor(text: string): { readonly metrics: readonly string[]; readonly labels: readonly string[] } {
  const { all } = nodesOf(text)
  const named = (kind: string) => all.filter(({ name }) => name === kind).map(({ from, to }) => text.slice(from, to))
  return { metrics: named('Identifier'), labels: named('LabelName') }
}

const MATCHES: Readonly<Record<string, (has: string, wanted: string) => boolean>> = {
  '=': (has, wanted) => has === wanted,
  '!=': (has, wanted) => has !== wanted,
  '=~': (has, wanted) => new RegExp(`^(?:${wanted})$`).test(has),
  '!~': (has, wanted) => !new RegExp(`^(?:${wanted})$`).test(has),
}

function select(asked: Asked, selector: SyntaxNode): readonly Series[] {
  const name = textOf(asked, child(selector, 'Identifier'))
  const matchers = selector.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? []
  const tests = matchers.map((matcher) => {
    const [label, op, wanted] = ['LabelName', 'MatchOp', 'StringLiteral'].map((part) => textOf(asked, child(matcher, part)))
    return ({ labels }: Series) => MATCHES[op ?? '']?.(labels[label ?? ''] ?? '', JSON.parse(wanted ?? '""') as string) === true
  })
  return asked.series.filter((one) => one.name === name && tests.every((test) => test(one)))
}

function range(asked: Asked, matrix: SyntaxNode): { readonly labels: Sample['labels']; readonly values: readonly number[]; readonly seconds: number }[] {
  const [, amount, unit = ''] = /^(\d+)([smhd])$/.exec(textOf(asked, child(matrix, 'DurationExpr'))) ?? []
  const seconds = Number(amount) * (UNIT_S[unit] ?? NaN)
  const times = Array.from({ length: Math.floor(seconds / SCRAPE_S) + 1 }, (_, i) => asked.at - seconds + i * SCRAPE_S)
  return select(asked, child(matrix, 'VectorSelector')).map(({ labels, at }) => ({ labels, seconds, values: times.flatMap((time) => at(time) ?? []) }))
}

/** Linear between the bounds of the bucket that holds it, as Prometheus does. */
function quantileOf(quantile: number, buckets: readonly Sample[]): number {
  const sorted = buckets.map(({ labels, value }) => ({ le: labels['le'] === '+Inf' ? Infinity : Number(labels['le']), value })).toSorted((a, b) => a.le - b.le)
  const total = sorted.at(-1)?.value ?? 0
  const index = sorted.findIndex(({ value }) => value >= quantile * total)
  const [below, found] = [sorted[index - 1] ?? { le: 0, value: 0 }, sorted[index]]
  if (!found || total === 0) return NaN
  return found.le === Infinity ? below.le : below.le + ((found.le - below.le) * (quantile * total - below.value)) / (found.value - below.value)
}

/** The same for the same labels, in whatever order they are. */
const keyOf = (labels: Sample['labels']): string =>
  Object.keys(labels)
    .toSorted((a, b) => a.localeCompare(b))
    .map((name) => `${name}=${labels[name]}`)
    .join()
const without = (labels: Sample['labels'], name: string): Sample['labels'] => Object.fromEntries(Object.entries(labels).filter(([key]) => key !== name))

function grouped(
  samples: readonly Sample[],
  labelsOf: (labels: Sample['labels']) => Sample['labels'],
): { readonly labels: Sample['labels']; readonly samples: Sample[] }[] {
  const groups = new Map<string, { labels: Sample['labels']; samples: Sample[] }>()
  for (const sample of samples) {
    const labels = labelsOf(sample.labels)
    const key = keyOf(labels)
    const group = groups.get(key) ?? { labels, samples: [] }
    group.samples.push(sample)
    groups.set(key, group)
  }
  return [...groups.values()]
}

const vector = (value: Value): readonly Sample[] => (typeof value === 'number' ? [{ labels: {}, value }] : value)

function call(asked: Asked, node: SyntaxNode): Value {
  const name = textOf(asked, child(node, 'FunctionIdentifier'))
  const args = childrenOf(child(node, 'FunctionCallBody')).filter(({ name: kind }) => kind !== '⚠')
  const [first, second] = args
  if (name === 'time') return asked.at
  if (name === 'histogram_quantile' && first && second)
    return grouped(vector(evaluate(asked, second)), (labels) => without(labels, 'le')).map(({ labels, samples }) => ({
      labels,
      value: quantileOf(evaluate(asked, first) as number, samples),
    }))
  const over = OVER[name]
  if (!over || first?.name !== 'MatrixSelector') throw new SyntaxError(`${name} is not known here`)
  return range(asked, first).flatMap(({ labels, values, seconds }) => (values.length > 1 ? [{ labels, value: over(values, seconds) }] : []))
}

function aggregate(asked: Asked, node: SyntaxNode): Value {
  const combine = AGGREGATES[textOf(asked, child(node, 'AggregateOp'))]
  const [body] = childrenOf(child(node, 'FunctionCallBody'))
  if (!combine || !body) throw new SyntaxError('an aggregation that is not known here')
  const by = (node.getChild('AggregateModifier')?.getChild('GroupingLabels')?.getChildren('LabelName') ?? []).map((label) => textOf(asked, label))
  const groups = grouped(vector(evaluate(asked, body)), (labels) => Object.fromEntries(by.map((name) => [name, labels[name] ?? ''])))
  return groups.map(({ labels, samples }) => ({ labels, value: combine(samples.map(({ value }) => value)) }))
}

function binary(asked: Asked, node: SyntaxNode): Value {
  const [left, op, right] = childrenOf(node) as [SyntaxNode, SyntaxNode, SyntaxNode]
  const [a, b] = [evaluate(asked, left), evaluate(asked, right)]
  const sign = textOf(asked, op)
  const partner = ({ labels }: Sample) => (typeof b === 'number' ? b : b.find((one) => keyOf(one.labels) === keyOf(labels))?.value)
  if (sign === 'and') return vector(a).filter((sample) => partner(sample) !== undefined)
  if (typeof a === 'number' && typeof b !== 'number') return b.map(({ labels, value }) => ({ labels, value: ARITHMETIC[sign]?.(a, value) ?? NaN }))
  const pairs = vector(a).flatMap((sample) => {
    const other = partner(sample)
    return other === undefined ? [] : [{ ...sample, other }]
  })
  const compare = COMPARES[sign]
  if (compare) return pairs.filter(({ value, other }) => compare(value, other)).map(({ labels, value }) => ({ labels, value }))
  return pairs.map(({ labels, value, other }) => ({ labels, value: ARITHMETIC[sign]?.(value, other) ?? NaN }))
}

function evaluate(asked: Asked, node: SyntaxNode): Value {
  if (node.name === 'NumberDurationLiteral') return Number(textOf(asked, node))
  if (node.name === 'ParenExpr') return evaluate(asked, childrenOf(node)[0] as SyntaxNode)
  if (node.name === 'VectorSelector')
    return select(asked, node).flatMap(({ labels, at }) => {
      const value = at(asked.at)
      return value === null ? [] : [{ labels, value }]
    })
  if (node.name === 'FunctionCall') return call(asked, node)
  if (node.name === 'AggregateExpr') return aggregate(asked, node)
  if (node.name === 'BinaryExpr') return binary(asked, node)
  throw new SyntaxError(`${node.name} is not known here`)
}

/** What an expression answers at a time, seconds. */
export const query = (text: string, series: readonly Series[], at: number): readonly Sample[] => vector(evaluate({ text, series, at }, nodesOf(text).top))

/** Whether an alert would have fired by then: its expression answered something at every look since `forS` seconds. */
export function fires({ expr, forS }: { readonly expr: string; readonly forS: number }, series: readonly Series[], at: number): boolean {
  for (let time = at - forS; time <= at; time += 60) if (query(expr, series, time).length === 0) return false
  return true
}
