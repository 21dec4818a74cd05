/** Where the keyboard goes when what it was on vanishes: never back to the top of the page. */

const controlsIn = (part: Element | null | undefined, of: string): HTMLElement[] => [...(part?.querySelectorAll<HTMLElement>(of) ?? [])]

/** From the button that removes an entry of a list, before it vanishes with it: to what comes next around that list. */
export function focusNext(button: HTMLElement): void {
  const controls = controlsIn(button.closest('ul')?.parentElement, 'button, input')
  controls[controls.indexOf(button) + 1]?.focus()
}

/** To the control of a rule's sentence that is there whatever the rule says: the last button, where there is nothing but buttons. */
export function focusSentence(sentence: Element | null | undefined): void {
  const control = controlsIn(sentence, 'summary, input')[0] ?? controlsIn(sentence, 'button').at(-1)
  control?.focus()
}
