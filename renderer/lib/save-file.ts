/** Hands the owner a file. The address lives only as long as the click. */
export function saveFile({ name, type, text }: { readonly name: string; readonly type: string; readonly text: string | Uint8Array<ArrayBuffer> }): void {
  const url = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
