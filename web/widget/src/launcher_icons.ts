const svgNamespace = 'http://www.w3.org/2000/svg'

export const chatPath = 'M12 3c5 0 9 3.4 9 7.7s-4 7.7-9 7.7c-.8 0-1.700-.1-2.400-.3L5 20.500l.6-3.700C4.200 15.300 3 13.100 3 10.700 3 6.400 7 3 12 3Z'
export const chevronPath = 'M6 9.500l6 6 6-6'

/** Made by calls, because a host page's Trusted Types forbid markup from strings. */
export function icon(path: string): SVGSVGElement {
  const svg = document.createElementNS(svgNamespace, 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('aria-hidden', 'true')
  const line = document.createElementNS(svgNamespace, 'path')
  line.setAttribute('d', path)
  svg.append(line)
  return svg
}
