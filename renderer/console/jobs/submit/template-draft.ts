import type { TemplateView } from '../../../../shared/contract/job-template.ts'
import type { Raw } from './read-draft.ts'

/** Doubled braces stand for the text itself. */
const PLACEHOLDER = /\{\{([a-z][a-z0-9_]{0,31})\}\}|\{([a-z][a-z0-9_]{0,31})\}/g

const filled = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replaceAll(PLACEHOLDER, (all: string, escaped: string | undefined, name: string | undefined) =>
    escaped === undefined ? (Object.hasOwn(values, name ?? '') ? (values[name ?? ''] ?? all) : all) : `{${escaped}}`,
  )

/** The job that a template makes with its own values, due from now on. What has no value stays in its braces, to be written over. `now`: epoch milliseconds. */
export function templateDraft({ spec, defaults, deadlineSeconds }: TemplateView, now: number): Raw {
  return {
    ...spec,
    args: spec.args.map((arg) => filled(arg, defaults)),
    env: Object.fromEntries(Object.entries(spec.env).map(([name, text]) => [name, filled(text, defaults)])),
    earliestStart: null,
    deadline: new Date(now + deadlineSeconds * 1_000).toISOString(),
  }
}
