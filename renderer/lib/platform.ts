/** Whether the owner’s keyboard has ⌘ where others have Ctrl. */
export const isMac = (): boolean => /\bMac(?:intosh| OS X)/.test(navigator.userAgent)
