// Mantine speaks the product's tokens (web/tokens).
import { createTheme, Indicator, Modal, PasswordInput, Tooltip, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core'

const brand: MantineColorsTuple = ['#eaf0fd', '#d3e0fb', '#a6c0f7', '#789ff2', '#4b80ee', '#2563eb', '#1f58d6', '#1453dd', '#123fae', '#0e3391']

export const theme = createTheme({
  colors: { brand },
  primaryColor: 'brand',
  primaryShade: 5,
  fontFamily: 'var(--wk-font)',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  radius: { sm: '6px', md: '10px', lg: '14px' },
  defaultRadius: 'sm',
  focusRing: 'auto',
  respectReducedMotion: true,
  components: {
    // Its dot belongs to the picture it stands on, not above panels that slide over.
    Indicator: Indicator.extend({ defaultProps: { zIndex: 1 } }),
    Modal: Modal.extend({ defaultProps: { overlayProps: { backgroundOpacity: 0.35, blur: 2 }, transitionProps: { duration: 140 } } }),
    // Its words are the library's English, and the keyboard passes it by anyway.
    PasswordInput: PasswordInput.extend({ defaultProps: { visibilityToggleButtonProps: { 'aria-hidden': true } } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 250, withArrow: true } }),
  },
})

const surfaces = {
  '--mantine-color-body': 'var(--wk-surface)',
  '--mantine-color-text': 'var(--wk-ink)',
  '--mantine-color-dimmed': 'var(--wk-ink-quiet)',
  '--mantine-color-placeholder': 'var(--wk-n6)',
  '--mantine-color-error': 'var(--wk-danger)',
  '--mantine-color-default': 'var(--wk-n0)',
  '--mantine-color-default-hover': 'var(--wk-n1)',
  '--mantine-color-default-border': 'var(--wk-n4)',
  '--mantine-color-default-color': 'var(--wk-ink)',
  '--mantine-color-anchor': 'var(--wk-brand-text)',
  '--mantine-color-disabled': 'var(--wk-n2)',
  '--mantine-color-disabled-color': 'var(--wk-n6)',
}

/** Both schemes take their neutrals from the tokens; the dark tuple is what Mantine draws fields and menus with. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: { ...surfaces, '--mantine-color-gray-1': 'var(--wk-n2)', '--mantine-color-gray-2': 'var(--wk-n3)', '--mantine-color-gray-4': 'var(--wk-n4)' },
  dark: {
    ...surfaces,
    '--mantine-color-dark-0': 'var(--wk-n9)',
    '--mantine-color-dark-1': 'var(--wk-n8)',
    '--mantine-color-dark-2': 'var(--wk-n7)',
    '--mantine-color-dark-3': 'var(--wk-n6)',
    '--mantine-color-dark-4': 'var(--wk-n4)',
    '--mantine-color-dark-5': 'var(--wk-n2)',
    '--mantine-color-dark-6': 'var(--wk-n1)',
    '--mantine-color-dark-7': 'var(--wk-n0)',
    '--mantine-color-dark-8': 'var(--wk-surface-sunken)',
  },
})
