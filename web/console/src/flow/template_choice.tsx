import { useFlowTexts } from './texts'
import type { Template } from './flow_templates'

/** Whole flows to begin with. */
export function TemplateChoice({ templates, onChoose }: { templates: readonly Template[]; onChoose: (template: Template) => void }) {
  const { f } = useFlowTexts()
  return (
    <section className="flow-templates" aria-label={f('templates')}>
      <h3>{f('templates')}</h3>
      <p className="quiet">{f('templatesHelp')}</p>
      <div className="flow-template-list">
        {templates.map((template) => (
          <button key={template.id} type="button" className="flow-template" onClick={() => onChoose(template)}>
            <span className="strong">{f(template.title)}</span>
            <span className="quiet">{f(template.help)}</span>
          </button>
        ))}
      </div>
    </section>
  )
}
