/** Texts of the window and the tray as their source has them: which messages there are, and what is shown without being one. */
import { globSync, readFileSync } from 'node:fs'
import { parseSync } from 'oxc-parser'

/** What makes a text of a message, its first argument. */
const SPEAKERS = new Set(['t', 'tParts', 'rich'])
/** Where a message comes in as a value: what speaks for others, and the sentences of the agent, which their list has word for word. */
const PASSES_ON = new Set(['shared/i18n/translate.ts', 'renderer/lib/rich.tsx', 'shared/domain/agent-sentences.ts'])

/** Props and properties whose text a person reads. */
const READ = new Set(
  'label title alt placeholder summary caption what name word means moves short explain none text sentence hint note before after unit advice aria-label aria-description aria-roledescription aria-valuetext'.split(
    ' ',
  ),
)
/** A name in a prop is more often a program's than a person's: only what looks like a text is one. */
const looksRead = (text: string): boolean => /\p{L}.* |^\p{Lu}\p{Ll}/u.test(text)
const hasLetters = (text: string): boolean => /\p{L}/u.test(text)
/** The same in every language. */
const NAMES = new Set(['Windfall'])

interface Node {
  readonly type: string
  readonly start: number
  readonly [key: string]: unknown
}

interface Found {
  /** `renderer/app/app.tsx:12`. */
  readonly where: string
  readonly text: string
}

export interface Texts {
  readonly messages: readonly Found[]
  /** Messages that are put together where they are used, so that no catalogue can have them. */
  readonly made: readonly Found[]
  /** Texts that no catalogue can have because they are no messages. */
  readonly plain: readonly Found[]
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
const childrenOf = (node: Node): readonly Node[] =>
  Object.values(node)
    .flatMap((value) => (Array.isArray(value) ? (value as unknown[]) : [value]))
    .filter(isNode)

function* walk(node: Node): Generator<Node> {
  yield node
  for (const child of childrenOf(node)) yield* walk(child)
}

/** The text of a string, or of a template without places; `null` for anything else. */
function literalOf(node: unknown): string | null {
  if (!isNode(node)) return null
  if (node.type === 'Literal') return typeof node['value'] === 'string' ? node['value'] : null
  if (node.type !== 'TemplateLiteral' || (node['expressions'] as readonly unknown[]).length > 0) return null
  return textOf((node['quasis'] as readonly Node[])[0])
}
const textOf = (quasi: Node | undefined): string => (quasi?.['value'] as { readonly cooked?: string } | undefined)?.cooked ?? ''

/** Every text that an expression may come to by itself. */
function outcomes(node: unknown): readonly string[] {
  if (!isNode(node)) return []
  const literal = literalOf(node)
  if (literal !== null) return [literal]
  switch (node.type) {
    case 'TemplateLiteral':
      return (node['quasis'] as readonly Node[]).map(textOf)
    case 'ConditionalExpression':
      return [...outcomes(node['consequent']), ...outcomes(node['alternate'])]
    case 'LogicalExpression':
      return [...outcomes(node['left']), ...outcomes(node['right'])]
    case 'JSXExpressionContainer':
      return outcomes(node['expression'])
    default:
      return []
  }
}

function nameOf(node: unknown): string {
  const name = isNode(node) ? (node['name'] ?? node['value']) : null
  return typeof name === 'string' ? name : ''
}

const isFor = (node: Node, type: string): boolean => node.type === type && READ.has(nameOf(type === 'Property' ? node['key'] : node['name']))

/** Texts of one node that a person would read although they are no messages. */
function plainOf(node: Node): readonly string[] {
  if (node.type === 'JSXText') return [nameless(String(node['value']))].filter(hasLetters)
  if (node.type === 'JSXElement' || node.type === 'JSXFragment') {
    const shown = (node['children'] as readonly Node[]).filter(({ type }) => type === 'JSXExpressionContainer')
    return shown.flatMap(outcomes).filter(hasLetters)
  }
  return isFor(node, 'JSXAttribute') || isFor(node, 'Property') ? outcomes(node['value']).filter(looksRead) : []
}
/** Two words beside one another are a sentence for somebody, wherever they stand. */
const SENTENCE = /\p{L}{2,} \p{L}{2,}/u
const isSpoken = (node: Node): boolean => node.type === 'CallExpression' && SPEAKERS.has(nameOf(node['callee']))
/** An error that only a programmer can cause is for them. */
const isForProgrammers = (node: Node): boolean => node.type === 'NewExpression' && nameOf(node['callee']).endsWith('Error')

/** Strings that are sentences although they are no messages. */
function* sentencesOf(node: Node): Generator<Node> {
  if (isForProgrammers(node)) return
  const inside = isSpoken(node) ? (node['arguments'] as readonly Node[]).slice(1) : childrenOf(node)
  if (outcomes(node).some((text) => SENTENCE.test(text)) && (literalOf(node) !== null || node.type === 'TemplateLiteral')) yield node
  for (const child of inside) yield* sentencesOf(child)
}

const nameless = (text: string): string => (NAMES.has(text.trim()) ? '' : text)

const distinct = (found: readonly Found[]): readonly Found[] => [...new Map(found.map((one) => [`${one.where} ${one.text}`, one])).values()]

/** All texts of one file. */
export function textsOf(file: string, source: string): Texts {
  const { program } = parseSync(file, source)
  const lines = source.split('\n').reduce<number[]>((starts, line) => [...starts, (starts.at(-1) ?? 0) + line.length + 1], [0])
  const at = (node: Node): string => `${file}:${lines.findLastIndex((start) => start <= node.start) + 1}`
  const nodes = [...walk(program as unknown as Node)]
  const calls = nodes.filter((node) => node.type === 'CallExpression' && SPEAKERS.has(nameOf(node['callee'])) && !PASSES_ON.has(file))
  const said = calls.map((node) => ({ where: at(node), text: literalOf((node['arguments'] as readonly unknown[])[0]) }))
  return {
    messages: said.flatMap(({ where, text }) => (text === null ? [] : [{ where, text }])),
    made: said.flatMap(({ where, text }) => (text === null ? [{ where, text: 'a message that is not written out' }] : [])),
    plain: distinct([
      ...nodes.flatMap((node) => plainOf(node).map((text) => ({ where: at(node), text: text.trim() }))),
      ...[...sentencesOf(program as unknown as Node)].map((node) => ({ where: at(node), text: outcomes(node).join('…').replaceAll(/\s+/g, ' ').trim() })),
    ]),
  }
}

const isSource = (file: string): boolean => !/\.(test|fake|fixture|bench|spec|d)\.tsx?$/.test(file)

/** Texts of every file that speaks to the owner of a machine. The console speaks to whoever runs the service, in English as its API and its logs do. */
export function allTexts(): ReadonlyMap<string, Texts> {
  const files = globSync(['renderer/**/*.{ts,tsx}', 'shared/**/*.ts', 'main/desktop/**/*.ts', 'main/cli/verify-page.ts']).filter(
    (file) => isSource(file) && !file.startsWith('renderer/console/'),
  )
  return new Map(files.toSorted().map((file) => [file, textsOf(file, readFileSync(file, 'utf8'))]))
}
