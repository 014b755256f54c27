/** Decides between ⌘ and Ctrl. */
export const onMac = /Mac|iPhone|iPad/.test(navigator.userAgent)
