/** Words that stand in nearly every English sentence, and in no German or French one. */
const ENGLISH = /(?:^|[\s“(])(?:the|of|and|is|are|was|your|with|from|by|this|not|has|when|every|below|above|yours)(?=[\s,.;:!?)”]|$)/i
/** Shown, but not in words of the window: what other programs and people wrote, and what machines read. */
const NOT_OURS = '[lang="en"], code, pre, script, style, title'

const ATTRIBUTES = ['aria-label', 'placeholder', 'alt'] as const

/**
 * What of a page is English although it should be in another language: texts that are keys of the catalogue, and texts with words that only
 * English has. `names` are of jobs, programs and sources; they may be in any language.
 */
export function englishLeft(page: Element, { keys, names }: { readonly keys: ReadonlySet<string>; readonly names: RegExp }): readonly string[] {
  const shown = [...page.querySelectorAll('*')].filter((element) => element.closest(NOT_OURS) === null)
  const texts = shown.flatMap((element) => [
    ...[...element.childNodes].flatMap((node) => (node.nodeType === Node.TEXT_NODE ? [node.textContent ?? ''] : [])),
    ...ATTRIBUTES.flatMap((name) => element.getAttribute(name) ?? []),
  ])
  const own = texts.map((text) => text.trim()).filter((text) => text !== '' && !names.test(text))
  return [...new Set(own.filter((text) => keys.has(text) || ENGLISH.test(text)))]
}

/** English texts that another language says otherwise, without those that are put together from parts. */
export const keysOf = (catalogue: Readonly<Record<string, string>>): ReadonlySet<string> =>
  new Set(Object.entries(catalogue).flatMap(([english, other]) => (english === other || english.includes('{') ? [] : [english])))
