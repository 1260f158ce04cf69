import { PAGE_SCRIPT } from './page-script.ts'
import { PAGE_STYLE } from './page-style.ts'

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect x='1' y='1' width='14' height='14' rx='4' fill='%232456c4'/%3E%3Cpath d='M5.5 4v3M10.5 4v3M4 7h8v1.5a4 4 0 0 1-8 0zM8 12.500v1.500' stroke='%23fff' stroke-width='1.400' fill='none' stroke-linecap='round'/%3E%3C/svg%3E"

/**
 * The whole page.
 * @param nonce allows its own script and style, and no other
 * @param plugins what to show at first, as JSON
 * @param directory where plugins are dropped, as shown to people
 */
export function pageDocument(nonce: string, plugins: string, directory: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>plugbay</title>
<link rel="icon" href="${ICON}">
<style nonce="${nonce}">${PAGE_STYLE}</style>
</head>
<body>
<div class="wrap">
<header>
<h1>plugbay</h1>
<p id="summary"></p>
<p id="link">connecting…</p>
</header>
<main>
<ul id="plugins" aria-label="Plugins"></ul>
<div class="empty" id="empty" hidden>
<p>No plugins yet.</p>
<p>Drop a folder with a <code>metadata.json</code> and a <code>plugin.js</code> into <code>${escaped(directory)}</code>; it shows up here.</p>
</div>
<noscript><p>This page follows along by script. Without it, <a href="/_plugbay/plugins">the same as JSON</a>.</p></noscript>
</main>
<p class="sr" id="news" role="status"></p>
<footer>Read-only. <a href="/_plugbay/plugins">The same as JSON</a></footer>
</div>
<script type="application/json" id="start">{"plugins":${plugins.replaceAll('<', String.raw`\u003c`)}}</script>
<script nonce="${nonce}">${PAGE_SCRIPT}</script>
</body>
</html>
`
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
