/** @type {Readonly<Record<string, string>>} */
const ENTITIES = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/**
 * Fills a template: `{{key}}` with text, escaped; `{{{key}}}` with HTML, as it is.
 * @param {string} template
 * @param {Readonly<Record<string, string>>} values
 */
export function fill(template, values) {
  return template.replace(/\{\{\{(\w+)\}\}\}|\{\{(\w+)\}\}/g, (_, html, text) =>
    html === undefined ? escaped(values[text] ?? '') : (values[html] ?? ''),
  )
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/[&<>"']/g, (found) => ENTITIES[found] ?? found)
}
