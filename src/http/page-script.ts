/** The page's script. Whatever comes from a plugin goes into the page as text, never as markup. */
export const PAGE_SCRIPT: string = `
'use strict'
const shown = new Map()
const traffic = new Map()
const find = (id) => document.getElementById(id)
const list = find('plugins')

function make(tag, className, ...content) {
  const element = document.createElement(tag)
  if (className) element.className = className
  element.append(...content)
  return element
}

function route({ method, path, link }) {
  const label = method === 'GET' ? [path] : [make('b', '', method === 'ALL' ? 'ANY' : method), path]
  const item = make(link ? 'a' : 'span', '', ...label)
  if (link) item.href = path
  return make('li', '', item)
}

function counts(key) {
  const of = traffic.get(key)
  if (!of) return ''
  const many = (count, word) => count.toLocaleString('en') + ' ' + word + (count === 1 ? '' : 's')
  return many(of.requests, 'request') + ' \\u00b7 ' + many(of.errors, 'error') + ' \\u00b7 ' + of.inFlight + ' in flight'
}

function count(changed) {
  for (const [key, of] of Object.entries(changed)) {
    traffic.set(key, of)
    const old = shown.get(key)
    const line = old && old.item.querySelector('.traffic')
    if (line) line.textContent = counts(key)
  }
}

// What is only blocked by another's fault is not as bad as the fault.
function mood({ state, problem }) {
  if (!problem) return ''
  return problem.severity === 'error' && state !== 'blocked' ? 'bad' : 'odd'
}

function problem({ where, code, message, hint }) {
  const box = make('div', 'problem')
  if (where) box.append(make('p', 'where mono', where))
  box.append(make('p', 'said', message))
  box.append(make('p', 'hint', hint))
  box.append(make('p', 'code', code))
  return box
}

function card(plugin) {
  const item = make('li', mood(plugin))
  const top = make('div', 'top', make('h2', '', plugin.name))
  if (plugin.version) top.append(make('span', 'version', plugin.version))
  top.append(make('span', 'state ' + plugin.state, plugin.state))
  if (plugin.generation > 0)
    top.append(make('span', 'facts', 'generation ' + plugin.generation + ' \\u00b7 ' + plugin.ms + ' ms'))
  item.append(top)
  if (plugin.description) item.append(make('p', '', plugin.description))
  const why = plugin.problem && plugin.problem.message.includes(plugin.because) ? [] : [plugin.because]
  if (plugin.dependencies.length > 0 && plugin.state !== 'blocked') why.push('needs ' + plugin.dependencies.join(', '))
  if (why.length > 0) item.append(make('p', 'why', why.join(' \\u00b7 ')))
  if (plugin.routes.length > 0) {
    const routes = make('ul', 'routes', ...plugin.routes.map(route))
    routes.setAttribute('aria-label', 'Routes of ' + plugin.name)
    item.append(routes)
  }
  if (plugin.state === 'active') item.append(make('p', 'traffic', counts(plugin.key)))
  if (plugin.problem) item.append(problem(plugin.problem))
  return item
}

function put(plugin, told) {
  const old = shown.get(plugin.key)
  const item = card(plugin)
  if (told) item.classList.add('told')
  shown.set(plugin.key, { plugin, item })
  if (!old) return
  const focused = old.item.contains(document.activeElement) ? document.activeElement.getAttribute('href') : null
  old.item.replaceWith(item)
  if (focused) for (const link of item.querySelectorAll('a')) if (link.getAttribute('href') === focused) link.focus()
}

function arrange() {
  let before = null
  for (const key of [...shown.keys()].sort()) {
    const { item } = shown.get(key)
    const place = before ? before.nextSibling : list.firstChild
    if (place !== item) list.insertBefore(item, place)
    before = item
  }
  const counts = {}
  let problems = 0
  for (const { plugin } of shown.values()) {
    counts[plugin.state] = (counts[plugin.state] || 0) + 1
    if (plugin.problem && plugin.problem.severity === 'error') problems++
  }
  const words = ['active', 'loading', 'stopping', 'off', 'blocked', 'failed', 'invalid', 'found']
    .filter((state) => counts[state]).map((state) => counts[state] + ' ' + state)
  find('summary').textContent = words.join(' \\u00b7 ')
  find('empty').hidden = shown.size > 0
  document.title = problems ? '(' + problems + ') plugbay' : 'plugbay'
}

function all({ plugins }) {
  const keys = new Set(plugins.map(({ key }) => key))
  drop([...shown.keys()].filter((key) => !keys.has(key)))
  for (const plugin of plugins) {
    const old = shown.get(plugin.key)
    if (!old || JSON.stringify(old.plugin) !== JSON.stringify(plugin)) put(plugin, Boolean(old))
  }
  arrange()
}

function drop(keys) {
  for (const key of keys) {
    const old = shown.get(key)
    if (old) old.item.remove()
    shown.delete(key)
  }
}

function change({ plugins, gone }) {
  drop(gone)
  for (const plugin of plugins) put(plugin, true)
  arrange()
  const settled = plugins.filter(({ state }) => state !== 'loading' && state !== 'stopping')
  if (settled.length > 0)
    find('news').textContent = settled
      .map((p) => p.name + ' is ' + p.state + (p.problem ? ': ' + p.problem.message : '')).join('. ')
}

function link(on, text) {
  find('link').className = on ? 'on' : ''
  find('link').textContent = text
}

function follow() {
  const events = new EventSource('/_plugbay/events')
  events.onopen = () => link(true, 'live')
  events.addEventListener('all', (event) => all(JSON.parse(event.data)))
  events.addEventListener('change', (event) => change(JSON.parse(event.data)))
  events.addEventListener('traffic', (event) => count(JSON.parse(event.data)))
  events.onerror = () => {
    link(false, 'reconnecting\\u2026')
    if (events.readyState === EventSource.CLOSED) setTimeout(follow, 2000)
  }
}

all(JSON.parse(find('start').textContent))
follow()
`
