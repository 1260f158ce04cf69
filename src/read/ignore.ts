const folders = /^(?:node_modules$|\.)/

/** Files that editors, `sed -i`, rsync and desktops leave for a moment, or for good. */
const files =
  /^(?:node_modules|4913|sed[A-Za-z0-9]{6}|#.*#|___jb_.*|.*___jb_(?:tmp|old)___|.*~|.*\.(?:tmp|sw[pox])|Thumbs\.db)$|^\.(?!\.data$)/

const shelved = /^[._]|^node_modules$|(?:~|\.(?:bak|tmp|old|disabled))$/

/**
 * True for what is never a part of a plugin: `node_modules`, dot names, and the temporary files of editors and copy
 * programs. The one dot name that counts is the link `..data`, when it is seen as a file: Kubernetes swaps it to publish
 * new content; what lies behind it is reached by the links beside it.
 */
export function ignored(name: string, kind: 'file' | 'folder'): boolean {
  return kind === 'folder' ? folders.test(name) : files.test(name)
}

/** True for folders of a plugins directory that are not plugins: hidden, put aside, half renamed. */
export function notAPlugin(name: string): boolean {
  return shelved.test(name)
}
