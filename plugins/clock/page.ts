/** A page that follows the stream. */
export function page(generation: number): string {
  return `<!doctype html>
<meta charset="utf-8">
<title>clock</title>
<style>body { font: 20vmin/1 system-ui; display: grid; place-items: center; height: 100vh; margin: 0 } p { font-size: 2vmin }</style>
<output>…</output>
<p>generation ${generation} made this page; the time comes from whichever runs now</p>
<script>
  const output = document.querySelector('output')
  new EventSource('/clock/stream').onmessage = ({ data }) => { output.textContent = data }
</script>
`
}
