/** What is said where there are no plugins, to somebody who may have put some there. */
export function noPlugins(folder: string, yet: '' | ' yet' = ''): string {
  return `There are no plugins in ${folder}${yet}: a plugin is a folder with a metadata.json.`
}
